using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Npgsql;

namespace SqlCluster.Bench.Suites.Postgres;

/// <summary>Catalog queries of clients over a catalog of many tables, against PostgreSQL 15 (B7): every one must give the same number of rows each time.</summary>
internal static class CatalogBrowsing
{
    /// <summary>psql's \d, pgjdbc's getTables and getColumns in short, a lookup of one table's columns.</summary>
    private static readonly (string Name, string Sql)[] Queries =
    [
        ("list tables", """
            SELECT n.nspname, c.relname, c.relkind, pg_catalog.pg_get_userbyid(c.relowner) FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r','p','v','m','S','f','') AND n.nspname <> 'pg_catalog' AND n.nspname !~ '^pg_toast' AND n.nspname <> 'information_schema' AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 1,2
            """),
        ("tables with comments", """
            SELECT n.nspname, c.relname, d.description FROM pg_catalog.pg_namespace n, pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_description d ON (c.oid = d.objoid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass)
            WHERE c.relnamespace = n.oid AND n.nspname = 'public' AND c.relkind = 'r' ORDER BY 1, 2
            """),
        ("all columns", """
            SELECT c.relname, a.attname, a.attnum, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid
            JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid JOIN pg_catalog.pg_type t ON a.atttypid = t.oid LEFT JOIN pg_catalog.pg_attrdef d ON a.attrelid = d.adrelid AND a.attnum = d.adnum
            WHERE c.relkind IN ('r','p','v','f','m') AND a.attnum > 0 AND NOT a.attisdropped AND n.nspname = 'public' ORDER BY 1, 3
            """),
        ("columns of a table", "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute WHERE attrelid = 't500'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"),
        ("keys", "SELECT conname, conrelid::regclass, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'p' ORDER BY 1"),
        ("information_schema", "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, ordinal_position"),
    ];

    /// <param name="tables">Tables of eight columns and a primary key.</param>
    /// <param name="runs">Timed runs of each query.</param>
    /// <param name="alone">Without PostgreSQL.</param>
    /// <summary>The verb.</summary>
    public static Command Verb()
    {
        var tables = new Option<int>("--tables") { Description = "Tables in the catalog", DefaultValueFactory = static _ => 1000 };
        var verb = new Command("catalog", "Clients' catalog queries over a catalog of many tables, against PostgreSQL 15") { tables, SharedArguments.Runs, SharedArguments.Alone };
        verb.SetAction(result => RunAsync(result.GetValue(tables), result.GetValue(SharedArguments.Runs), result.GetValue(SharedArguments.Alone)));
        return verb;
    }

    public static async Task<int> RunAsync(int tables, int runs, bool alone)
    {
        using var own = new OwnServer();
        using PostgresServer? other = alone || !PostgresServer.IsInstalled ? null : new PostgresServer();
        Console.WriteLine($"{tables} tables, median of {runs} runs in ms");
        var results = new List<Dictionary<string, (double Milliseconds, long Rows)>>();
        foreach (DatabaseProcess server in other == null ? [own] : new DatabaseProcess[] { own, other })
        {
            results.Add(await MeasureAsync(server, tables, runs).ConfigureAwait(false));
        }

        foreach (string name in results[0].Keys)
        {
            string theirs = results.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"{results[1][name].Milliseconds,12:0.00} ({results[1][name].Rows} rows)");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-22}{results[0][name].Milliseconds,10:0.00} ({results[0][name].Rows} rows){theirs}"));
        }

        return 0;
    }

    private static async Task<Dictionary<string, (double Milliseconds, long Rows)>> MeasureAsync(DatabaseProcess server, int tables, int runs)
    {
        // Npgsql as it comes, types loaded.
        string connectionString = server.ConnectionString.Replace("Server Compatibility Mode=NoTypeLoading;", "", StringComparison.Ordinal) + ";Pooling=false";
        NpgsqlDataSource source = NpgsqlDataSource.Create(connectionString);
        await using (source.ConfigureAwait(false))
        {
            NpgsqlConnection connection = await source.OpenConnectionAsync().ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                var sql = new StringBuilder();
                for (int i = 0; i < tables; i++)
                {
                    sql.Append(CultureInfo.InvariantCulture, $"CREATE TABLE t{i} (id integer PRIMARY KEY, a text, b numeric(10,2) DEFAULT 0, c date, d timestamp, e bigint, f double precision, g boolean);");
                }

                using (var create = new NpgsqlCommand(sql.ToString(), connection))
                {
                    await create.ExecuteNonQueryAsync().ConfigureAwait(false);
                }

                var results = new Dictionary<string, (double, long)> { ["connect, load types"] = (await MedianAsync(runs, () => ConnectAsync(connectionString)).ConfigureAwait(false), 0) };
                foreach ((string name, string text) in Queries)
                {
                    long rows = -1;
                    double median = await MedianAsync(runs, async () =>
                    {
                        using var command = new NpgsqlCommand(text, connection);
                        NpgsqlDataReader reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
                        await using (reader.ConfigureAwait(false))
                        {
                            long count = 0;
                            while (await reader.ReadAsync().ConfigureAwait(false))
                            {
                                count++;
                            }

                            if ((rows >= 0 && rows != count) || count == 0)
                            {
                                throw new InvalidOperationException($"{name}: {count} rows, {rows} before");
                            }

                            rows = count;
                        }
                    }).ConfigureAwait(false);
                    results[name] = (median, rows);
                }

                return results;
            }
        }
    }

    private static async Task ConnectAsync(string connectionString)
    {
        // A data source of its own, as in a fresh process: each loads the types again.
        NpgsqlDataSource source = NpgsqlDataSource.Create(connectionString);
        await using (source.ConfigureAwait(false))
        {
            NpgsqlConnection connection = await source.OpenConnectionAsync().ConfigureAwait(false);
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<double> MedianAsync(int runs, Func<Task> run)
    {
        await run().ConfigureAwait(false);
        var times = new List<double>();
        for (int i = 0; i < runs; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            await run().ConfigureAwait(false);
            times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }

        times.Sort();
        return times[times.Count / 2];
    }
}
