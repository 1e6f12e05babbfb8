using System.Diagnostics;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Physical;

/// <summary>Checks a finished physical plan: every operator finds the rows it needs together in one task, and every position and type it refers to.</summary>
/// <remarks>Knows nothing of how the plan was made: it derives each node's spread from the exchanges alone.</remarks>
public static class DistributionValidator
{
    [Conditional("DEBUG")]
    public static void Check(ExecPlan plan, Topology topology) => Validate(plan, topology);

    /// <exception cref="Parser.Errors.QueryException">The plan would give wrong results (XX000).</exception>
    public static void Validate(ExecPlan plan, Topology topology)
    {
        Spread spread = SpreadOf(plan, new Place(topology is { Slots: 1, ShufflePartitions: 1 }, topology.Executors));
        Require(spread.Kind != SpreadKind.Broadcast, plan, "a broadcast is no result");
    }

    private static Spread SpreadOf(ExecPlan plan, Place place)
    {
        switch (plan)
        {
            case ScanExec scan:
                CheckReferences(scan, scan.Filters, scan.ReadColumns);
                return place.IsOneTask ? Spread.Single : Spread.Any;
            case CteScanExec:
                return place.IsOneTask ? Spread.Single : Spread.Any;
            case ValuesExec or WorkingTableScanExec or ShuffleReadExec:
                return Spread.Single;
            case WithExec with:
                NotBroadcast(with, SpreadOf(with.Definition, place));
                return SpreadOf(with.Body, place);
            case RecursiveUnionExec recursive:
                Require(SpreadOf(recursive.Base, place).Kind == SpreadKind.Single, plan, "base term in several tasks");
                Require(!HasExchange(recursive.Recursive), plan, "exchange in the recursive term");
                _ = SpreadOf(recursive.Recursive, place with { IsOneTask = true });
                return Spread.Single;
            case HashJoinExec join:
                return OfHashJoin(join, SpreadOf(join.Left, place), SpreadOf(join.Right, place), place);
            case NestedLoopJoinExec join:
                CheckReferences(join, join.Condition is null ? [] : [join.Condition], [.. join.Left.Output, .. join.Right.Output]);
                return OfLoop(join, SpreadOf(join.Left, place), SpreadOf(join.Right, place), join.Kind, join.OutputOrdinals, place);
            case AsOfJoinExec join:
                CheckReferences(join, [.. join.LeftKeys, join.LeftOrder], join.Left.Output);
                CheckReferences(join, [.. join.RightKeys, join.RightOrder], join.Right.Output);
                return OfLoop(join, SpreadOf(join.Left, place), SpreadOf(join.Right, place), ExecJoinKind.LeftOuter, join.OutputOrdinals, place);
            case UnionExec union:
                return OfUnion(union, [.. union.Inputs.Select(input => NotBroadcast(union, SpreadOf(input, place)))]);
            case SetOperationExec operation:
                return OfSetOperation(operation, SpreadOf(operation.Left, place), SpreadOf(operation.Right, place));
            case UnaryExec unary:
                return OfUnary(unary, NotBroadcast(unary, SpreadOf(unary.Input, place)));
            default:
                throw PlannerErrors.BadDistribution(plan.GetType().Name, "unknown to the validator");
        }
    }

