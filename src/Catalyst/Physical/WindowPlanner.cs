using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Physical;

/// <summary>Plans window functions: one operator for each distinct pair of partition and order keys.</summary>
/// <remarks>Fewer partition keys come first, because rows spread by them are spread well enough for more keys; windows without partition keys, which need all rows in one task, come last.</remarks>
internal sealed class WindowPlanner
{
    private readonly PhysicalPlanner _planner;

    public WindowPlanner(PhysicalPlanner planner) => _planner = planner;

    public PlannedNode Plan(Window window, IReadOnlySet<ColumnId> required)
    {
        NamedExpression[] calls = [.. window.Calls.Where(call => required.Contains(call.Column.Id))];
        HashSet<ColumnId> needed = ExpressionBinder.References(calls.Select(static call => call.Expression), required);
        PlannedNode node = ColumnSelection.Trim(_planner.Plan(window.Input, needed), needed);
        double rows = node.Rows;
        foreach (NamedExpression[] group in Groups(calls))
        {
            var first = (WindowCall)group[0].Expression;
            node = _planner.Exchanges.ByKeys(node, first.PartitionBy);
            var plan = new WindowExec(
                [.. node.Bind(group.Select(static item => item.Expression)).Cast<WindowCall>()], [.. group.Select(static item => PhysicalPlanner.ColumnOf(item.Column))], node.Plan);
            var layout = new Dictionary<ColumnId, int>(node.Layout);
            for (int i = 0; i < group.Length; i++)
            {
                layout[group[i].Column.Id] = node.Output.Count + i;
            }

            node = new PlannedNode(plan, layout, node.Distribution, rows);
        }

        return node;
    }

    private static IEnumerable<NamedExpression[]> Groups(NamedExpression[] calls) => calls
        .GroupBy(static item => (WindowCall)item.Expression, WindowSpecComparer.Instance)
        .OrderBy(static group => group.Key.PartitionBy.IsEmpty ? int.MaxValue : group.Key.PartitionBy.Count)
        .ThenBy(static group => group.Key.OrderBy.Count)
        .Select(static group => group.ToArray());

    private sealed class WindowSpecComparer : IEqualityComparer<WindowCall>
    {
        public static readonly WindowSpecComparer Instance = new();

        public bool Equals(WindowCall? first, WindowCall? second) =>
            first is not null && second is not null && first.PartitionBy.Equals(second.PartitionBy) && first.OrderBy.Equals(second.OrderBy);

        public int GetHashCode(WindowCall call) => HashCode.Combine(call.PartitionBy, call.OrderBy);
    }
}
