using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Decorrelation;

/// <summary>A plan evaluated for every row of the domain at once.</summary>
/// <param name="Plan">Its output holds the original's and the domain's columns.</param>
/// <param name="Domain">Columns of <paramref name="Plan"/> that carry the domain's values, in the order of the outer columns.</param>
internal readonly record struct DomainRows(LogicalPlan Plan, NodeList<Column> Domain);

/// <summary>Decorrelates any plan: Neumann and Kemper, "Unnesting Arbitrary Queries" (BTW 2015).</summary>
/// <remarks>
/// The domain D holds the distinct values of the outer columns. The dependent join of D with a plan moves down, node by node, until a part is not correlated;
/// there it is a plain product with D. Every node in between keeps its rows apart by D's columns: grouped by, partitioned by, joined on (null-safe).
/// </remarks>
/// <param name="context">For new columns.</param>
/// <param name="outer">Outer columns that occur in the plan.</param>
/// <param name="newDomain">Makes another reader of D under new column ids.</param>
internal sealed class DomainPushDown(OptimizerContext context, NodeList<Column> outer, Func<DomainRows> newDomain)
{
    private readonly HashSet<ColumnId> _outerIds = [.. outer.Select(static column => column.Id)];

    /// <summary>Recursive queries whose rows have the domain's columns.</summary>
    private readonly HashSet<CteId> _carriers = [];

    public DomainRows Push(LogicalPlan plan)
    {
        if (!IsCorrelated(plan))
        {
            DomainRows domain = newDomain();
            return plan is Values { Rows: [{ IsEmpty: true }] } ? domain : domain with { Plan = new Join(JoinKind.Inner, domain.Plan, plan, Literal.True) };
        }

        return plan switch
        {
            Filter filter => Push(filter.Input).Then((input, domain) => filter with { Predicate = Replace(filter.Predicate, domain), Input = input }),
            Project project => Push(project.Input).Then((input, domain) =>
                new Project([.. project.Items.Select(item => item with { Expression = Replace(item.Expression, domain) }), .. domain.Select(NamedExpression.Pass)], input)),
            Aggregate { GroupingSets: null, Keys.IsEmpty: true } aggregate => PushStatic(aggregate),
            Aggregate aggregate => PushGrouped(aggregate),
            Distinct distinct => PushDistinct(distinct),
            Sort sort => Push(sort.Input),
            Limit limit => PushLimit(limit),
            Window window => Push(window.Input).Then((input, domain) => window with { Calls = window.Calls.Map(call => Partition(call, domain)), Input = input }),
            Join join => PushJoin(join),
            Apply apply => PushApply(apply),
            SetOperation operation => PushSetOperation(operation),
            Values values => PushValues(values),
            TableFunctionScan functions => Push(functions.Input).Then((input, domain) =>
                functions with { Functions = functions.Functions.Map(call => (Call)Replace(call, domain)), Input = input }),
            With with when !IsCorrelated(with.Definition) => Push(with.Body).Then((body, _) => with with { Body = body }),
            RecursiveUnion recursive => PushRecursive(recursive),
            CteScan scan => WithDomain(scan),
            _ => throw OptimizerErrors.Unsupported($"references to an outer query in {LogicalPlanPrinter.Describe(plan)}"),
        };
    }

    /// <summary>Equality of two domain rows, nulls included.</summary>
    public static IEnumerable<Expression> Same(NodeList<Column> left, NodeList<Column> right) => left.Select((column, index) =>
        column.IsNullable && right[index].IsNullable
            ? (Expression)new IsDistinctFrom(new ColumnReference(column), new ColumnReference(right[index]), Negated: true)
            : new Comparison(ComparisonOperator.Equal, new ColumnReference(column), new ColumnReference(right[index])));

    /// <summary>Whether a plan uses outer columns, or rows of an iteration, which carry the domain's columns with them.</summary>
    private bool IsCorrelated(LogicalPlan plan) => plan.FreeColumns().Overlaps(_outerIds) || (_carriers.Count > 0 && plan.Any(node => node is CteScan { IsWorkingTable: true } scan && _carriers.Contains(scan.Id)));

    private Dictionary<ColumnId, Expression> Replacements(NodeList<Column> domain)
    {
        var replacements = new Dictionary<ColumnId, Expression>();
        for (int i = 0; i < outer.Count; i++)
        {
            replacements[outer[i].Id] = new ColumnReference(domain[i]);
        }

        return replacements;
    }

    private Expression Replace(Expression expression, NodeList<Column> domain) => expression.Substitute(Replacements(domain));

    private NamedExpression Partition(NamedExpression call, NodeList<Column> domain)
    {
        var window = (WindowCall)Replace(call.Expression, domain);
        return call with { Expression = window with { PartitionBy = [.. window.PartitionBy, .. References(domain)] } };
    }

