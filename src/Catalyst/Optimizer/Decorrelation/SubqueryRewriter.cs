using SqlCluster.Catalyst.Analysis.Resolvers;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Decorrelation;

/// <summary>Replaces subquery expressions, innermost first, by dependent joins with the input of the node that evaluates them.</summary>
internal sealed class SubqueryRewriter(OptimizerContext context)
{
    private readonly HashSet<LogicalPlan> _attached = new(ReferenceEqualityComparer.Instance);

    public LogicalPlan Rewrite(LogicalPlan plan)
    {
        plan = plan.MapChildren(Rewrite);
        if (!plan.Expressions.Any(static expression => expression.HasSubquery()))
        {
            return plan;
        }

        return plan switch
        {
            Filter filter => RewriteFilter(filter),
            Join join => RewriteJoin(join),
            Apply apply => RewriteApply(apply),
            Values values => RewriteValues(values),
            Limit limit => RewriteLimit(limit),
            Scan or CteScan => throw OptimizerErrors.BrokenPlan(nameof(Rules.RewriteSubqueriesAsApply), $"subquery in a leaf: {LogicalPlanPrinter.Describe(plan)}"),
            _ => RewriteUnary(plan),
        };
    }

    /// <summary>Attaches the subqueries to the one input; nodes that pass their input's columns on get a Project that drops the new ones.</summary>
    private LogicalPlan RewriteUnary(LogicalPlan plan)
    {
        LogicalPlan input = plan.Children[0];
        NodeList<Expression> expressions = plan.Expressions.Map(expression => Extract(expression, ref input));
        return WithOutput(plan.WithExpressions(expressions).WithChildren([input]), plan.Output);
    }

    /// <summary>Turns conjuncts that are subqueries into semi and anti joins; subqueries deeper in a conjunct become columns that it reads.</summary>
    private LogicalPlan RewriteFilter(Filter filter)
    {
        LogicalPlan input = filter.Input;
        var plain = new List<Expression>();
        var withSubquery = new List<Expression>();
        foreach (Expression conjunct in filter.Predicate.Conjuncts())
        {
            (conjunct.HasSubquery() ? withSubquery : plain).Add(conjunct);
        }

        if (plain.Count > 0)
        {
            input = new Filter(Conjunctions.AndAll(plain), input);
        }

        foreach (Expression conjunct in withSubquery)
        {
            (Expression test, bool negated) = conjunct is Not { Input: ExistsSubquery or QuantifiedSubquery } not ? (not.Input, true) : (conjunct, false);
            input = test switch
            {
                ExistsSubquery exists => FilterByExists(exists, exists.Negated != negated, input),
                QuantifiedSubquery quantified => FilterByQuantified(quantified, negated, input),
                _ => FilterByColumns(conjunct, input),
            };
        }

        return WithOutput(input, filter.Output);
    }

    private Filter FilterByColumns(Expression conjunct, LogicalPlan input)
    {
        Expression predicate = Extract(conjunct, ref input);
        return new Filter(predicate, input);
    }

    private LogicalPlan FilterByExists(ExistsSubquery exists, bool negated, LogicalPlan input)
    {
        LogicalPlan plan = RowsOnly(Prepare(exists.Plan));
        return plan.HasAtLeastOneRow()
            ? negated ? new Filter(Literal.False, input) : input
            : new Apply(negated ? JoinKind.LeftAnti : JoinKind.LeftSemi, input, plan, Literal.True);
    }

    private Apply FilterByQuantified(QuantifiedSubquery quantified, bool negated, LogicalPlan input)
    {
        NodeList<Expression> values = quantified.Values.Map(value => Extract(value, ref input));
        LogicalPlan plan = Distinguish(Prepare(quantified.Plan), input);
        ComparisonOperator comparison = quantified.IsAll ? Negate(quantified.Operator) : quantified.Operator;
        Expression condition = CompareRows(values, comparison, plan.Output);
        return quantified.IsAll == negated
            ? new Apply(JoinKind.LeftSemi, input, plan, condition)
            : new Apply(JoinKind.LeftAnti, input, plan, new IsTruth(condition, Truth: false, Negated: true));
    }

