namespace SqlCluster.Catalyst.Expressions;

/// <summary>Takes ANDs and ORs apart and puts them together, flat.</summary>
public static class Conjunctions
{
    /// <summary>The terms of an AND in order; the expression itself where it is none; nothing for the literal TRUE.</summary>
    public static NodeList<Expression> Conjuncts(this Expression expression) => expression switch
    {
        And and => and.Terms,
        Literal { Value: true } => NodeList<Expression>.Empty,
        _ => [expression],
    };

    /// <summary>The terms of an OR in order; the expression itself where it is none; nothing for the literal FALSE.</summary>
    public static NodeList<Expression> Disjuncts(this Expression expression) => expression switch
    {
        Or or => or.Terms,
        Literal { Value: false } => NodeList<Expression>.Empty,
        _ => [expression],
    };

    /// <summary>ANDs terms in order; nested ANDs are flattened and TRUE left out. No term gives TRUE.</summary>
    public static Expression AndAll(params IReadOnlyList<Expression> terms)
    {
        var flat = new List<Expression>(terms.Count);
        foreach (Expression term in terms)
        {
            flat.AddRange(term.Conjuncts());
        }

        return flat.Count switch
        {
            0 => Literal.True,
            1 => flat[0],
            _ => new And([.. flat]),
        };
    }

    /// <summary>ORs terms in order; nested ORs are flattened and FALSE left out. No term gives FALSE.</summary>
    public static Expression OrAll(params IReadOnlyList<Expression> terms)
    {
        var flat = new List<Expression>(terms.Count);
        foreach (Expression term in terms)
        {
            flat.AddRange(term.Disjuncts());
        }

        return flat.Count switch
        {
            0 => Literal.False,
            1 => flat[0],
            _ => new Or([.. flat]),
        };
    }
}
