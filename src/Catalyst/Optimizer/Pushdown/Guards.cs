using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Pushdown;

/// <summary>Conjuncts that stay above while later ones may move down: one that looks at the same columns may be there to keep a later one from failing.</summary>
internal sealed class Guards
{
    private readonly HashSet<ColumnId> _columns = [];

    /// <summary>Adds a conjunct that stays. Equalities of two columns join; they guard nothing.</summary>
    public void Add(Expression conjunct)
    {
        if (conjunct is not Comparison { Operator: ComparisonOperator.Equal, Left: ColumnReference, Right: ColumnReference })
        {
            conjunct.AddReferences(_columns);
        }
    }

    /// <summary>Tells whether an earlier conjunct may be there to keep this one from failing.</summary>
    public bool MayGuard(Expression conjunct) => _columns.Count > 0 && conjunct.MayFail() && conjunct.ReferencesAny(_columns);
}