    private LogicalPlan RewriteJoin(Join join)
    {
        if (join.Kind == JoinKind.Inner)
        {
            return RewriteFilter(new Filter(join.Condition, join with { Condition = Literal.True }));
        }

        LogicalPlan left = join.Left, right = join.Right;
        HashSet<ColumnId> leftIds = left.OutputIds(), rightIds = right.OutputIds();
        var conjuncts = new List<Expression>();
        foreach (Expression conjunct in join.Condition.Conjuncts())
        {
            if (conjunct.HasSubquery() && conjunct.ReferencesAny(leftIds) && conjunct.ReferencesAny(rightIds))
            {
                return RewriteAsApply(join);
            }

            conjuncts.Add(conjunct.ReferencesAny(leftIds) ? Extract(conjunct, ref left) : Extract(conjunct, ref right));
        }

        return WithOutput(join with { Left = left, Right = right, Condition = Conjunctions.AndAll(conjuncts) }, join.Output);
    }

    /// <summary>An outer join whose condition has a subquery over both sides: the condition becomes a filter of a dependent right side.</summary>
    private LogicalPlan RewriteAsApply(Join join) => join.Kind switch
    {
        JoinKind.LeftOuter or JoinKind.LeftSemi or JoinKind.LeftAnti =>
            WithOutput(new Apply(join.Kind, join.Left, RewriteFilter(new Filter(join.Condition, join.Right)), Literal.True), join.Output),
        JoinKind.RightOuter =>
            WithOutput(new Apply(JoinKind.LeftOuter, join.Right, RewriteFilter(new Filter(join.Condition, join.Left)), Literal.True), join.Output),
        _ => throw OptimizerErrors.Unsupported($"subquery over both sides in the condition of a join of kind {join.Kind}"),
    };

    private LogicalPlan RewriteApply(Apply apply) => apply.Kind switch
    {
        JoinKind.Inner => RewriteFilter(new Filter(apply.Condition, apply with { Condition = Literal.True })),
        JoinKind.LeftOuter or JoinKind.LeftSemi or JoinKind.LeftAnti or JoinKind.LeftSingle =>
            apply with { Right = RewriteFilter(new Filter(apply.Condition, apply.Right)), Condition = Literal.True },
        _ => throw OptimizerErrors.Unsupported($"subquery in the condition of a lateral join of kind {apply.Kind}"),
    };

    /// <summary>A limit that is a subquery's value: the rows are numbered, so that the value can be a column beside them.</summary>
    private LogicalPlan RewriteLimit(Limit limit)
    {
        Sort? sort = limit.Input as Sort ?? (limit.Input as Distinct)?.Input as Sort;
        NodeList<SortKey> order = sort?.Keys ?? NodeList<SortKey>.Empty;
        LogicalPlan input = limit.Input is Sort ? sort!.Input : limit.Input;
        Expression? count = limit.Count is null ? null : Extract(limit.Count, ref input);
        Expression? offset = limit.Offset is null ? null : Extract(limit.Offset, ref input);
        LogicalPlan numbered = NumberedRows.Limit(limit with { Count = count, Offset = offset }, order, NodeList<Expression>.Empty, input, context);
        LogicalPlan sorted = order.IsEmpty ? numbered : new Sort([new SortKey(new ColumnReference(numbered.Output[numbered.Output.Count - 1])), .. order], numbered);
        return WithOutput(sorted, limit.Output);
    }

    private LogicalPlan RewriteValues(Values values)
    {
        LogicalPlan[] rows = [.. values.Rows.Select(row =>
        {
            LogicalPlan input = Values.SingleRow;
            NodeList<Expression> expressions = row.Map(expression => Extract(expression, ref input));
            return new Project([.. expressions.Select((expression, index) => new NamedExpression(expression, context.Ids.CopyOf(values.Columns[index])))], input);
        })];
        return rows.Length == 1
            ? new Project([.. rows[0].Output.Select((column, index) => new NamedExpression(new ColumnReference(column), values.Columns[index]))], rows[0])
            : new SetOperation(SetOperationKind.Union, true, [.. rows], values.Columns);
    }