    private static Spread OfUnary(UnaryExec plan, Spread input)
    {
        NodeList<ExecColumn> columns = plan.Input.Output;
        switch (plan)
        {
            case ExchangeExec exchange:
                CheckReferences(exchange, [.. exchange.Keys, .. exchange.SortKeys.Select(static key => key.Expression)], columns);
                return exchange.Kind switch
                {
                    ExchangeKind.Hash => new Spread(SpreadKind.Hash, [.. exchange.Keys.Select(static key => new HashSet<Expression> { key })]),
                    ExchangeKind.Gather => Spread.Single,
                    ExchangeKind.Broadcast => Spread.Broadcast,
                    ExchangeKind.RoundRobin => Spread.Any,
                };
            case ProjectExec project:
                CheckReferences(project, project.Expressions, columns);
                return input.Move(key => [.. Enumerable.Range(0, project.Expressions.Count).Where(i => Same(project.Expressions[i], key)).Select(i => References.To(project.Columns, i))]);
            case FilterExec filter:
                CheckReferences(filter, [filter.Predicate], columns);
                return input;
            case HashAggregateExec aggregate:
                return OfAggregate(aggregate, input);
            case WindowExec window:
                CheckReferences(window, window.Calls, columns);
                foreach (WindowCall call in window.Calls)
                {
                    Require(call.PartitionBy.Equals(window.Calls[0].PartitionBy) && call.OrderBy.Equals(window.Calls[0].OrderBy), plan, "calls with different windows");
                }

                Require(input.Colocates(window.Calls[0].PartitionBy), plan, "rows of a window partition in several tasks");
                return input;
            case DistinctOnExec distinct:
                CheckReferences(distinct, distinct.On, columns);
                Require(input.Colocates(distinct.On), plan, "rows of a key in several tasks");
                return input;
            case TopNExec top:
                CheckReferences(top, top.Keys.Select(static key => key.Expression), columns);
                Require(top.Offset is null || input.Kind == SpreadKind.Single, plan, "offset in several tasks");
                return input;
            case LimitExec limit:
                Require(limit.Offset is null || input.Kind == SpreadKind.Single, plan, "offset in several tasks");
                return input;
            case SortExec sort:
                CheckReferences(sort, sort.Keys.Select(static key => key.Expression), columns);
                return input;
            case TableFunctionExec functions:
                CheckReferences(functions, functions.Functions, columns);
                return input;
            default:
                throw PlannerErrors.BadDistribution(plan.GetType().Name, "unknown to the validator");
        }
    }

    private static Spread OfAggregate(HashAggregateExec aggregate, Spread input)
    {
        CheckReferences(aggregate, aggregate.Keys, aggregate.Input.Output);
        bool takesStates = aggregate.Mode is AggregateMode.Final or AggregateMode.Merge;
        if (!takesStates)
        {
            CheckReferences(aggregate, aggregate.Calls, aggregate.Input.Output);
        }

        int states = aggregate.Calls.Sum(static call => call.Function.StateTypes is { } types ? types([.. call.Arguments.Select(static argument => argument.Type)]).Length : 1);
        int keys = aggregate.Keys.Count + (aggregate.GroupingSets is null ? 0 : 1);
        Require(!takesStates || aggregate.Input.Output.Count == aggregate.Keys.Count + states, aggregate, "input is not keys and states");
        if (aggregate.Mode is AggregateMode.Partial or AggregateMode.Merge)
        {
            Require(aggregate.Columns.Count == keys + states, aggregate, "columns are not keys and states");
            return input.Kind == SpreadKind.Single ? input : Spread.Any;
        }

        Require(aggregate.Columns.Count == keys + aggregate.Calls.Count, aggregate, "columns are not keys and results");
        Require(aggregate.GroupingSets is null ? input.Colocates(aggregate.Keys) : input.Kind == SpreadKind.Single, aggregate, "rows of a group in several tasks");
        return input.Move(key => [.. Enumerable.Range(0, aggregate.Keys.Count).Where(i => Same(aggregate.Keys[i], key)).Select(i => References.To(aggregate.Columns, i))]);
    }

