using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Builds AND and OR flat: no term is itself of the same kind.</summary>
internal static class Connectives
{
    public static Expression And(IReadOnlyList<Expression> terms) =>
        terms.Count == 0 ? Literal.True : terms.Count == 1 ? terms[0] : new And(Flatten(terms, static term => (term as And)?.Terms));

    public static Expression Or(IReadOnlyList<Expression> terms) =>
        terms.Count == 0 ? Literal.False : terms.Count == 1 ? terms[0] : new Or(Flatten(terms, static term => (term as Or)?.Terms));

    public static Expression And(Expression left, Expression right) => And([left, right]);

    private static NodeList<Expression> Flatten(IReadOnlyList<Expression> terms, Func<Expression, NodeList<Expression>?> nested)
    {
        var flat = new List<Expression>(terms.Count);
        foreach (Expression term in terms)
        {
            if (nested(term) is { } inner)
            {
                flat.AddRange(inner);
            }
            else
            {
                flat.Add(term);
            }
        }

        return NodeList.From(flat);
    }
}