    /// <summary>Replaces the subqueries of an expression by references to columns that <paramref name="input"/> gets.</summary>
    private Expression Extract(Expression expression, ref LogicalPlan input)
    {
        if (!expression.HasSubquery())
        {
            return expression;
        }

        LogicalPlan extended = input;
        HashSet<Expression> guarded = GuardedSubqueries.Find(expression);
        Expression replaced = expression.TransformUp(node => node is SubqueryExpression subquery
            ? guarded.Contains(subquery) ? AttachGuarded(subquery, ref extended) : Attach(subquery, ref extended)
            : node);
        input = extended;
        return replaced;
    }

    private Expression Attach(SubqueryExpression subquery, ref LogicalPlan input)
    {
        LogicalPlan plan = Prepare(subquery.Plan);
        switch (subquery)
        {
            case ScalarSubquery: return AttachScalar(plan, ref input);
            case ArraySubquery:
                Expression array = AttachScalar(SubqueryArrays.Collect(plan, context), ref input);
                return new Coalesce([array, new Literal(NodeList<Literal>.Empty, subquery.Type)]);
            case ExistsSubquery exists:
                plan = RowsOnly(plan);
                if (plan.HasAtLeastOneRow())
                {
                    return Literal.Of(!exists.Negated);
                }

                Column found = context.Ids.Column("exists", SqlType.Boolean, isNullable: false);
                input = new Apply(JoinKind.LeftMark, input, plan, Literal.True, found);
                return new IsTruth(new ColumnReference(found with { IsNullable = true }), Truth: true, exists.Negated);
            case QuantifiedSubquery quantified:
                plan = Distinguish(plan, input);
                ComparisonOperator comparison = quantified.IsAll ? Negate(quantified.Operator) : quantified.Operator;
                Column mark = context.Ids.Column("mark", SqlType.Boolean, isNullable: true);
                input = new Apply(JoinKind.LeftMark, input, plan, CompareRows(quantified.Values, comparison, plan.Output), mark);
                return quantified.IsAll ? new Not(new ColumnReference(mark)) : new ColumnReference(mark);
            default:
                throw OptimizerErrors.Unsupported($"subquery of kind {subquery.GetType().Name}");
        }
    }

    /// <summary>A scalar subquery that is not asked for its value in every row: its rows are counted, and too many of them are an error only where it is.</summary>
    private Expression AttachGuarded(SubqueryExpression subquery, ref LogicalPlan input)
    {
        LogicalPlan plan = Prepare(subquery.Plan);
        if (plan.HasAtMostOneRow())
        {
            return AttachScalar(plan, ref input);
        }

        plan = Distinguish(plan, input);
        AggregateCall value = context.Aggregate("any_value", [new ColumnReference(plan.Output[0])], NodeList<SortKey>.Empty);
        AggregateCall count = context.Aggregate("count", NodeList<Expression>.Empty, NodeList<SortKey>.Empty);
        Column valueColumn = context.Ids.For(value, plan.Output[0].Name), countColumn = context.Ids.For(count, "rows");
        var counted = new Aggregate([], [new NamedExpression(value, valueColumn), new NamedExpression(count, countColumn)], null, null, plan);
        input = counted.IsCorrelated() ? new Apply(JoinKind.LeftOuter, input, counted, Literal.True) : new Join(JoinKind.Inner, input, counted, Literal.True);
        return context.Scalar(SpecialFunctions.SingleRow, new ColumnReference(valueColumn with { IsNullable = true }), new ColumnReference(countColumn));
    }

