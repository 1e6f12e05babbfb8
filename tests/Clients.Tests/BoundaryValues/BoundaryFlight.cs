namespace SqlCluster.Clients.Tests.BoundaryValues;

/// <summary>The lists for clients of Flight: the same that the clients of the PostgreSQL door read, without the types of PostgreSQL's catalogs, which Arrow has not.</summary>
internal static class BoundaryFlight
{
    public static BoundaryWork[] Lists() =>
    [
        .. BoundaryLists.Families.Concat(BoundaryComposites.Families).Where(static family => !BoundaryCatalog.Families.ContainsKey(family.Key.Replace("[]", "", StringComparison.Ordinal)) && (family.Key is "integer[][]" or "text[][]" || !family.Key.EndsWith("[][]", StringComparison.Ordinal))).Select(static (family, index) =>
        {
            IReadOnlyList<BoundaryValue> values = family.Value();
            string table = $"boundary{index}";
            return new BoundaryWork(family.Key, values[0].Type, BoundaryComparison.Query(table), table, values);
        }),
    ];
}
