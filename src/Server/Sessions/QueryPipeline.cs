using System.Diagnostics.CodeAnalysis;
using SqlCluster.Catalyst.Analysis;
using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Physical.Serialization;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Execution.Cluster.Driver;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Scheduler;
using SqlCluster.Execution.Storage;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Hosting;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Server.Sessions;

/// <summary>Every form that a query takes on its way, for EXPLAIN.</summary>
/// <param name="Analyzed">Names resolved, types known.</param>
/// <param name="Optimized">After the optimizer.</param>
/// <param name="Physical">Operators and exchanges.</param>
/// <param name="Stages">Cut at the exchanges.</param>
public sealed record PlannedQuery(AnalyzedQuery Analyzed, LogicalPlan Optimized, ExecPlan Physical, StagePlan Stages)
{
    /// <summary>The tables in memory that it reads, each once.</summary>
    internal IReadOnlyList<MemoryTable> Tables { get; } = TablesOf<MemoryTable>(Optimized);

    /// <summary>Rows of one moment that it reads, whatever a transaction sees.</summary>
    internal IReadOnlyList<TableRows> Rows { get; } = TablesOf<TableRows>(Optimized);

    /// <summary>Executors in other processes that it was planned for; 0: it runs in this process.</summary>
    public int Executors { get; init; }

    /// <summary>Columns as clients see them.</summary>
    public NodeList<ResultColumn> Columns => ResultColumn.Of(Analyzed);

    private static IReadOnlyList<TTable> TablesOf<TTable>(LogicalPlan plan)
        where TTable : class, ITable
    {
        List<TTable>? tables = null;
        plan.ForEachWithSubqueries(node =>
        {
            if (node is Scan { Table: TTable table } && !(tables ??= []).Contains(table))
            {
                tables.Add(table);
            }
        });
        return (IReadOnlyList<TTable>?)tables ?? [];
    }
}

/// <summary>The life of a query: syntax, analysis, optimization, physical plan, stages, execution.</summary>
internal sealed class QueryPipeline(Engine engine, Session session)
{
    /// <summary>Bytes that folding a constant may take: values of megabytes are computed where the query's memory is counted, when a row needs them.</summary>
    private const long LargestFolded = 4 << 20;

    /// <summary>Plans a query under the session's settings.</summary>
    /// <param name="query">Syntax.</param>
    /// <param name="parameterTypes">Types given for $1, $2, ...; the others are inferred.</param>
    /// <param name="trace">Collects what the optimizer did, or null.</param>
    public PlannedQuery Plan(Ast.Query query, NodeList<Ast.TypeName>? parameterTypes = null, OptimizerTrace? trace = null)
    {
        AnalyzedQuery analyzed = Analyze(query, parameterTypes);
        return PlanAnalyzed(analyzed, trace);
    }

    /// <summary>Parameters of the statement that runs, for the queries it is made of.</summary>
    public BoundParameters? Bound { get; set; }

    /// <summary>The text that the client sent, for the positions of errors; null when it is not known.</summary>
    public string? StatementText { get; set; }

    /// <summary>Character of the statement's text where a node of it was written, from 1; 0 when that is not known.</summary>
    public int Position(Ast.SyntaxNode? node)
    {
        if (node is null || !node.Span.IsKnown || StatementText is not { } text || node.Span.Start > text.Length)
        {
            return 0;
        }

        int characters = 1;
        foreach (char unit in text.AsSpan(0, node.Span.Start))
        {
            characters += char.IsLowSurrogate(unit) ? 0 : 1;
        }

        return characters;
    }

    /// <summary>Ends the planning of the statement at hand.</summary>
    public CancellationToken Cancellation { get; set; }