    private Expression AttachScalar(LogicalPlan plan, ref LogicalPlan input)
    {
        if (plan is Project { Items: [var item], Input: Values { Rows: [{ IsEmpty: true }] } } && !item.Expression.IsVolatile())
        {
            return item.Expression;
        }

        plan = Distinguish(plan, input);
        Column value = plan.Output[0];
        JoinKind kind = plan.HasAtMostOneRow() ? JoinKind.LeftOuter : JoinKind.LeftSingle;
        if (plan.IsCorrelated())
        {
            input = new Apply(kind, input, plan, Literal.True);
            return new ColumnReference(value with { IsNullable = true });
        }

        // Without correlation there is exactly one value: a plain join with it can be ordered among others and turned into a hash join.
        bool isOneRow = plan.HasExactlyOneRow();
        input = new Join(JoinKind.Inner, input, isOneRow ? plan : new Join(kind, Values.SingleRow, plan, Literal.True), Literal.True);
        return new ColumnReference(isOneRow ? value : value with { IsNullable = true });
    }

    /// <summary>Rewrites the subquery's own subqueries. A plan that is used by two expressions is copied, as columns are defined once.</summary>
    private LogicalPlan Prepare(LogicalPlan plan)
    {
        LogicalPlan own = _attached.Add(plan) ? plan : plan.CopyWithNewColumns(context.Ids, []);
        return Rewrite(own);
    }

    /// <summary>Drops what does not matter to whether there is a row.</summary>
    private static LogicalPlan RowsOnly(LogicalPlan plan) => plan switch
    {
        Project or Sort or Distinct => RowsOnly(plan.Children[0]),
        Limit { Offset: null, Count: Literal { Value: > 0L } } limit => RowsOnly(limit.Input),
        _ => plan,
    };

    /// <summary>Renames columns that the subquery passes on from the outer query, so that both sides of the join have their own.</summary>
    private LogicalPlan Distinguish(LogicalPlan plan, LogicalPlan input)
    {
        return input.Output.HasAny(plan.OutputIds())
            ? new Project(plan.Output.Map(column => new NamedExpression(new ColumnReference(column), context.Ids.CopyOf(column))), plan)
            : plan;
    }

    private static LogicalPlan WithOutput(LogicalPlan plan, NodeList<Column> output) => plan.Narrow(output);

    private static ComparisonOperator Negate(ComparisonOperator comparison) => comparison switch
    {
        ComparisonOperator.Equal => ComparisonOperator.NotEqual,
        ComparisonOperator.NotEqual => ComparisonOperator.Equal,
        ComparisonOperator.Less => ComparisonOperator.GreaterOrEqual,
        ComparisonOperator.LessOrEqual => ComparisonOperator.Greater,
        ComparisonOperator.Greater => ComparisonOperator.LessOrEqual,
        ComparisonOperator.GreaterOrEqual => ComparisonOperator.Less,
    };

    /// <summary>Compares rows: equality by all positions, order by the first position that differs.</summary>
    private static Expression CompareRows(NodeList<Expression> values, ComparisonOperator comparison, NodeList<Column> columns)
    {
        Expression At(int index, ComparisonOperator sign) => new Comparison(sign, values[index], new ColumnReference(columns[index]));
        IEnumerable<int> positions = Enumerable.Range(0, values.Count);
        switch (comparison)
        {
            case ComparisonOperator.Equal: return Conjunctions.AndAll([.. positions.Select(index => At(index, comparison))]);
            case ComparisonOperator.NotEqual: return Conjunctions.OrAll([.. positions.Select(index => At(index, comparison))]);
        }

        ComparisonOperator strict = comparison switch
        {
            ComparisonOperator.LessOrEqual => ComparisonOperator.Less,
            ComparisonOperator.GreaterOrEqual => ComparisonOperator.Greater,
            _ => comparison,
        };
        Expression result = At(values.Count - 1, comparison);
        for (int i = values.Count - 2; i >= 0; i--)
        {
            result = Conjunctions.OrAll(At(i, strict), Conjunctions.AndAll(At(i, ComparisonOperator.Equal), result));
        }

        return result;
    }
}
