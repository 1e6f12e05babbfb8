using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.Bench.Suites;

/// <summary>Runs the TPC-H queries under a memory limit and without one, in turns: both answers must be right, and the table says what spilling costs.</summary>
internal static class SpillSuite
{
    /// <summary>The verb.</summary>
    public static Command Verb()
    {
        var limit = new Option<string>("--limit") { Description = "memory_limit of the limited runs", DefaultValueFactory = static _ => "64MB" };
        var verb = new Command("spill", "The 22 queries derived from TPC-H under a memory limit, against themselves without one") { SharedArguments.Data, SharedArguments.Answers, SharedArguments.Queries, SharedArguments.Runs, SharedArguments.Only, SharedArguments.Set, limit };
        verb.SetAction(result => RunAsync(SharedArguments.Of(result, "tpch"), result.GetValue(limit)!));
        return verb;
    }

    public static async Task<int> RunAsync(SuiteOptions options, string limit)
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

        using Session free = engine.OpenSession(), limited = engine.OpenSession();
        limited.Settings.Set("memory_limit", limit);
        foreach (string setting in options.Settings)
        {
            string[] parts = setting.Split('=', 2);
            limited.Settings.Set(parts[0], parts[1]);
        }

        Console.WriteLine($"{options.DataFolder}, memory_limit {limit} against none, {options.Runs} runs, medians in ms");
        Console.WriteLine("query  unlimited  limited   ratio   peak MB  limited MB   spilled MB  files   answer");
        double freeTotal = 0, limitedTotal = 0;
        int wrong = 0, spilled = 0;
        foreach ((int number, string sql) in options.QueryTexts())
        {
            var without = new List<Measured>();
            var with = new List<Measured>();
            string verdict = "right";
            try
            {
                for (int run = 0; run <= options.Runs; run++)
                {
                    without.Add(await RunAsync(free, sql).ConfigureAwait(false));
                    with.Add(await RunAsync(limited, sql).ConfigureAwait(false));
                }

                verdict = Verdict(options, number, without[0].Rows, with[0].Rows);
            }
            catch (QueryException error)
            {
                verdict = $"{error.SqlState} {error.Message}";
            }

            wrong += verdict == "right" ? 0 : 1;
            spilled += with.Exists(static run => run.SpilledBytes > 0) ? 1 : 0;
            double our = Median(without), their = Median(with);
            freeTotal += our;
            limitedTotal += their;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"q{number:00} {our,12:0.0} {their,8:0.0} {their / our,7:0.00} {Megabytes(without, static run => run.PeakBytes),9:0.0} {Megabytes(with, static run => run.PeakBytes),11:0.0} {Megabytes(with, static run => run.SpilledBytes),12:0.0} {(with.Count > 0 ? with.Max(static run => run.Files) : 0),6}   {verdict}"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"sum {freeTotal,12:0.0} {limitedTotal,8:0.0} {limitedTotal / freeTotal,7:0.00}   {spilled} queries spilled"));
        return wrong == 0 ? 0 : 1;
    }

    private static async Task<Measured> RunAsync(Session session, string sql)
    {
        long start = Stopwatch.GetTimestamp();
        await foreach (StatementResult result in session.ExecuteAsync(sql).ConfigureAwait(false))
        {
            await using (result.ConfigureAwait(false))
            {
                var rows = (StatementResult.Rows)result;
                List<string?[]> values = await ResultReader.ReadRowsAsync(rows, default).ConfigureAwait(false);
                Execution.Executors.QueryContext context = rows.Execution.Context;
                return new Measured(values, Stopwatch.GetElapsedTime(start).TotalMilliseconds, context.Account.PeakBytes, context.Spill.BytesWritten, context.Spill.FileCount);
            }
        }

        throw new InvalidOperationException("the query file holds no statement");
    }

    private static string Verdict(SuiteOptions options, int number, List<string?[]> without, List<string?[]> with)
    {
        string? file = options.AnswerFolder == null ? null : Path.Combine(options.AnswerFolder, $"q{number:00}.csv");
        string? difference = AnswerComparison.Difference(file != null && File.Exists(file) ? AnswerComparison.ReadCsv(file) : without, with, false);
        return difference == null ? "right" : $"WRONG: {difference}";
    }

    /// <summary>The first run of each query warms up.</summary>
    private static double Median(List<Measured> runs)
    {
        double[] times = [.. runs.Skip(1).Select(static run => run.Milliseconds).Order()];
        return times.Length == 0 ? double.NaN : times[times.Length / 2];
    }

    private static double Megabytes(List<Measured> runs, Func<Measured, long> bytes) => runs.Count == 0 ? 0 : runs.Max(bytes) / 1048576.0;

    private sealed record Measured(List<string?[]> Rows, double Milliseconds, long PeakBytes, long SpilledBytes, int Files);
}
