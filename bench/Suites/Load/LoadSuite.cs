namespace SqlCluster.Bench.Suites.Load;

/// <summary>What many idle and many slow clients cost: a table of measurements and goals.</summary>
internal static class LoadSuite
{
    /// <param name="pgConnections">Idle connections of PostgreSQL's protocol.</param>
    /// <param name="flightConnections">Idle connections of Flight SQL.</param>
    /// <param name="slowClients">Clients of each kind that read 1 KB a second.</param>
    /// <param name="data">Folder with lineitem.parquet: then the slow clients read that too.</param>
    /// <returns>0; 1 when a goal was missed.</returns>
    public static async Task<int> RunAsync(int pgConnections, int flightConnections, int slowClients, DirectoryInfo? data)
    {
        var report = new LoadReport();
        if (pgConnections > 0 && flightConnections > 0)
        {
            await IdleConnections.RunAsync(report, pgConnections, flightConnections, false).ConfigureAwait(false);
            await IdleConnections.RunAsync(report, pgConnections, flightConnections, true).ConfigureAwait(false);
        }

        if (slowClients > 0)
        {
            await SlowReaders.RunAsync(report, slowClients, data).ConfigureAwait(false);
        }

        return report.ExitCode;
    }
}