    private static IEnumerable<Expression> References(NodeList<Column> columns) => columns.Select(static column => new ColumnReference(column));

    private DomainRows PushGrouped(Aggregate aggregate)
    {
        if (aggregate.GroupingSets is { } sets && sets.Any(static set => set.IsEmpty))
        {
            throw OptimizerErrors.Unsupported("correlated GROUPING SETS, ROLLUP or CUBE with the empty set");
        }

        return Push(aggregate.Input).Then((input, domain) => Group(aggregate, input, domain));
    }

    private Aggregate Group(Aggregate aggregate, LogicalPlan input, NodeList<Column> domain) => aggregate with
    {
        Keys = [.. aggregate.Keys.Select(key => key with { Expression = Replace(key.Expression, domain) }), .. domain.Select(NamedExpression.Pass)],
        Calls = aggregate.Calls.Map(call => call with { Expression = Replace(call.Expression, domain) }),
        GroupingSets = aggregate.GroupingSets?.Map(set => (NodeList<int>)[.. set, .. Enumerable.Range(aggregate.Keys.Count, domain.Count)]),
        Input = input,
    };

    /// <summary>An aggregate without keys has a row for every domain row, also for those without input: D LEFT JOIN (grouped by D), count made 0 where there was no group.</summary>
    private DomainRows PushStatic(Aggregate aggregate)
    {
        DomainRows input = Push(aggregate.Input);
        var calls = new List<NamedExpression>();
        var results = new List<NamedExpression>();
        foreach (NamedExpression call in aggregate.Calls)
        {
            Literal empty = EmptyGroups.Result((AggregateCall)call.Expression);
            if (empty.IsNull)
            {
                calls.Add(call);
                results.Add(NamedExpression.Pass(call.Column with { IsNullable = true }));
            }
            else
            {
                Column grouped = context.Ids.CopyOf(call.Column);
                calls.Add(call with { Column = grouped });
                results.Add(call with { Expression = new Coalesce([new ColumnReference(grouped with { IsNullable = true }), empty]) });
            }
        }

        Aggregate group = Group(aggregate with { Calls = [.. calls] }, input.Plan, input.Domain);
        DomainRows domain = newDomain();
        var join = new Join(JoinKind.LeftOuter, domain.Plan, group, Conjunctions.AndAll([.. Same(domain.Domain, input.Domain)]));
        return domain with { Plan = new Project([.. results, .. domain.Domain.Select(NamedExpression.Pass)], join) };
    }

    private DomainRows PushDistinct(Distinct distinct)
    {
        if (distinct.On.IsEmpty)
        {
            DomainRows rows = Push(distinct.Input);
            return rows with { Plan = distinct with { Input = rows.Plan.Narrow([.. distinct.Output, .. rows.Domain]) } };
        }

        DomainRows input = Push(distinct.Input);
        SortKey[] order = distinct.Input is Sort sort ? [.. sort.Keys.Select(key => key with { Expression = Replace(key.Expression, input.Domain) })] : [];
        return input with
        {
            Plan = new Distinct(
                [.. References(input.Domain), .. distinct.On.Select(key => Replace(key, input.Domain))],
                new Sort([.. References(input.Domain).Select(static key => new SortKey(key)), .. order], input.Plan)),
        };
    }

    private DomainRows PushLimit(Limit limit)
    {
        if (limit.Input is Project { Input: Sort sorted } project)
        {
            return Push(project with { Input = limit with { Input = sorted } });
        }

        Sort? sort = limit.Input as Sort;
        DomainRows input = Push(sort?.Input ?? limit.Input);
        NodeList<SortKey> order = sort is null ? [] : sort.Keys.Map(key => key with { Expression = Replace(key.Expression, input.Domain) });
        return input with { Plan = NumberedRows.Limit(limit, order, [.. References(input.Domain)], input.Plan, context) };
    }

    private DomainRows PushJoin(Join join)
    {
        bool left = IsCorrelated(join.Left), right = IsCorrelated(join.Right);
        if (join.Kind == JoinKind.Inner && !(left && right))
        {
            return right
                ? Push(join.Right).Then((input, domain) => join with { Right = input, Condition = Replace(join.Condition, domain) })
                : Push(join.Left).Then((input, domain) => join with { Left = input, Condition = Replace(join.Condition, domain) });
        }

        if (join.Kind == JoinKind.RightOuter && !left)
        {
            return Push(join.Right).Then((input, domain) => join with { Right = input, Condition = Replace(join.Condition, domain) });
        }

        if (join.Kind is not JoinKind.RightOuter and not JoinKind.FullOuter && !right)
        {
            return Push(join.Left).Then((input, domain) => join with { Left = input, Condition = Replace(join.Condition, domain) });
        }

        DomainRows leftRows = Push(join.Left), rightRows = Push(join.Right);
        NodeList<Column> kept = join.Kind == JoinKind.RightOuter ? rightRows.Domain : leftRows.Domain;
        Expression condition = Conjunctions.AndAll([.. Same(leftRows.Domain, rightRows.Domain), Replace(join.Condition, kept)]);
        Join joined = join with { Left = leftRows.Plan, Right = rightRows.Plan, Condition = condition };
        return join.Kind == JoinKind.FullOuter ? MergeDomains(joined, join.Output, leftRows.Domain, rightRows.Domain) : new(joined, kept);
    }

