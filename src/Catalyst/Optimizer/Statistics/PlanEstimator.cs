using System.Runtime.CompilerServices;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Statistics;

/// <summary>Estimates rows and columns of every node of a logical plan, bottom up, each node once.</summary>
/// <remarks>One instance serves one query and one thread: it remembers nodes by reference and definitions of common table expressions by id.</remarks>
public sealed class PlanEstimator
{
    private const double TableFunctionRows = 10, Iterations = 10, CountSpread = 10;

    private readonly Dictionary<LogicalPlan, RelationEstimate> _estimates = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<CteId, (RelationEstimate Estimate, NodeList<Column> Columns)> _definitions = [];

    /// <summary>Expected output of a node.</summary>
    public RelationEstimate Estimate(LogicalPlan plan)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (!_estimates.TryGetValue(plan, out RelationEstimate? estimate))
        {
            Interruption.Ask();
            estimate = Compute(plan);
            _estimates.Add(plan, estimate);
        }

        return estimate;
    }

    /// <summary>Expected rows of a node.</summary>
    public double Rows(LogicalPlan plan) => Estimate(plan).Rows;

    /// <summary>Expected bytes of a node's rows when only some columns are kept.</summary>
    public double Bytes(LogicalPlan plan, IEnumerable<Column> columns)
    {
        RelationEstimate estimate = Estimate(plan);
        return estimate.Rows * estimate.WidthOf(columns);
    }

    private RelationEstimate Compute(LogicalPlan plan) => plan switch
    {
        Scan scan => OfScan(scan),
        Values values => OfValues(values),
        Filter filter => SelectivityEstimator.Filter(Estimate(filter.Input), filter.Predicate.Conjuncts()),
        Project project => OfProject(project),
        Aggregate aggregate => OfAggregate(aggregate),
        Window window => OfWindow(window),
        Sort sort => Estimate(sort.Input),
        Limit limit => OfLimit(limit),
        Distinct distinct => OfDistinct(distinct),
        Join join => JoinEstimator.Estimate(join.Kind, Estimate(join.Left), join.Left.Output, Estimate(join.Right), join.Right.Output, join.Condition, join.Mark),
        Apply apply => JoinEstimator.Estimate(apply.Kind, Estimate(apply.Left), apply.Left.Output, Estimate(apply.Right), apply.Right.Output, apply.Condition, apply.Mark),
        SetOperation operation => OfSetOperation(operation),
        With with => OfWith(with),
        CteScan cte => OfCteScan(cte),
        RecursiveUnion recursive => OfRecursiveUnion(recursive),
        TableFunctionScan functions => OfTableFunctions(functions),
        _ => new RelationEstimate(1000, []),
    };

    private static RelationEstimate OfScan(Scan scan)
    {
        var columns = new Dictionary<ColumnId, ColumnEstimate>();
        foreach (ScanColumn column in scan.Columns.Concat(scan.FilterColumns))
        {
            columns[column.Column.Id] = TableEstimator.Column(scan, column.TableOrdinal, column.Column.Type);
        }

        RelationEstimate filtered = SelectivityEstimator.Filter(new RelationEstimate(TableEstimator.Rows(scan), columns), scan.Filters);
        return scan.Limit < 0 ? filtered : filtered.WithRows(Math.Min(filtered.Rows, scan.Limit));
    }

    private static RelationEstimate OfValues(Values values)
    {
        var none = new RelationEstimate(values.Rows.Count, []);
        var estimator = new ExpressionEstimator(none);
        var columns = new Dictionary<ColumnId, ColumnEstimate>();
        for (int i = 0; i < values.Columns.Count && values.Rows.Count > 0; i++)
        {
            Interruption.Ask();
            int distinct = values.Rows.Select(row => row[i]).Distinct().Count();
            ColumnEstimate first = estimator.Of(values.Rows[0][i]);
            double[] positions = [.. values.Rows.Select(row => row[i] is Literal literal ? LiteralScale.Position(literal) : double.NaN)];
            double nulls = values.Rows.Count(row => row[i] is Literal { IsNull: true });
            columns[values.Columns[i].Id] = first with
            {
                DistinctCount = distinct,
                DomainCount = distinct,
                NullFraction = nulls / values.Rows.Count,
                Minimum = positions.Min(),
                Maximum = positions.Any(double.IsNaN) ? double.NaN : positions.Max(),
            };
        }

        return new RelationEstimate(values.Rows.Count, columns);
    }

    private RelationEstimate OfProject(Project project)
    {
        RelationEstimate input = Estimate(project.Input);
        var estimator = new ExpressionEstimator(input);
        var columns = new Dictionary<ColumnId, ColumnEstimate>(project.Items.Count);
        foreach (NamedExpression item in project.Items)
        {
            columns[item.Column.Id] = estimator.Of(item.Expression).CappedAt(input.Rows);
        }

        return new RelationEstimate(input.Rows, columns);
    }

    private RelationEstimate OfAggregate(Aggregate aggregate)
    {
        RelationEstimate input = Estimate(aggregate.Input);
        var estimator = new ExpressionEstimator(input);
        ColumnEstimate[] keys = [.. aggregate.Keys.Select(key => estimator.Of(key.Expression))];
        double rows = aggregate.GroupingSets is null
            ? Groups(input.Rows, keys)
            : aggregate.GroupingSets.Sum(set => Groups(input.Rows, [.. set.Select(key => keys[key])]));
        var columns = new Dictionary<ColumnId, ColumnEstimate>();
        for (int i = 0; i < keys.Length; i++)
        {
            columns[aggregate.Keys[i].Column.Id] = keys[i].CappedAt(rows) with { Distribution = null };
        }

        foreach (NamedExpression call in aggregate.Calls)
        {
            columns[call.Column.Id] = OfCall((AggregateCall)call.Expression, estimator, rows, input.Rows);
        }

        return new RelationEstimate(rows, columns);
    }

    private static ColumnEstimate OfCall(AggregateCall call, ExpressionEstimator estimator, double groups, double rows)
    {
        ColumnEstimate unknown = ColumnEstimate.Unknown(groups, TypeWidth.Of(call.ResultType)) with { DistinctCount = Math.Max(1, groups), DomainCount = Math.Max(1, groups) };
        switch (call.Function.Name)
        {
            case "min" or "max" or "any_value" or "first" or "last" when call.Arguments.Count == 1:
                // These stay within their argument's range.
                return estimator.Of(call.Arguments[0]).CappedAt(groups) with { Distribution = null };
            case "count":
                // Group sizes spread around their mean.
                double sizes = Math.Min(Math.Max(1, groups), CountSpread * Math.Max(1, rows / Math.Max(1, groups)));
                return unknown with { DistinctCount = sizes, DomainCount = sizes };
            default:
                return unknown;
        }
    }

    /// <summary>Groups of rows: the keys' distinct counts multiplied, the second, third, ... largest under the powers 3/4, 1/2, 1/4, ..., at most the rows.</summary>
    internal static double Groups(double rows, IReadOnlyList<ColumnEstimate> keys)
    {
        if (keys.Count == 0)
        {
            return 1;
        }

        double product = 1, exponent = 1;
        foreach (double distinct in keys.Select(static key => key.DistinctCount + (key.NullFraction > 0 ? 1 : 0)).OrderDescending())
        {
            product *= Math.Pow(distinct, exponent);
            exponent = Math.Max(0.25, exponent - 0.25);
        }

        return Math.Min(product, rows);
    }

    private RelationEstimate OfWindow(Window window)
    {
        RelationEstimate input = Estimate(window.Input);
        var columns = new Dictionary<ColumnId, ColumnEstimate>();
        foreach (NamedExpression call in window.Calls)
        {
            columns[call.Column.Id] = ColumnEstimate.Unknown(input.Rows, TypeWidth.Of(call.Expression.Type));
        }

        return input.With(input.Rows, columns);
    }

    private RelationEstimate OfLimit(Limit limit)
    {
        RelationEstimate input = Estimate(limit.Input);
        double offset = limit.Offset is Literal { Value: long skipped } ? skipped : 0;
        double count = limit.Count is Literal { Value: long kept } ? kept : limit.Count is null or Literal ? input.Rows : input.Rows / 10;
        return input.WithRows(Math.Clamp(input.Rows - offset, 0, count));
    }

    private RelationEstimate OfDistinct(Distinct distinct)
    {
        RelationEstimate input = Estimate(distinct.Input);
        var estimator = new ExpressionEstimator(input);
        ColumnEstimate[] keys = distinct.On.IsEmpty
            ? [.. distinct.Output.Select(input.Of)]
            : [.. distinct.On.Select(estimator.Of)];
        return input.WithRows(Math.Min(input.Rows, Groups(input.Rows, keys))).WithoutDistributions(distinct.Output);
    }

    private RelationEstimate OfSetOperation(SetOperation operation)
    {
        RelationEstimate[] inputs = [.. operation.Inputs.Select(Estimate)];
        double total = inputs.Sum(static input => input.Rows);
        var columns = new Dictionary<ColumnId, ColumnEstimate>();
        for (int i = 0; i < operation.Columns.Count; i++)
        {
            ColumnEstimate merged = inputs[0].Of(operation.Inputs[0].Output[i]) with { Distribution = null };
            Interruption.Ask();
            for (int k = 1; k < inputs.Length; k++)
            {
                ColumnEstimate other = inputs[k].Of(operation.Inputs[k].Output[i]);
                merged = operation.Kind == SetOperationKind.Union
                    ? merged with
                    {
                        DistinctCount = Math.Max(merged.DistinctCount, other.DistinctCount) + (Math.Min(merged.DistinctCount, other.DistinctCount) / 2),
                        DomainCount = Math.Max(merged.DomainCount, other.DomainCount),
                        NullFraction = Math.Max(merged.NullFraction, other.NullFraction),
                        Minimum = Math.Min(merged.Minimum, other.Minimum),
                        Maximum = Math.Max(merged.Maximum, other.Maximum),
                    }
                    : merged;
            }

            columns[operation.Columns[i].Id] = merged;
        }

        ColumnEstimate[] all = [.. columns.Values];
        double distinctRows = Groups(total, all);
        double rows = operation.Kind switch
        {
            SetOperationKind.Union => operation.IsAll ? total : distinctRows,
            SetOperationKind.Intersect => inputs.Min(static input => input.Rows) / 2,
            SetOperationKind.Except => inputs[0].Rows / 2,
        };
        return new RelationEstimate(total, columns).WithRows(rows);
    }

    private RelationEstimate OfWith(With with)
    {
        Define(with.Id, with.Definition);
        return Estimate(with.Body);
    }

    /// <summary>Makes a common table expression known before its scans are estimated.</summary>
    public void Define(CteId id, LogicalPlan definition) => _definitions[id] = (Estimate(definition), definition.Output);

    private RelationEstimate OfCteScan(CteScan cte)
    {
        if (!_definitions.TryGetValue(cte.Id, out (RelationEstimate Estimate, NodeList<Column> Columns) definition))
        {
            return new RelationEstimate(1000, []);
        }

        var columns = new Dictionary<ColumnId, ColumnEstimate>();
        for (int i = 0; i < cte.Columns.Count; i++)
        {
            columns[cte.Columns[i].Id] = definition.Estimate.Of(definition.Columns[i]);
        }

        return new RelationEstimate(definition.Estimate.Rows, columns);
    }

    private RelationEstimate OfRecursiveUnion(RecursiveUnion recursive)
    {
        Define(recursive.Id, recursive.Base);
        double rows = Rows(recursive.Base) + (Iterations * Rows(recursive.Recursive));
        return new RelationEstimate(rows, []);
    }

    private RelationEstimate OfTableFunctions(TableFunctionScan functions)
    {
        RelationEstimate input = Estimate(functions.Input);
        double perRow = functions.Functions.Count == 0 ? 1 : functions.Functions.Max(SeriesRows);
        return input.With(input.Rows * perRow, []);
    }

    private static double SeriesRows(Call call) =>
        call.Function.Name == "generate_series" && call.Arguments.Count >= 2 && call.Arguments[0] is Literal { Value: long from } && call.Arguments[1] is Literal { Value: long to }
            ? Math.Max(0, Math.Floor((to - from) / Math.Max(1, call.Arguments.Count > 2 && call.Arguments[2] is Literal { Value: long step } ? step : 1d)) + 1)
            : TableFunctionRows;
}