    /// <summary>Resolves a query's names and types.</summary>
    /// <remarks>The types that clients declare say of arrays nothing of their dimensions: where one of one dimension does not fit, the place of the parameter decides.</remarks>
    /// <param name="query">Syntax.</param>
    /// <param name="parameterTypes">Types given for $1, $2, ...; null ones are inferred.</param>
    /// <param name="dependencies">Takes what the analysis depends on; null: nobody asks.</param>
    public AnalyzedQuery AnalyzeTyped(Ast.Query query, IReadOnlyList<SqlType?> parameterTypes, PlanDependencies? dependencies = null)
    {
        try
        {
            return AnalyzeAs(query, parameterTypes, dependencies);
        }
        catch (Parser.Errors.QueryException)
        {
            if (TryWithDimensions(query, parameterTypes, out AnalyzedQuery? analyzed, dependencies))
            {
                return analyzed;
            }

            throw;
        }
    }

    /// <summary>Analyzes a query whose parameters that are declared as arrays have the dimensions of their places; false where none is, or a place takes no such array.</summary>
    public bool TryWithDimensions(Ast.Query query, IReadOnlyList<SqlType?> parameterTypes, [NotNullWhen(true)] out AnalyzedQuery? analyzed, PlanDependencies? dependencies = null)
    {
        analyzed = null;
        if (!parameterTypes.Any(static type => type?.Kind == TypeKind.Array))
        {
            return false;
        }

        try
        {
            analyzed = AnalyzeAs(query, [.. parameterTypes.Select(static type => type?.Kind == TypeKind.Array ? null : type)], dependencies);
        }
        catch (Parser.Errors.QueryException)
        {
            return false;
        }

        NodeList<SqlType> found = analyzed.ParameterTypes;
        return !parameterTypes.Where((type, index) => type?.Kind == TypeKind.Array && (found[index].Kind != TypeKind.Array || found[index].InnermostElement.Kind != type.InnermostElement.Kind)).Any();
    }

    private AnalyzedQuery AnalyzeAs(Ast.Query query, IReadOnlyList<SqlType?> parameterTypes, PlanDependencies? dependencies) => Analyzer.Analyze(
        query, dependencies == null ? session.Catalog : new RecordingCatalog(session.Catalog, dependencies), engine.Functions, AnalysisSettings(dependencies) with { ParameterTypes = parameterTypes });

    /// <summary>As <see cref="AnalyzeTyped"/>, for a query of an earlier text: EXECUTE.</summary>
    public AnalyzedQuery AnalyzePrepared(Ast.Query query, IReadOnlyList<SqlType?> parameterTypes) =>
        Analyzer.Analyze(query, session.Catalog, engine.Functions, AnalysisSettings() with { ParameterTypes = parameterTypes, HasPositions = false });

    /// <summary>Plans and starts a query.</summary>
    public StatementResult.Rows Run(
        Ast.Query query, string tag, CancellationToken cancellation, NodeList<Ast.TypeName>? parameterTypes = null, NodeList<Literal>? parameters = null) =>
        Start(Plan(query, parameterTypes), tag, cancellation, parameters);

    /// <summary>Starts a planned query.</summary>
    public StatementResult.Rows Start(PlannedQuery query, string tag, CancellationToken cancellation, NodeList<Literal>? parameters = null) =>
        Start(query, query.Columns, tag, cancellation, parameters);

    /// <summary>Starts a planned query whose columns are known.</summary>
    public StatementResult.Rows Start(PlannedQuery plan, NodeList<ResultColumn> columns, string tag, CancellationToken cancellation, NodeList<Literal>? parameters = null)
    {
        ExecutionSettings settings = session.Settings.ForExecution(engine.MemoryLimitBytes) with
        {
            Parameters = parameters ?? Bound?.Values ?? NodeList<Literal>.Empty,
            Budget = engine.Memory,
            Objects = session.Objects,
            TransactionTime = session.TransactionTime,
        };
        StagePlan stages = session.Settings.SerializePlans ? ReadBack(plan.Stages) : plan.Stages;
        RunningQuery? running = session.Running;
        var context = new QueryContext(running?.Id.ToString() ?? $"of session {session.Id}", settings, cancellation);
        if (plan.Tables.Count > 0)
        {
            Show(plan.Tables, context);
        }

        foreach (TableRows rows in plan.Rows)
        {
            rows.Show(context);
        }

        IQueryExecution execution = plan.Executors > 0 && engine.Cluster is { ExecutorCount: > 0 } cluster
            ? ClusterExecution.Start(stages, plan.Executors, context, cluster, new SessionTables(engine, session))
            : IQueryExecution.Start(stages, context, engine.Executor);
        running?.Attach(execution);
        session.LastExecution = session.Client.Door == Door.Embedded ? execution : null;
        return new StatementResult.Rows(columns, execution, tag);
    }

