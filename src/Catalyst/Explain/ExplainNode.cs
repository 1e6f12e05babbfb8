using System.Globalization;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Optimizer.Statistics;
using SqlCluster.Catalyst.Physical;

namespace SqlCluster.Catalyst.Explain;

/// <summary>One operator as EXPLAIN shows it.</summary>
/// <param name="Plan">The operator; null for what is no operator: a change, and a statement in WITH with what reads it.</param>
/// <param name="Line">Its line of text.</param>
/// <param name="Rows">Expected rows.</param>
/// <param name="Width">Expected bytes of a row.</param>
/// <param name="StartupCost">Cost before the first row.</param>
/// <param name="TotalCost">Cost of all rows.</param>
/// <param name="Metrics">What it did; null before it ran.</param>
/// <param name="Children">Inputs.</param>
public sealed record ExplainNode(
    ExecPlan? Plan, string Line, double Rows, double Width, double StartupCost, double TotalCost, NodeMetrics? Metrics, IReadOnlyList<ExplainNode> Children)
{
    /// <summary>Cost units for reading one value, handling one row, keeping one row.</summary>
    private const double ValueCost = 0.0005, RowCost = 0.001, KeptRowCost = 0.004;

    /// <summary>What is changed, where this is a change.</summary>
    public ExplainedChange? Change { get; init; }

    /// <summary>Name of the statement in WITH, where this is one with what reads it.</summary>
    public string? WithName { get; init; }

    /// <summary>Shows a change above the queries that its rows come from.</summary>
    /// <param name="change">What is changed.</param>
    /// <param name="metrics">What it did; null before it ran.</param>
    /// <param name="queries">The queries.</param>
    public static ExplainNode Of(ExplainedChange change, NodeMetrics? metrics, IReadOnlyList<ExplainNode> queries) =>
        new(null, change.Line, 0, 0, queries.Sum(static query => query.StartupCost), queries.Sum(static query => query.TotalCost), metrics, queries) { Change = change };

    /// <summary>Shows a statement in WITH above the one that has the WITH.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="statement">The statement.</param>
    /// <param name="main">What has the WITH.</param>
    public static ExplainNode With(string name, ExplainNode statement, ExplainNode main) =>
        main with { Plan = null, Change = null, WithName = name, Line = $"WithExec {name}", TotalCost = statement.TotalCost + main.TotalCost, Children = [statement, main] };

    /// <summary>Shows a plan that has not run.</summary>
    public static ExplainNode Of(ExecPlan plan) => Make(plan, Shown(ExecPlanPrinter.Describe(plan)), null, [.. plan.Children.Select(Of)]);

    /// <summary>Shows a plan that is cut into stages, put together again.</summary>
    public static ExplainNode Of(StagePlan stages) => Of(stages, NoMetrics.Instance);

    /// <summary>Shows a plan that has run, put together again from its stages.</summary>
    /// <param name="stages">The plan.</param>
    /// <param name="metrics">What its nodes did.</param>
    /// <param name="most">Nodes after which no further ones are shown: those behind, and inputs of the last, are left out.</param>
    public static ExplainNode Of(StagePlan stages, IPlanMetrics metrics, int most = int.MaxValue)
    {
        int left = most;
        ExplainNode OfStage(StageId id) => OfNode(stages.Stages[id.Value].Plan, stages.Stages[id.Value]);
        ExplainNode OfNode(ExecPlan plan, Stage stage)
        {
            left--;
            switch (plan)
            {
                case ShuffleReadExec read:
                    string keys = read.Exchange.Keys.IsEmpty ? "" : Shown($" [{string.Join(", ", read.Exchange.Keys)}]");
                    return Make(plan, $"ExchangeExec {read.Exchange.Kind}{keys} stage {read.Stage.Value}{Partitions(read, stage)}", Joined(metrics.OfOutput(read.Stage), metrics.Of(plan)), left > 0 ? [OfStage(read.Stage)] : []);
                default:
                    return Make(plan, Shown(ExecPlanPrinter.Describe(plan)), metrics.Of(plan), [.. plan.Children.TakeWhile(_ => left > 0).Select(child => OfNode(child, stage))]);
            }
        }

        ExplainNode result = OfStage(stages.Stages[^1].Id);
        foreach (Stage stage in stages.Stages.Reverse().Where(static stage => stage.Purpose == StagePurpose.Cte))
        {
            result = result with { Line = $"WithExec stage {stage.Id.Value}", Children = [OfStage(stage.Id), result], Metrics = metrics.OfOutput(stage.Id) };
        }

        return result;
    }

    /// <summary>How many tasks read a hash exchange, where that is not its number of partitions.</summary>
    private static string Partitions(ShuffleReadExec read, Stage stage)
    {
        if (read.Exchange.Kind != ExchangeKind.Hash)
        {
            return "";
        }

        string partitions = $" partitions {read.Exchange.Partitions.ToString(CultureInfo.InvariantCulture)}";
        if (stage.Ranges is not { } ranges)
        {
            return partitions;
        }

        bool isSplit = ranges.Any(static range => range.Sharers > 1), isCoalesced = ranges.Any(static range => range.End - range.Start > 1);
        return $"{partitions} → {ranges.Count.ToString(CultureInfo.InvariantCulture)} ({(isSplit && isCoalesced ? "split, coalesced" : isSplit ? "split" : "coalesced")})";
    }

    /// <summary>An exchange as one node: what was written, and how it was read.</summary>
    private static NodeMetrics? Joined(NodeMetrics? written, NodeMetrics? read)
    {
        if (written is null || read is null)
        {
            return read ?? (written is null ? null : written with { Rows = 0 });
        }

        var counters = new Dictionary<string, long>(written.Counters);
        foreach ((string name, long value) in read.Counters)
        {
            counters[name] = value;
        }

        return read with { Counters = counters };
    }

    private static ExplainNode Make(ExecPlan plan, string line, NodeMetrics? metrics, IReadOnlyList<ExplainNode> children)
    {
        double width = Math.Max(0, plan.Output.Sum(static column => TypeWidth.Of(column.Type)));
        if (children.Count < plan.Children.Count)
        {
            // Inputs were left out, and what they cost with them.
            return new ExplainNode(plan, line, Math.Max(0, plan.EstimatedRows), width, 0, 0, metrics, children);
        }

        double rows = plan.EstimatedRows >= 0 ? plan.EstimatedRows : children.Count > 0 ? children.Max(static child => child.Rows) : 1;
        double below = children.Sum(static child => child.TotalCost), firstBelow = children.Sum(static child => child.StartupCost);
        double input = children.Sum(static child => child.Rows);
        (double startup, double work) = plan switch
        {
            ScanExec scan => (0, Math.Max(0, (double)scan.Table.Statistics.RowCount) * Math.Max(1, scan.ReadColumns.Count) * ValueCost),
            SortExec or TopNExec => (below + (input * Math.Log2(Math.Max(2, input)) * RowCost), 0),
            HashAggregateExec or WindowExec or DistinctOnExec or SetOperationExec or RecursiveUnionExec => (below + (input * RowCost), rows * KeptRowCost),
            HashJoinExec or AsOfJoinExec => (children[0].StartupCost + children[1].TotalCost + (children[1].Rows * KeptRowCost), children[0].Rows * RowCost),
            NestedLoopJoinExec => (children[0].StartupCost + children[1].TotalCost, children[0].Rows * Math.Max(1, children[1].Rows) * RowCost),
            ExchangeExec or ShuffleReadExec => (below, rows * RowCost),
            _ => (firstBelow, Math.Max(rows, input) * RowCost),
        };
        return new ExplainNode(plan, line, rows, width, startup, Math.Max(startup, below) + work, metrics, children);
    }

    /// <summary>The node and all below it.</summary>
    public int Count => 1 + Children.Sum(static child => child.Count);

    /// <summary>A named number, summed over the node and all below it.</summary>
    public long Total(string counter) => (Metrics?.Counters.GetValueOrDefault(counter) ?? 0) + Children.Sum(child => child.Total(counter));

    /// <summary>Names and values of an operator for JSON, XML and YAML, with PostgreSQL's keys where it has them.</summary>
    public IEnumerable<(string Key, object Value)> Properties(ExplainOptions options)
    {
        yield return ("Node Type", NodeType);
        switch (Plan)
        {
            case ScanExec scan:
                yield return ("Relation Name", scan.Table.Name);
                yield return ("Alias", scan.Table.Name);
                break;
            case CteScanExec cte:
                yield return ("CTE Name", cte.Name);
                break;
            case HashAggregateExec aggregate:
                yield return ("Strategy", aggregate.Keys.IsEmpty ? "Plain" : "Hashed");
                yield return ("Partial Mode", aggregate.Mode switch { AggregateMode.Single => "Simple", AggregateMode.Partial => "Partial", AggregateMode.Final => "Finalize", AggregateMode.Merge => "Merge" });
                break;
            case HashJoinExec join:
                yield return ("Join Type", JoinType(join.Kind));
                break;
            case NestedLoopJoinExec join:
                yield return ("Join Type", JoinType(join.Kind));
                break;
        }

        if (Change is { } change)
        {
            yield return ("Operation", change.Operation);
            yield return ("Relation Name", change.Table);
            yield return ("Alias", change.Alias);
        }

        if (WithName is { } withName)
        {
            yield return ("CTE Name", withName);
        }

        yield return ("Detail", Line);
        if (options.Costs)
        {
            yield return ("Startup Cost", Math.Round(StartupCost, 2));
            yield return ("Total Cost", Math.Round(TotalCost, 2));
            yield return ("Plan Rows", Math.Round(Rows));
            yield return ("Plan Width", Math.Round(Width));
        }

        if (options.Analyze && Metrics is not null)
        {
            if (options.Timing)
            {
                yield return ("Actual Startup Time", 0.0);
                yield return ("Actual Total Time", Math.Round(Metrics.Time.TotalMilliseconds, 3));
            }

            yield return ("Actual Rows", (double)Metrics.Rows);
            yield return ("Actual Loops", 1.0);
            foreach ((string name, long value) in Metrics.Counters.OrderBy(static counter => counter.Key, StringComparer.Ordinal))
            {
                yield return (name, (double)value);
            }
        }

        if (options.Verbose && Plan != null)
        {
            yield return ("Output", Plan.Output.Select(static column => Shown(column.Name)).ToArray());
        }

        if (ConditionOf(Plan) is var (key, conditions))
        {
            yield return (key, conditions is string[] items ? Array.ConvertAll(items, Shown) : Shown((string)conditions));
        }
    }

    /// <summary>A text without the mark of names that statements give their own columns: the number of a row is #row.</summary>
    public static string Shown(string text) => text.Replace('\u0001', '#');

    private sealed class NoMetrics : IPlanMetrics
    {
        public static readonly NoMetrics Instance = new();

        public NodeMetrics? Of(ExecPlan node) => null;

        public NodeMetrics? OfOutput(StageId stage) => null;
    }

    private string NodeType => Plan switch
    {
        null => Change != null ? "ModifyTable" : "With",
        ScanExec => "Seq Scan",
        ValuesExec => "Values Scan",
        CteScanExec => "CTE Scan",
        WithExec => "With",
        WorkingTableScanExec => "WorkTable Scan",
        RecursiveUnionExec => "Recursive Union",
        TableFunctionExec => "Function Scan",
        FilterExec or ProjectExec => "Result",
        HashAggregateExec => "Aggregate",
        SortExec => "Sort",
        TopNExec => "Incremental Sort",
        LimitExec => "Limit",
        DistinctOnExec => "Unique",
        WindowExec => "WindowAgg",
        ExchangeExec { Kind: ExchangeKind.Gather, SortKeys.IsEmpty: false } => "Gather Merge",
        ExchangeExec { Kind: ExchangeKind.Gather } => "Gather",
        ExchangeExec or ShuffleReadExec => "Materialize",
        HashJoinExec => "Hash Join",
        NestedLoopJoinExec or AsOfJoinExec => "Nested Loop",
        UnionExec => "Append",
        SetOperationExec => "SetOp",
        _ => Plan.GetType().Name,
    };

    private static string JoinType(ExecJoinKind kind) => kind switch
    {
        ExecJoinKind.Inner => "Inner",
        ExecJoinKind.LeftOuter or ExecJoinKind.LeftSingle => "Left",
        ExecJoinKind.RightOuter => "Right",
        ExecJoinKind.FullOuter => "Full",
        ExecJoinKind.LeftSemi or ExecJoinKind.LeftMark => "Semi",
        ExecJoinKind.LeftAnti => "Anti",
        ExecJoinKind.RightSemi => "Right Semi",
        ExecJoinKind.RightAnti => "Right Anti",
    };

    private static (string Key, object Value)? ConditionOf(ExecPlan? plan) => plan switch
    {
        ScanExec { Filters.IsEmpty: false } scan => ("Filter", Conjunctions.AndAll(scan.Filters).ToString()),
        FilterExec filter => ("Filter", filter.Predicate.ToString()),
        HashJoinExec join => ("Hash Cond", string.Join(" AND ", join.LeftKeys.Select((key, i) => $"({key} = {join.RightKeys[i]})"))),
        NestedLoopJoinExec { Condition: { } condition } => ("Join Filter", condition.ToString()),
        HashAggregateExec { Keys.IsEmpty: false } aggregate => ("Group Key", aggregate.Keys.Select(static key => key.ToString()).ToArray()),
        SortExec sort => ("Sort Key", sort.Keys.Select(static key => key.ToString()).ToArray()),
        TopNExec top => ("Sort Key", top.Keys.Select(static key => key.ToString()).ToArray()),
        _ => null,
    };
}