    private static Spread OfHashJoin(HashJoinExec join, Spread left, Spread right, Place place)
    {
        NodeList<ExecColumn> leftColumns = join.Left.Output, rightColumns = join.Right.Output;
        CheckReferences(join, join.LeftKeys, leftColumns);
        CheckReferences(join, join.RightKeys, rightColumns);
        CheckReferences(join, join.Residual is null ? [] : [join.Residual], [.. leftColumns, .. rightColumns]);
        Require(join.LeftKeys.Count > 0 && join.LeftKeys.Count == join.RightKeys.Count && join.LeftKeys.Count == join.NullsEqual.Count, join, "keys do not pair up");
        for (int i = 0; i < join.LeftKeys.Count; i++)
        {
            SqlType leftType = join.LeftKeys[i].Type, rightType = join.RightKeys[i].Type;
            Require(leftType == rightType || (leftType.IsText && rightType.IsText) || (leftType.Kind == TypeKind.Oid && rightType.Kind == TypeKind.Oid), join, $"keys of types {leftType} and {rightType}");
        }

        NotBroadcast(join, left);
        bool isColocated = left.Kind == SpreadKind.Hash && right.Kind == SpreadKind.Hash && left.Keys.Count == right.Keys.Count
            && Enumerable.Range(0, left.Keys.Count).All(part => Enumerable.Range(0, join.LeftKeys.Count).Any(key =>
                left.Keys[part].Any(column => Same(column, join.LeftKeys[key])) && right.Keys[part].Any(column => Same(column, join.RightKeys[key]))));
        bool isOneTask = left.Kind == SpreadKind.Single && right.Kind == SpreadKind.Single;
        Require(right.Kind == SpreadKind.Broadcast || isOneTask || (isColocated && !join.IsNullAware), join, "build rows are not where probe rows with the same key are");
        if (right.Kind == SpreadKind.Broadcast || isOneTask)
        {
            return OfLoop(join, left, right, join.Kind, join.OutputOrdinals, place);
        }

        bool keepsLeft = join.Kind is ExecJoinKind.Inner or ExecJoinKind.LeftOuter or ExecJoinKind.LeftSemi or ExecJoinKind.LeftAnti or ExecJoinKind.LeftMark or ExecJoinKind.LeftSingle;
        bool keepsRight = join.Kind is ExecJoinKind.Inner or ExecJoinKind.RightOuter or ExecJoinKind.RightSemi or ExecJoinKind.RightAnti;
        int leftCount = leftColumns.Count;
        List<HashSet<Expression>> keys = [];
        for (int part = 0; part < left.Keys.Count; part++)
        {
            var columns = new HashSet<Expression>();
            for (int i = 0; i < join.OutputOrdinals.Count; i++)
            {
                int ordinal = join.OutputOrdinals[i];
                bool isKey = ordinal < leftCount
                    ? keepsLeft && left.Keys[part].Any(key => key is InputReference reference && reference.Ordinal == ordinal)
                    : keepsRight && right.Keys[part].Any(key => key is InputReference reference && reference.Ordinal == ordinal - leftCount);
                if (isKey)
                {
                    columns.Add(References.To(join.Output, i));
                }
            }

            keys.Add(columns);
        }

        return new Spread(SpreadKind.Hash, keys);
    }

    private static Spread OfLoop(ExecPlan join, Spread left, Spread right, ExecJoinKind kind, NodeList<int> outputs, Place place)
    {
        NotBroadcast(join, left);
        Require(right.Kind == SpreadKind.Broadcast || (left.Kind == SpreadKind.Single && right.Kind == SpreadKind.Single), join, "build side neither broadcast nor in the only task");
        Require(join is not NestedLoopJoinExec { Kind: ExecJoinKind.FullOuter } || left.Kind == SpreadKind.Single, join, "full join in several tasks");
        bool emitsBuildRows = kind is ExecJoinKind.RightOuter or ExecJoinKind.FullOuter or ExecJoinKind.RightSemi or ExecJoinKind.RightAnti;
        if (emitsBuildRows)
        {
            Require(place.Executors == 1 || left.Kind == SpreadKind.Single, join, "every executor would put the build rows out");
            return left.Kind == SpreadKind.Single ? left : Spread.Any;
        }

        NodeList<ExecColumn> output = join.Output;
        IEnumerable<Expression> Outputs(int ordinal) => Enumerable.Range(0, outputs.Count).Where(i => outputs[i] == ordinal).Select(i => References.To(output, i));
        return left.Move(key =>
        {
            var columns = new HashSet<Expression>();
            if (key is InputReference reference)
            {
                columns.UnionWith(Outputs(reference.Ordinal));
                if (join is HashJoinExec { Kind: ExecJoinKind.Inner } hash)
                {
                    foreach (int i in Enumerable.Range(0, hash.LeftKeys.Count).Where(i => Same(hash.LeftKeys[i], key) && hash.RightKeys[i] is InputReference))
                    {
                        columns.UnionWith(Outputs(hash.Left.Output.Count + ((InputReference)hash.RightKeys[i]).Ordinal));
                    }
                }
            }

            return columns;
        });
    }

