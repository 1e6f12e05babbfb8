using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Server.PgCatalog.Functions;

namespace SqlCluster.Server.PgCatalog.Relations;

/// <summary>Types, functions, operators and what connects them.</summary>
internal static class TypeRelations
{
    private const long InternalLanguage = 12;

    public static IEnumerable<SystemRelation> All =>
    [
        SystemRelation.Of("pg_type", static _ => PgType.All)
            .Long("oid", static row => row.Oid).Text("typname", static row => row.Name).Long("typnamespace", static _ => CatalogView.PgCatalogOid).Long("typowner", static _ => Roles.SuperuserOid)
            .Long("typlen", static row => row.Length).Flag("typbyval", static row => row.IsByValue).Letter("typtype", static row => row.Kind).Letter("typcategory", static row => row.Category)
            .Flag("typispreferred", static row => row.IsPreferred).Flag("typisdefined", static _ => true).Text("typdelim", static _ => ",")
            .Long("typsubscript", static row => row.Element != 0 ? 6179 : 0).Long("typelem", static row => row.Element).Long("typarray", static row => row.Array)
            .Long("typinput", static row => row.Input).Long("typoutput", static row => row.Output).Long("typreceive", static row => row.Receive).Long("typsend", static row => row.Send)
            .Long("typmodin", static row => row.ModifierInput).Long("typmodout", static row => row.ModifierOutput).Letter("typalign", static row => row.Alignment)
            .Letter("typstorage", static row => row.Storage).Long("typtypmod", static _ => -1).Long("typcollation", static row => row.Collation),
        SystemRelation.Of("pg_proc", static _ => ProcRow.All)
            .Long("oid", static row => row.Oid).Text("proname", static row => row.Name).Long("pronamespace", static _ => CatalogView.PgCatalogOid).Long("proowner", static _ => Roles.SuperuserOid)
            .Long("prolang", static _ => InternalLanguage).Real("procost", static _ => 1).Real("prorows", static row => row.ReturnsSet ? 1000 : 0)
            .Long("provariadic", static row => row.IsVariadic ? row.Arguments[^1] : 0).Letter("prokind", static row => row.Kind).Flag("proisstrict", static row => row.IsStrict)
            .Flag("proretset", static row => row.ReturnsSet).Text("provolatile", static row => row.Volatility switch { Volatility.Immutable => "i", Volatility.Stable => "s", Volatility.Volatile => "v" })
            .Text("proparallel", static _ => "s").Long("pronargs", static row => row.Arguments.Count).Long("prorettype", static row => row.Result)
            .Value("proargtypes", static row => Function.Array(SqlType.Oid, row.Arguments.Select(static argument => (object?)argument))).Text("prosrc", static row => row.Name),
        SystemRelation.Of("pg_aggregate", static _ => Aggregates).Long("aggfnoid", static row => row.Oid).Text("aggkind", static _ => "n").Long("aggtranstype", static row => row.Result),
        SystemRelation.Of("pg_operator", static _ => OperatorRow.All)
            .Long("oid", static row => row.Oid).Text("oprname", static row => row.Name).Long("oprnamespace", static _ => CatalogView.PgCatalogOid).Long("oprowner", static _ => Roles.SuperuserOid)
            .Letter("oprkind", static row => row.Kind).Flag("oprcanhash", static row => row.Name == "=").Flag("oprcanmerge", static row => row.Name == "=").Long("oprleft", static row => row.Left)
            .Long("oprright", static row => row.Right).Long("oprresult", static row => row.Result),
        SystemRelation.Of("pg_cast", static _ => CastRow.All)
            .Long("oid", static row => row.Oid).Long("castsource", static row => row.Source).Long("casttarget", static row => row.Target).Letter("castcontext", static row => row.Context)
            .Letter("castmethod", static row => row.Method),
        SystemRelation.Of("pg_opfamily", static _ => OperatorFamilyRow.All)
            .Long("oid", static row => row.Oid).Long("opfmethod", static row => row.Method).Text("opfname", static row => row.Name).Long("opfnamespace", static _ => CatalogView.PgCatalogOid)
            .Long("opfowner", static _ => Roles.SuperuserOid),
        SystemRelation.Of("pg_opclass", static _ => OperatorClassRow.All)
            .Long("oid", static row => row.Oid).Long("opcmethod", static row => row.Method).Text("opcname", static row => row.Name).Long("opcnamespace", static _ => CatalogView.PgCatalogOid)
            .Long("opcowner", static _ => Roles.SuperuserOid).Long("opcfamily", static row => row.Family).Long("opcintype", static row => row.Type).Flag("opcdefault", static row => row.IsDefault),
        SystemRelation.Of("pg_language", static _ => new (long Oid, string Name)[] { (12, "internal"), (13, "c"), (14, "sql") })
            .Long("oid", static row => row.Oid).Text("lanname", static row => row.Name).Long("lanowner", static _ => Roles.SuperuserOid).Flag("lanpltrusted", static row => row.Oid == 14),
        SystemRelation.Of("pg_collation", static _ => new (long Oid, string Name, char Provider, int Encoding, string? Locale)[]
            {
                (100, "default", 'd', -1, null), (950, "C", 'c', -1, "C"), (951, "POSIX", 'c', -1, "POSIX"), (962, "ucs_basic", 'c', 6, "C"),
            })
            .Long("oid", static row => row.Oid).Text("collname", static row => row.Name).Long("collnamespace", static _ => CatalogView.PgCatalogOid).Long("collowner", static _ => Roles.SuperuserOid)
            .Letter("collprovider", static row => row.Provider).Flag("collisdeterministic", static _ => true).Long("collencoding", static row => row.Encoding)
            .Text("collcollate", static row => row.Locale).Text("collctype", static row => row.Locale),
    ];

    private static readonly IReadOnlyList<ProcRow> Aggregates = [.. ProcRow.All.Where(static row => row.Kind == 'a')];
}
