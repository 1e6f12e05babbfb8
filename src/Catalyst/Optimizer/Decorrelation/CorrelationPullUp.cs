using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Simplification;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Decorrelation;

/// <summary>A plan freed of its correlation.</summary>
/// <param name="Plan">Rows for all bindings of the outer columns together; its output holds at least the original's.</param>
/// <param name="Predicates">Those rows belong to a binding for which all of these are true.</param>
/// <param name="Defaults">The one row of a binding without rows in <paramref name="Plan"/> (an aggregate without keys), by column; null: such a binding has no row.</param>
internal sealed record PulledUp(LogicalPlan Plan, NodeList<Expression> Predicates, Dictionary<ColumnId, Expression>? Defaults = null);

/// <summary>Decorrelates the frequent cases without a domain: moves correlated predicates up to the join.</summary>
/// <remarks>
/// Anything may move through filters, projections and inner joins. Only "outer = inner" may move through what looks at several rows at once, because there
/// the inner side can be grouped by: in terms of Neumann and Kemper, the domain is replaced by the inner columns it equals.
/// </remarks>
/// <param name="context">For new columns.</param>
/// <param name="outer">The columns that are free in the whole subquery.</param>
internal sealed class CorrelationPullUp(OptimizerContext context, HashSet<ColumnId> outer)
{
    private readonly ExpressionSimplifier _simplifier = new(context);

    /// <summary>Frees a plan; null where that needs the domain.</summary>
    public PulledUp? PullUp(LogicalPlan plan)
    {
        if (!IsCorrelated(plan))
        {
            return new(plan, []);
        }

        return plan switch
        {
            Filter filter => PullUp(filter),
            Project project => PullUp(project),
            Join { Kind: JoinKind.Inner } join => PullUpInner(join),
            Join { Kind: JoinKind.RightOuter } join when !IsCorrelated(join.Left) && !Uses(join.Condition) =>
                PullUp(join.Right) is { Defaults: null } right ? right with { Plan = join with { Right = right.Plan } } : null,
            Join { Kind: not JoinKind.FullOuter and not JoinKind.RightOuter } join when !IsCorrelated(join.Right) && !Uses(join.Condition) =>
                PullUp(join.Left) is { Defaults: null } left ? left with { Plan = join with { Left = left.Plan } } : null,
            Apply apply when !IsCorrelated(apply.Right) && !Uses(apply.Condition) =>
                PullUp(apply.Left) is { Defaults: null } left ? left with { Plan = apply with { Left = left.Plan } } : null,
            Aggregate { GroupingSets: null } aggregate => PullUp(aggregate),
            Distinct { On.IsEmpty: true } distinct => MaterializeKeys(PullUp(distinct.Input), distinct.Output) is { } input ? input with { Plan = distinct with { Input = input.Plan } } : null,
            Sort sort => PullUp(sort.Input),
            Limit limit => PullUp(limit),
            Window window => PullUp(window),
            With with when !IsCorrelated(with.Definition) => PullUp(with.Body) is { } body ? body with { Plan = with with { Body = body.Plan } } : null,
            TableFunctionScan functions when !functions.Expressions.Any(Uses) =>
                PullUp(functions.Input) is { Defaults: null } input ? input with { Plan = functions with { Input = input.Plan } } : null,
            _ => null,
        };
    }

    private bool IsCorrelated(LogicalPlan plan) => plan.FreeColumns().Overlaps(outer);

    private bool Uses(Expression expression) => expression.ReferencesAny(outer);

    private PulledUp? PullUp(Filter filter)
    {
        if (PullUp(filter.Input) is not { Defaults: null } input)
        {
            return null;
        }

        var own = new List<Expression>();
        var pulled = new List<Expression>(input.Predicates);
        foreach (Expression conjunct in filter.Predicate.Conjuncts())
        {
            if (conjunct.IsVolatile())
            {
                return null;
            }

            (Uses(conjunct) ? pulled : own).Add(conjunct);
        }

        return new(own.Count == 0 ? input.Plan : new Filter(Conjunctions.AndAll(own), input.Plan), [.. pulled]);
    }

