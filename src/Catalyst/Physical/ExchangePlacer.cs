using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Physical;

/// <summary>Puts an exchange on a plan where its rows are not spread as an operator needs them.</summary>
internal sealed class ExchangePlacer
{
    private readonly Func<bool> _isOneTask;

    /// <param name="isOneTask">Whether the plan being made runs in one task and must be free of exchanges.</param>
    public ExchangePlacer(Func<bool> isOneTask) => _isOneTask = isOneTask;

    /// <summary>All rows in one task, in no particular order.</summary>
    public PlannedNode Gather(PlannedNode node) => Gather(node, NodeList<SortKey>.Empty);

    /// <summary>All rows in one task, merged by keys bound to the node's output; each task's rows have that order already.</summary>
    public PlannedNode Gather(PlannedNode node, NodeList<SortKey> order) => node.Distribution.IsSingle || _isOneTask()
        ? node
        : GatherAlways(node, order);

    /// <summary>A stage boundary even where all rows are in one task already.</summary>
    public PlannedNode GatherAlways(PlannedNode node, NodeList<SortKey> order) =>
        node.With(new ExchangeExec(ExchangeKind.Gather, NodeList<Expression>.Empty, order, node.Plan), Distribution.Single, node.Rows);

    /// <summary>Every task gets all rows.</summary>
    public PlannedNode Broadcast(PlannedNode node) => _isOneTask()
        ? node
        : node.With(new ExchangeExec(ExchangeKind.Broadcast, NodeList<Expression>.Empty, NodeList<SortKey>.Empty, node.Plan), Distribution.Single, node.Rows);

    /// <summary>Rows that agree on the keys are in one task. Keys are over the logical columns; without any, all rows are gathered.</summary>
    public PlannedNode ByKeys(PlannedNode node, IReadOnlyList<Expression> keys)
    {
        if (keys.Count == 0)
        {
            return Gather(node);
        }

        ColumnId[] columns = [.. keys.OfType<ColumnReference>().Select(static reference => reference.Id)];
        return _isOneTask() || node.Distribution.Colocates(columns) ? node : Hash(node, keys);
    }

    /// <summary>A hash exchange by exactly these keys in this order, over the logical columns.</summary>
    public PlannedNode Hash(PlannedNode node, IReadOnlyList<Expression> keys)
    {
        NodeList<Expression> bound = node.Bind(keys);
        Distribution distribution = keys.All(static key => key is ColumnReference)
            ? Distribution.Hash([.. keys.Cast<ColumnReference>().Select(key => new DistributionKey(new HashSet<ColumnId> { key.Id }, node.Reference(key.Column).Type))])
            : Distribution.Any;
        return node.With(new ExchangeExec(ExchangeKind.Hash, bound, NodeList<SortKey>.Empty, node.Plan), distribution, node.Rows);
    }
}
