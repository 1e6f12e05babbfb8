using System.Text;
using Npgsql;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>COPY ... FROM STDIN. Results and errors of <see cref="Cases"/> are what PostgreSQL 15 answered to the same bytes.</summary>
public sealed class CopyInTests(PgTestServer server) : IClassFixture<PgTestServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Statement, data (a byte a character) and PostgreSQL's answer: the tag and the rows, or SQLSTATE, message and context.</summary>
    public static TheoryData<string, string, string> Cases => new()
    {
        { "COPY ct FROM STDIN", "1\tx\ty\t1.5\t2024-01-02 03:04:05\n2\t\\N\t\\N\t\\N\t\\N\n", "COPY 2 -> 1|x|y|1.50|2024-01-02 03:04:05; 2|NULL|NULL|NULL|NULL" },
        { "COPY ct FROM STDIN", "1\ta\\tb\\nc\\\\d\\101\\x42\\q\tabc  \t1\t\\N\r\n2\tx\ty\t2\t\\N\r\n", "COPY 2 -> 1|a\tb\nc\\dABq|abc|1.00|NULL; 2|x|y|2.00|NULL" },
        { "COPY ct FROM STDIN", "1\tx\ty\t1\t\\N\n\\.\n2\tnot read\n", "COPY 1 -> 1|x|y|1.00|NULL" },
        { "COPY ct FROM STDIN", "x\ty\tz\t1\t\\N\n", "22P02 invalid input syntax for type integer: \"x\" @ COPY ct, line 1, column a: \"x\"" },
        { "COPY ct FROM STDIN", "1\ty\tz\t1\t\\N\n2\ty\tabcd\t1\t\\N\n", "22001 value too long for type character varying(3) @ COPY ct, line 2, column c: \"abcd\"" },
        { "COPY ct FROM STDIN", "1\ty\n", "22P04 missing data for column \"c\" @ COPY ct, line 1: \"1\ty\"" },
        { "COPY ct FROM STDIN", "1\ty\tz\t1\t\\N\textra\n", "22P04 extra data after last expected column @ COPY ct, line 1: \"1\ty\tz\t1\t\\N\textra\"" },
        { "COPY ct FROM STDIN", "\\N\ty\tz\t1\t\\N\n", "23502 null value in column \"a\" of relation \"ct\" violates not-null constraint @ COPY ct, line 1: \"\\N\ty\tz\t1\t\\N\"" },
        { "COPY ct FROM STDIN", "1\ty\tz\t12345.678\t\\N\n", "22003 numeric field overflow @ COPY ct, line 1, column d: \"12345.678\"" },
        { "COPY ct FROM STDIN", "1\ty\tz\t1\t\\N\n2\ty\tz\t1\t\\N\r\n", "22P04 literal carriage return found in data @ COPY ct, line 2" },
        { "COPY ct FROM STDIN", "1\t\u00ff\tz\t1\t\\N\n", "22021 invalid byte sequence for encoding \"UTF8\": 0xff @ COPY ct, line 1" },
        { "COPY ct FROM STDIN", "1\ty\tz\t1\t2024-13-01\n", "22008 date/time field value out of range: \"2024-13-01\" @ COPY ct, line 1, column e: \"2024-13-01\"" },
        { "COPY ct FROM STDIN", "1\ty\tz\t1\t\\N", "COPY 1 -> 1|y|z|1.00|NULL" },
        { "COPY ct FROM STDIN", "", "COPY 0" },
        { "COPY ct FROM STDIN (FORMAT csv)", "1,\"a \"\"b\"\"; c\nd\",x,1.25,\n2,\"\",,,\n3,,\"\",,\n", "COPY 3 -> 1|a \"b\"; c\nd|x|1.25|NULL; 2||NULL|NULL|NULL; 3|NULL||NULL|NULL" },
        { "COPY ct FROM STDIN WITH csv header", "a,b,c,d,e\n1,x,y,2,2024-01-01\n", "COPY 1 -> 1|x|y|2.00|2024-01-01 00:00:00" },
        { "COPY ct FROM STDIN (FORMAT csv, header match)", "a,b,c,d,z\n1,x,y,2,2024-01-01\n", "22P04 column name mismatch in header line field 5: got \"z\", expected \"e\" @ COPY ct, line 1: \"a,b,c,d,z\"" },
        { "COPY ct FROM STDIN (FORMAT csv)", "1,\"a,b\n", "22P04 unterminated CSV quoted field @ COPY ct, line 1: \"1,\"a,b\n\"" },
        { "COPY ct FROM STDIN (FORMAT csv)", "1,\"a\"x\"b\",y,1,\n", "COPY 1 -> 1|axb|y|1.00|NULL" },
        { "COPY ct FROM STDIN (FORMAT csv, delimiter ';', null 'NULL', quote '''', escape '\\')", "1;'a\\'b';NULL;1;NULL\n2;'NULL';x;2;NULL\n", "COPY 2 -> 1|a'b|NULL|1.00|NULL; 2|NULL|x|2.00|NULL" },
        { "COPY ct FROM STDIN (FORMAT csv, force_not_null (b), force_null (c))", "1,,\"\",1,\n", "COPY 1 -> 1||NULL|1.00|NULL" },
        { "COPY ct FROM STDIN (FORMAT csv)", "1,x,y,1,\n\\.\n3,x\n", "COPY 1 -> 1|x|y|1.00|NULL" },
        { "COPY ct FROM STDIN (FORMAT csv)", "1,x,y,one,\n", "22P02 invalid input syntax for type numeric: \"one\" @ COPY ct, line 1, column d: \"one\"" },
        { "COPY ct FROM STDIN (FORMAT csv)", "1,x,y,1,\n2,x,y,1,\r\n", "22P04 unquoted carriage return found in data @ COPY ct, line 2" },
        { "COPY ct FROM STDIN (FORMAT csv)", "1,x,y,1,\r2,x,y,1,\r", "COPY 2 -> 1|x|y|1.00|NULL; 2|x|y|1.00|NULL" },
        { "COPY ct FROM STDIN (FORMAT text, delimiter '|', null '')", "1|x||2|\n", "COPY 1 -> 1|x|NULL|2.00|NULL" },
        { "COPY ct FROM STDIN (FORMAT text, header)", "h\n1\tx\ty\t1\t\\N\n", "COPY 1 -> 1|x|y|1.00|NULL" },
        { "COPY ct FROM STDIN (FORMAT csv, nosuch 1)", "", "42601 option \"nosuch\" not recognized" },
        { "COPY ct FROM STDIN (FORMAT csv, delimiter 'ab')", "", "0A000 COPY delimiter must be a single one-byte character" },
        { "COPY ct FROM STDIN (FORMAT text, quote 'x')", "", "0A000 COPY quote available only in CSV mode" },
        { "COPY ct FROM STDIN (FORMAT csv, force_quote (a))", "", "0A000 COPY force quote only available using COPY TO" },
        { "COPY ct FROM STDIN (FORMAT binary, delimiter ',')", "", "42601 cannot specify DELIMITER in BINARY mode" },
        { "COPY ct FROM STDIN (FORMAT csv, delimiter '\"')", "", "22023 COPY delimiter and quote must be different" },
        { "COPY ct FROM STDIN (FORMAT text, delimiter 'a')", "", "22023 COPY delimiter cannot be \"a\"" },
        { "COPY ct FROM STDIN (FORMAT xml)", "", "22023 COPY format \"xml\" not recognized" },
        { "COPY ct FROM STDIN (FORMAT csv, encoding 'latin9x')", "", "22023 argument to option \"encoding\" must be a valid encoding name" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Y1_TextAndCsvAreReadAsPostgreSqlReadsThem(string sql, string data, string expected)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(data);

        // In one message, cut into single bytes, and without the last cut falling on the data's end.
        foreach (int piece in (int[])[int.MaxValue, 1, 3])
        {
            using RawClient client = await RawClient.OpenAsync(server.Port);
            await client.QueryAsync("CREATE TEMP TABLE ct (a int NOT NULL, b text, c varchar(3), d numeric(6,2), e timestamp)");
            Assert.Equal(expected, await CopyAsync(client, sql, [.. bytes.Chunk(Math.Min(piece, Math.Max(1, bytes.Length)))]));
            Assert.EndsWith("Z:I", await client.QueryAsync("SELECT 1"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Y1_FailedCopiesLeaveNothingBehind()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.QueryAsync("CREATE TEMP TABLE ct (a int NOT NULL, b text, c varchar(3), d numeric(6,2), e timestamp); INSERT INTO ct VALUES (0)");
        var many = new StringBuilder();
        for (int i = 1; i <= 10_000; i++)
        {
            many.Append(i).Append("\tx\ty\t1\t\\N\n");
        }

        many.Append("oops\tx\ty\t1\t\\N\n");
        Assert.Equal("22P02 invalid input syntax for type integer: \"oops\" @ COPY ct, line 10001, column a: \"oops\"", await CopyAsync(client, "COPY ct FROM STDIN", [Encoding.UTF8.GetBytes(many.ToString())]));
        Assert.Equal("T:count D:1 C:SELECT 1 Z:I", await client.QueryAsync("SELECT count(*) FROM ct"));
    }

    [Fact]
    public async Task Y2_CopyFailAndForeignMessagesEndTheCopyOnly()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.QueryAsync("CREATE TEMP TABLE ct (a int)");
        await client.SendAsync(RawClient.Message('Q', "COPY ct FROM STDIN; SELECT 1"), RawClient.Message('d', "1\n"u8.ToArray()), RawClient.Message('f', "changed my mind"));
        Assert.Equal("G E:57014 Z:I", await client.ReadUntilReadyAsync());
        await client.SendAsync(RawClient.Message('Q', "COPY ct FROM STDIN"), RawClient.Message('d', "1\n"u8.ToArray()), RawClient.Message('B', "", "", (short)0, (short)0, (short)0));
        Assert.Equal("G E:08P01 Z:I", await client.ReadUntilReadyAsync());

        // Flush and Sync inside of it mean nothing; several in one text run one after the other.
        await client.SendAsync(
            RawClient.Message('Q', "COPY ct FROM STDIN; COPY ct FROM STDIN (FORMAT csv); SELECT count(*) FROM ct"),
            RawClient.Message('d', "1\n2"u8.ToArray()), RawClient.Message('S'), RawClient.Message('H'), RawClient.Message('d', "\n3\n"u8.ToArray()), RawClient.Message('c'),
            RawClient.Message('d', "4\n"u8.ToArray()), RawClient.Message('c'));
        Assert.Equal("G C:COPY 3 G C:COPY 1 T:count D:4 C:SELECT 1 Z:I", await client.ReadUntilReadyAsync());

        // The extended protocol: Sync belongs behind the data.
        await client.SendAsync(RawClient.Message('P', "", "COPY ct FROM STDIN", (short)0), RawClient.Message('B', "", "", (short)0, (short)0, (short)0), RawClient.Message('D', 'P', ""), RawClient.Message('E', "", 0),
            RawClient.Message('d', "5\n"u8.ToArray()), RawClient.Message('c'), RawClient.Message('S'));
        Assert.Equal("1 2 n G C:COPY 1 Z:I", await client.ReadUntilReadyAsync());
        Assert.Equal("E:42703 Z:I", await client.QueryAsync("COPY ct (nosuch) FROM STDIN"));
        Assert.Equal("E:42P01 Z:I", await client.QueryAsync("COPY nosuch FROM STDIN"));
    }

    [Fact]
    public async Task Y1_ConditionsAndColumnLists()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.QueryAsync("CREATE TEMP TABLE ct (a int, b text, c int)");
        Assert.Equal("COPY 2 -> 1|NULL|10; 3|NULL|30", await CopyAsync(client, "COPY ct (c, a) FROM STDIN WHERE a <> 2 AND c > 5", ["10\t1\n20\t2\n30\t3\n1\t4\n"u8.ToArray()], "SELECT * FROM ct ORDER BY a"));
    }

    /// <summary>Npgsql's importer is binary, and its values come back through its exporter.</summary>
    [Fact]
    public async Task Y2_NpgsqlImportsAndExportsInBinary()
    {
        await using NpgsqlConnection connection = await server.OpenAsync();
        await using (var create = new NpgsqlCommand(
            "CREATE TEMP TABLE ct (i int, l bigint, s smallint, t text, v varchar(10), n numeric(20,4), f real, d double precision, b bool, y bytea, u uuid, da date, ti time, ts timestamp, tz timestamptz, iv interval, j jsonb, a int[])", connection))
        {
            await create.ExecuteNonQueryAsync(Cancellation);
        }

        object[][] rows =
        [
            [1, long.MaxValue, short.MinValue, "héllo", "abc", 1234567890.1234m, 1.5f, double.Epsilon, true, new byte[] { 0, 255 }, Guid.Parse("12345678-9abc-def0-1234-56789abcdef0"),
                new DateOnly(1999, 12, 31), new TimeOnly(1, 2, 3), new DateTime(2024, 2, 29, 1, 2, 3), new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Utc), TimeSpan.FromHours(30), "{\"a\": 1}", new[] { 1, -2 }],
            [-5, 0L, (short)7, "", "", -0.0001m, -0f, -1e300, false, Array.Empty<byte>(), Guid.Empty,
                new DateOnly(1, 1, 1), TimeOnly.MinValue, new DateTime(1, 1, 1), new DateTime(9999, 1, 1, 0, 0, 0, DateTimeKind.Utc), TimeSpan.FromTicks(-10), "[]", Array.Empty<int>()],
        ];
        NpgsqlTypes.NpgsqlDbType[] types =
        [
            NpgsqlTypes.NpgsqlDbType.Integer, NpgsqlTypes.NpgsqlDbType.Bigint, NpgsqlTypes.NpgsqlDbType.Smallint, NpgsqlTypes.NpgsqlDbType.Text, NpgsqlTypes.NpgsqlDbType.Varchar, NpgsqlTypes.NpgsqlDbType.Numeric,
            NpgsqlTypes.NpgsqlDbType.Real, NpgsqlTypes.NpgsqlDbType.Double, NpgsqlTypes.NpgsqlDbType.Boolean, NpgsqlTypes.NpgsqlDbType.Bytea, NpgsqlTypes.NpgsqlDbType.Uuid, NpgsqlTypes.NpgsqlDbType.Date,
            NpgsqlTypes.NpgsqlDbType.Time, NpgsqlTypes.NpgsqlDbType.Timestamp, NpgsqlTypes.NpgsqlDbType.TimestampTz, NpgsqlTypes.NpgsqlDbType.Interval, NpgsqlTypes.NpgsqlDbType.Jsonb,
            NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Integer,
        ];
        await using (NpgsqlBinaryImporter importer = await connection.BeginBinaryImportAsync("COPY ct FROM STDIN (FORMAT binary)", Cancellation))
        {
            foreach (object[] row in rows)
            {
                await importer.StartRowAsync(Cancellation);
                for (int i = 0; i < row.Length; i++)
                {
                    await importer.WriteAsync(row[i], types[i], Cancellation);
                }
            }

            await importer.StartRowAsync(Cancellation);
            for (int i = 0; i < types.Length; i++)
            {
                await importer.WriteNullAsync(Cancellation);
            }

            Assert.Equal(3UL, await importer.CompleteAsync(Cancellation));
        }

        await using (var command = new NpgsqlCommand("SELECT * FROM ct", connection))
        await using (NpgsqlDataReader reader = await command.ExecuteReaderAsync(Cancellation))
        {
            foreach (object[] row in rows)
            {
                Assert.True(await reader.ReadAsync(Cancellation));
                for (int i = 0; i < row.Length; i++)
                {
                    Assert.Equal(row[i], reader.GetValue(i));
                }
            }

            Assert.True(await reader.ReadAsync(Cancellation));
            Assert.All(Enumerable.Range(0, types.Length), i => Assert.True(reader.IsDBNull(i)));
        }

        await using NpgsqlBinaryExporter exporter = await connection.BeginBinaryExportAsync("COPY (SELECT i, t, n FROM ct WHERE i > 0) TO STDOUT (FORMAT binary)", Cancellation);
        Assert.Equal(3, await exporter.StartRowAsync(Cancellation));
        Assert.Equal((1, "héllo", 1234567890.1234m), (await exporter.ReadAsync<int>(Cancellation), await exporter.ReadAsync<string>(Cancellation), await exporter.ReadAsync<decimal>(Cancellation)));
        Assert.Equal(-1, await exporter.StartRowAsync(Cancellation));
    }

    public static TheoryData<string, string> DamagedFiles => new()
    {
        { "", "22P04 COPY file signature not recognized" },
        { "PGCOPX", "22P04 COPY file signature not recognized" },
        { "PGCOPY\n\u00ff\r\n\0\0\u0001\0\0\0\0\0\0", "22P04 unrecognized critical flags in COPY file header" },
        { "PGCOPY\n\u00ff\r\n\0\0\0\0\0\u00ff\u00ff\u00ff\u00ff", "22P04 invalid COPY file header (wrong length)" },
        { "PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0\0\u0002", "22P04 row field count is 2, expected 1 @ COPY ct, line 1" },
        { "PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0\0\u0001\0\0\0\u0003abc", "22P03 incorrect binary data format @ COPY ct, line 1, column a" },
        { "PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0\0\u0001\0\0\0\u0004\0\0\0", "22P04 unexpected EOF in COPY data @ COPY ct, line 1" },
        { "PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0\u00ff\u00ffx", "22P04 received copy data after EOF marker @ COPY ct, line 0" },
        { "PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\u0002zz\0\u0001\0\0\0\u0004\0\0\u0001\u0002\u00ff\u00ff", "COPY 1 -> 258" },
        { "PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0\0\u0001\u00ff\u00ff\u00ff\u00ff", "COPY 1 -> NULL" },
    };

    [Theory]
    [MemberData(nameof(DamagedFiles))]
    public async Task Y2_BinaryFilesAreChecked(string data, string expected)
    {
        foreach (int piece in (int[])[1000, 1])
        {
            using RawClient client = await RawClient.OpenAsync(server.Port);
            await client.QueryAsync("CREATE TEMP TABLE ct (a int)");
            Assert.Equal(expected, await CopyAsync(client, "COPY ct FROM STDIN (FORMAT binary)", [.. Encoding.Latin1.GetBytes(data).Chunk(piece)], "SELECT a FROM ct"));
        }
    }

    /// <returns>The tag and the rows behind it, or SQLSTATE, message and context.</returns>
    private static async Task<string> CopyAsync(RawClient client, string sql, byte[][] pieces, string rows = "SELECT a, b, c, d::text, e::text FROM ct ORDER BY a")
    {
        await client.SendAsync(RawClient.Message('Q', sql));
        var (type, body) = (await client.ReadAsync())!.Value;
        if (type == 'G')
        {
            await client.SendAsync([.. pieces.Select(static piece => RawClient.Message('d', piece)), RawClient.Message('c')]);
            (type, body) = (await client.ReadAsync())!.Value;
        }

        string answer = type == 'E' ? Error(body) : Encoding.UTF8.GetString(body).TrimEnd('\0');
        await client.ReadUntilReadyAsync();
        if (type == 'E')
        {
            return answer;
        }

        string[] parts = (await client.QueryAsync(rows)).Split(" D:")[1..];
        return parts.Length == 0 ? answer : $"{answer} -> {string.Join("; ", parts.Select(static part => part.Split(" C:")[0].Replace("null", "NULL", StringComparison.Ordinal)).Select(static row => row.Replace(',', '|')))}";
    }

    private static string Error(byte[] body)
    {
        Dictionary<char, string> fields = Encoding.UTF8.GetString(body).TrimEnd('\0').Split('\0').ToDictionary(static field => field[0], static field => field[1..]);
        return $"{fields['C']} {fields['M']}{(fields.TryGetValue('W', out string? context) ? " @ " + context : "")}";
    }
}
