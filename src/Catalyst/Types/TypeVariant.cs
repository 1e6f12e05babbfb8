namespace SqlCluster.Catalyst.Types;

/// <summary>Types of PostgreSQL's system catalogs that are kept as one of our types and differ from it only in name and text form.</summary>
/// <remarks>Kernels look at <see cref="SqlType.Kind"/> alone; names, casts and the wire also at the variant.</remarks>
public enum TypeVariant
{
    None,

    // Kept as oids.
    RegProc,
    RegProcedure,
    RegOper,
    RegOperator,
    RegClass,
    RegType,
    RegNamespace,
    RegRole,
    RegCollation,
    RegConfig,
    RegDictionary,
    Xid,
    Cid,

    // Kept as text.
    /// <summary>"char", one byte.</summary>
    SingleByte,
    NodeTree,
    AclItem,
    Tid,
    CString,
    Inet,
    Lsn,

    // Kept as arrays, with subscripts from 0.
    SmallIntVector,
    OidVector,
}

/// <summary>What is to know about variants.</summary>
public static class TypeVariants
{
    /// <summary>The type with a variant.</summary>
    public static SqlType Of(TypeVariant variant) => variant switch
    {
        TypeVariant.None => throw new ArgumentOutOfRangeException(nameof(variant)),
        TypeVariant.SmallIntVector => SqlType.Array(SqlType.SmallInt) with { Variant = variant },
        TypeVariant.OidVector => SqlType.Array(SqlType.Oid) with { Variant = variant },
        >= TypeVariant.SingleByte and <= TypeVariant.Lsn => SqlType.Text with { Variant = variant },
        _ => SqlType.Oid with { Variant = variant },
    };

    /// <summary>The type that a name stands for, without schema and folded; null when it is none of these.</summary>
    public static SqlType? Find(string name)
    {
        TypeVariant variant = name switch
        {
            "regproc" => TypeVariant.RegProc,
            "regprocedure" => TypeVariant.RegProcedure,
            "regoper" => TypeVariant.RegOper,
            "regoperator" => TypeVariant.RegOperator,
            "regclass" => TypeVariant.RegClass,
            "regtype" => TypeVariant.RegType,
            "regnamespace" => TypeVariant.RegNamespace,
            "regrole" => TypeVariant.RegRole,
            "regcollation" => TypeVariant.RegCollation,
            "regconfig" => TypeVariant.RegConfig,
            "regdictionary" => TypeVariant.RegDictionary,
            "xid" => TypeVariant.Xid,
            "cid" => TypeVariant.Cid,
            "pg_node_tree" => TypeVariant.NodeTree,
            "aclitem" => TypeVariant.AclItem,
            "tid" => TypeVariant.Tid,
            "cstring" => TypeVariant.CString,
            "inet" => TypeVariant.Inet,
            "pg_lsn" => TypeVariant.Lsn,
            "int2vector" => TypeVariant.SmallIntVector,
            "oidvector" => TypeVariant.OidVector,
            _ => TypeVariant.None,
        };
        return variant == TypeVariant.None ? null : Of(variant);
    }

    /// <summary>PostgreSQL's name.</summary>
    public static string NameOf(TypeVariant variant) => variant switch
    {
        TypeVariant.None => "",
        TypeVariant.RegProc => "regproc",
        TypeVariant.RegProcedure => "regprocedure",
        TypeVariant.RegOper => "regoper",
        TypeVariant.RegOperator => "regoperator",
        TypeVariant.RegClass => "regclass",
        TypeVariant.RegType => "regtype",
        TypeVariant.RegNamespace => "regnamespace",
        TypeVariant.RegRole => "regrole",
        TypeVariant.RegCollation => "regcollation",
        TypeVariant.RegConfig => "regconfig",
        TypeVariant.RegDictionary => "regdictionary",
        TypeVariant.Xid => "xid",
        TypeVariant.Cid => "cid",
        TypeVariant.SingleByte => "\"char\"",
        TypeVariant.NodeTree => "pg_node_tree",
        TypeVariant.AclItem => "aclitem",
        TypeVariant.Tid => "tid",
        TypeVariant.CString => "cstring",
        TypeVariant.Inet => "inet",
        TypeVariant.Lsn => "pg_lsn",
        TypeVariant.SmallIntVector => "int2vector",
        TypeVariant.OidVector => "oidvector",
    };

    /// <summary>Whether values are ids that read and print as names of catalog objects.</summary>
    public static bool IsObjectName(this TypeVariant variant) => variant is >= TypeVariant.RegProc and <= TypeVariant.RegDictionary;

    /// <summary>Whether values are arrays whose first subscript is 0.</summary>
    public static bool IsVector(this TypeVariant variant) => variant is TypeVariant.SmallIntVector or TypeVariant.OidVector;
}
