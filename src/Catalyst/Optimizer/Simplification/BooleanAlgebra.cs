using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Simplification;

/// <summary>Simplifies AND, OR, NOT and IS TRUE under three-valued logic.</summary>
internal static class BooleanAlgebra
{
    /// <summary>FALSE decides; TRUE and repeated terms are left out.</summary>
    public static Expression Simplify(And and) => Simplify(and, and.Terms, decides: false);

    /// <summary>TRUE decides; FALSE and repeated terms are left out; what every term requires is required once.</summary>
    public static Expression Simplify(Or or)
    {
        Expression simple = Simplify(or, or.Terms, decides: true);
        return simple is Or { Terms: var terms } ? DisjunctFactoring.Factor(terms) ?? simple : simple;
    }

    private static Expression Simplify(Expression node, NodeList<Expression> terms, bool decides)
    {
        var kept = new List<Expression>(terms.Count);
        var seen = new HashSet<Expression>();
        bool changed = false;
        foreach (Expression term in terms)
        {
            Interruption.Ask();
            if (term is Literal { Value: bool value })
            {
                if (value == decides)
                {
                    return term;
                }

                changed = true;
                continue;
            }

            NodeList<Expression> inner = decides ? term.Disjuncts() : term.Conjuncts();
            changed |= inner.Count != 1;
            foreach (Expression part in inner)
            {
                if (seen.Add(part) || part.IsVolatile())
                {
                    kept.Add(part);
                }
                else
                {
                    changed = true;
                }
            }
        }

        return !changed ? node : decides ? Conjunctions.OrAll(kept) : Conjunctions.AndAll(kept);
    }

    /// <summary>The negation pushed inwards (De Morgan); null where NOT has to stay.</summary>
    public static Expression? Negate(Expression input) => input switch
    {
        Literal { Value: bool value } => Literal.Of(!value),
        Literal { IsNull: true } => Literal.NullBoolean,
        Not not => not.Input,
        Comparison comparison => comparison with { Operator = Comparisons.Negate(comparison.Operator) },
        IsNull test => test with { Negated = !test.Negated },
        IsTruth truth => truth with { Negated = !truth.Negated },
        IsDistinctFrom distinct => distinct with { Negated = !distinct.Negated },
        InList list => list with { Negated = !list.Negated },
        Like like => like with { Negated = !like.Negated },
        And and => Conjunctions.OrAll(and.Terms.Map(NegateOrWrap)),
        Or or => Conjunctions.AndAll(or.Terms.Map(NegateOrWrap)),
        _ => null,
    };

    public static Expression Simplify(IsTruth truth) => truth.Input switch
    {
        Literal { Value: bool value } => Literal.Of((value == truth.Truth) != truth.Negated),
        Literal => Literal.Of(truth.Negated),
        { IsNullable: false } input => truth.Truth != truth.Negated ? input : NegateOrWrap(input),
        _ => truth,
    };

    private static Expression NegateOrWrap(Expression term) => Negate(term) ?? new Not(term);
}
