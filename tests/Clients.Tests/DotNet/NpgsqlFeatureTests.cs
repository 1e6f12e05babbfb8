using System.Collections.Concurrent;
using IsolationLevel = System.Data.IsolationLevel;
using Npgsql;
using NpgsqlTypes;

namespace SqlCluster.Clients.Tests.DotNet;

/// <summary>What Npgsql does beyond single commands: multiplexing, batches, COPY both ways, pools that reset, commands prepared behind the caller's back.</summary>
[Collection(ShopTests.Name)]
public sealed class NpgsqlFeatureTests(ShopServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Commands of many callers share two connections; errors between them reach their own caller only.</summary>
    [Fact]
    public async Task Q3_MultiplexedCommandsGetTheirOwnAnswers()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString + ";Multiplexing=true;Maximum Pool Size=2;Max Auto Prepare=5;Auto Prepare Min Usages=2");
        var wrong = new ConcurrentQueue<string>();
        await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancellation }, async (i, cancellation) =>
        {
            if (i % 10 == 3)
            {
                await using NpgsqlCommand failing = source.CreateCommand($"SELECT {i} / $1");
                failing.Parameters.Add(new NpgsqlParameter<int> { TypedValue = 0 });
                PostgresException error = await Assert.ThrowsAsync<PostgresException>(() => failing.ExecuteScalarAsync(cancellation));
                if (error.SqlState != "22012")
                {
                    wrong.Enqueue(error.Message);
                }

                return;
            }

            await using NpgsqlCommand command = source.CreateCommand(i % 2 == 0 ? "SELECT $1 + 1, repeat('x', $1)" : "SELECT id + $1, name FROM customers WHERE id = 7");
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = i });
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
            Assert.True(await reader.ReadAsync(cancellation));
            (int number, string text) = (reader.GetInt32(0), reader.GetString(1));
            if (i % 2 == 0 ? number != i + 1 || text.Length != i : number != i + 7 || text != "Customer 07 & Söhne")
            {
                wrong.Enqueue($"{i}: {number} {text}");
            }

            if (await reader.ReadAsync(cancellation))
            {
                wrong.Enqueue($"{i}: a row too many");
            }
        });
        Assert.Empty(wrong);
        await using NpgsqlCommand sessions = source.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE usename = 'tester' AND backend_type = 'client backend'");
        Assert.InRange((long)(await sessions.ExecuteScalarAsync(Cancellation))!, 1, 30);
    }

    [Fact]
    public async Task Q3_BatchesOfQueriesAndChanges()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString);
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(Cancellation);
        await ExecuteAsync(connection, "CREATE TEMP TABLE batched (a int, b text)");
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("INSERT INTO batched VALUES ($1, $2), (2, NULL)") { Parameters = { new() { Value = 1 }, new() { Value = "one" } } },
                new("UPDATE batched SET b = $1 WHERE a = $2") { Parameters = { new() { Value = "two" }, new() { Value = 2 } } },
                new("SELECT a, b FROM batched ORDER BY a"),
                new("DELETE FROM batched WHERE a = $1") { Parameters = { new() { Value = 1 } } },
                new("SELECT count(*) FROM batched"),
            },
        };
        for (int round = 0; round < 2; round++)
        {
            await using (NpgsqlDataReader reader = await batch.ExecuteReaderAsync(Cancellation))
            {
                Assert.True(await reader.ReadAsync(Cancellation));
                Assert.Equal((1, "one"), (reader.GetInt32(0), reader.GetString(1)));
                Assert.True(await reader.ReadAsync(Cancellation));
                Assert.Equal((2, "two"), (reader.GetInt32(0), reader.GetString(1)));
                Assert.True(await reader.NextResultAsync(Cancellation));
                Assert.True(await reader.ReadAsync(Cancellation));
                Assert.Equal(1L, reader.GetInt64(0));
            }

            Assert.Equal([2ul, 1ul, 2ul, 1ul, 1ul], batch.BatchCommands.Cast<NpgsqlBatchCommand>().Select(static command => command.Rows));
            Assert.Equal([StatementType.Insert, StatementType.Update, StatementType.Select, StatementType.Delete, StatementType.Select], batch.BatchCommands.Cast<NpgsqlBatchCommand>().Select(static command => command.StatementType));
            await ExecuteAsync(connection, "DELETE FROM batched");
            await batch.PrepareAsync(Cancellation);     // the second round runs prepared
        }
    }

    [Fact]
    public async Task Y1_Y2_CopyInAndOut()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString);
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(Cancellation);
        await ExecuteAsync(connection, "CREATE TEMP TABLE copied (a bigint, b text, c numeric(12,3), d timestamptz, e bytea, f int[], g double precision)");
        object?[][] rows = [.. Enumerable.Range(0, 5_000).Select(static i => new object?[]
        {
            (long)i << 30, i % 5 == 0 ? null : new string('é', i % 50), i / 8m, DateTime.UnixEpoch.AddMicroseconds(i * 1_000_001L), new byte[] { (byte)i, 0, 255 }, i % 3 == 0 ? null : new[] { i, -i }, i / 3.0,
        })];
        await ShopServer.CopyAsync(connection, "copied", rows, static row => row);
        await using (NpgsqlBinaryExporter exporter = await connection.BeginBinaryExportAsync("COPY (SELECT * FROM copied ORDER BY a) TO STDOUT (FORMAT binary)", Cancellation))
        {
            int i = 0;
            for (; await exporter.StartRowAsync(Cancellation) > 0; i++)
            {
                Assert.Equal(rows[i][0], await exporter.ReadAsync<long>(Cancellation));
                Assert.Equal(rows[i][1], await NullOrAsync<string>());
                Assert.Equal(rows[i][2], await exporter.ReadAsync<decimal>(Cancellation));
                Assert.Equal(rows[i][3], await exporter.ReadAsync<DateTime>(NpgsqlDbType.TimestampTz, Cancellation));
                Assert.Equal(rows[i][4], await exporter.ReadAsync<byte[]>(Cancellation));
                Assert.Equal(rows[i][5], await NullOrAsync<int[]>());
                Assert.Equal(rows[i][6], await exporter.ReadAsync<double>(Cancellation));
            }

            Assert.Equal(5_000, i);

            async Task<object?> NullOrAsync<T>()
                where T : class
            {
                if (exporter.IsNull)
                {
                    await exporter.SkipAsync(Cancellation);
                    return null;
                }

                return await exporter.ReadAsync<T>(Cancellation);
            }
        }

        await using (TextWriter writer = await connection.BeginTextImportAsync("COPY copied (a, b) FROM STDIN (FORMAT csv)", Cancellation))
        {
            await writer.WriteAsync("-1,\"a, \"\"b\"\"\n\"\n-2,\n");
        }

        using (TextReader reader = await connection.BeginTextExportAsync("COPY (SELECT a, b FROM copied WHERE a < 0 ORDER BY a) TO STDOUT", Cancellation))
        {
            Assert.Equal("-2\t\\N\n-1\ta, \"b\"\\n\n", await reader.ReadToEndAsync(Cancellation));
        }

        // An import that is not completed leaves nothing, and the connection goes on.
        await using (NpgsqlBinaryImporter importer = await connection.BeginBinaryImportAsync("COPY copied (a) FROM STDIN (FORMAT binary)", Cancellation))
        {
            await importer.WriteRowAsync(Cancellation, -3L);
        }

        await using var count = new NpgsqlCommand("SELECT count(*) FROM copied", connection);
        Assert.Equal(5_002L, await count.ExecuteScalarAsync(Cancellation));
    }

    /// <summary>A pooled connection comes back without the settings, temporary tables, cursors and statements of whoever had it; without a reset, with them.</summary>
    [Fact]
    public async Task U1_PoolsGiveCleanConnections()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString + ";Maximum Pool Size=1;Search Path=public");
        int backend;
        await using (NpgsqlConnection first = await source.OpenConnectionAsync(Cancellation))
        {
            backend = first.ProcessID;
            await ExecuteAsync(first, "SET TimeZone TO 'Asia/Tokyo'");
            await ExecuteAsync(first, "CREATE TEMP TABLE left_behind (a int)");
            await ExecuteAsync(first, "PREPARE kept AS SELECT 1");
            await ExecuteAsync(first, "DECLARE open_one CURSOR WITH HOLD FOR SELECT 1");
        }

        await using NpgsqlConnection second = await source.OpenConnectionAsync(Cancellation);
        Assert.Equal(backend, second.ProcessID);
        await using (var zone = new NpgsqlCommand("SHOW TimeZone", second))
        {
            Assert.NotEqual("Asia/Tokyo", await zone.ExecuteScalarAsync(Cancellation));
        }

        Assert.Equal("42P01", await StateAsync("SELECT * FROM left_behind"));
        Assert.Equal("26000", await StateAsync("EXECUTE kept"));
        Assert.Equal("34000", await StateAsync("FETCH open_one"));

        async Task<string> StateAsync(string sql) => (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(second, sql))).SqlState;
    }

    /// <summary>Statements used often are prepared, the least used of them closed; a table made anew under a prepared statement is read as it is now.</summary>
    [Fact]
    public async Task Q11_AutomaticPreparationSurvivesChangedTables()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString + ";Max Auto Prepare=2;Auto Prepare Min Usages=2");
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(Cancellation);
        await ExecuteAsync(connection, "CREATE TEMP TABLE changing (a int)");
        for (int i = 0; i < 12; i++)
        {
            await using var command = new NpgsqlCommand($"SELECT {i % 4} + $1", connection) { Parameters = { new() { Value = i } } };
            Assert.Equal((i % 4) + i, await command.ExecuteScalarAsync(Cancellation));
            await ExecuteAsync(connection, "INSERT INTO changing VALUES (1)");
        }

        await using var all = new NpgsqlCommand("SELECT count(*) FROM changing", connection);
        await all.PrepareAsync(Cancellation);
        Assert.Equal(12L, await all.ExecuteScalarAsync(Cancellation));
        await ExecuteAsync(connection, "DROP TABLE changing; CREATE TEMP TABLE changing (b text, a int)");
        Assert.Equal(0L, await all.ExecuteScalarAsync(Cancellation));
    }

    /// <summary>Statements of the protocol and of PREPARE, and cursors, are seen where psycopg2 and people look for them.</summary>
    [Fact]
    public async Task K2_PreparedStatementsAndCursorsAreListed()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString);
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(Cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var prepared = new NpgsqlCommand("SELECT name FROM customers WHERE id = $1", connection) { Parameters = { new NpgsqlParameter<int> { TypedValue = 1 } } };
        await prepared.PrepareAsync(Cancellation);
        await ExecuteAsync(connection, "PREPARE by_hand (text, bigint) AS SELECT 1");
        await ExecuteAsync(connection, "DECLARE listed BINARY SCROLL CURSOR WITH HOLD FOR SELECT 1");
        await using var statements = new NpgsqlCommand("SELECT string_agg(parameter_types::text || ' ' || from_sql::text, ', ' ORDER BY from_sql) FROM pg_prepared_statements WHERE name = 'by_hand' OR statement LIKE 'SELECT name FROM customers%'", connection);
        Assert.Equal("{integer} false, {text,bigint} true", await statements.ExecuteScalarAsync(Cancellation));
        await using var cursors = new NpgsqlCommand("SELECT name || ' ' || is_holdable || is_binary || is_scrollable || (creation_time <= clock_timestamp()) FROM pg_cursors WHERE name = 'listed'", connection);
        Assert.Equal("listed truetruetruetrue", await cursors.ExecuteScalarAsync(Cancellation));
        await prepared.UnprepareAsync(Cancellation);
        await ExecuteAsync(connection, "DEALLOCATE by_hand; CLOSE listed");
        await using var left = new NpgsqlCommand("SELECT (SELECT count(*) FROM pg_cursors WHERE name = 'listed') + (SELECT count(*) FROM pg_prepared_statements)", connection);
        Assert.Equal(0L, await left.ExecuteScalarAsync(Cancellation));
    }

    [Fact]
    public async Task U2_TransactionsWithSavepointsAndLevels()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString);
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(Cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable, Cancellation);
        await using (var level = new NpgsqlCommand("SHOW transaction_isolation", connection))
        {
            Assert.Equal("serializable", await level.ExecuteScalarAsync(Cancellation));
        }

        await transaction.SaveAsync("before", Cancellation);
        await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, "SELECT nosuch"));
        await transaction.RollbackAsync("before", Cancellation);
        await ExecuteAsync(connection, "SELECT 1");
        await transaction.ReleaseAsync("before", Cancellation);
        await transaction.CommitAsync(Cancellation);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