    private PulledUp? PullUp(Project project)
    {
        if (PullUp(project.Input) is not { } input)
        {
            return null;
        }

        Dictionary<ColumnId, Expression> equalities = Equalities(input.Predicates);
        var items = new List<NamedExpression>();
        Dictionary<ColumnId, Expression>? defaults = input.Defaults is null ? null : [];
        foreach (NamedExpression item in project.Items)
        {
            Expression expression = item.Expression.Substitute(equalities);
            if (Uses(expression) || (defaults is not null && expression.IsVolatile()))
            {
                return null;
            }

            items.Add(item with { Expression = expression });
            if (defaults is not null)
            {
                if (!ReferenceEquals(expression, item.Expression) || !expression.References().IsSubsetOf(input.Defaults!.Keys))
                {
                    return null;
                }

                defaults[item.Column.Id] = _simplifier.Simplify(expression.Substitute(input.Defaults));
            }
        }

        Expose(items, input);
        return new(new Project([.. items], input.Plan), input.Predicates, defaults);
    }

    private PulledUp? PullUpInner(Join join)
    {
        if (PullUp(join.Left) is not { Defaults: null } left || PullUp(join.Right) is not { Defaults: null } right)
        {
            return null;
        }

        var own = new List<Expression>();
        var pulled = new List<Expression>([.. left.Predicates, .. right.Predicates]);
        foreach (Expression conjunct in join.Condition.Conjuncts())
        {
            (Uses(conjunct) ? pulled : own).Add(conjunct);
        }

        return new(join with { Left = left.Plan, Right = right.Plan, Condition = Conjunctions.AndAll(own) }, [.. pulled]);
    }

    /// <summary>Groups by the inner sides of the equalities as well.</summary>
    private PulledUp? PullUp(Aggregate aggregate)
    {
        if (PullUp(aggregate.Input) is not { Defaults: null } input)
        {
            return null;
        }

        Dictionary<ColumnId, Expression> equalities = Equalities(input.Predicates);
        NodeList<NamedExpression> calls = aggregate.Calls.MapOrSame(call => Substituted(call, equalities));
        var keys = new List<NamedExpression>(aggregate.Keys.MapOrSame(key => Substituted(key, equalities)));
        if (keys.Concat(calls).Any(item => Uses(item.Expression)))
        {
            return null;
        }

        var predicates = new List<Expression>();
        foreach (Expression predicate in input.Predicates)
        {
            if (!IsKeyEquality(predicate, out Expression outerSide, out Expression innerSide))
            {
                return null;
            }

            NamedExpression? key = keys.Find(key => key.Expression.Equals(innerSide));
            if (key is null)
            {
                key = innerSide is ColumnReference reference ? NamedExpression.Pass(reference.Column) : new(innerSide, context.Ids.For(innerSide, "key"));
                keys.Add(key);
            }

            predicates.Add(new Comparison(ComparisonOperator.Equal, outerSide, new ColumnReference(key.Column)));
        }

        Dictionary<ColumnId, Expression>? defaults = null;
        if (aggregate.Keys.IsEmpty)
        {
            defaults = calls.ToDictionary(static call => call.Column.Id, static Expression (call) => EmptyGroups.Result((AggregateCall)call.Expression));
        }

        return new(aggregate with { Keys = [.. keys], Calls = calls, Input = input.Plan }, [.. predicates], defaults);
    }

    private static NamedExpression Substituted(NamedExpression item, Dictionary<ColumnId, Expression> equalities)
    {
        Expression expression = item.Expression.Substitute(equalities);
        return ReferenceEquals(expression, item.Expression) ? item : item with { Expression = expression };
    }

