using System.Runtime.CompilerServices;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Statistics;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Physical;

/// <summary>Turns an optimized logical plan into operators: binds column ids to positions, picks algorithms and places exchanges.</summary>
/// <remarks>
/// Works bottom up. Each planned node knows how its rows are spread; an exchange is put only where the operator above needs another spread, so one hash exchange
/// serves every operator with the same keys. Columns are asked for top down, so joins and exchanges carry only what is used above them.
/// </remarks>
public sealed class PhysicalPlanner
{
    private readonly JoinPlanner _joins;
    private readonly AggregatePlanner _aggregates;
    private readonly OrderPlanner _orders;
    private readonly WindowPlanner _windows;
    private readonly SetOperationPlanner _setOperations;
    private readonly Dictionary<CteId, LogicalPlan> _inlined = [];
    private int _nextRuntimeFilter;

    private PhysicalPlanner(PlannerContext context)
    {
        Context = context;
        Exchanges = new ExchangePlacer(() => IsOneTask);
        _joins = new JoinPlanner(this);
        _aggregates = new AggregatePlanner(this);
        _orders = new OrderPlanner(this);
        _windows = new WindowPlanner(this);
        _setOperations = new SetOperationPlanner(this);
    }

    internal PlannerContext Context { get; }

    internal ExchangePlacer Exchanges { get; }

    /// <summary>Inside the recursive term of WITH RECURSIVE, which runs again and again in one task.</summary>
    internal bool IsOneTask { get; private set; }

    /// <summary>Plans a query; the result has exactly the columns of the logical plan, in order and under their names.</summary>
    /// <exception cref="Parser.Errors.QueryException">The logical plan still holds subqueries or correlated joins (XX000).</exception>
    public static ExecPlan Plan(LogicalPlan optimized, PlannerContext context)
    {
        using Interruption.Scope listening = Interruption.By(context.Cancellation);
        context.Estimator.Estimate(optimized);
        var planner = new PhysicalPlanner(context);
        PlannedNode root = planner.PlanExactly(optimized, optimized.Output);
        ExecPlan plan = Named(root, optimized.Output);
        DistributionValidator.Check(plan, context.Topology);
        return plan;
    }

    internal double RowsOf(LogicalPlan plan) => Context.Estimator.Rows(plan);

    internal RuntimeFilterId NewRuntimeFilter() => new(_nextRuntimeFilter++);

    /// <summary>Plans a node so that its output is exactly these columns in this order.</summary>
    internal PlannedNode PlanExactly(LogicalPlan plan, IReadOnlyList<Column> columns) =>
        ColumnSelection.Exactly(Plan(plan, new HashSet<ColumnId>(columns.Select(static column => column.Id))), columns);

