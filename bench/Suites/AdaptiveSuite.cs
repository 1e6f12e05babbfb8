using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using SqlCluster.Execution.Scheduler;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.Bench.Suites;

/// <summary>What adaptive execution is worth: a query for each rule with the rule on and off, and the TPC-H queries with all of it on and off. Runs take turns; answers must agree.</summary>
internal static class AdaptiveSuite
{
    /// <summary>A query whose plan a rule improves, under the settings that bring about what the rule is for (a join that is planned partitioned, as one of two large tables is).</summary>
    private static readonly (string Rule, string Settings, string Sql)[] Cases =
    [
        ("CoalescePartitions", "", "SELECT l_orderkey, count(*) FROM lineitem WHERE l_partkey + l_suppkey < 500 GROUP BY l_orderkey"),
        ("CoalescePartitions", "shuffle_partitions=256", "SELECT l_orderkey, count(*) FROM lineitem WHERE l_partkey + l_suppkey < 500 GROUP BY l_orderkey"),
        ("BroadcastSmallBuildSides", "broadcast_size=0", "SELECT count(*), sum(l_quantity) FROM lineitem JOIN orders ON l_orderkey = o_orderkey WHERE o_comment LIKE '%packages. even%'"),
        ("SwapJoinSides", "broadcast_size=0,adaptive_broadcast_size=0", "SELECT count(*), max(o_comment) FROM lineitem JOIN orders ON l_orderkey = o_orderkey WHERE l_partkey + l_suppkey < 500"),
        ("SplitSkewedPartitions", "broadcast_size=0,adaptive_broadcast_size=0",
            "SELECT count(*), max(l_extendedprice * (1 - l_discount) * (1 + l_tax)) FROM lineitem JOIN orders ON CASE WHEN l_linenumber = 7 THEN l_orderkey ELSE 1 END = o_orderkey"),
        ("PropagateEmptyRelations", "",
            "SELECT count(*), sum(quantity) FROM (SELECT l_orderkey, sum(l_quantity) AS quantity FROM lineitem GROUP BY l_orderkey) a JOIN orders ON l_orderkey = o_orderkey WHERE o_orderpriority LIKE '%no such%'"),
    ];

    /// <summary>The verb.</summary>
    public static Command Verb()
    {
        var verb = new Command("adaptive", "Adaptive execution: a query for each rule with it on and off, then the 22 queries derived from TPC-H, processor time") { SharedArguments.Data, SharedArguments.Queries, SharedArguments.Runs, SharedArguments.Only, SharedArguments.Set };
        verb.SetAction(static result => RunAsync(SharedArguments.Of(result, "tpch")));
        return verb;
    }

    public static async Task<int> RunAsync(SuiteOptions options)
    {
        if (!Directory.Exists(options.DataFolder))
        {
            Console.Error.WriteLine($"no data in {options.DataFolder}: sqlcluster generate tpch --scale 1 --output {options.DataFolder}");
            return 2;
        }

        using var engine = new Engine();
        foreach (string table in Directory.GetFiles(options.DataFolder, "*.parquet"))
        {
            engine.Attach(Path.GetFileNameWithoutExtension(table), table);
        }

        int wrong = 0;
        Console.WriteLine($"{options.DataFolder}, {engine.Executor.Slots} slots, {options.Runs} runs, medians in ms of processor time and of elapsed time");
        Console.WriteLine("rule                        cpu on  cpu off   ratio   ms on   ms off   ratio   settings");
        foreach ((string rule, string settings, string sql) in Cases)
        {
            using Session on = Open(engine, [.. options.Settings, .. Split(settings)]), off = Open(engine, [.. options.Settings, .. Split(settings), $"disabled_rules={rule}"]);
            (List<Measured> with, List<Measured> without) = await MeasureAsync(on, off, sql, options.Runs).ConfigureAwait(false);
            string verdict = !with[0].Rules.Contains(rule) ? "DID NOT FIRE" : without[0].Rules.Contains(rule) ? "NOT OFF" : Verdict(with[0].Rows, without[0].Rows);
            wrong += verdict.Length == 0 ? 0 : 1;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rule,-24} {Row(with, without)}   {settings} {verdict}"));
        }