    /// <summary>Numbers the rows of each binding instead of counting all rows.</summary>
    private PulledUp? PullUp(Limit limit)
    {
        if (limit.Input is Project { Input: Sort sorted } project)
        {
            return PullUp(project with { Input = limit with { Input = sorted } });
        }

        Sort? sort = limit.Input as Sort;
        PulledUp? rows = PullUp(sort?.Input ?? limit.Input);
        if (rows is { Defaults: not null })
        {
            return limit is { Offset: null, Count: Literal { Value: > 0L } } ? rows : null;
        }

        NodeList<Column> output = limit.Output;
        if (MaterializeKeys(rows, output) is not { } input || (sort is not null && sort.Keys.Any(key => Uses(key.Expression))))
        {
            return null;
        }

        NodeList<Expression> partition = [.. input.Plan.Output.Skip(output.Count).Select(static column => new ColumnReference(column))];
        LogicalPlan numbered = NumberedRows.Limit(limit, sort?.Keys ?? [], partition, input.Plan, context);
        return input with { Plan = numbered };
    }

    private PulledUp? PullUp(Window window)
    {
        if (window.Calls.Any(call => Uses(call.Expression)) || MaterializeKeys(PullUp(window.Input), window.Input.Output) is not { } input)
        {
            return null;
        }

        Expression[] keys = [.. input.Plan.Output.Skip(window.Input.Output.Count).Select(static column => new ColumnReference(column))];
        NodeList<NamedExpression> calls = window.Calls.Map(call =>
        {
            var windowCall = (WindowCall)call.Expression;
            return call with { Expression = windowCall with { PartitionBy = [.. windowCall.PartitionBy, .. keys] } };
        });
        return input with { Plan = window with { Calls = calls, Input = input.Plan } };
    }

    /// <summary>Puts the inner side of each equality into a column of its own behind exactly <paramref name="output"/>; null where a predicate is no equality.</summary>
    private PulledUp? MaterializeKeys(PulledUp? input, NodeList<Column> output)
    {
        if (input is not { Defaults: null })
        {
            return null;
        }

        List<NamedExpression> items = [.. output.Select(NamedExpression.Pass)];
        var predicates = new List<Expression>();
        foreach (Expression predicate in input.Predicates)
        {
            if (!IsKeyEquality(predicate, out Expression outerSide, out Expression innerSide))
            {
                return null;
            }

            var key = new NamedExpression(innerSide, context.Ids.For(innerSide, "key"));
            items.Add(key);
            predicates.Add(new Comparison(ComparisonOperator.Equal, outerSide, new ColumnReference(key.Column)));
        }

        return new(new Project([.. items], input.Plan), [.. predicates]);
    }

    /// <summary>Adds the columns that the predicates need to a projection.</summary>
    private void Expose(List<NamedExpression> items, PulledUp input)
    {
        var needed = new HashSet<ColumnId>();
        foreach (Expression predicate in input.Predicates)
        {
            predicate.AddReferences(needed);
        }

        foreach (NamedExpression item in items)
        {
            needed.Remove(item.Column.Id);
        }

        items.AddRange(input.Plan.Output.Where(column => needed.Contains(column.Id)).Select(NamedExpression.Pass));
    }

    /// <summary>Takes "outer = inner" apart.</summary>
    private bool IsKeyEquality(Expression predicate, out Expression outerSide, out Expression innerSide)
    {
        (outerSide, innerSide) = (predicate, predicate);
        if (predicate is not Comparison { Operator: ComparisonOperator.Equal } comparison)
        {
            return false;
        }

        (outerSide, innerSide) = Uses(comparison.Left) ? (comparison.Left, comparison.Right) : (comparison.Right, comparison.Left);
        return !Uses(innerSide) && outerSide.ReferencesOnly(outer);
    }

    /// <summary>Outer columns that equal an inner expression of the very same type, bit by bit.</summary>
    private Dictionary<ColumnId, Expression> Equalities(NodeList<Expression> predicates)
    {
        var equalities = new Dictionary<ColumnId, Expression>();
        foreach (Expression predicate in predicates)
        {
            if (IsKeyEquality(predicate, out Expression outerSide, out Expression innerSide) && outerSide is ColumnReference reference
                && reference.Type.Equals(innerSide.Type) && (reference.Type.IsInteger || reference.Type.Kind is Types.TypeKind.Text or Types.TypeKind.Date or Types.TypeKind.Numeric))
            {
                equalities.TryAdd(reference.Id, innerSide);
            }
        }

        return equalities;
    }
}
