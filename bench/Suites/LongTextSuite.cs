using System.CommandLine;
using System.Globalization;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing.Cancellation;

namespace SqlCluster.Bench.Suites;

/// <summary>Runs <see cref="LongTexts"/> at two lengths and cancels the longer one: each is to end by itself, in time that grows with its text, and soon after it is cancelled.</summary>
internal static class LongTextSuite
{
    private const double GoalMilliseconds = 100, SteepGrowth = 3, SteepFromMilliseconds = 400;

    /// <summary>The verb.</summary>
    public static Command Verb()
    {
        var kilobytes = new Option<int>("--kilobytes") { Description = "Length of the longer text", DefaultValueFactory = static _ => 5 * 1024 };
        var cancels = new Option<int>("--cancels") { Description = "Cancels of each text", DefaultValueFactory = static _ => 10 };
        var seed = new Option<int>("--seed") { Description = "Seed of the moments", DefaultValueFactory = static _ => 1 };
        var seconds = new Option<double>("--seconds") { Description = "A statement that takes longer is cancelled and counts as one that does not end", DefaultValueFactory = static _ => 30 };
        var only = new Option<string?>("--only") { Description = "Only the shapes whose name contains this" };
        var verb = new Command("texts", "Statements of megabytes, of every shape: how their time grows, and the time from cancelling them to the end of everything") { kilobytes, cancels, seed, seconds, only };
        verb.SetAction(result => RunAsync(result.GetValue(kilobytes), result.GetValue(cancels), result.GetValue(seed), Seconds(result.GetValue(seconds)), result.GetValue(only)));
        return verb;
    }

    public static async Task<int> RunAsync(int kilobytes, int cancels, int seed, TimeSpan most, string? only)
    {
        using var engine = new Engine();
        using Session session = engine.OpenSession();
        foreach (string sql in LongTexts.Preparation)
        {
            await StatementEnding.RunAsync(session, sql, null).ConfigureAwait(false);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"texts of {kilobytes} KB and half of that, ms of processor time; {cancels} cancels, seed {seed}, ms from Cancel() to the end of everything"));
        Console.WriteLine("kind                          half ms  whole ms  growth  ended   cancelled      p50      max");
        var random = new Random(seed);
        int late = 0, steep = 0, left = 0;
        foreach (LongText text in LongTexts.All.Where(text => only == null || text.Kind.Contains(only, StringComparison.OrdinalIgnoreCase)))
        {
            string half = text.OfLength(kilobytes * 512), whole = text.OfLength(kilobytes * 1024);
            await StatementEnding.RunAsync(session, text.OfLength(2000), most).ConfigureAwait(false);
            (_, double halfTime) = await TimeAsync(session, half, most).ConfigureAwait(false);
            (StatementEnding wholeEnding, double wholeTime) = await TimeAsync(session, whole, most).ConfigureAwait(false);
            List<double> latencies = wholeEnding.Latency is { } last ? [last.TotalMilliseconds] : [];
            for (int i = 0; i < cancels; i++)
            {
                StatementEnding ending = await StatementEnding.RunAsync(session, whole, random.NextDouble() * wholeEnding.Duration).ConfigureAwait(false);
                left += ending.IsClean ? 0 : 1;
                if (ending.Latency is { } latency)
                {
                    latencies.Add(latency.TotalMilliseconds);
                }
            }

            latencies.Sort();
            double growth = wholeTime / halfTime;
            bool isLate = latencies.Count > 0 && latencies[^1] > GoalMilliseconds;
            bool isSteep = wholeEnding.Latency != null || (growth > SteepGrowth && wholeTime > SteepFromMilliseconds);
            late += isLate ? 1 : 0;
            steep += isSteep ? 1 : 0;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{text.Kind,-28} {halfTime,8:0} {wholeTime,9:0} {growth,7:0.0}  {wholeEnding.SqlState ?? "rows",-6} {latencies.Count,10} {Middle(latencies),8:0.0} {latencies.LastOrDefault(double.NaN),8:0.0}{(isLate ? "  late" : "")}{(isSteep ? "  steep" : "")}"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{late} kinds later than {GoalMilliseconds} ms, {steep} whose time grows faster than {SteepGrowth} times with twice the text or that do not end in {most.TotalSeconds} s, {left} statements left memory or files behind"));
        return late + steep + left == 0 ? 0 : 1;
    }

    /// <summary>Runs a text to its end; processor time in milliseconds, which other programs on the machine leave as it is.</summary>
    private static async Task<(StatementEnding Ending, double Milliseconds)> TimeAsync(Session session, string text, TimeSpan most)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        StatementEnding ending = await StatementEnding.RunAsync(session, text, most).ConfigureAwait(false);
        return (ending, (Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static double Middle(List<double> sorted) => sorted.Count == 0 ? double.NaN : sorted[sorted.Count / 2];
}