        using Session adaptive = Open(engine, options.Settings), plain = Open(engine, [.. options.Settings, "adaptive=off"]);
        double cpuOn = 0, cpuOff = 0;
        Console.WriteLine("query                       cpu on  cpu off   ratio   ms on   ms off   ratio   rules");
        foreach ((int number, string sql) in options.QueryTexts())
        {
            (List<Measured> with, List<Measured> without) = await MeasureAsync(adaptive, plain, sql, options.Runs).ConfigureAwait(false);
            string verdict = Verdict(with[0].Rows, without[0].Rows);
            wrong += verdict.Length == 0 ? 0 : 1;
            cpuOn += Median(with, static run => run.ProcessorMilliseconds);
            cpuOff += Median(without, static run => run.ProcessorMilliseconds);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"q{number:00}                      {Row(with, without)}   {string.Join(" ", with[0].Rules.GroupBy(static rule => rule).Select(static group => $"{group.Key}×{group.Count()}"))} {verdict}"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"sum                      {cpuOn,9:0.0} {cpuOff,8:0.0} {cpuOn / cpuOff,7:0.000}"));
        return wrong == 0 ? 0 : 1;
    }

    private static string[] Split(string settings) => settings.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static Session Open(Engine engine, IEnumerable<string> settings)
    {
        Session session = engine.OpenSession();
        foreach (string setting in settings)
        {
            string[] parts = setting.Split('=', 2);
            session.Settings.Set(parts[0], parts[1]);
        }

        return session;
    }

    /// <summary>The first run of each warms up. The order changes from turn to turn.</summary>
    private static async Task<(List<Measured> With, List<Measured> Without)> MeasureAsync(Session on, Session off, string sql, int runs)
    {
        var with = new List<Measured>();
        var without = new List<Measured>();
        for (int run = 0; run <= runs; run++)
        {
            foreach (bool isOn in run % 2 == 0 ? new[] { true, false } : [false, true])
            {
                (isOn ? with : without).Add(await RunAsync(isOn ? on : off, sql).ConfigureAwait(false));
            }
        }

        return (with, without);
    }

    private static async Task<Measured> RunAsync(Session session, string sql)
    {
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        await foreach (StatementResult result in session.ExecuteAsync(sql).ConfigureAwait(false))
        {
            await using (result.ConfigureAwait(false))
            {
                var rows = (StatementResult.Rows)result;
                List<string?[]> values = await ResultReader.ReadRowsAsync(rows, default).ConfigureAwait(false);
                IQueryExecution execution = rows.Execution;
                return new Measured(
                    values, Stopwatch.GetElapsedTime(start).TotalMilliseconds, (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds, [.. execution.Decisions.Select(static decision => decision.Rule)]);
            }
        }

        throw new InvalidOperationException("no statement");
    }

    private static string Verdict(List<string?[]> with, List<string?[]> without) => AnswerComparison.Difference(without, with, false) is { } difference ? $"WRONG: {difference}" : "";

    private static string Row(List<Measured> with, List<Measured> without)
    {
        double cpuOn = Median(with, static run => run.ProcessorMilliseconds), cpuOff = Median(without, static run => run.ProcessorMilliseconds);
        double on = Median(with, static run => run.Milliseconds), off = Median(without, static run => run.Milliseconds);
        return string.Create(CultureInfo.InvariantCulture, $"{cpuOn,9:0.0} {cpuOff,8:0.0} {cpuOn / cpuOff,7:0.00} {on,7:0.0} {off,8:0.0} {on / off,7:0.00}");
    }

    private static double Median(List<Measured> runs, Func<Measured, double> time)
    {
        double[] times = [.. runs.Skip(1).Select(time).Order()];
        return times.Length == 0 ? double.NaN : times[times.Length / 2];
    }

    private sealed record Measured(List<string?[]> Rows, double Milliseconds, double ProcessorMilliseconds, IReadOnlyList<string> Rules);
}
