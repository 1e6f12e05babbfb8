using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Optimizer.Statistics;

/// <summary>Takes conjunctions apart and puts them together.</summary>
public static class Conjuncts
{
    /// <summary>The terms of a conjunction; none for TRUE, the predicate itself where it is no conjunction.</summary>
    public static NodeList<Expression> Of(Expression predicate) => predicate switch
    {
        And and => and.Terms,
        Literal { Value: true } => NodeList<Expression>.Empty,
        _ => [predicate],
    };

    /// <summary>One predicate from terms: TRUE from none.</summary>
    public static Expression Join(IReadOnlyList<Expression> terms) => terms.Count switch
    {
        0 => Literal.True,
        1 => terms[0],
        _ => new And([.. terms.SelectMany(static term => term is And and ? and.Terms : [term])]),
    };
}
