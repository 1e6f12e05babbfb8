using System.Globalization;
using SqlCluster.Catalyst.Catalog;
using static SqlCluster.Server.PgCatalog.Relations.StandardTables;

namespace SqlCluster.Server.PgCatalog.Relations;

/// <summary>information_schema: functions and their arguments.</summary>
internal static class StandardRoutines
{
    public static IEnumerable<SystemRelation> All =>
    [
        SystemRelation.OfStandard("routines", static view => ProcRow.All.Where(static row => !row.IsInternal).Select(row => (Function: row, View: view)).ToList())
            .Text("specific_catalog", static row => Catalog(row.View)).Text("specific_schema", static _ => SystemShape.PgCatalog).Text("specific_name", static row => SpecificName(row.Function))
            .Text("routine_catalog", static row => Catalog(row.View)).Text("routine_schema", static _ => SystemShape.PgCatalog).Text("routine_name", static row => row.Function.Name)
            .Text("routine_type", static row => row.Function.Kind == 'f' ? "FUNCTION" : null).Text("data_type", static row => PgType.Format(row.Function.Result))
            .Text("type_udt_catalog", static row => Catalog(row.View)).Text("type_udt_schema", static _ => SystemShape.PgCatalog).Text("type_udt_name", static row => PgType.ByOid.GetValueOrDefault(row.Function.Result)?.Name)
            .Text("dtd_identifier", static _ => "0").Text("routine_body", static _ => "EXTERNAL").Text("external_name", static row => row.Function.Name).Text("external_language", static _ => "INTERNAL")
            .Text("parameter_style", static _ => "GENERAL").YesNo("is_deterministic", static row => row.Function.Volatility == Volatility.Immutable).Text("sql_data_access", static _ => "MODIFIES")
            .YesNo("is_null_call", static row => row.Function.IsStrict).YesNo("schema_level_routine", static _ => true).Text("security_type", static _ => "INVOKER").YesNo("is_udt_dependent", static _ => false),
        SystemRelation.OfStandard("parameters", static view => ProcRow.All.Where(static row => !row.IsInternal).SelectMany(row => row.Arguments.Select((type, index) => (Function: row, Type: type, Index: index, View: view))).ToList())
            .Text("specific_catalog", static row => Catalog(row.View)).Text("specific_schema", static _ => SystemShape.PgCatalog).Text("specific_name", static row => SpecificName(row.Function))
            .Long("ordinal_position", static row => row.Index + 1).Text("parameter_mode", static _ => "IN").YesNo("is_result", static _ => false).YesNo("as_locator", static _ => false)
            .Text("data_type", static row => PgType.Format(row.Type)).Text("udt_catalog", static row => Catalog(row.View)).Text("udt_schema", static _ => SystemShape.PgCatalog)
            .Text("udt_name", static row => PgType.ByOid.GetValueOrDefault(row.Type)?.Name).Text("dtd_identifier", static row => (row.Index + 1).ToString(CultureInfo.InvariantCulture)),
    ];

    private static string SpecificName(ProcRow function) => string.Create(CultureInfo.InvariantCulture, $"{function.Name}_{function.Oid}");
}
