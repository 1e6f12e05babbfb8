using System.CommandLine;
using System.Globalization;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing.Cancellation;

namespace SqlCluster.Bench.Suites;

/// <summary>Cancels <see cref="HardStatements"/> at random moments and measures how long each takes to end.</summary>
internal static class HardEndings
{
    private const double GoalMilliseconds = 100;

    /// <summary>The verb.</summary>
    public static Command Verb()
    {
        var cancels = new Option<int>("--cancels") { Description = "Cancels of each query", DefaultValueFactory = static _ => 20 };
        var seed = new Option<int>("--seed") { Description = "Seed of the moments", DefaultValueFactory = static _ => 1 };
        var hard = new Option<string?>("--hard") { Description = "Only the statements whose kind contains this", Arity = ArgumentArity.ZeroOrOne };
        var verb = new Command("ending", "Time from cancelling a statement to the end of everything it held: statements that work long at one place, the worst that we know of") { cancels, seed, hard };
        verb.SetAction(result => RunAsync(result.GetValue(cancels), result.GetValue(seed), result.GetValue(hard)));
        return verb;
    }

    public static async Task<int> RunAsync(int cancels, int seed, string? only)
    {
        string folder = Directory.CreateTempSubdirectory("sqlcluster-ending").FullName;
        try
        {
            using var engine = new Engine();
            using Session session = engine.OpenSession();
            IReadOnlyList<HardStatement> statements = HardStatements.All(folder);
            await HardStatements.PrepareAsync(folder, 1, sql => StatementEnding.RunAsync(session, sql, null)).ConfigureAwait(false);

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cancels} cancels a statement within its first {MostSeconds} s, seed {seed}, ms from Cancel() to the end of everything"));
            Console.WriteLine("kind                      ran ms  cancelled      p50      p99      max  of it GC");
            var random = new Random(seed);
            int late = 0, left = 0;
            foreach (HardStatement statement in statements.Where(statement => only == null || statement.Kind.Contains(only, StringComparison.Ordinal)))
            {
                // The first run, cancelled late, says how long the others may be let run.
                StatementEnding first = await StatementEnding.RunAsync(session, statement.Sql, TimeSpan.FromSeconds(MostSeconds)).ConfigureAwait(false);
                List<(double Latency, double Collecting)> endings = first.Latency is { } last ? [(last.TotalMilliseconds, first.Collecting.TotalMilliseconds)] : [];
                double whole = Math.Min(first.Duration.TotalMilliseconds, MostSeconds * 1000);
                for (int i = 1; i < cancels; i++)
                {
                    StatementEnding ending = await StatementEnding.RunAsync(session, statement.Sql, TimeSpan.FromMilliseconds(random.NextDouble() * whole)).ConfigureAwait(false);
                    left += ending.IsClean ? 0 : 1;
                    if (ending.Latency is { } latency)
                    {
                        endings.Add((latency.TotalMilliseconds, ending.Collecting.TotalMilliseconds));
                    }
                    else
                    {
                        // It ended first: the code is warm by now.
                        whole = Math.Min(whole, ending.Duration.TotalMilliseconds);
                    }
                }

                endings.Sort();
                List<double> latencies = endings.ConvertAll(static ending => ending.Latency);
                string mark = latencies.Count > 0 && latencies[^1] > GoalMilliseconds ? "  late" : latencies.Count > 0 ? "" : whole < GoalMilliseconds ? "  ends sooner" : $"  never cancelled: {first.SqlState ?? "it ended"}";
                late += latencies.Count > 0 ? (latencies[^1] > GoalMilliseconds ? 1 : 0) : whole < GoalMilliseconds ? 0 : 1;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{statement.Kind,-24} {first.Duration.TotalMilliseconds,7:0} {latencies.Count,10} {Share(latencies, 0.5),8:0.0} {Share(latencies, 0.99),8:0.0} {Share(latencies, 1),8:0.0} {endings.LastOrDefault().Collecting,9:0.0}{mark}"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{late} kinds later than {GoalMilliseconds} ms or never cancelled, {left} statements left memory or files behind"));
            return late + left == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private const double MostSeconds = 1.5;

    private static double Share(List<double> sorted, double share) => sorted.Count == 0 ? double.NaN : sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))];
}
