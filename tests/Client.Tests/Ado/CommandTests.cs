using System.Data;
using System.Data.Common;
using System.Data.SqlTypes;
using System.Globalization;
using System.Numerics;
using Dapper;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Client.Ado;

namespace SqlCluster.Client.Tests.Ado;

/// <summary>Commands, parameters and results over a real server.</summary>
public sealed class CommandTests(ClientServer server) : IClassFixture<ClientServer>
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryTypeIsReadInItsDotNetType()
    {
        await using SqlClusterConnection connection = await server.OpenAsync();
        await using SqlClusterCommand command = connection.CreateCommand();
        command.CommandText = """
            SELECT true AS bo, 1::smallint AS sm, 2 AS it, 3::bigint AS bi, 1.5::real AS re, 2.5::double precision AS dp, 12.340::numeric(10,3) AS nu, 'text ä' AS te, '\x0102'::bytea AS by,
                   DATE '2020-02-29' AS da, TIME '01:02:03.000004' AS ti, TIMESTAMP '2020-02-29 01:02:03.5' AS ts, TIMESTAMPTZ '2020-02-29 01:02:03+02' AS tz,
                   INTERVAL '2 days 3 hours' AS iv, '5ea7b1cd-e8c7-a48f-f156-056899a121a7'::uuid AS uu, ARRAY[1, 2] AS ar, ARRAY['a', NULL] AS ta, NULL::int AS nl
            """;
        await using SqlClusterDataReader reader = await command.ExecuteReaderAsync(Token);
        Assert.True(await reader.ReadAsync(Token));
        object[] values = new object[reader.FieldCount];
        reader.GetValues(values);
        object[] expected =
        [
            true, (short)1, 2, 3L, 1.5f, 2.5, 12.340m, "text ä", new byte[] { 1, 2 }, new DateTime(2020, 2, 29), new TimeSpan(0, 1, 2, 3) + TimeSpan.FromMicroseconds(4),
            new DateTime(2020, 2, 29, 1, 2, 3, 500), new DateTime(2020, 2, 28, 23, 2, 3, DateTimeKind.Utc), new TimeSpan(2, 3, 0, 0), Guid.Parse("5ea7b1cd-e8c7-a48f-f156-056899a121a7"),
            new[] { 1, 2 }, new[] { "a", null }, DBNull.Value,
        ];
        Assert.Equal(expected, values);
        for (int i = 0; i < expected.Length - 3; i++)
        {
            Assert.Equal(expected[i].GetType(), reader.GetFieldType(i));
        }

        Assert.Equal("12.340", reader.GetDecimal(6).ToString(CultureInfo.InvariantCulture));
        Assert.Equal("12.340", reader.GetString(6));
        Assert.Equal(DateTimeKind.Utc, reader.GetDateTime(12).Kind);
        Assert.Equal(new DateOnly(2020, 2, 29), reader.GetFieldValue<DateOnly>(9));
        Assert.Equal(new TimeOnly(1, 2, 3).Add(TimeSpan.FromMicroseconds(4)), reader.GetFieldValue<TimeOnly>(10));
        Assert.Equal(new DateTimeOffset(2020, 2, 29, 1, 2, 3, TimeSpan.FromHours(2)), reader.GetFieldValue<DateTimeOffset>(12));
        Assert.Equal(new Interval(0, 2, 10_800_000_000), reader.GetFieldValue<Interval>(13));
        Assert.Equal([1, 2], reader.GetFieldValue<int[]>(15));
        Assert.Equal([1L, 2L], reader.GetFieldValue<List<long>>(15));
        Assert.Null(reader.GetFieldValue<int?>(17));
        Assert.Equal(2, reader.GetFieldValue<long>(2));
        Assert.Throws<InvalidCastException>(() => reader.GetInt32(17));
        Assert.Throws<InvalidCastException>(() => reader.GetInt32(7));
        Assert.Equal("numeric", reader.GetDataTypeName(6));
        Assert.False(await reader.ReadAsync(Token));
    }

    [Fact]
    public async Task DecimalsBeyondDotNetsAreReadExactlyOrRefused()
    {
        await using SqlClusterConnection connection = await server.OpenAsync();
        await using var command = new SqlClusterCommand("SELECT 12345678901234567890123456789012345.678::numeric(38,3), 1.10::numeric(38,30), -7::numeric(38,0)", connection);
        await using SqlClusterDataReader reader = await command.ExecuteReaderAsync(Token);
        Assert.True(reader.Read());
        Assert.Throws<OverflowException>(() => reader.GetDecimal(0));
        Assert.Equal("12345678901234567890123456789012345.678", reader.GetFieldValue<SqlDecimal>(0).ToString());
        Assert.Equal("12345678901234567890123456789012345.678", reader.GetString(0));
        Assert.Equal(1.1m, reader.GetDecimal(1));
        Assert.Equal(new BigInteger(-7), reader.GetFieldValue<BigInteger>(2));
    }

    [Fact]
    public async Task G9_ParametersOfEveryTypeGoThere()
    {
        await using SqlClusterConnection connection = await server.OpenAsync();
        (string Type, object Value)[] cases =
        [
            ("boolean", true), ("smallint", (short)-5), ("integer", 42), ("bigint", 1L << 40), ("real", 1.25f), ("double precision", 1e100), ("numeric(20,4)", -12.3400m), ("text", "it's ä"),
            ("bytea", new byte[] { 0, 255 }), ("date", new DateOnly(1999, 12, 31)), ("time", new TimeOnly(23, 59, 58)), ("timestamp", new DateTime(2001, 2, 3, 4, 5, 6)),
            ("timestamptz", new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.FromHours(-3))), ("interval", new TimeSpan(3, 4, 5, 6)), ("uuid", Guid.Parse("00112233-4455-6677-8899-aabbccddeeff")),
            ("integer[]", new[] { 1, 2, 3 }),
        ];
        foreach ((string type, object value) in cases)
        {
            await using var command = new SqlClusterCommand($"SELECT $1::{type}, @v::{type} IS NULL".Replace("@v", "$1", StringComparison.Ordinal), connection);
            command.Parameters.AddWithValue("v", value);
            await using SqlClusterDataReader reader = await command.ExecuteReaderAsync(Token);
            Assert.True(reader.Read());
            Assert.False(reader.GetBoolean(1));
            object read = value switch
            {
                DateOnly => reader.GetFieldValue<DateOnly>(0),
                TimeOnly => reader.GetFieldValue<TimeOnly>(0),
                DateTimeOffset => reader.GetFieldValue<DateTimeOffset>(0),
                _ => reader.GetValue(0),
            };
            Assert.Equal(value, read);
        }
    }

    [Theory]
    [InlineData("SELECT n FROM numbers WHERE n = @a OR n=@b OR t = @a::text || ' @b' ORDER BY n")]
    [InlineData("SELECT n FROM numbers WHERE n = :a OR n IN (:b) -- :a and ' \n ORDER BY n")]
    [InlineData("SELECT n FROM numbers WHERE n = $1 OR n = $2 ORDER BY n")]
    [InlineData("SELECT n FROM numbers WHERE n = ? OR n = ? ORDER BY n")]
    public async Task ParametersHaveNamesOrPlaces(string sql)
    {
        await using SqlClusterConnection connection = await server.OpenAsync();
        await using var command = new SqlClusterCommand(sql, connection);
        command.Parameters.AddWithValue("a", 7L);
        command.Parameters.AddWithValue("@b", 99_000L);
        for (int i = 0; i < 3; i++)
        {
            command.Parameters[0].Value = 7L + i;
            await using SqlClusterDataReader reader = await command.ExecuteReaderAsync(Token);
            Assert.True(reader.Read());
            Assert.Equal(7L + i, reader.GetInt64(0));
            Assert.True(reader.Read());
            Assert.Equal(99_000L, reader.GetInt64(0));
            Assert.False(reader.Read());
        }
    }

    [Fact]
    public async Task SeveralStatementsGiveSeveralResults()
    {
        await using SqlClusterConnection connection = await server.OpenAsync();
        await using var command = new SqlClusterCommand("CREATE TEMP TABLE several (i int); INSERT INTO several VALUES (1), (2); SELECT i FROM several ORDER BY i; UPDATE several SET i = i + 1; SELECT sum(i) FROM several", connection);
        await using SqlClusterDataReader reader = await command.ExecuteReaderAsync(Token);
        Assert.True(reader.Read());
        Assert.Equal(2, reader.RecordsAffected);
        Assert.True(await reader.NextResultAsync(Token));
        Assert.True(reader.Read());
        Assert.Equal(5, reader.GetInt32(0));
        Assert.Equal(4, reader.RecordsAffected);
        Assert.False(await reader.NextResultAsync(Token));
    }

    [Fact]
    public async Task LargeResultsStreamAsRowsAndAsBatches()
    {
        await using SqlClusterConnection connection = await server.OpenAsync();
        await using var command = new SqlClusterCommand("SELECT n, t FROM numbers", connection);
        long sum = 0, count = 0;
        await using (SqlClusterDataReader reader = await command.ExecuteReaderAsync(Token))
        {
            while (await reader.ReadAsync(Token))
            {
                sum += reader.GetInt64(0);
                count += reader.GetString(1) == $"row {reader.GetInt64(0)}" ? 1 : 0;
            }
        }

        Assert.Equal((4_999_950_000, 100_000), (sum, count));
        (sum, count) = (0, 0);
        await using (SqlClusterDataReader reader = await command.ExecuteReaderAsync(Token))
        {
            await foreach (Batch batch in reader.ReadBatchesAsync(Token))
            {
                count += batch.RowCount;
                for (int row = 0; row < batch.RowCount; row++)
                {
                    sum += (long)VectorValues.Get(batch.Columns[0], row)!;
                }
            }
        }

        Assert.Equal((4_999_950_000, 100_000), (sum, count));
    }

    [Fact]
    public async Task ErrorsHaveStateAndPosition()
    {
        await using SqlClusterConnection connection = await server.OpenAsync();
        await using var command = new SqlClusterCommand("SELECT 1; SELECT n, @p, missing FROM numbers", connection);
        command.Parameters.AddWithValue("p", 1);
        await using (SqlClusterDataReader reader = await command.ExecuteReaderAsync(Token))
        {
            SqlClusterException error = await Assert.ThrowsAsync<SqlClusterException>(() => reader.NextResultAsync(Token));
            Assert.Equal("42703", error.SqlState);
            Assert.Equal(command.CommandText.IndexOf("missing", StringComparison.Ordinal) + 1, error.Position);
            Assert.DoesNotContain("[42703]", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, await new SqlClusterCommand("SELECT 1", connection).ExecuteScalarAsync(Token));
        Assert.Equal("22012", (await Assert.ThrowsAsync<SqlClusterException>(() => new SqlClusterCommand("SELECT 1 / (n - n) FROM numbers", connection).ExecuteScalarAsync(Token))).SqlState);
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("token")]
    [InlineData("timeout")]
    public async Task G13_LongStatementsEndOnTheServer(string how)
    {
        await using SqlClusterConnection connection = await server.OpenAsync();
        await using var command = new SqlClusterCommand("SELECT count(*) FROM numbers a, numbers b WHERE a.n * b.n % 7 = 3", connection);
        command.CommandTimeout = how == "timeout" ? 1 : 0;
        using var token = new CancellationTokenSource();
        Task<object?> running = command.ExecuteScalarAsync(token.Token);
        while (how != "timeout" && !running.IsCompleted && !Runs())
        {
            await Task.Delay(10, Token);
        }

        switch (how)
        {
            case "cancel":
                command.Cancel();
                break;
            case "token":
                await token.CancelAsync();
                break;
        }

        if (how == "token")
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        }
        else
        {
            Assert.Equal("57014", (await Assert.ThrowsAsync<SqlClusterException>(() => running)).SqlState);
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Runs())
        {
            await Task.Delay(10, patience.Token);
        }

        Assert.Equal(100_000L, await new SqlClusterCommand("SELECT count(*) FROM numbers", connection).ExecuteScalarAsync(Token));

        bool Runs() => server.Engine.Sessions.Any(static session => session.Activity.Query?.Contains("numbers a, numbers b", StringComparison.Ordinal) == true && session.Running != null);
    }

    [Fact]
    public async Task DapperWorks()
    {
        await using SqlClusterConnection connection = await server.OpenAsync();
        Row[] rows = [.. await connection.QueryAsync<Row>("SELECT n, t AS text, n::numeric(10,2) / 4 AS quarter, DATE '2020-01-01' + n::int AS day FROM numbers WHERE n BETWEEN @From AND @To ORDER BY n", new { From = 3, To = 5 })];
        Assert.Equal([3, 4, 5], rows.Select(static row => row.N));
        Assert.Equal("row 4", rows[1].Text);
        Assert.Equal(1.25m, rows[2].Quarter);
        Assert.Equal(new DateTime(2020, 1, 4), rows[0].Day);
        Assert.Equal([1L, 2L], await connection.QueryAsync<long>("SELECT n FROM numbers WHERE n = ANY(@Ids::bigint[]) ORDER BY n", new { Ids = new DbArray([1, 2]) }));
        Assert.Equal(0, await connection.ExecuteAsync("CREATE TEMP TABLE dapper (i int, s text)"));
        Assert.Equal(3, await connection.ExecuteAsync("INSERT INTO dapper VALUES (@I, @S)", new[] { new { I = 1, S = "a" }, new { I = 2, S = (string?)null! }, new { I = 3, S = "c" } }));
        Assert.Equal(2, await connection.ExecuteScalarAsync<int>("SELECT count(s) FROM dapper"));
    }

    [Fact]
    public async Task ArraysOfSeveralDimensionsAreParameters()
    {
        await using SqlClusterConnection connection = await server.OpenAsync();
        foreach ((object value, string type, string text) in ((object, string, string)[])
        [
            (new int[][] { [1, 2], [3, 4] }, "int[][]", "{{1,2},{3,4}}"), (new[,] { { 1, 2 }, { 3, 4 } }, "int[][]", "{{1,2},{3,4}}"), (new[,,] { { { "a", null }, { "b", "c" } } }, "text[][][]", "{{{a,NULL},{b,c}}}"),
            (new decimal[][] { [1.5m], [2.25m] }, "numeric[][]", "{{1.50},{2.25}}"), (new[,] { { Guid.Empty } }, "uuid[][]", "{{00000000-0000-0000-0000-000000000000}}"),
        ])
        {
            await using SqlClusterCommand command = connection.CreateCommand();
            command.CommandText = $"SELECT (@p::{type})::text";
            command.Parameters.AddWithValue("p", value);
            Assert.Equal(text, await command.ExecuteScalarAsync(Token));
        }

        await using SqlClusterCommand uneven = connection.CreateCommand();
        uneven.CommandText = "SELECT @p";
        uneven.Parameters.AddWithValue("p", new object[] { 1, new[] { 2 } });
        await Assert.ThrowsAsync<NotSupportedException>(() => uneven.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task BatchesRunTheirCommandsInOrder()
    {
        await using SqlClusterConnection connection = await server.OpenAsync();
        await using DbBatch batch = connection.CreateBatch();
        foreach ((string sql, object? value) in (ReadOnlySpan<(string, object?)>)[("CREATE TEMP TABLE b (i int)", null), ("INSERT INTO b VALUES ($1)", 5), ("INSERT INTO b VALUES ($1)", 6), ("SELECT sum(i) FROM b WHERE i > @p", 5)])
        {
            var command = new SqlClusterBatchCommand { CommandText = sql };
            if (value != null)
            {
                command.Parameters.AddWithValue("p", value);
            }

            batch.BatchCommands.Add(command);
        }

        await using DbDataReader reader = await batch.ExecuteReaderAsync(Token);
        Assert.True(reader.Read());
        Assert.Equal(6L, reader.GetInt64(0));
        Assert.Equal(2, reader.RecordsAffected);
    }

    [Fact]
    public async Task ConnectionsArePooledAndReset()
    {
        await using var source = new SqlClusterDataSource(server.ConnectionString + ";Maximum Pool Size=1");
        for (int i = 0; i < 3; i++)
        {
            await using SqlClusterConnection connection = await source.OpenConnectionAsync(Token);
            Assert.Equal("UTC", await new SqlClusterCommand("SHOW TimeZone", connection).ExecuteScalarAsync(Token));
            await new SqlClusterCommand("SET TimeZone = 'Asia/Tokyo'; CREATE TEMP TABLE pooled (i int)", connection).ExecuteNonQueryAsync(Token);
        }

        Assert.InRange(server.Engine.Sessions.Count(static session => session.Client.Door != Server.Sessions.Door.Embedded), 1, 50);
        await using SqlClusterConnection first = await source.OpenConnectionAsync(Token);
        await using var impatient = new SqlClusterDataSource(server.ConnectionString + ";Maximum Pool Size=1;Connect Timeout=1");
        await using SqlClusterConnection only = await impatient.OpenConnectionAsync(Token);
        Assert.Equal("53300", (await Assert.ThrowsAsync<SqlClusterException>(async () => await impatient.OpenConnectionAsync(Token))).SqlState);
    }

    [Fact]
    public async Task SchemaCollectionsTellWhatThereIs()
    {
        await using SqlClusterConnection connection = await server.OpenAsync();
        Assert.Contains("Columns", Names(connection.GetSchema(), 0));
        Assert.Contains("numbers", Names(await connection.GetSchemaAsync("Tables", [null, "public", null, null], Token), 2));
        Assert.Equal(["small"], Names(await connection.GetSchemaAsync("Views", Token), 2).Where(static name => name == "small"));
        Assert.Equal(["n", "t"], Names(await connection.GetSchemaAsync("Columns", [null, null, "numbers"], Token), 3));
        Assert.Contains("public", Names(await connection.GetSchemaAsync("Schemas", Token), 1));
        Assert.Contains("SELECT", Names(await connection.GetSchemaAsync("ReservedWords", Token), 0));
        Assert.True((await connection.GetSchemaAsync("DataTypes", Token)).Rows.Count > 10);
        Assert.Throws<ArgumentException>(() => connection.GetSchema("nothing"));
        await using SqlClusterDataReader reader = await new SqlClusterCommand("SELECT n::numeric(12,3) AS x, t FROM numbers", connection).ExecuteReaderAsync(Token);
        Assert.Equal((12, 3, typeof(decimal), "x"), (reader.GetColumnSchema()[0].NumericPrecision, reader.GetColumnSchema()[0].NumericScale, reader.GetColumnSchema()[0].DataType, reader.GetColumnSchema()[0].ColumnName));
        Assert.Equal("t", reader.GetSchemaTable()!.Rows[1]["ColumnName"]);
    }

    [Fact]
    public async Task TheFactoryMakesAllOfIt()
    {
        DbProviderFactory factory = SqlClusterFactory.Instance;
        await using DbConnection connection = factory.CreateConnection()!;
        connection.ConnectionString = server.ConnectionString;
        connection.Open();
        using DbCommand command = connection.CreateCommand();
        command.CommandText = "SELECT @a + 1";
        DbParameter parameter = factory.CreateParameter()!;
        (parameter.ParameterName, parameter.Value) = ("@a", 41);
        command.Parameters.Add(parameter);
        Assert.Equal(42, command.ExecuteScalar());
        var table = new DataTable();
        DbDataAdapter adapter = factory.CreateDataAdapter()!;
        adapter.SelectCommand = command;
        adapter.Fill(table);
        Assert.Equal(42, Assert.Single(table.Rows.Cast<DataRow>())[0]);
    }

    [Fact]
    public async Task WrongAddressesAndStringsAreErrors()
    {
        Assert.Throws<ArgumentException>(() => new SqlClusterConnectionStringBuilder("Sever=x"));
        await Assert.ThrowsAsync<ArgumentException>(() => new SqlClusterConnection("User=x").OpenAsync(Token));
        SqlClusterException error = await Assert.ThrowsAsync<SqlClusterException>(() => new SqlClusterConnection("Server=grpc://127.0.0.1:1;Connect Timeout=5").OpenAsync(Token));
        Assert.Contains(error.SqlState, (string[])["08006", "08001"]);
    }

    private static IEnumerable<string> Names(DataTable table, int column) => table.Rows.Cast<DataRow>().Select(row => (string)row[column]);

    private sealed record Row(long N, string Text, decimal Quarter, DateTime Day);

    /// <summary>Keeps Dapper from making a list of placeholders of an array.</summary>
    private sealed class DbArray(long[] values) : SqlMapper.ICustomQueryParameter
    {
        public void AddParameter(IDbCommand command, string name) => command.Parameters.Add(new SqlClusterParameter(name, values));
    }
}
