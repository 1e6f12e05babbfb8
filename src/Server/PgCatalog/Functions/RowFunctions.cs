using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;
using SqlCluster.Parser.Tokens;

namespace SqlCluster.Server.PgCatalog.Functions;

/// <summary>Functions that return rows of the catalog.</summary>
internal static class RowFunctions
{
    private static readonly ParameterType Relation = TypeVariants.Of(TypeVariant.RegClass);

    public static IEnumerable<SessionFunction> All =>
    [
        Function.Rows(
            "pg_get_keywords", [],
            Function.Columns(("word", SqlType.Text), ("catcode", TypeVariants.Of(TypeVariant.SingleByte)), ("barelabel", SqlType.Boolean), ("catdesc", SqlType.Text), ("baredesc", SqlType.Text)),
            static (_, _) => Keywords.All.Select(Keyword), "Words of the grammar"),
        Function.Rows("pg_options_to_table", [SqlType.Array(SqlType.Text)], Function.Columns(("option_name", SqlType.Text), ("option_value", SqlType.Text)), static (_, arguments) => Options(arguments[0]), "name=value, one a row"),
        new SessionFunction
        {
            Name = "pg_show_all_settings", Kind = FunctionKind.Table, Parameters = [], ReturnType = static _ => SettingRows.Type, IsStrict = false, MayReturnNull = true, Volatility = Volatility.Stable,
            Description = "All settings", Body = static (names, _) => SettingRows.Of(((SessionObjects)names).View).Select(static row => row.Values),
        },
        Function.Rows(
            "pg_partition_tree", [Relation], Function.Columns(("relid", Relation.Type!), ("parentrelid", Relation.Type!), ("isleaf", SqlType.Boolean), ("level", SqlType.Integer)),
            static (_, _) => [], "Partitions of a table; there are none"),
        Function.Rows("pg_partition_ancestors", [Relation], Relation.Type!, static (_, arguments) => arguments[0] is { } relation ? [[relation]] : [], "A partition and the tables it belongs to"),
        Function.Of("pg_partition_root", [Relation], Relation.Type!, static (_, _) => null, "Always null"),
        new SessionFunction
        {
            Name = "_pg_expandarray", Kind = FunctionKind.Table, Parameters = [ParameterType.AnyArray], IsStrict = false, MayReturnNull = true,
            ReturnType = static types => Function.Columns(("x", types[0].Element!), ("n", SqlType.Integer)), Description = "Elements and their numbers from 1",
            Body = static (_, arguments) => Function.Items(arguments[0]).Select(static (value, index) => new[] { value, index + 1L }),
        },
    ];

    private static object?[] Keyword(Keyword keyword)
    {
        (string code, string description) = keyword.Class switch
        {
            KeywordClass.Unreserved => ("U", "unreserved"),
            KeywordClass.ColumnName => ("C", "unreserved (cannot be function or type name)"),
            KeywordClass.TypeOrFunctionName => ("T", "reserved (can be function or type name)"),
            KeywordClass.Reserved => ("R", "reserved"),
        };
        return [keyword.Word, code, keyword.BareLabel, description, keyword.BareLabel ? "can be bare label" : "requires AS"];
    }

    private static IEnumerable<object?[]> Options(object? options)
    {
        foreach (string option in Function.Items(options).OfType<string>())
        {
            string[] parts = option.Split('=', 2);
            yield return [parts[0], parts.Length > 1 ? parts[1] : null];
        }
    }
}
