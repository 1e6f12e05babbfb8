using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace SqlCluster.Bench.Suites.Postgres;

/// <summary>Rows a second of a large result to Npgsql in binary, from our server and from PostgreSQL in turns.</summary>
internal static class RowThroughput
{
    private const string Query = "SELECT id, value, label FROM facts";

    /// <param name="rows">Rows of bigint, double precision and text.</param>
    /// <param name="runs">Runs on each server.</param>
    /// <param name="alone">Without PostgreSQL.</param>
    /// <summary>The verb.</summary>
    public static Command Verb()
    {
        var rows = new Option<int>("--rows") { Description = "Rows of the result", DefaultValueFactory = static _ => 5_000_000 };
        var verb = new Command("rows", "Rows a second of a large result to Npgsql, against PostgreSQL 15") { rows, SharedArguments.Repetitions, SharedArguments.Alone };
        verb.SetAction(result => RunAsync(result.GetValue(rows), result.GetValue(SharedArguments.Repetitions), result.GetValue(SharedArguments.Alone)));
        return verb;
    }

    public static async Task<int> RunAsync(int rows, int runs, bool alone)
    {
        using var ours = new OwnServer();
        using PostgresServer? theirs = alone ? null : new PostgresServer();
        DatabaseProcess[] servers = theirs == null ? [ours] : [ours, theirs];
        foreach (DatabaseProcess server in servers)
        {
            server.Run($"CREATE TABLE facts AS SELECT i::bigint AS id, i * 0.5::double precision AS value, 'label ' || i AS label FROM generate_series(1, {rows}) AS t(i)");
        }

        theirs?.Run("VACUUM ANALYZE facts");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows} rows of bigint, double precision and text to Npgsql in binary, {runs} runs, medians; ratio above 1: faster than PostgreSQL"));
        var times = servers.Select(static _ => new List<double>()).ToArray();
        for (int run = 0; run <= runs; run++)
        {
            for (int i = 0; i < servers.Length; i++)
            {
                double milliseconds = await ReadAsync(servers[i], rows).ConfigureAwait(false);
                if (run > 0)   // the first run warms caches and compiles
                {
                    times[i].Add(milliseconds);
                }
            }
        }

        for (int i = 0; i < servers.Length; i++)
        {
            double median = Median(times[i]);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{servers[i].Name,-14} {median,8:0} ms {rows / median / 1000,8:0.00} million rows a second   ratio {Median(times[^1]) / median:0.00}"));
        }

        return 0;
    }

    /// <returns>Milliseconds from the query's text to its last row; every value is read and summed.</returns>
    private static async Task<double> ReadAsync(DatabaseProcess server, int rows)
    {
        var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false;Read Buffer Size=65536");
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync().ConfigureAwait(false);
            using var command = new NpgsqlCommand(Query, connection);
            long start = Stopwatch.GetTimestamp();
            using NpgsqlDataReader reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
            long count = 0, ids = 0, characters = 0;
            double values = 0;

            // Synchronous reads: the client should not be what is measured.
            while (reader.Read())
            {
                ids += reader.GetInt64(0);
                values += reader.GetDouble(1);
                characters += reader.GetString(2).Length;
                count++;
            }

            double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            bool isRight = count == rows && ids == (long)rows * (rows + 1) / 2 && values == ids * 0.5 && characters > rows * 7L;
            return isRight ? milliseconds : throw new InvalidOperationException($"wrong rows from {server.Name}: {count} rows, sum of ids {ids}, of values {values}");
        }
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
