using System.Collections;
using System.Net;
using Npgsql;
using SqlCluster.Server.Hosting;
using NpgsqlTypes;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>Npgsql, which asks for every column in binary.</summary>
public sealed class NpgsqlTests(PgTestServer server) : IClassFixture<PgTestServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, object> Values => new()
    {
        { "true", true },
        { "'-32768'::smallint", short.MinValue },
        { "2147483647", int.MaxValue },
        { "'-9223372036854775808'::bigint", long.MinValue },
        { "'1.17549435e-38'::real", 1.17549435e-38f },
        { "'NaN'::double precision", double.NaN },
        { "'1.7976931348623157e308'::double precision", double.MaxValue },
        { "0::numeric(10,3)", 0.000m },
        { "-0.05::numeric(3,2)", -0.05m },
        { "1234567890123.4567::numeric(20,4)", 1234567890123.4567m },
        { "10000::numeric(9,0)", 10000m },
        { "100000000.00001::numeric(18,5)", 100000000.00001m },
        { "-79228162514264337593543950335::numeric(29,0)", decimal.MinValue },
        { "'héllo'::text", "héllo" },
        { "''::varchar(5)", "" },
        { "'ab'::char(4)", "ab  " },
        { "'\\x00ff10'::bytea", new byte[] { 0, 255, 16 } },
        { "date '0001-01-02'", new DateOnly(1, 1, 2) },
        { "date '1999-12-31'", new DateOnly(1999, 12, 31) },
        { "time '23:59:59.999999'", new TimeOnly(TimeSpan.TicksPerDay - 10) },
        { "timestamp '2024-02-29 12:34:56.789012'", new DateTime(2024, 2, 29, 12, 34, 56).AddTicks(7890120) },
        { "timestamptz '1969-12-31 23:00:00+00'", new DateTime(1969, 12, 31, 23, 0, 0, DateTimeKind.Utc) },
        { "interval '3 days 04:05:06'", new TimeSpan(3, 4, 5, 6) },
        { "'12345678-9abc-def0-1234-56789abcdef0'::uuid", Guid.Parse("12345678-9abc-def0-1234-56789abcdef0") },
        { "'{\"a\": 1}'::json", "{\"a\": 1}" },
        { "'{\"a\": 1}'::jsonb", "{\"a\": 1}" },
        { "ARRAY[1,2,3]", new[] { 1, 2, 3 } },
        { "ARRAY['a','','b c']", new[] { "a", "", "b c" } },
        { "ARRAY[ARRAY[1,2],ARRAY[3,4]]", new[,] { { 1, 2 }, { 3, 4 } } },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public async Task T2_ValuesComeInBinary(string sql, object expected)
    {
        await using NpgsqlConnection connection = await server.OpenAsync();
        await using var command = new NpgsqlCommand($"SELECT v, NULL AS n FROM (SELECT {sql} AS v) t", connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Cancellation);
        Assert.True(await reader.ReadAsync(Cancellation));
        Assert.Equal(expected, reader.GetValue(0));
        Assert.True(reader.IsDBNull(1));
    }

    /// <summary>Text and binary decode to equal values: text goes to the server's own cast, which must give the same value back.</summary>
    [Theory]
    [MemberData(nameof(Values))]
    public async Task T2_ValuesGoInBinary(string sql, object value)
    {
        await using NpgsqlConnection connection = await server.OpenAsync();
        await using var command = new NpgsqlCommand($"SELECT v = $1, (v = $1) IS NULL, v FROM (SELECT {sql} AS v) t", connection);
        if (value is double.NaN || value is IList { Count: > 0 } and int[,] || sql.EndsWith("json", StringComparison.Ordinal))
        {
            return;
        }

        NpgsqlDbType? type = sql.StartsWith("date", StringComparison.Ordinal) ? NpgsqlDbType.Date : sql.StartsWith("timestamp ", StringComparison.Ordinal) ? NpgsqlDbType.Timestamp
            : sql.StartsWith("time ", StringComparison.Ordinal) ? NpgsqlDbType.Time : sql.EndsWith("jsonb", StringComparison.Ordinal) ? NpgsqlDbType.Jsonb
            : sql.EndsWith("char(4)", StringComparison.Ordinal) ? NpgsqlDbType.Char : null;
        command.Parameters.Add(type is { } given ? new NpgsqlParameter { Value = value, NpgsqlDbType = given } : new NpgsqlParameter { Value = value });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Cancellation);
        Assert.True(await reader.ReadAsync(Cancellation));
        Assert.False(reader.GetBoolean(1));
        Assert.True(reader.GetBoolean(0), $"{sql} differs from {reader.GetValue(2)}");
    }

    [Fact]
    public async Task Q8_PreparedStatementsRunManyTimes()
    {
        await using NpgsqlConnection connection = await server.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT n * 2, $2 FROM numbers WHERE n = $1", connection);
        NpgsqlParameter number = command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Integer });
        NpgsqlParameter text = command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text });
        await command.PrepareAsync(Cancellation);
        for (int i = 1; i <= 20; i++)
        {
            number.Value = i;
            text.Value = i % 3 == 0 ? DBNull.Value : $"t{i}";
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Cancellation);
            Assert.True(await reader.ReadAsync(Cancellation));
            Assert.Equal(2L * i, Convert.ToInt64(reader.GetValue(0), System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(text.Value, reader.GetValue(1));
            Assert.False(await reader.ReadAsync(Cancellation));
        }
    }

    [Fact]
    public async Task Q3_BatchesStopAtTheirFirstError()
    {
        await using NpgsqlConnection connection = await server.OpenAsync();
        await using (var batch = new NpgsqlBatch(connection) { BatchCommands = { new("SELECT 1"), new("SELECT 'two'"), new("SELECT 3.5") } })
        await using (NpgsqlDataReader reader = await batch.ExecuteReaderAsync(Cancellation))
        {
            object[] expected = [1, "two", 3.5m];
            for (int i = 0; i < 3; i++)
            {
                Assert.True(await reader.ReadAsync(Cancellation));
                Assert.Equal(expected[i], reader.GetValue(0));
                Assert.Equal(i < 2, await reader.NextResultAsync(Cancellation));
            }
        }

        await using var failing = new NpgsqlBatch(connection) { BatchCommands = { new("SELECT 1"), new("SELECT nosuch"), new("SELECT 3") } };
        PostgresException error = await Assert.ThrowsAsync<PostgresException>(() => failing.ExecuteNonQueryAsync(Cancellation));
        Assert.Equal("42703", error.SqlState);
        Assert.Equal(8, error.Position);
        await using var after = new NpgsqlCommand("SELECT 4", connection);
        Assert.Equal(4, await after.ExecuteScalarAsync(Cancellation));
    }

    [Fact]
    public async Task U1_PoolsResetConnections()
    {
        for (int i = 0; i < 3; i++)
        {
            await using NpgsqlConnection connection = await server.OpenAsync("Maximum Pool Size=1;Application Name=pool");
            await using var command = new NpgsqlCommand("SHOW application_name", connection);
            Assert.Equal("pool", await command.ExecuteScalarAsync(Cancellation));
            await using var set = new NpgsqlCommand("SET application_name = 'other'", connection);
            await set.ExecuteNonQueryAsync(Cancellation);
        }
    }

    [Fact]
    public async Task U2_TransactionsRollBackToWorkingConnections()
    {
        await using NpgsqlConnection connection = await server.OpenAsync();
        await using (NpgsqlTransaction transaction = await connection.BeginTransactionAsync(Cancellation))
        {
            await using var failing = new NpgsqlCommand("SELECT * FROM nosuch", connection, transaction);
            Assert.Equal("42P01", (await Assert.ThrowsAsync<PostgresException>(() => failing.ExecuteNonQueryAsync(Cancellation))).SqlState);
            await using var refused = new NpgsqlCommand("SELECT 1", connection, transaction);
            Assert.Equal("25P02", (await Assert.ThrowsAsync<PostgresException>(() => refused.ExecuteNonQueryAsync(Cancellation))).SqlState);
            await transaction.RollbackAsync(Cancellation);
        }

        await using var command = new NpgsqlCommand("SELECT 1", connection);
        Assert.Equal(1, await command.ExecuteScalarAsync(Cancellation));
    }

    [Fact]
    public async Task X1_CommandsAreCancelled()
    {
        await using NpgsqlConnection connection = await server.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT count(*) FROM numbers a, numbers b, numbers c WHERE a.n * b.n % 7 = c.n % 11", connection);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => command.ExecuteScalarAsync(soon.Token));
        Assert.Equal("57014", Assert.IsType<PostgresException>(error.InnerException).SqlState);
        await using var after = new NpgsqlCommand("SELECT 1", connection);
        Assert.Equal(1, await after.ExecuteScalarAsync(Cancellation));
    }

    [Fact]
    public async Task Q12_ASlowReaderHoldsUpNobody()
    {
        await using NpgsqlConnection slow = await server.OpenAsync();
        await using var big = new NpgsqlCommand("SELECT n, repeat('x', 500) FROM numbers, (VALUES (1), (2), (3), (4)) t(i)", slow);
        await using NpgsqlDataReader reader = await big.ExecuteReaderAsync(Cancellation);
        Assert.True(await reader.ReadAsync(Cancellation));

        // More connections than the engine has slots stall in the same way, and yet another is served.
        await using NpgsqlConnection stalled = await server.OpenAsync();
        await using var other = new NpgsqlCommand("SELECT n, repeat('y', 500) FROM numbers, (VALUES (1), (2), (3), (4)) t(i)", stalled);
        await using NpgsqlDataReader waiting = await other.ExecuteReaderAsync(Cancellation);
        await using NpgsqlConnection quick = await server.OpenAsync();
        for (int i = 0; i < 20; i++)
        {
            await using var command = new NpgsqlCommand("SELECT count(*) FROM numbers", quick);
            Assert.Equal(100_000L, await command.ExecuteScalarAsync(Cancellation));
        }

        long rows = 1, sum = Convert.ToInt64(reader.GetValue(0), System.Globalization.CultureInfo.InvariantCulture);
        while (await reader.ReadAsync(Cancellation))
        {
            rows++;
            sum += Convert.ToInt64(reader.GetValue(0), System.Globalization.CultureInfo.InvariantCulture);
        }

        Assert.Equal((400_000, 4 * 100_000L * 99_999 / 2), (rows, sum));
    }

    [Fact]
    public async Task C9_ShutdownEndsIdleConnections()
    {
        using var engine = new Engine(new EngineOptions(Slots: 1));
        ServerHost host = await ServerHost.StartAsync(engine, new ServerOptions { PgPort = 0 }, Cancellation);
        using RawClient client = await RawClient.OpenAsync(host.PgAddress!.Port);
        await host.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5), Cancellation);
        Assert.Equal("E:57P01", await client.ReadUntilReadyAsync());
        Assert.Empty(engine.Sessions);
    }

    [Fact]
    public async Task WithoutUsersOnlyLoopbackIsServed()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => ServerHost.StartAsync(server.Engine, new ServerOptions { Address = IPAddress.Any, PgPort = 0 }, Cancellation));
    }
}
