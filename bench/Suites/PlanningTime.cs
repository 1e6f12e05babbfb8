using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using SqlCluster.Parser;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.Bench.Suites;

/// <summary>Times what happens before a query runs: text to syntax tree, and text to printed stages (analysis, optimizer, physical plan, stages).</summary>
internal static class PlanningTime
{
    /// <summary>The verb.</summary>
    public static Command Verb()
    {
        var suite = new Argument<string>("suite") { Description = "tpch or tpcds", DefaultValueFactory = static _ => "tpcds" };
        var verb = new Command("planning", "Parsing and planning time of a suite's queries, without running them") { suite, SharedArguments.Data, SharedArguments.Queries, SharedArguments.Runs, SharedArguments.Only };
        verb.SetAction(result => RunAsync(SharedArguments.Of(result, result.GetValue(suite)!)));
        return verb;
    }

    public static async Task<int> RunAsync(SuiteOptions options)
    {
        using var engine = new Engine();
        using Session session = engine.OpenSession();
        FolderTables.Attach(engine, options.DataFolder);
        (int Number, string Sql)[] queries = [.. options.QueryTexts()];
        var parse = new Dictionary<int, List<double>>();
        var plan = new Dictionary<int, List<double>>();
        for (int run = 0; run <= options.Runs; run++)
        {
            foreach ((int number, string sql) in queries)
            {
                long begin = Stopwatch.GetTimestamp();
                SqlParser.ParseStatement(sql);
                double parsed = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
                begin = Stopwatch.GetTimestamp();
                await ResultReader.ReadAsync(session, $"EXPLAIN (STAGES) {sql}").ConfigureAwait(false);
                double planned = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
                if (run > 0)   // the first run warms code and footers
                {
                    parse.TryAdd(number, []);
                    parse[number].Add(parsed);
                    plan.TryAdd(number, []);
                    plan[number].Add(planned);
                }
            }
        }

        Console.WriteLine($"{options.Name}: planning, warm, medians of {options.Runs} runs in ms; planned: text to printed stages");
        Console.WriteLine("query    parsed   planned");
        foreach ((int number, _) in queries.OrderByDescending(query => Median(plan[query.Number])).Take(10))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"q{number:00}    {Median(parse[number]),8:0.00} {Median(plan[number]),9:0.00}"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all {queries.Length}: {plan.Values.Sum(Median):0.0} ms, of it parsing {parse.Values.Sum(Median):0.0} ms; the ten slowest are shown"));
        return 0;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
