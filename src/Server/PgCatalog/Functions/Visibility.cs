using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;

namespace SqlCluster.Server.PgCatalog.Functions;

/// <summary>Whether an object's name alone, without a schema, means it.</summary>
internal static class Visibility
{
    public static IEnumerable<SessionFunction> All =>
    [
        IsVisible("table", static (session, oid) => session.View.Relation(oid) is { } relation ? session.View.IsVisible(relation) : null),
        IsVisible("type", static (_, oid) => PgType.ByOid.ContainsKey(oid) ? true : null),
        IsVisible("function", static (_, oid) => ProcRow.Find(oid) is null ? null : true),
        IsVisible("operator", static (_, oid) => OperatorRow.All.Any(found => found.Oid == oid) ? true : null),
        IsVisible("opclass", static (_, oid) => OperatorClassRow.All.Any(found => found.Oid == oid) ? true : null),
        IsVisible("opfamily", static (_, oid) => OperatorFamilyRow.All.Any(found => found.Oid == oid) ? true : null),
        IsVisible("collation", static (_, oid) => ObjectNames.CollationName(oid) is null ? null : true),
        .. new[] { "conversion", "statistics_obj", "ts_config", "ts_dict", "ts_parser", "ts_template" }.Select(static kind => IsVisible(kind, static (_, _) => null)),
    ];

    private static SessionFunction IsVisible(string kind, Func<SessionObjects, long, bool?> test) => Function.Of(
        $"pg_{kind}_is_visible", [SqlType.Oid], SqlType.Boolean, (session, arguments) => test(session, (long)arguments[0]!), "Whether the name alone finds the object");
}