    /// <summary>Has a query read its tables at one moment: that of the transaction or statement it belongs to, or now. A single table needs nothing for that.</summary>
    private void Show(IReadOnlyList<MemoryTable> tables, QueryContext context)
    {
        try
        {
            if (session.Transaction.Current is { } transaction)
            {
                transaction.Show(tables, context);
            }
            else if (tables.Count > 1)
            {
                engine.Database.Commits.Show(tables, context);
            }
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    /// <summary>Puts rows made by the server itself (SHOW, EXPLAIN) through the engine, so that every result is of one kind.</summary>
    /// <param name="columns">Columns; values are strings, or null.</param>
    /// <param name="rows">Rows of text.</param>
    /// <param name="tag">Command tag.</param>
    /// <param name="cancellation">Ends the query.</param>
    public StatementResult.Rows RunValues(NodeList<ResultColumn> columns, IEnumerable<object?[]> rows, string tag, CancellationToken cancellation)
    {
        var ids = new ColumnIdSource();
        NodeList<Column> output = columns.Map(column => ids.Column(column.Name, column.Type, column.IsNullable));
        NodeList<NodeList<Expression>> literals = [.. rows.Select(row => (NodeList<Expression>)[.. row.Select((value, index) => new Literal(value, columns[index].Type))])];
        return Start(PlanAnalyzed(new AnalyzedQuery(
            new Values(literals, output), columns.Map(static column => column.Name), columns.Map(static column => column.Type), columns.Map(static _ => (ColumnOrigin?)null), NodeList<SqlType>.Empty, ids), null), tag, cancellation);
    }

    /// <summary>Analyzes a query without running it.</summary>
    /// <returns>Its columns.</returns>
    public NodeList<ResultColumn> Check(Ast.Query query, NodeList<Ast.TypeName>? parameterTypes = null) =>
        ResultColumn.Of(Analyze(query, parameterTypes));

    /// <summary>As <see cref="Check"/>, with the ids of the relations that the query itself names.</summary>
    public (NodeList<ResultColumn> Columns, NodeList<long> Reads) CheckView(Ast.Query query)
    {
        var reads = new SortedSet<long>();
        AnalyzerSettings settings = AnalysisSettings() with
        {
            RelationRead = name =>
            {
                if (session.Catalog.Locate(name) is var (database, schema, relation) && database.FindEntry(schema, relation) is { } entry)
                {
                    reads.Add(entry.Oid);
                }
            },
        };
        return (ResultColumn.Of(Analyzer.Analyze(query, session.Catalog, engine.Functions, settings)), [.. reads]);
    }

    /// <summary>The names of relations that a query itself names, not those of its views.</summary>
    public IReadOnlyList<Ast.QualifiedName> RelationsOf(Ast.Query query)
    {
        var names = new List<Ast.QualifiedName>();
        Analyzer.Analyze(query, session.Catalog, engine.Functions, AnalysisSettings() with { RelationRead = names.Add });
        return [.. names.Distinct<Ast.QualifiedName>(ReferenceEqualityComparer.Instance)];
    }

    /// <summary>The type that a name stands for.</summary>
    public SqlType ResolveType(Ast.TypeName name) => TypeNames.Resolve(name);

    /// <summary>The value of an expression without columns.</summary>
    public Literal EvaluateConstant(Ast.Expression expression) =>
        Evaluator().Evaluate(Analyzer.AnalyzeExpression(expression, [], session.Catalog, engine.Functions, AnalysisSettings()));

    /// <summary>Resolves an expression that is no part of a query.</summary>
    /// <param name="expression">As parsed.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="columns">Columns that it may name; null: none.</param>
    /// <param name="isGenerated">Tells which of them are computed from others; null: none is.</param>
    public Expression Resolve(Ast.Expression expression, ExpressionPlace place, IReadOnlyList<TableColumn>? columns = null, Predicate<string>? isGenerated = null)
    {
        var ids = new ColumnIdSource();
        Column[] known = [.. (columns ?? []).Select(column => ids.Column(column.Name, column.Type, column.IsNullable))];
        HashSet<ColumnId>? generated = isGenerated == null ? null : [.. known.Where(column => isGenerated(column.Name)).Select(static column => column.Id)];
        return Analyzer.AnalyzeExpression(expression, known, session.Catalog, engine.Functions, AnalysisSettings(), place, generated);
    }

    /// <summary>Values of a type in their text form.</summary>
    public NodeList<Literal> AsTexts(NodeList<Literal> values, SqlType type) =>
        (NodeList<Literal>)Evaluator().Evaluate(new Cast(new Literal(values, SqlType.Array(type)), SqlType.Array(SqlType.Text))).Value!;

    /// <summary>The value of an expression without columns as a parameter's type. Numerics keep the digits they have: nothing is rounded to what the context shows.</summary>
    public Literal EvaluateAs(Ast.Expression expression, SqlType type)
    {
        bool isArray = NumericArrays.Includes(type), hasDigits = isArray || type.Kind == TypeKind.Numeric;
        string name = isArray ? "numeric[]" : hasDigits ? "numeric" : type is { Kind: TypeKind.Char, Precision: 0 } ? "text" : type.ToString();
        Literal value = EvaluateConstant(new Ast.CastExpression(expression, Parser.SqlParser.ParseTypeName(name)));
        if (isArray && !value.IsNull && NumericArrays.HasNoNumber(value))
        {
            return value with { ValueType = NumericArrays.WithoutNumbers(type) };
        }

        // An array keeps the dimensions that its text has.
        return (hasDigits || type.Kind == TypeKind.Array && value.Type.Kind == TypeKind.Array && value.Type.Element!.Kind == TypeKind.Array) && !value.IsNull ? value : value with { ValueType = type };
    }

    private AnalyzedQuery Analyze(Ast.Query query, NodeList<Ast.TypeName>? parameterTypes) =>
        AnalyzeTyped(query, parameterTypes == null ? [.. Bound?.Types ?? NodeList<SqlType>.Empty] : [.. parameterTypes.Select(name => ResolveType(name).WithoutFractionDigits)]);

    /// <summary>Date and time literals are read in the session's zone, at the time of the statement.</summary>
    private AnalyzerSettings AnalysisSettings(PlanDependencies? dependencies = null) => AnalyzerSettings.Default with
    {
        StatementText = StatementText,
        Cancellation = Cancellation,
        CheckObjectName = ErrorOf,
        DateTime = new DateTimeFacts(session.Transaction.Current?.Start ?? TimeProvider.System.GetUtcNow(), TimeZones.Find(session.Settings.Get("TimeZone")), session.Settings.DateOrder)
        {
            NowWasRead = dependencies == null ? null : dependencies.BindToMoment,
        },
    };

    /// <summary>The error that a cast of a constant ends in, or null.</summary>
    private Parser.Errors.QueryException? ErrorOf(Cast cast)
    {
        try
        {
            Evaluator().Evaluate(cast);
            return null;
        }
        catch (Parser.Errors.QueryException error)
        {
            return error;
        }
    }

    /// <summary>Optimizes an analyzed query and cuts it into stages.</summary>
    /// <param name="analyzed">The query.</param>
    /// <param name="trace">Collects what the optimizer did, or null.</param>
    /// <param name="dependencies">Takes what the plan depends on; null: nobody asks.</param>
    public PlannedQuery PlanAnalyzed(AnalyzedQuery analyzed, OptimizerTrace? trace = null, PlanDependencies? dependencies = null)
    {
        using Interruption.Scope listening = Interruption.By(Cancellation);
        IConstantEvaluator evaluator = dependencies == null ? Evaluator(LargestFolded) : new RecordingEvaluator(Evaluator(LargestFolded), dependencies);
        var optimizer = new OptimizerContext(analyzed.Ids, engine.Functions, evaluator)
        {
            Settings = new OptimizerSettings { IsEnabled = session.Settings.Optimizer, DisabledRules = session.Settings.DisabledRules.ToHashSet(StringComparer.OrdinalIgnoreCase) },
            Trace = trace,
            Cancellation = Cancellation,
        };
        LogicalPlan optimized = QueryOptimizer.Optimize(analyzed.Plan, optimizer);
        Cancellation.ThrowIfCancellationRequested();
        if (engine.Cluster is { } cluster && PlanForExecutors(analyzed, optimized, cluster) is { } distributed)
        {
            return distributed;
        }

        int slots = engine.Executor.Slots;
        return PlanPhysical(analyzed, optimized, new Topology(slots, session.Settings.ShufflePartitions(slots)));
    }

    /// <summary>The plan for executors in other processes; null: there are none, or it reads what only this process has.</summary>
    private PlannedQuery? PlanForExecutors(AnalyzedQuery analyzed, LogicalPlan optimized, ClusterDriver cluster)
    {
        (int executors, int slots) = cluster.Size;
        bool readsFiles = false, readsOthers = false;
        optimized.ForEachWithSubqueries(node =>
        {
            bool isFile = node is Scan scan && engine.Files.ReferenceTo(scan.Table) != null;
            readsFiles |= isFile;
            readsOthers |= node is Scan && !isFile;
        });
        if (executors == 0 || !readsFiles || readsOthers)
        {
            return null;
        }

        PlannedQuery plan = PlanPhysical(analyzed, optimized, new Topology(slots, session.Settings.ShufflePartitions(slots), executors));
        return ClusterPlans.CanTravel(plan.Physical, new SessionTables(engine, session)) ? plan with { Executors = executors } : null;
    }

    private PlannedQuery PlanPhysical(AnalyzedQuery analyzed, LogicalPlan optimized, Topology topology)
    {
        PlannerContext planner = PlannerContext.For(topology) with { Settings = PlannerSettings.WithBroadcasts(session.Settings.BroadcastBytes), Cancellation = Cancellation };
        ExecPlan physical = PhysicalPlanner.Plan(optimized, planner);
        return new PlannedQuery(analyzed, optimized, physical, StagePlanner.Plan(physical, topology));
    }

    /// <summary>The plan as another process would read it, which has to be the same one.</summary>
    private StagePlan ReadBack(StagePlan plan)
    {
        var tables = new SessionTables(engine, session);
        byte[] bytes = PlanFormat.Write(plan, tables);
        StagePlan read = PlanFormat.ReadStages(bytes, tables, engine.Functions);
        return PlanFormat.Write(read, tables).AsSpan().SequenceEqual(bytes) && read.ToString() == plan.ToString()
            ? read
            : throw Execution.ExecutionErrors.Internal("PlanFormat: a plan is read as another one");
    }

    private IConstantEvaluator Evaluator(long limitBytes = long.MaxValue) => (session.Settings.ForExecution(engine.MemoryLimitBytes) with { Objects = session.Objects, TransactionTime = session.TransactionTime }).CreateConstantEvaluator(Cancellation, limitBytes);
}
