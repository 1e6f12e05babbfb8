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
        var compared = new List<ComparedQuery>();
        foreach ((int number, string sql) in options.QueryTexts())
        {
            ComparedQuery query = await CompareAsync(session, duck, options, number, sql).ConfigureAwait(false);
            compared.Add(query);
            Console.WriteLine(query.ToString());
        }

        ComparedQuery[] both = [.. compared.Where(static query => query.IsMeasuredOnBoth)];
        double ourTotal = both.Sum(static query => query.Ours), duckTotal = both.Sum(static query => query.DuckDb);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"sum {(options.Alone ? compared.Sum(static query => query.Ours) : ourTotal),10:0.0} {duckTotal,8:0.0} {ourTotal / duckTotal,7:0.00}"));
        if (both.Length > 0)
        {
            string slower = string.Join(' ', both.Where(static query => query.Ratio > 1).Select(static query => string.Create(CultureInfo.InvariantCulture, $"q{query.Number:00} {query.Ratio:0.00}")));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"geometric mean of ratios {GeometricMean(both, static query => query.Ratio):0.000}, worst {both.Max(static query => query.Ratio):0.00}; of processor time {GeometricMean(both, static query => query.ProcessorRatio):0.000}; process {Environment.WorkingSet / 1048576.0:0} MB working set"));
            Console.WriteLine($"above 1.0: {(slower.Length == 0 ? "none" : slower)}");
        }

        if (compared.Count(static query => query.Failure != null) is > 0 and var failed)
        {
            Console.WriteLine($"DuckDB failed at {failed} of {compared.Count} queries, which the sum and the means leave out");
        }

        return compared.TrueForAll(static query => query.IsRight) ? 0 : 1;
    }

    /// <summary>Runs a query once for its answer and then in turns for its time. Where DuckDB fails, ours is measured alone.</summary>
    private static async Task<ComparedQuery> CompareAsync(Session session, DuckDbProcess? duck, SuiteOptions options, int number, string sql)
    {
        var query = new ComparedQuery(number);
        try
        {
            (List<string?[]> rows, _, query.PeakBytes) = await RunAsync(session, sql).ConfigureAwait(false);
            string?[][]? duckRows = null;
            query.MeasureDuckDb(() => duckRows = duck?.Query(sql).Rows);
            query.Verdict = Verdict(options, number, rows, duckRows);
            for (int run = 0; run < options.Runs; run++)
            {
                TimeSpan before = Environment.CpuUsage.TotalTime;
                double milliseconds = (await RunAsync(session, sql).ConfigureAwait(false)).Milliseconds;
                query.AddOurs(milliseconds, (Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
                if (duck != null)
                {
                    query.MeasureDuckDb(() =>
                    {
                        (double theirs, double processor, _) = duck.Query(sql);
                        query.AddDuckDb(theirs, processor);
                    });
                }
            }
        }
        catch (Parser.Errors.QueryException error)
        {
            query.Verdict = $"{error.SqlState} {error.Message}";
        }

        return query;
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

    private static string Verdict(SuiteOptions options, int number, List<string?[]> rows, string?[][]? duckRows)
    {
        string? file = options.AnswerFolder == null ? null : Path.Combine(options.AnswerFolder, $"q{number:00}.csv");
        List<string?[]>? expected = file != null && File.Exists(file) ? AnswerComparison.ReadCsv(file) : duckRows?.ToList();
        return expected == null ? "unchecked" : AnswerComparison.Difference(expected, rows, false) is { } difference ? $"WRONG: {difference}" : "right";
    }

    private static double GeometricMean(ComparedQuery[] queries, Func<ComparedQuery, double> ratio) => Math.Exp(queries.Average(query => Math.Log(ratio(query))));
}
