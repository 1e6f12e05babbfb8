using System.CommandLine;

namespace SqlCluster.Bench.Suites.Load;

/// <summary>What many idle and many slow clients cost: a table of measurements and goals.</summary>
internal static class LoadSuite
{
    /// <summary>The verb.</summary>
    public static Command Verb()
    {
        var pg = new Option<int>("--pg") { Description = "Idle connections of PostgreSQL's protocol", DefaultValueFactory = static _ => 2000 };
        var flight = new Option<int>("--flight") { Description = "Idle connections of Flight SQL", DefaultValueFactory = static _ => 500 };
        var slow = new Option<int>("--slow") { Description = "Clients of each kind that read 1 KB a second of a gigabyte", DefaultValueFactory = static _ => 20 };
        var hard = new Option<bool>("--hard") { Description = "Slow clients also of tables written by DuckDB with large row groups, dictionaries and rows, and many columns" };
        var floods = new Option<int>("--floods") { Description = "Connections that come one after another, or take their time (a tenth as many)", DefaultValueFactory = static _ => 10_000 };
        var only = new Option<string>("--only") { Description = "Slow clients of those kinds alone whose name has this in it: 'Flight, TLS', or 'rows of 1 MB'", DefaultValueFactory = static _ => "" };
        var verb = new Command("load", "Memory of idle and of slow clients, floods of connections, and what others notice of them") { pg, flight, floods, slow, hard, only, SharedArguments.Data };
        verb.SetAction(result => RunAsync(
            result.GetValue(pg), result.GetValue(flight), new Floods(result.GetValue(floods)), new SlowReaders(result.GetValue(slow), result.GetValue(SharedArguments.Data), result.GetValue(hard), result.GetValue(only)!)));
        return verb;
    }

    /// <param name="pgConnections">Idle connections of PostgreSQL's protocol.</param>
    /// <param name="flightConnections">Idle connections of Flight SQL: beside those, and in a server that has no others.</param>
    /// <param name="floods">Connections without end.</param>
    /// <param name="slowReaders">Clients that read 1 KB a second.</param>
    /// <returns>0; 1 when a goal was missed.</returns>
    private static async Task<int> RunAsync(int pgConnections, int flightConnections, Floods floods, SlowReaders slowReaders)
    {
        var report = new LoadReport();
        foreach (bool isEncrypted in (bool[])[false, true])
        {
            if (pgConnections > 0)
            {
                await IdleConnections.RunAsync(report, pgConnections, flightConnections, isEncrypted).ConfigureAwait(false);
            }

            if (flightConnections > 0)
            {
                await IdleConnections.RunAsync(report, 0, flightConnections, isEncrypted).ConfigureAwait(false);
            }
        }

        await floods.RunAsync(report).ConfigureAwait(false);
        await slowReaders.RunAsync(report).ConfigureAwait(false);
        return report.ExitCode;
    }
}
