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

namespace SqlCluster.Server.Statements;

/// <summary>EXPLAIN at every arrow of a query's life: one text column, a line a row.</summary>
internal static class ExplainStatements
{
    public static async Task<StatementResult> ExplainAsync(Explain explain, Session session, CancellationToken cancellation)
    {
        ExplainOptions options = ExplainOptions.Of(explain);
        if (options.Step == ExplainStep.Ast)
        {
            return Answer(ExplainWriter.Lines(SyntaxTreePrinter.Print(explain.Statement)), session, cancellation);
        }

        if (explain.Statement is not QueryStatement { Query: var query })
        {
            throw ExecutionErrors.Unsupported($"EXPLAIN of {explain.Statement.GetType().Name}");
        }

        if (options.Analyze)
        {
            return Answer(await AnalyzeAsync(query, options, session, cancellation).ConfigureAwait(false), session, cancellation);
        }

        var trace = options.Step == ExplainStep.Trace ? new OptimizerTrace() : null;
        long start = TimeProvider.System.GetTimestamp();
        PlannedQuery plan = session.Pipeline.Plan(query, trace: trace);
        var summary = new ExplainSummary(TimeProvider.System.GetElapsedTime(start), null);
        return Answer(options.Step switch
        {
            ExplainStep.Analyzed => ExplainWriter.Write(plan.Analyzed.Plan, options),
            ExplainStep.Optimized => ExplainWriter.Write(plan.Optimized, options),
            ExplainStep.Plan or ExplainStep.Physical => ExplainWriter.Write(ExplainNode.Of(plan.Physical), options, options.Summary ? summary : null),
            ExplainStep.Stages => ExplainWriter.Lines((plan.Executors == 0 ? "" : $"On {plan.Executors} executors, each stage in as many shares at most\n") + plan.Stages),
            ExplainStep.Trace => ExplainWriter.Lines(string.Concat(trace!.Steps.Select(Describe))),
            ExplainStep.Ast => throw ExecutionErrors.Internal("the syntax tree is shown before planning"),
        }, session, cancellation);
    }

    private static string Describe(OptimizerStep step) =>
        $"{step.Batch}: {step.Rule} ({step.Microseconds:0} us)\nbefore\n{Indent(step.Before.ToString())}after\n{Indent(step.After.ToString())}";

    /// <summary>Runs the query, throws its rows away and shows what each operator did.</summary>
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
        session.Pipeline.RunValues([new ResultColumn("QUERY PLAN", SqlType.Text, false)], lines.Select(static line => new object?[] { line }), "EXPLAIN", cancellation);

    private static string Indent(string text) => string.Concat(text.TrimEnd('\n').Split('\n').Select(static line => $"  {line}\n"));
}
