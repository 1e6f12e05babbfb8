using System.Text.RegularExpressions;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.PgCatalog.Functions;

/// <summary>Names to ids and back: format_type, to_regclass, comments by object, identifiers.</summary>
internal static partial class NameFunctions
{
    private const long ClassCatalog = 1259;

    private static readonly ParameterType AnyOid = SqlType.Oid;

    public static IEnumerable<SessionFunction> All =>
    [
        Function.OfNulls("format_type", [AnyOid, SqlType.Integer], SqlType.Text, static (_, arguments) => arguments[0] is long oid ? PgType.Format(oid, (int)(arguments[1] as long? ?? -1)) : null, "A type's name in SQL"),
        To("to_regclass", TypeVariant.RegClass), To("to_regtype", TypeVariant.RegType), To("to_regproc", TypeVariant.RegProc), To("to_regprocedure", TypeVariant.RegProcedure),
        To("to_regnamespace", TypeVariant.RegNamespace), To("to_regrole", TypeVariant.RegRole), To("to_regcollation", TypeVariant.RegCollation), To("to_regoper", TypeVariant.RegOper),
        To("to_regoperator", TypeVariant.RegOperator),
        Function.Of("pg_get_userbyid", [AnyOid], SqlType.Name, static (session, arguments) => session.Roles.NameOf((long)arguments[0]!) ?? $"unknown (OID={arguments[0]})", "Name of a user"),
        Function.Of("oidvectortypes", [TypeVariants.Of(TypeVariant.OidVector)], SqlType.Text, static (_, arguments) => string.Join(", ", Function.Items(arguments[0]).Select(static oid => PgType.Format((long)oid!))), "Names of types"),
        Function.OfNulls("obj_description", [AnyOid], SqlType.Text, static (session, arguments) => Comment(session, arguments[0], ClassCatalog), "Comment on an object"),
        Function.OfNulls("obj_description", [AnyOid, SqlType.Name], SqlType.Text, static (session, arguments) => Comment(session, arguments[0], CatalogOf(session, arguments[1])), "Comment on an object of a catalog"),
        Function.OfNulls("shobj_description", [AnyOid, SqlType.Name], SqlType.Text, static (_, _) => null, "Comment on a database or user"),
        Function.OfNulls(
            "col_description", [AnyOid, SqlType.Integer], SqlType.Text,
            static (session, arguments) => arguments[0] is long oid && arguments[1] is long number ? session.View.Relation(oid)?.Attributes.FirstOrDefault(attribute => attribute.Number == number)?.Comment : null, "Comment on a column"),
        Function.Of("parse_ident", [SqlType.Text], SqlType.Array(SqlType.Text), static (_, arguments) => Function.Texts(Parse((string)arguments[0]!)), "Parts of a dotted name"),
        Function.Of("parse_ident", [SqlType.Text, SqlType.Boolean], SqlType.Array(SqlType.Text), static (_, arguments) => Function.Texts(Parse((string)arguments[0]!, (bool)arguments[1]!)), "Parts of a dotted name; what follows it is an error only if the second is true"),
        Function.Of("pg_tablespace_location", [AnyOid], SqlType.Text, static (_, _) => "", "Always empty"),
        Function.Of("pg_filenode_relation", [AnyOid, AnyOid], TypeVariants.Of(TypeVariant.RegClass), static (_, _) => null, "Always null"),
        Function.Of("pg_relation_filenode", [AnyOid], SqlType.Oid, static (_, _) => null, "Always null"),
        Function.Of("pg_relation_filepath", [AnyOid], SqlType.Text, static (_, _) => null, "Always null"),
        Function.OfNulls("pg_describe_object", [AnyOid, AnyOid, SqlType.Integer], SqlType.Text, static (session, arguments) => Describe(session, arguments), "What an id stands for, in words"),
    ];

    /// <summary>The comment on a relation, schema or function.</summary>
    public static string? Comment(SessionObjects session, object? oid, long? catalog) => oid is not long id ? null : catalog switch
    {
        ClassCatalog => session.View.Relation(id)?.Comment,
        2615 => session.View.Namespace(id)?.Comment,
        1255 => ProcRow.Find(id)?.Description,
        2613 or 1262 or 1260 or null => null,
        _ => null,
    };

    private static long? CatalogOf(SessionObjects session, object? name) => name is string catalog ? session.View.Relation(CatalogView.PgCatalogOid, catalog)?.Oid : null;

    private static SessionFunction To(string name, TypeVariant variant) => Function.Of(
        name, [SqlType.Text], TypeVariants.Of(variant), (session, arguments) => Find(session, variant, (string)arguments[0]!), "The object of a name, null if there is none");

    private static object? Find(SessionObjects session, TypeVariant variant, string name)
    {
        try
        {
            return session.Find(variant, name);
        }
        catch (QueryException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Parse(string text, bool isStrict = true)
    {
        try
        {
            return Identifiers.Parse(isStrict ? text : DottedName().Match(text).Value);
        }
        catch (QueryException)
        {
            throw new QueryException("22023", ErrorKind.User, $"string is not a valid identifier: \"{text}\"");
        }
    }

    /// <summary>The longest name that a text begins with.</summary>
    [GeneratedRegex("^\\s*(\"([^\"]|\"\")+\"|[\\p{L}_][\\p{L}\\p{Nd}_$]*)(\\s*\\.\\s*(\"([^\"]|\"\")+\"|[\\p{L}_][\\p{L}\\p{Nd}_$]*))*")]
    private static partial Regex DottedName();

    private static string? Describe(SessionObjects session, object?[] arguments)
    {
        if (arguments is not [long catalog, long id, long column])
        {
            return null;
        }

        return catalog == ClassCatalog && session.View.Relation(id) is { } relation
            ? $"{(column > 0 ? $"column {relation.Attributes.FirstOrDefault(attribute => attribute.Number == column)?.Name} of " : "")}{relation.Kind switch { 'v' => "view", 'i' => "index", _ => "table" }} {ObjectNames.Of(session.View, relation)}"
            : null;
    }
}
