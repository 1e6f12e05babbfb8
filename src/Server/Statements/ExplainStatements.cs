using SqlCluster.Catalyst.Explain;
using SqlCluster.Catalyst.Optimizer;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Scheduler;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Printing;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Statements.Changes;
using Literal = SqlCluster.Catalyst.Expressions.Literal;

namespace SqlCluster.Server.Statements;

/// <summary>EXPLAIN at every arrow of a query's life: one text column, a line a row. Statements that change rows show the queries that they read rows by; with ANALYZE they change them.</summary>
internal static class ExplainStatements
{
    public static async Task<StatementResult> ExplainAsync(Explain explain, Session session, CancellationToken cancellation)
    {
        ExplainOptions options = ExplainOptions.Of(explain);
        if (options.Step == ExplainStep.Ast)
        {
            return Answer(ExplainWriter.Lines(SyntaxTreePrinter.Print(explain.Statement)), session, cancellation);
        }

        if (explain.Statement is Execute execute)
        {
            (NamedStatement prepared, NodeList<Literal> values) = PreparedStatements.Read(execute, session);
            using PreparedStatements.BoundValues bound = PreparedStatements.Bind(values, session);
            return await ExplainAsync(explain with { Statement = prepared.Statement }, session, cancellation).ConfigureAwait(false);
        }

        if (explain.Statement is CreateTableAs create && TableStatements.Exists(create, session))
        {
            return Answer([], session, cancellation);
        }

        return Answer(
            options.Analyze ? await AnalyzeAsync(explain.Statement, options, session, cancellation).ConfigureAwait(false) : Plan(explain.Statement, options, session),
            session,
            cancellation);
    }

    /// <summary>Shows a statement that does not run.</summary>
    private static IReadOnlyList<string> Plan(Statement statement, ExplainOptions options, Session session)
    {
        var trace = options.Step == ExplainStep.Trace ? new OptimizerTrace() : null;
        long start = TimeProvider.System.GetTimestamp();
        switch (statement)
        {
            case QueryStatement query: return Show(session.Pipeline.Plan(query.Query, trace: trace));
            case DeclareCursor declare: return Show(session.Pipeline.Plan(declare.Query, trace: trace));
            case CreateTableAs create: return Plan(create.Source, options, session);
            case Execute execute:
                (NamedStatement prepared, NodeList<Literal> values) = PreparedStatements.Read(execute, session);
                using (PreparedStatements.Bind(values, session))
                {
                    return Plan(prepared.Statement, options, session);
                }

            case Insert or Update or Delete or Merge or ChangingQuery:
                ExplainNode node = ChangePlans.Plan(statement, session, query => session.Pipeline.Plan(query, trace: trace), out IReadOnlyList<(string Title, PlannedQuery Plan)> queries);
                return options.Step is ExplainStep.Plan or ExplainStep.Physical
                    ? ExplainWriter.Write(node, options, options.Summary ? new ExplainSummary(TimeProvider.System.GetElapsedTime(start), null) : null)
                    : [.. queries.SelectMany(query => (string[])[query.Title, .. Show(query.Plan).Select(static line => $"  {line}")])];
            default: throw ExecutionErrors.Unsupported($"EXPLAIN of {statement.GetType().Name}");
        }

        IReadOnlyList<string> Show(PlannedQuery plan) => options.Step switch
        {
            ExplainStep.Analyzed => ExplainWriter.Write(plan.Analyzed.Plan, options),
            ExplainStep.Optimized => ExplainWriter.Write(plan.Optimized, options),
            ExplainStep.Plan or ExplainStep.Physical => ExplainWriter.Write(
                ExplainNode.Of(plan.Physical), options, options.Summary ? new ExplainSummary(TimeProvider.System.GetElapsedTime(start), null) : null),
            ExplainStep.Stages => ExplainWriter.Lines((plan.Executors == 0 ? "" : $"On {plan.Executors} executors, each stage in as many shares at most\n") + plan.Stages),
            ExplainStep.Trace => ExplainWriter.Lines(string.Concat(trace!.Steps.Select(Describe))),
            ExplainStep.Ast => throw ExecutionErrors.Internal("the syntax tree is shown before planning"),
        };
    }

