namespace SqlCluster.Clients.Tests.BoundaryValues;

/// <summary>The lists for clients of Flight: the same that the clients of the PostgreSQL door read.</summary>
internal static class BoundaryFlight
{
    public static BoundaryWork[] Lists() =>
    [
        .. BoundaryLists.Families.Concat(BoundaryComposites.Families).Select(static (family, index) =>
        {
            IReadOnlyList<BoundaryValue> values = family.Value();
            string table = $"boundary{index}";
            return new BoundaryWork(family.Key, values[0].Type, BoundaryComparison.Query(table), table, values);
        }),
    ];
}
