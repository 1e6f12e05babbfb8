using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Execution.Evaluation;

/// <summary>Expressions in the order in which they came, equal ones once.</summary>
internal sealed class ExpressionPlaces
{
    private readonly List<Expression> _all = [];
    private readonly Dictionary<Expression, int> _places = [];

    public IReadOnlyList<Expression> All => _all;

    /// <summary>Where an expression stands; one that is new, at the end.</summary>
    public int Of(Expression expression)
    {
        if (_places.TryAdd(expression, _all.Count))
        {
            _all.Add(expression);
        }

        return _places[expression];
    }
}
