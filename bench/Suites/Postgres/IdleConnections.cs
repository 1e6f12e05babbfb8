using System.Globalization;
using Npgsql;

namespace SqlCluster.Bench.Suites.Postgres;

/// <summary>Memory of connections that have run a query and wait.</summary>
internal static class IdleConnections
{
    /// <param name="count">How many connections.</param>
    public static async Task<int> RunAsync(int count)
    {
        using var server = new OwnServer();
        var connections = new List<NpgsqlConnection>();
        try
        {
            // A first share is not counted: it compiles code and fills pools.
            await OpenAsync(server, connections, count / 10).ConfigureAwait(false);
            long before = server.MemoryBytes;
            await OpenAsync(server, connections, count).ConfigureAwait(false);
            double perConnection = (server.MemoryBytes - before) / (double)count;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} idle connections that have run a query: {perConnection / 1024:0.0} KB each; the server holds {server.MemoryBytes / 1048576.0:0} MB"));
            return 0;
        }
        finally
        {
            foreach (NpgsqlConnection connection in connections)
            {
                await connection.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static async Task OpenAsync(OwnServer server, List<NpgsqlConnection> connections, int count)
    {
        for (int i = 0; i < count; i++)
        {
            var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
            connections.Add(connection);
            await connection.OpenAsync().ConfigureAwait(false);
            using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync().ConfigureAwait(false);
        }
    }
}
