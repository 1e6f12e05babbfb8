using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.Bench.Suites;

/// <summary>Runs a suite on our engine and on DuckDB in turns, checks every answer and prints medians, ratios and memory.</summary>
internal static class Suite
{
    /// <summary>The verbs: a suite of queries each.</summary>
    public static IEnumerable<Command> Verbs()
    {
        var duckDbFiles = new Option<bool>("--duckdb-files") { Description = "On the same tables as DuckDB writes them; made once, in a folder duckdb beside the data" };
        Command tpch = Verb("tpch", "The 22 queries derived from TPC-H, against DuckDB on the same files", result => result.GetValue(duckDbFiles));
        tpch.Options.Add(duckDbFiles);
        return
        [
            tpch,
            Verb("tpcds", "The 99 queries derived from TPC-DS, against DuckDB on the same files", static _ => false),
            Verb("shapes", "Queries of one construct each over TPC-H's tables (bench/queries/shapes), against DuckDB on the same files", static _ => false),
        ];
    }

    private static Command Verb(string name, string description, Func<ParseResult, bool> isOnDuckDbFiles)
    {
        var verb = new Command(name, description)
        {
            SharedArguments.Data, SharedArguments.Answers, SharedArguments.Queries, SharedArguments.Runs, SharedArguments.Only, SharedArguments.Alone, SharedArguments.Set,
        };
        verb.SetAction(result =>
        {
            SuiteOptions options = SharedArguments.Of(result, name);
            return RunAsync(isOnDuckDbFiles(result) ? options with { Data = new DirectoryInfo(DuckDbFiles.Make(options.DataFolder)) } : options);
        });
        return verb;
    }

    public static async Task<int> RunAsync(SuiteOptions options)
    {
        if (!Directory.Exists(options.DataFolder))
        {
            Console.Error.WriteLine($"no data in {options.DataFolder}: sqlcluster generate {options.Name} --scale 1 --output {options.DataFolder}");
            return 2;
        }

        string[] tables = [.. Directory.GetFileSystemEntries(options.DataFolder).Where(static entry => Directory.Exists(entry) || entry.EndsWith(".parquet", StringComparison.Ordinal))];
        using var engine = new Engine();
        using Session session = engine.OpenSession();
        foreach (string setting in options.Settings)
        {
            string[] parts = setting.Split('=', 2);
            session.Settings.Set(parts[0], parts[1]);
        }

        foreach (string table in tables)
        {
            engine.Attach(Path.GetFileNameWithoutExtension(table), table);
        }

        using DuckDbProcess? duck = options.Alone ? null : new DuckDbProcess();
        duck?.Setup([.. tables.Select(static table => $"CREATE VIEW {Path.GetFileNameWithoutExtension(table)} AS SELECT * FROM read_parquet('{(Directory.Exists(table) ? table + "/*.parquet" : table)}')")]);

        Console.WriteLine($"{options.Name}: {options.DataFolder}, {options.Runs} runs, medians in ms, ratio below 1: faster than DuckDB");
        Console.WriteLine("query     ours   DuckDB   ratio   ours CPU  DuckDB CPU   ratio   memory MB   answer");
        var ratios = new List<double>();
        var cpuRatios = new List<double>();
        using Process own = Process.GetCurrentProcess();
        double ourTotal = 0, duckTotal = 0;
        int wrong = 0;
        foreach ((int number, string sql) in options.QueryTexts())
        {
            var ours = new List<double>();
            var theirs = new List<double>();
            var ourCpu = new List<double>();
            var theirCpu = new List<double>();
            string verdict;
            long peak = 0;
            try
            {
                (List<string?[]> rows, _, peak) = await RunAsync(session, sql).ConfigureAwait(false);
                verdict = Verdict(options, number, rows, duck?.Query(sql).Rows);
                for (int run = 0; run < options.Runs; run++)
                {
                    TimeSpan before = ProcessorTime(own);
                    ours.Add((await RunAsync(session, sql).ConfigureAwait(false)).Milliseconds);
                    ourCpu.Add((ProcessorTime(own) - before).TotalMilliseconds);
                    if (duck != null)
                    {
                        before = duck.ProcessorTime;
                        theirs.Add(duck.Query(sql).Milliseconds);
                        theirCpu.Add((duck.ProcessorTime - before).TotalMilliseconds);
                    }
                }
            }
            catch (Parser.Errors.QueryException error)
            {
                verdict = $"{error.SqlState} {error.Message}";
            }

            wrong += verdict is "right" or "unchecked" ? 0 : 1;
            double our = Median(ours), their = Median(theirs);
            ourTotal += our;
            duckTotal += their;
            double cpu = Median(ourCpu), duckCpu = Median(theirCpu);
            if (ours.Count > 0 && theirs.Count > 0)
            {
                ratios.Add(our / their);
                cpuRatios.Add(cpu / duckCpu);
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"q{number:00} {our,10:0.0} {their,8:0.0} {our / their,7:0.00} {cpu,10:0} {duckCpu,11:0} {cpu / duckCpu,7:0.00} {peak / 1048576.0,11:0.0}   {verdict}"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"sum {ourTotal,10:0.0} {duckTotal,8:0.0} {ourTotal / duckTotal,7:0.00}"));
        if (ratios.Count > 0)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"geometric mean of ratios {Math.Exp(ratios.Average(Math.Log)):0.000}, worst {ratios.Max():0.00}; of processor time {Math.Exp(cpuRatios.Average(Math.Log)):0.000}; process {Environment.WorkingSet / 1048576.0:0} MB working set"));
        }

        return wrong == 0 ? 0 : 1;
    }

    private static async Task<(List<string?[]> Rows, double Milliseconds, long PeakBytes)> RunAsync(Session session, string sql)
    {
        long start = Stopwatch.GetTimestamp();
        await foreach (StatementResult result in session.ExecuteAsync(sql).ConfigureAwait(false))
        {
            await using (result.ConfigureAwait(false))
            {
                var rows = (StatementResult.Rows)result;
                List<string?[]> values = await ResultReader.ReadRowsAsync(rows, default).ConfigureAwait(false);
                return (values, Stopwatch.GetElapsedTime(start).TotalMilliseconds, rows.Execution.Context.Account.PeakBytes);
            }
        }

        throw new InvalidOperationException("the query file holds no statement");
    }

    private static TimeSpan ProcessorTime(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    private static string Verdict(SuiteOptions options, int number, List<string?[]> rows, string?[][]? duckRows)
    {
        string? file = options.AnswerFolder == null ? null : Path.Combine(options.AnswerFolder, $"q{number:00}.csv");
        List<string?[]>? expected = file != null && File.Exists(file) ? AnswerComparison.ReadCsv(file) : duckRows?.ToList();
        return expected == null ? "unchecked" : AnswerComparison.Difference(expected, rows, false) is { } difference ? $"WRONG: {difference}" : "right";
    }

    private static double Median(List<double> values)
    {
        if (values.Count == 0)
        {
            return double.NaN;
        }

        values.Sort();
        int middle = values.Count / 2;
        return values.Count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
