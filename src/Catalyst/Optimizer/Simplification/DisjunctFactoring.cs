using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Simplification;

/// <summary>Takes out of an OR what all its terms require, and makes one IN of equalities on one expression.</summary>
/// <remarks><code>(a AND b) OR (a AND c)   =>   a AND (b OR c)
/// x = 1 OR x = 2           =>   x IN (1, 2)</code></remarks>
internal static class DisjunctFactoring
{
    /// <summary>Of so many, one is found sooner by looking at each.</summary>
    private const int FewConjuncts = 8;

    /// <summary>The factored expression; null where there is nothing to take out.</summary>
    public static Expression? Factor(NodeList<Expression> terms) => FactorConjuncts(terms) ?? CollectEqualities(terms);

    private static Expression? FactorConjuncts(NodeList<Expression> terms)
    {
        var common = new List<Expression>(terms[0].Conjuncts());
        foreach (Expression term in terms.Skip(1))
        {
            Interruption.Ask();
            NodeList<Expression> conjuncts = term.Conjuncts();
            HashSet<Expression>? many = conjuncts.Count > FewConjuncts ? [.. conjuncts] : null;
            common.RemoveAll(candidate => !(many?.Contains(candidate) ?? conjuncts.Contains(candidate)));
            if (common.Count == 0)
            {
                return null;
            }
        }

        common.RemoveAll(static candidate => candidate.IsVolatile());
        if (common.Count == 0)
        {
            return null;
        }

        // A term that requires nothing else makes the rest TRUE.
        HashSet<Expression> required = [.. common];
        Expression[] rest = [.. terms.Select(term => Conjunctions.AndAll([.. term.Conjuncts().Where(conjunct => !required.Contains(conjunct))]))];
        Expression remaining = rest.Any(static term => term is Literal { Value: true }) ? Literal.True : Conjunctions.OrAll(rest);
        return Conjunctions.AndAll([.. common, remaining is Or or ? CollectEqualities(or.Terms) ?? or : remaining]);
    }

    private static Expression? CollectEqualities(NodeList<Expression> terms)
    {
        var groups = new Dictionary<Expression, List<Expression>>();
        int equalities = 0;
        foreach (Expression term in terms)
        {
            Interruption.Ask();
            if (Items(term) is var (input, items))
            {
                equalities++;
                if (!groups.TryGetValue(input, out List<Expression>? all))
                {
                    groups[input] = all = [];
                }

                all.AddRange(items);
            }
        }

        if (equalities == groups.Count)
        {
            return null;
        }

        var result = new List<Expression>();
        foreach (Expression term in terms)
        {
            Interruption.Ask();
            if (Items(term) is not var (input, _))
            {
                result.Add(term);
            }
            else if (groups.Remove(input, out List<Expression>? items))
            {
                NodeList<Expression> distinct = Comparisons.Deduplicate([.. items]);
                result.Add(distinct.Count == 1 ? new Comparison(ComparisonOperator.Equal, input, distinct[0]) : new InList(input, distinct));
            }
        }

        return Conjunctions.OrAll(result);
    }

    private static (Expression Input, NodeList<Expression> Items)? Items(Expression term) => term switch
    {
        Comparison { Operator: ComparisonOperator.Equal, Left: ColumnReference column, Right: Literal item } when column.Type.Kind == item.Type.Kind => (column, [item]),
        InList { Negated: false, Input: ColumnReference column } list when list.Items.All(static item => item is Literal) => (column, list.Items),
        _ => null,
    };
}
