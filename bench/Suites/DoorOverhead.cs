using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Bench.Suites;

/// <summary>A suite's queries over PostgreSQL's protocol against the same engine called directly, in turns in one process: what the door costs.</summary>
internal static class DoorOverhead
{
    private const double Goal = 1.05;

    /// <summary>The verb.</summary>
    public static Command Verb()
    {
        var verb = new Command("overhead", "TPC-H over PostgreSQL's protocol against the same engine called directly") { SharedArguments.Data, SharedArguments.Queries, SharedArguments.Runs, SharedArguments.Only };
        verb.SetAction(static result => RunAsync(SharedArguments.Of(result, "tpch")));
        return verb;
    }

    public static async Task<int> RunAsync(SuiteOptions options)
    {
        using var engine = new Engine();
        FolderTables.Attach(engine, options.DataFolder);
        using Session session = engine.OpenSession();
        await using ServerHost host = await ServerHost.StartAsync(engine, new ServerOptions { PgPort = 0 }).ConfigureAwait(false);
        var connection = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={host.PgAddress!.Port};Username=bench;Database=sqlcluster;Server Compatibility Mode=NoTypeLoading;SSL Mode=Disable;GSS Encryption Mode=Disable;Pooling=false;Command Timeout=600");
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync().ConfigureAwait(false);
            Console.WriteLine($"overhead: {options.DataFolder}, {options.Runs} runs, medians in ms; embedded: batches read; PostgreSQL: every value read by Npgsql in binary");
            Console.WriteLine("query  embedded  PostgreSQL   ratio     rows");
            double embeddedTotal = 0, doorTotal = 0;
            var ratios = new List<double>();
            int wrong = 0;
            foreach ((int number, string sql) in options.QueryTexts())
            {
                var embedded = new List<double>();
                var door = new List<double>();
                (long rows, long doorRows) = (0, 0);
                for (int run = 0; run <= options.Runs; run++)
                {
                    long start = Stopwatch.GetTimestamp();
                    rows = await ReadEmbeddedAsync(session, sql).ConfigureAwait(false);
                    double embeddedTime = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                    start = Stopwatch.GetTimestamp();
                    doorRows = await ReadDoorAsync(connection, sql).ConfigureAwait(false);
                    if (run > 0)
                    {
                        embedded.Add(embeddedTime);
                        door.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                    }
                }

                wrong += rows == doorRows ? 0 : 1;
                double embeddedMedian = Median(embedded), doorMedian = Median(door);
                embeddedTotal += embeddedMedian;
                doorTotal += doorMedian;
                ratios.Add(doorMedian / embeddedMedian);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"q{number:00} {embeddedMedian,11:0.0} {doorMedian,11:0.0} {doorMedian / embeddedMedian,7:0.000} {rows,8}{(rows == doorRows ? "" : $"   WRONG: {doorRows} rows")}"));
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"sum {embeddedTotal,11:0.0} {doorTotal,11:0.0} {doorTotal / embeddedTotal,7:0.000}; geometric mean of ratios {Math.Exp(ratios.Average(Math.Log)):0.000}; goal {Goal}"));
            return wrong == 0 ? 0 : 1;
        }
    }

    private static async Task<long> ReadEmbeddedAsync(Session session, string sql)
    {
        long count = 0;
        await foreach (StatementResult result in session.ExecuteAsync(sql).ConfigureAwait(false))
        {
            await using (result.ConfigureAwait(false))
            {
                while (await ((StatementResult.Rows)result).ReadAsync().ConfigureAwait(false) is { } batch)
                {
                    count += batch.RowCount;
                    batch.Release();
                }
            }
        }

        return count;
    }

    private static async Task<long> ReadDoorAsync(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        using NpgsqlDataReader reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        long count = 0;
        while (await reader.ReadAsync().ConfigureAwait(false))
        {
            for (int i = 0; i < reader.FieldCount; i++)
            {
                reader.GetValue(i);
            }

            count++;
        }

        return count;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        int middle = values.Count / 2;
        return values.Count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