    /// <summary>Takes the domain's values of a full outer join from the side that has the row.</summary>
    private DomainRows MergeDomains(Join joined, NodeList<Column> output, NodeList<Column> left, NodeList<Column> right)
    {
        NamedExpression[] merged = [.. left.Select((column, index) => new NamedExpression(
            new Coalesce([new ColumnReference(column with { IsNullable = true }), new ColumnReference(right[index] with { IsNullable = true })]),
            context.Ids.CopyOf(column with { IsNullable = true })))];
        return new(new Project([.. output.Select(NamedExpression.Pass), .. merged], joined), [.. merged.Select(static item => item.Column)]);
    }

    /// <summary>The domain goes down the left side; the right side, evaluated for each left row, then finds the outer columns there.</summary>
    private DomainRows PushApply(Apply apply) => Push(apply.Left).Then((left, domain) =>
    {
        Dictionary<ColumnId, Expression> replacements = Replacements(domain);
        return apply with { Left = left, Right = apply.Right.SubstituteFree(replacements), Condition = apply.Condition.Substitute(replacements) };
    });

    private DomainRows PushSetOperation(SetOperation operation)
    {
        NodeList<LogicalPlan> inputs = operation.Inputs.Map(input =>
        {
            DomainRows rows = Push(input);
            return rows.Plan.Narrow([.. input.Output, .. rows.Domain]);
        });
        NodeList<Column> domain = outer.Map(context.Ids.CopyOf);
        return new(operation with { Inputs = inputs, Columns = [.. operation.Columns, .. domain] }, domain);
    }

    /// <summary>The rows that a recursion begins with get the domain's columns; those of each iteration bring them along, so that the next finds them there.</summary>
    private DomainRows PushRecursive(RecursiveUnion recursive)
    {
        DomainRows start = Push(recursive.Base);
        _carriers.Add(recursive.Id);
        DomainRows step = Push(recursive.Recursive);
        _carriers.Remove(recursive.Id);
        NodeList<Column> domain = outer.Map(context.Ids.CopyOf);
        return new(
            recursive with
            {
                Base = start.Plan.Narrow([.. recursive.Base.Output, .. start.Domain]),
                Recursive = step.Plan.Narrow([.. recursive.Recursive.Output, .. step.Domain]),
                Columns = [.. recursive.Columns, .. domain],
            },
            domain);
    }

    /// <summary>Rows of the last iteration, with the domain's columns.</summary>
    private DomainRows WithDomain(CteScan scan)
    {
        NodeList<Column> domain = outer.Map(context.Ids.CopyOf);
        return new(scan with { Columns = [.. scan.Columns, .. domain] }, domain);
    }

    /// <summary>Rows that use outer columns become projections of the domain.</summary>
    private DomainRows PushValues(Values values)
    {
        var rows = new List<LogicalPlan>();
        foreach (NodeList<Expression> row in values.Rows)
        {
            DomainRows domain = newDomain();
            NamedExpression[] items = [.. row.Select((expression, index) => new NamedExpression(Replace(expression, domain.Domain), context.Ids.CopyOf(values.Columns[index])))];
            rows.Add(new Project([.. items, .. domain.Domain.Select(NamedExpression.Pass)], domain.Plan));
        }

        NodeList<Column> columns = outer.Map(context.Ids.CopyOf);
        if (rows.Count > 1)
        {
            return new(new SetOperation(SetOperationKind.Union, true, [.. rows], [.. values.Columns, .. columns]), columns);
        }

        Project only = (Project)rows[0];
        NodeList<NamedExpression> renamed = [.. only.Output.Select((column, index) =>
            new NamedExpression(new ColumnReference(column), index < values.Columns.Count ? values.Columns[index] : columns[index - values.Columns.Count]))];
        return new(new Project(renamed, only), columns);
    }
}

/// <summary>Wraps a plan under the same domain columns.</summary>
internal static class DomainRowsExtensions
{
    public static DomainRows Then(this DomainRows rows, Func<LogicalPlan, NodeList<Column>, LogicalPlan> wrap) => rows with { Plan = wrap(rows.Plan, rows.Domain) };
}
