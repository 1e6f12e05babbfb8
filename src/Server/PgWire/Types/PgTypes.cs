using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;

namespace SqlCluster.Server.PgWire.Types;

/// <summary>Which of PostgreSQL's types stands for each of ours on the wire.</summary>
/// <remarks>Maps have no counterpart; they go out as jsonb, also inside arrays and rows. Rows are records, or jsonb where the session asks for that (<see cref="Sent"/>).</remarks>
public static class PgTypes
{
    /// <summary>The unknown type, which leaves a parameter to inference.</summary>
    public const int UnknownOid = 705;

    /// <summary>An interval's modifier says in its upper half which fields it has.</summary>
    private const int AllFields = 0x7fff;

    private const int TextOid = 25;
    private const int RecordOid = 2249;
    private const int RecordArrayOid = 2287;

    /// <summary>Type oid; those of pg_type.</summary>
    public static int Oid(SqlType type) => type.Variant != TypeVariant.None ? Oid(type.Variant) : type.Kind switch
    {
        TypeKind.Boolean => 16,
        TypeKind.Bytea => 17,
        TypeKind.Name => 19,
        TypeKind.BigInt => 20,
        TypeKind.SmallInt => 21,
        TypeKind.Integer => 23,
        TypeKind.Text or TypeKind.Unknown => TextOid,
        TypeKind.Oid => 26,
        TypeKind.Json => 114,
        TypeKind.Real => 700,
        TypeKind.DoublePrecision => 701,
        TypeKind.Char => 1042,
        TypeKind.Varchar => 1043,
        TypeKind.Date => 1082,
        TypeKind.Time => 1083,
        TypeKind.Timestamp => 1114,
        TypeKind.TimestampTz => 1184,
        TypeKind.Interval => 1186,
        TypeKind.Numeric => 1700,
        TypeKind.Row => RecordOid,
        TypeKind.Void => 2278,
        TypeKind.Uuid => 2950,
        TypeKind.Jsonb or TypeKind.Map => 3802,
        TypeKind.Array => ArrayOid(type.InnermostElement),
    };

    /// <summary>The type that a column has for clients.</summary>
    public static SqlType Sent(SqlType type, JsonParts json) => json.Includes(type) ? SqlType.Jsonb
        : type.Kind == TypeKind.Array && json.Includes(type.InnermostElement) ? SqlType.Array(SqlType.Jsonb) : type;

    /// <summary>Bytes of a value, -1 when they vary.</summary>
    public static int Size(SqlType type) => type.Variant switch
    {
        TypeVariant.SingleByte => 1,
        TypeVariant.Tid => 6,
        TypeVariant.Lsn => 8,
        TypeVariant.CString => -2,
        _ => SizeOf(type.Kind),
    };

    private static int SizeOf(TypeKind kind) => kind switch
    {
        TypeKind.Boolean => 1,
        TypeKind.SmallInt => 2,
        TypeKind.Integer or TypeKind.Oid or TypeKind.Real or TypeKind.Date or TypeKind.Void => 4,
        TypeKind.BigInt or TypeKind.DoublePrecision or TypeKind.Time or TypeKind.Timestamp or TypeKind.TimestampTz => 8,
        TypeKind.Interval or TypeKind.Uuid => 16,
        TypeKind.Name => 64,
        _ => -1,
    };

    /// <summary>Type modifier: precision and scale of numeric (none where none was given), length of varchar and char, fraction digits of times; else -1.</summary>
    public static int Modifier(SqlType type) => type.Kind switch
    {
        TypeKind.Numeric => type.Equals(NumericTyping.Unconstrained) ? -1 : ((type.Precision << 16) | type.Scale) + 4,
        TypeKind.Time or TypeKind.Timestamp or TypeKind.TimestampTz when type.HasFractionDigits => type.Precision,
        TypeKind.Interval when type.HasFractionDigits => (AllFields << 16) | type.Precision,
        TypeKind.Varchar or TypeKind.Char => type.Precision > 0 ? type.Precision + 4 : -1,
        TypeKind.Array => Modifier(type.InnermostElement),
        _ => -1,
    };

