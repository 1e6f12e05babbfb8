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
        var verb = new Command("load", "Memory of idle and of slow clients, and what others notice of them") { pg, flight, slow, hard, SharedArguments.Data };
        verb.SetAction(result => RunAsync(result.GetValue(pg), result.GetValue(flight), result.GetValue(slow), result.GetValue(hard), result.GetValue(SharedArguments.Data)));
        return verb;
    }

    /// <param name="pgConnections">Idle connections of PostgreSQL's protocol.</param>
    /// <param name="flightConnections">Idle connections of Flight SQL.</param>
    /// <param name="slowClients">Clients of each kind that read 1 KB a second.</param>
    /// <param name="hasHardTables">The slow clients read <see cref="HardTables"/> too.</param>
    /// <param name="data">Folder with lineitem.parquet: then the slow clients read that too.</param>
    /// <returns>0; 1 when a goal was missed.</returns>
    public static async Task<int> RunAsync(int pgConnections, int flightConnections, int slowClients, bool hasHardTables, DirectoryInfo? data)
    {
        var report = new LoadReport();
        if (pgConnections > 0 && flightConnections > 0)
        {
            await IdleConnections.RunAsync(report, pgConnections, flightConnections, false).ConfigureAwait(false);
            await IdleConnections.RunAsync(report, pgConnections, flightConnections, true).ConfigureAwait(false);
        }

        if (slowClients > 0)
        {
            await SlowReaders.RunAsync(report, slowClients, data, hasHardTables).ConfigureAwait(false);
        }

        return report.ExitCode;
    }
}