    private static Spread OfUnion(UnionExec union, Spread[] inputs)
    {
        if (inputs.All(static input => input.Kind == SpreadKind.Single))
        {
            return Spread.Single;
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            Require(inputs[i].Kind != SpreadKind.Single || union.Inputs[i] is ExchangeExec or ValuesExec, union, "an input for one task inside a stage of several");
        }

        return Spread.Any;
    }

    private static Spread OfSetOperation(SetOperationExec operation, Spread left, Spread right)
    {
        if (left.Kind == SpreadKind.Single && right.Kind == SpreadKind.Single)
        {
            return left;
        }

        Require(
            left.Kind == SpreadKind.Hash && right.Kind == SpreadKind.Hash && left.Keys.Count == operation.Columns.Count && right.Keys.Count == operation.Columns.Count,
            operation, "equal rows in several tasks");
        return new Spread(SpreadKind.Hash, [.. Enumerable.Range(0, operation.Columns.Count).Select(i => new HashSet<Expression> { References.To(operation.Columns, i) })]);
    }

    private static Spread NotBroadcast(ExecPlan plan, Spread spread)
    {
        Require(spread.Kind != SpreadKind.Broadcast, plan, "every task would see all rows");
        return spread;
    }

    private static bool HasExchange(ExecPlan plan) => plan is ExchangeExec or WithExec || plan.Children.Any(HasExchange);

    private static void CheckReferences(ExecPlan plan, IEnumerable<Expression> expressions, NodeList<ExecColumn> columns)
    {
        foreach (Expression expression in expressions)
        {
            if (expression is InputReference reference)
            {
                Require(reference.Ordinal >= 0 && reference.Ordinal < columns.Count, plan, $"no column {reference.Ordinal} for {reference.Name}");
                Require(columns[reference.Ordinal].Type == reference.Type, plan, $"{reference.Name} is {reference.Type}, its column {columns[reference.Ordinal].Type}");
            }

            Require(expression is not ColumnReference, plan, $"unbound column {expression}");
            CheckReferences(plan, expression.Children, columns);
        }
    }

    private static bool Same(Expression first, Expression second) => first is InputReference one && second is InputReference two ? one.Ordinal == two.Ordinal : first.Equals(second);

    private static void Require(bool holds, ExecPlan plan, string requirement)
    {
        if (!holds)
        {
            throw PlannerErrors.BadDistribution(ExecPlanPrinter.Describe(plan), requirement);
        }
    }

    /// <summary>Where the plan runs.</summary>
    private readonly record struct Place(bool IsOneTask, int Executors);

    private enum SpreadKind
    {
        Any,
        Hash,
        Single,
        Broadcast,
    }

    /// <summary>How rows are spread, in terms of output positions: each key is a set of expressions of equal value.</summary>
    private sealed record Spread(SpreadKind Kind, IReadOnlyList<HashSet<Expression>> Keys)
    {
        public static readonly Spread Any = new(SpreadKind.Any, []);
        public static readonly Spread Single = new(SpreadKind.Single, []);
        public static readonly Spread Broadcast = new(SpreadKind.Broadcast, []);

        public bool Colocates(NodeList<Expression> keys) => Kind == SpreadKind.Single
            || (Kind == SpreadKind.Hash && Keys.All(key => keys.Any(expression => key.Any(column => Same(column, expression)))));

        /// <summary>The spread over another node's positions.</summary>
        public Spread Move(Func<Expression, HashSet<Expression>> move) => Kind != SpreadKind.Hash
            ? this
            : new Spread(Kind, [.. Keys.Select(key => new HashSet<Expression>(key.SelectMany(move)))]);
    }
}