    /// <summary>Whether a client declares a parameter as a record or an array of them, which have no input.</summary>
    public static bool IsRecord(int oid) => oid is RecordOid or RecordArrayOid;

    /// <summary>The type a client declares for a parameter; null when it leaves that to us or names a type we don't have.</summary>
    public static SqlType? FromOid(int oid) => VariantOf(oid) is var variant and not TypeVariant.None ? TypeVariants.Of(variant) : oid switch
    {
        16 => SqlType.Boolean,
        17 => SqlType.Bytea,
        19 => SqlType.Name,
        20 => SqlType.BigInt,
        21 => SqlType.SmallInt,
        23 => SqlType.Integer,
        TextOid => SqlType.Text,
        26 => SqlType.Oid,
        114 => SqlType.Json,
        700 => SqlType.Real,
        701 => SqlType.DoublePrecision,
        1042 => SqlType.Char(0),
        1043 => SqlType.Varchar(),
        1082 => SqlType.Date,
        1083 => SqlType.Time,
        1114 => SqlType.Timestamp,
        1184 => SqlType.TimestampTz,
        1186 => SqlType.Interval,
        1700 => NumericTyping.Unconstrained,
        2278 => SqlType.Void,
        2950 => SqlType.Uuid,
        3802 => SqlType.Jsonb,
        _ => ElementOid(oid) is { } element ? SqlType.Array(FromOid(element)!) : null,
    };

    private static readonly (int Element, int Array)[] Arrays =
    [
        (16, 1000), (17, 1001), (19, 1003), (21, 1005), (23, 1007), (25, 1009), (1042, 1014), (1043, 1015), (20, 1016), (700, 1021), (701, 1022), (26, 1028),
        (18, 1002), (22, 1006), (24, 1008), (27, 1010), (28, 1011), (29, 1012), (30, 1013), (869, 1041), (1033, 1034), (2202, 2207), (2203, 2208), (2204, 2209), (2205, 2210),
        (2206, 2211), (2275, 1263), (3220, 3221), (3734, 3735), (3769, 3770), (4089, 4090), (4096, 4097), (4191, 4192), (1114, 1115), (1082, 1182), (1083, 1183), (1184, 1185), (1186, 1187), (114, 199), (1700, 1231), (RecordOid, RecordArrayOid), (2950, 2951), (3802, 3807),
    ];

    private static int Oid(TypeVariant variant) => Array.Find(Variants, pair => pair.Variant == variant).Oid;

    private static TypeVariant VariantOf(int oid) => Array.Find(Variants, pair => pair.Oid == oid).Variant;

    private static readonly (TypeVariant Variant, int Oid)[] Variants =
    [
        (TypeVariant.SingleByte, 18), (TypeVariant.SmallIntVector, 22), (TypeVariant.RegProc, 24), (TypeVariant.Tid, 27), (TypeVariant.Xid, 28), (TypeVariant.Cid, 29),
        (TypeVariant.OidVector, 30), (TypeVariant.NodeTree, 194), (TypeVariant.Inet, 869), (TypeVariant.AclItem, 1033), (TypeVariant.RegProcedure, 2202), (TypeVariant.RegOper, 2203),
        (TypeVariant.RegOperator, 2204), (TypeVariant.RegClass, 2205), (TypeVariant.RegType, 2206), (TypeVariant.CString, 2275), (TypeVariant.Lsn, 3220), (TypeVariant.RegConfig, 3734),
        (TypeVariant.RegDictionary, 3769), (TypeVariant.RegNamespace, 4089), (TypeVariant.RegRole, 4096), (TypeVariant.RegCollation, 4191),
    ];

    private static int ArrayOid(SqlType element)
    {
        int oid = Oid(element);
        return Array.Find(Arrays, pair => pair.Element == oid) is { Array: > 0 } found ? found.Array : 1009;
    }

    private static int? ElementOid(int array) => Array.Find(Arrays, pair => pair.Array == array) is { Element: > 0 and not RecordOid } found ? found.Element : null;
}