    /// <summary>Plans a node; its layout has at least those of its columns that are required.</summary>
    internal PlannedNode Plan(LogicalPlan plan, IReadOnlySet<ColumnId> required)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        Context.Cancellation.ThrowIfCancellationRequested();
        return plan switch
        {
            Scan scan => PlanScan(scan, required),
            Values values => PlanValues(values),
            Filter filter => PlanFilter(filter, required),
            Project project => PlanProject(project, required),
            Aggregate aggregate => _aggregates.Plan(aggregate, required),
            Window window => _windows.Plan(window, required),
            Sort sort => _orders.Plan(sort, required),
            Limit limit => _orders.Plan(limit, required),
            Distinct distinct => distinct.On.IsEmpty ? _aggregates.Plan(distinct) : _orders.PlanDistinctOn(distinct, required),
            Join join => _joins.Plan(join, required),
            Apply apply => throw PlannerErrors.NotDecorrelated(apply),
            SetOperation operation => _setOperations.Plan(operation),
            With with => PlanWith(with, required),
            CteScan cte => PlanCteScan(cte),
            RecursiveUnion recursive => PlanRecursiveUnion(recursive),
            TableFunctionScan functions => PlanTableFunctions(functions, required),
            _ => throw PlannerErrors.UnknownNode(plan),
        };
    }

    private PlannedNode PlanScan(Scan scan, IReadOnlySet<ColumnId> required)
    {
        HashSet<ColumnId> filtered = ExpressionBinder.References(scan.Filters);
        var read = new List<ScanColumn>();
        var outputs = new List<int>();
        var layout = new Dictionary<ColumnId, int>();
        var readLayout = new Dictionary<ColumnId, int>();
        foreach (ScanColumn column in scan.Columns.Concat(scan.FilterColumns))
        {
            ColumnId id = column.Column.Id;
            if (readLayout.ContainsKey(id) || (!required.Contains(id) && !filtered.Contains(id)))
            {
                continue;
            }

            readLayout.Add(id, read.Count);
            if (required.Contains(id))
            {
                layout.Add(id, outputs.Count);
                outputs.Add(read.Count);
            }

            read.Add(column);
        }

        NodeList<ExecColumn> readColumns = [.. read.Select(static column => ColumnOf(column.Column))];
        NodeList<Expression> filters = scan.Filters.Map(filter => ExpressionBinder.Bind(
            filter, column => readLayout.TryGetValue(column.Id, out int ordinal) ? References.To(readColumns, ordinal) : throw PlannerErrors.UnboundColumn(column)));
        var plan = new ScanExec(
            scan.Table, [.. read.Select(static column => column.TableOrdinal)], readColumns, filters, [.. outputs], scan.Limit, NodeList<RuntimeFilterTarget>.Empty);
        bool isSingle = IsOneTask || Context.Topology is { Slots: 1, ShufflePartitions: 1 };
        return new PlannedNode(plan, layout, isSingle ? Distribution.Single : Distribution.Any, RowsOf(scan));
    }

    private static PlannedNode PlanValues(Values values) => new(
        new ValuesExec(values.Rows, values.Columns.Map(ColumnOf)), PlannedNode.LayoutOf(values.Columns), Distribution.Single, values.Rows.Count);

    private PlannedNode PlanFilter(Filter filter, IReadOnlySet<ColumnId> required)
    {
        if (_joins.TryPlanMarkFilter(filter, required) is { } join)
        {
            return join;
        }

        PlannedNode input = Plan(filter.Input, ExpressionBinder.References([filter.Predicate], required));
        return input.With(new FilterExec(input.Bind(filter.Predicate), input.Plan), input.Distribution, RowsOf(filter));
    }

    private PlannedNode PlanProject(Project project, IReadOnlySet<ColumnId> required)
    {
        NamedExpression[] items = [.. project.Items.Where(item => required.Contains(item.Column.Id)).DistinctBy(static item => item.Column.Id)];
        PlannedNode input = Plan(project.Input, ExpressionBinder.References(items.Select(static item => item.Expression)));
        (ColumnId Alias, ColumnId Original)[] aliases =
            [.. items.Where(static item => item.Expression is ColumnReference).Select(static item => (item.Column.Id, ((ColumnReference)item.Expression).Id))];
        Distribution distribution = input.Distribution.WithAliases(aliases);
        if (aliases.Length == items.Length)
        {
            // Only renames and choices: the layout says it all.
            Dictionary<ColumnId, int> renamed = items.ToDictionary(static item => item.Column.Id, item => input.Reference(((ColumnReference)item.Expression).Column).Ordinal);
            return new PlannedNode(input.Plan, renamed, distribution, input.Rows);
        }

        var plan = new ProjectExec(input.Bind(items.Select(static item => item.Expression)), [.. items.Select(static item => ColumnOf(item.Column))], input.Plan);
        return new PlannedNode(plan, PlannedNode.LayoutOf([.. items.Select(static item => item.Column)]), distribution, input.Rows);
    }

    private PlannedNode PlanWith(With with, IReadOnlySet<ColumnId> required)
    {
        if (IsOneTask)
        {
            // A stage of its own is impossible here: each scan computes the definition again.
            _inlined[with.Id] = with.Definition;
            return Plan(with.Body, required);
        }

        PlannedNode definition = PlanExactly(with.Definition, with.Definition.Output);
        PlannedNode body = Plan(with.Body, required);
        return body.With(new WithExec(with.Id, with.Name, definition.Plan, body.Plan), body.Distribution, body.Rows);
    }

    private PlannedNode PlanCteScan(CteScan cte)
    {
        if (!cte.IsWorkingTable && _inlined.TryGetValue(cte.Id, out LogicalPlan? definition))
        {
            PlannedNode inlined = PlanExactly(definition, definition.Output);
            return new PlannedNode(inlined.Plan, PlannedNode.LayoutOf(cte.Columns), inlined.Distribution, inlined.Rows);
        }

        NodeList<ExecColumn> columns = cte.Columns.Map(ColumnOf);
        ExecPlan plan = cte.IsWorkingTable ? new WorkingTableScanExec(cte.Id, cte.Name, columns) : new CteScanExec(cte.Id, cte.Name, columns);
        return new PlannedNode(plan, PlannedNode.LayoutOf(cte.Columns), IsOneTask ? Distribution.Single : Distribution.Any, RowsOf(cte));
    }

    private PlannedNode PlanRecursiveUnion(RecursiveUnion recursive)
    {
        PlannedNode start = Exchanges.Gather(PlanExactly(recursive.Base, recursive.Base.Output));
        bool wasOneTask = IsOneTask;
        IsOneTask = true;
        PlannedNode step = PlanExactly(recursive.Recursive, recursive.Recursive.Output);
        IsOneTask = wasOneTask;
        var plan = new RecursiveUnionExec(recursive.Id, recursive.IsAll, start.Plan, step.Plan, recursive.Columns.Map(ColumnOf));
        return new PlannedNode(plan, PlannedNode.LayoutOf(recursive.Columns), Distribution.Single, RowsOf(recursive));
    }

    private PlannedNode PlanTableFunctions(TableFunctionScan functions, IReadOnlySet<ColumnId> required)
    {
        HashSet<ColumnId> needed = ExpressionBinder.References(functions.Functions, required);
        PlannedNode input = ColumnSelection.Trim(Plan(functions.Input, needed), needed);
        var plan = new TableFunctionExec(
            [.. input.Bind(functions.Functions).Cast<Call>()], functions.FunctionColumns.Map(static columns => columns.Map(ColumnOf)),
            functions.Ordinality is null ? null : ColumnOf(functions.Ordinality), functions.IsOuter, input.Plan);
        var layout = new Dictionary<ColumnId, int>(input.Layout);
        int next = input.Output.Count;
        foreach (Column column in functions.FunctionColumns.SelectMany(static columns => columns))
        {
            layout[column.Id] = next++;
        }

        if (functions.Ordinality is not null)
        {
            layout[functions.Ordinality.Id] = next;
        }

        return new PlannedNode(plan, layout, input.Distribution, RowsOf(functions));
    }

    internal static ExecColumn ColumnOf(Column column) => new(column.Name, column.Type, column.IsNullable);

    /// <summary>Renames the result's columns where an operator below gave them other names.</summary>
    private static ExecPlan Named(PlannedNode root, NodeList<Column> columns)
    {
        bool isNamed = true;
        for (int i = 0; i < columns.Count; i++)
        {
            isNamed &= columns[i].Name == root.Output[i].Name;
        }

        if (isNamed)
        {
            return root.Plan;
        }

        NodeList<ExecColumn> named = [.. columns.Select((column, ordinal) => root.Output[ordinal] with { Name = column.Name })];
        return root.Plan is ProjectExec project
            ? project with { Columns = named }
            : new ProjectExec([.. columns.Select((_, ordinal) => root.Reference(ordinal))], named, root.Plan) { EstimatedRows = root.Rows };
    }
}