    private static string Describe(OptimizerStep step) =>
        $"{step.Batch}: {step.Rule} ({step.Microseconds:0} us)\nbefore\n{Indent(step.Before.ToString())}after\n{Indent(step.After.ToString())}";

    /// <summary>Runs a statement, throws its rows away and shows what each operator did.</summary>
    private static async Task<IReadOnlyList<string>> AnalyzeAsync(Statement statement, ExplainOptions options, Session session, CancellationToken cancellation)
    {
        switch (statement)
        {
            case QueryStatement query: return await AnalyzeAsync(query.Query, options, session, cancellation).ConfigureAwait(false);
            case DeclareCursor declare: return await AnalyzeAsync(declare.Query, options, session, cancellation).ConfigureAwait(false);
        }

        long start = TimeProvider.System.GetTimestamp();
        ExplainNode? shown = null;
        switch (statement)
        {
            case CreateTableAs create:
                await TableStatements.CreateAsAsync(
                    create, session, cancellation, rows => shown = ExplainNode.Of(rows.Execution.Plan, rows.Execution.Context.Metrics)).ConfigureAwait(false);
                break;
            case Insert or Update or Delete or Merge or ChangingQuery:
                var runs = new ExplainedRuns();
                using (var changes = new StatementChanges(session) { Explained = runs })
                {
                    await using StatementResult result = await ChangeStatements.RunAsync(statement, changes, session, cancellation).ConfigureAwait(false);
                }

                shown = runs.Whole();
                break;
            default: throw ExecutionErrors.Unsupported($"EXPLAIN of {statement.GetType().Name}");
        }

        // What it took to plan is not known apart: a change is planned bit by bit.
        var summary = new ExplainSummary(null, TimeProvider.System.GetElapsedTime(start));
        return shown == null ? [] : ExplainWriter.Write(shown, options, summary);
    }

    private static async Task<IReadOnlyList<string>> AnalyzeAsync(Query query, ExplainOptions options, Session session, CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        PlannedQuery plan = session.Pipeline.Plan(query);
        TimeSpan planning = TimeProvider.System.GetElapsedTime(start);
        await using StatementResult.Rows rows = session.Pipeline.Start(plan, "SELECT", cancellation);
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
        {
            batch.Release();
        }

        TimeSpan execution = TimeProvider.System.GetElapsedTime(start) - planning;
        QueryContext context = rows.Execution.Context;
        ExplainNode shown = ExplainNode.Of(rows.Execution.Plan, context.Metrics);
        long leftOut = context.Metrics.MemoryBytesAtPeak() - shown.Total(QueryMetrics.MemoryAtPeak);
        var memory = new MemorySummary(context.Account.PeakBytes, context.Account.Elsewhere.BytesAtPeak, leftOut, rows.Execution.PeakWaitingBytes);
        return ExplainWriter.Write(shown, options, new ExplainSummary(planning, execution, memory, Adaptation(rows.Execution)));
    }

    /// <summary>What adaptive execution did; null: nothing.</summary>
    private static AdaptationSummary? Adaptation(IQueryExecution execution) => execution.Decisions is { Count: > 0 } decisions
        ? new AdaptationSummary(ExplainNode.Of(execution.InitialPlan), [.. decisions.Select(static decision => decision.ToString())])
        : null;

    private static StatementResult.Rows Answer(IReadOnlyList<string> lines, Session session, CancellationToken cancellation) =>
        session.Pipeline.RunValues([new ResultColumn("QUERY PLAN", SqlType.Text, false)], lines.Select(static line => new object?[] { ExplainNode.Shown(line) }), "EXPLAIN", cancellation);

    private static string Indent(string text) => string.Concat(text.TrimEnd('\n').Split('\n').Select(static line => $"  {line}\n"));
}
