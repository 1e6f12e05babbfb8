using SqlCluster.Catalyst.Optimizer;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Printing;

using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements;

/// <summary>EXPLAIN at every arrow of a query's life: one text column, a line a row.</summary>
internal static class ExplainStatements
{
    private static readonly string[] Forms = ["ast", "analyzed", "optimized", "physical", "stages", "trace"];

    private static readonly string[] Ignored = ["verbose", "costs", "buffers", "timing", "summary", "settings", "wal", "generic_plan", "memory", "serialize"];

    public static async Task<StatementResult> ExplainAsync(Explain explain, Session session, CancellationToken cancellation)
    {
        Statement statement = explain.Statement;
        if (statement is not QueryStatement { Query: var query })
        {
            throw ExecutionErrors.Unsupported($"EXPLAIN of {statement.GetType().Name}");
        }

        string[] options = [.. explain.Options.Where(IsOn).Select(static option => option.Name.ToLowerInvariant())];
        string? unknown = options.FirstOrDefault(option => !Forms.Contains(option) && !Ignored.Contains(option) && option is not ("analyze" or "format"));
        if (unknown != null)
        {
            throw StatementErrors.UnknownExplainOption(unknown);
        }

        string[] forms = [.. options.Intersect(Forms)];
        string text;
        if (options.Contains("analyze"))
        {
            text = await AnalyzeAsync(query, session, cancellation).ConfigureAwait(false);
        }
        else if (forms is ["ast"])
        {
            text = SyntaxTreePrinter.Print(statement);
        }
        else
        {
            var trace = forms.Contains("trace") ? new OptimizerTrace() : null;
            PlannedQuery plan = session.Pipeline.Plan(query, trace: trace);
            text = forms.Length == 0 ? Form("physical", query, plan, trace)
                : forms.Length == 1 ? Form(forms[0], query, plan, trace)
                : string.Join("\n", forms.Select(form => $"{form.ToUpperInvariant()}\n{Form(form, query, plan, trace)}"));
        }

        IEnumerable<object?[]> lines = text.TrimEnd('\n').Split('\n').Select(static line => new object?[] { line });
        return session.Pipeline.RunValues([new ResultColumn("QUERY PLAN", SqlType.Text, false)], lines, "EXPLAIN", cancellation);
    }

    private static string Form(string form, Query query, PlannedQuery plan, OptimizerTrace? trace) => form switch
    {
        "ast" => SyntaxTreePrinter.Print(query),
        "analyzed" => plan.Analyzed.Plan.ToString(),
        "optimized" => plan.Optimized.ToString(),
        "physical" => plan.Physical.ToString(),
        "stages" => plan.Stages.ToString(),
        "trace" => string.Concat(trace!.Steps.Select(static step => $"{step.Batch}: {step.Rule} ({step.Microseconds:0} us)\n{Indent(step.After.ToString())}")),
        _ => throw ExecutionErrors.Internal($"explain form {form}"),
    };

    /// <summary>Runs the query, throws its rows away and shows what each operator did.</summary>
    private static async Task<string> AnalyzeAsync(Query query, Session session, CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        PlannedQuery plan = session.Pipeline.Plan(query);
        TimeSpan planning = TimeProvider.System.GetElapsedTime(start);
        await using StatementResult.Rows rows = session.Pipeline.Start(plan, "SELECT", cancellation);
        long count = 0;
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
        {
            count += batch.RowCount;
            batch.Release();
        }

        TimeSpan total = TimeProvider.System.GetElapsedTime(start);
        return $"{AnalyzedPlan.Print(plan.Stages, rows.Execution.Context.Metrics)}Rows: {count}\nPlanning time: {planning.TotalMilliseconds:0.000} ms\n"
            + $"Execution time: {(total - planning).TotalMilliseconds:0.000} ms\nPeak memory: {rows.Execution.Context.Account.PeakBytes} bytes\n";
    }

    private static bool IsOn(StatementOption option) => option.Value is null || SettingStatements.Text(option.Value).ToLowerInvariant() is not ("off" or "false" or "0");

    private static string Indent(string text) => string.Concat(text.TrimEnd('\n').Split('\n').Select(static line => $"  {line}\n"));
}
