using System.Text;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>Messages and their answers; ids are those of the clients' requirements.</summary>
public sealed class ProtocolTests(PgTestServer server) : IClassFixture<PgTestServer>
{
    private static readonly byte[] Sync = RawClient.Message('S');

    [Fact]
    public async Task C1_EncryptionIsRefusedAndTheConnectionGoesOn()
    {
        using RawClient client = await RawClient.ConnectAsync(server.Port);
        await client.SendAsync([.. RawClient.Number(8), .. RawClient.Number(80_877_104)]);
        Assert.Equal('N', await client.ReadByteAsync());
        await client.SendAsync([.. RawClient.Number(8), .. RawClient.Number(80_877_103)]);
        Assert.Equal('N', await client.ReadByteAsync());
        await client.SendAsync(RawClient.Startup(196_608, "user", "raw"));
        Assert.Equal("R K Z:I", await client.ReadUntilReadyAsync());
    }

    /// <summary>Clients choose their catalog queries by the version, from whichever place they read it.</summary>
    [Fact]
    public async Task R2_OneVersionIsAdvertisedEverywhere()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        string version = client.Parameters["server_version"].Split(' ')[0];
        Assert.Matches(@"^16\.\d+$", version);
        string number = $"{version.Split('.')[0]}{int.Parse(version.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture):0000}";
        Assert.Equal($"T:v,s,n D:t,t,{number} C:SELECT 1 Z:I", await client.QueryAsync($"""
            SELECT version() LIKE 'PostgreSQL {version}% on %' AS v, split_part(current_setting('server_version'), ' ', 1) = '{version}' AS s, current_setting('server_version_num') AS n
            """));
        Assert.Equal($"T:server_version_num D:{number} C:SHOW Z:I", await client.QueryAsync("SHOW server_version_num"));
        Assert.Equal("T:same D:t C:SELECT 1 Z:I", await client.QueryAsync("SELECT bool_and(setting LIKE '16.%' OR setting LIKE '16%') AS same FROM pg_settings WHERE name LIKE 'server_version%'"));
    }

    [Theory]
    [InlineData(2, 2, 32)]
    [InlineData(9999, 2, 32)]
    [InlineData(3, 2, 32)]
    [InlineData(1, 0, 4)]
    [InlineData(0, 0, 4)]
    public async Task C3_C4_HigherVersionsAndUnknownOptionsAreNegotiated(int asked, int given, int keyBytes)
    {
        using RawClient client = await RawClient.ConnectAsync(server.Port);
        await client.SendAsync(RawClient.Startup((3 << 16) | asked, "user", "raw", "_pq_.test", "1", "_pq_.other", "2"));
        var (type, body) = (await client.ReadAsync())!.Value;
        Assert.Equal('v', type);
        Assert.Equal([.. RawClient.Number(196_608 + given), .. RawClient.Number(2), .. Encoding.UTF8.GetBytes("_pq_.test\0_pq_.other\0")], body);
        Assert.Equal("R K Z:I", await client.ReadUntilReadyAsync());
        Assert.Equal(keyBytes, client.Key.Length);
        using RawClient plain = await RawClient.ConnectAsync(server.Port);
        await plain.SendAsync(RawClient.Startup((3 << 16) | given, "user", "raw"));
        Assert.Equal("R K Z:I", await plain.ReadUntilReadyAsync());
        Assert.Equal(keyBytes, plain.Key.Length);
    }

    [Fact]
    public async Task C5_C8_S1_StartupParametersAreSettingsAndReported()
    {
        using RawClient client = await RawClient.ConnectAsync(server.Port);
        await client.SendAsync(RawClient.Startup(
            196_608, "user", "raw", "database", "sqlcluster", "application_name", "probe", "TimeZone", "Europe/Berlin", "options", "-c search_path=a\\ b --statement_timeout=5s"));
        Assert.Equal("R K Z:I", await client.ReadUntilReadyAsync());
        string[] names = ["server_version", "server_encoding", "client_encoding", "application_name", "default_transaction_read_only", "in_hot_standby", "is_superuser",
            "session_authorization", "DateStyle", "IntervalStyle", "TimeZone", "integer_datetimes", "standard_conforming_strings", "scram_iterations", "search_path"];
        Assert.Equal(names.Order(), client.Parameters.Keys.Order());
        Assert.Equal("probe", client.Parameters["application_name"]);
        Assert.Equal("Europe/Berlin", client.Parameters["TimeZone"]);
        Assert.Equal("raw", client.Parameters["session_authorization"]);
        Assert.Equal("a b", client.Parameters["search_path"]);
        Assert.Equal("T:statement_timeout D:5s C:SHOW Z:I", await client.QueryAsync("SHOW statement_timeout"));
        Assert.Equal("C:SET C:RESET Z:I", await client.QueryAsync("SET application_name = 'x'; RESET ALL"));
        Assert.Equal("probe", client.Parameters["application_name"]);
    }

    [Theory]
    [InlineData("42704", "user", "raw", "nosuchsetting", "1")]
    [InlineData("22023", "user", "raw", "TimeZone", "Nowhere/Land")]
    [InlineData("3D000", "user", "raw", "database", "nix")]
    [InlineData("28000", "database", "sqlcluster")]
    [InlineData("0A000", "user", "raw", "replication", "database")]
    public async Task C5_C7_WrongStartupParametersEndTheConnection(string sqlState, params string[] parameters)
    {
        using RawClient client = await RawClient.ConnectAsync(server.Port);
        await client.SendAsync(RawClient.Startup(196_608, parameters));
        Assert.Equal($"E:{sqlState}", await client.ReadUntilReadyAsync());
    }

    [Fact]
    public async Task Q1_Q2_ManyStatementsAndNone()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        Assert.Equal("T:a D:1 C:SELECT 1 T:b D:2 C:SELECT 1 Z:I", await client.QueryAsync("SELECT 1 AS a; /* x */ SELECT 2 AS b -- y\n;"));
        Assert.Equal("I Z:I", await client.QueryAsync(""));
        Assert.Equal("I Z:I", await client.QueryAsync(" -- ping\n ;; "));
        Assert.Equal("T:a D:1 C:SELECT 1 T:b E:22012 Z:I", await client.QueryAsync("SELECT 1 AS a; SELECT 1/(n-1) AS b FROM (VALUES (1)) t(n); SELECT 3"));
        Assert.Equal("E:42601 Z:I", await client.QueryAsync("SELECT 1; SELEC 2"));
        Assert.Equal("T:a D:1 C:SELECT 1 Z:I", await client.QueryAsync("SELECT 1 AS a"));
    }

    [Fact]
    public async Task U2_TransactionBlocks()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        Assert.Equal("C:BEGIN Z:T", await client.QueryAsync("BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY"));
        Assert.Equal("N:25001 C:BEGIN Z:T", await client.QueryAsync("BEGIN"));
        Assert.Equal("E:25001 Z:E", await client.QueryAsync("DISCARD ALL"));
        Assert.Equal("E:25P02 Z:E", await client.QueryAsync("SELECT 1"));
        Assert.Equal("C:ROLLBACK Z:I", await client.QueryAsync("COMMIT"));
        Assert.Equal("N:25P01 C:COMMIT Z:I", await client.QueryAsync("COMMIT"));
        Assert.Equal("C:START TRANSACTION C:SAVEPOINT Z:T", await client.QueryAsync("START TRANSACTION; SAVEPOINT s"));
        Assert.Equal("E:42P01 Z:E", await client.QueryAsync("SELECT * FROM nosuch"));
        Assert.Equal("C:ROLLBACK C:RELEASE C:COMMIT Z:I", await client.QueryAsync("ROLLBACK TO s; RELEASE s; END"));
        Assert.Equal("E:25P01 Z:I", await client.QueryAsync("SAVEPOINT s"));
        Assert.Equal("C:BEGIN E:3B001 Z:E", await client.QueryAsync("BEGIN; RELEASE nosuch"));
        Assert.Equal("C:ROLLBACK Z:I", await client.QueryAsync("ABORT"));
    }

    [Fact]
    public async Task U1_PoolsResetWithoutLosingStatements()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.SendAsync(Parse("s", "SELECT 1 AS a"), Sync);
        await client.ReadUntilReadyAsync();
        Assert.Equal(
            "C:SET C:SET C:RESET C:CLOSE CURSOR ALL C:UNLISTEN T:pg_advisory_unlock_all D: C:SELECT 1 C:DISCARD SEQUENCES C:DISCARD TEMP Z:I",
            await client.QueryAsync("SET SESSION AUTHORIZATION DEFAULT; SET ROLE NONE; RESET ALL; CLOSE ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); DISCARD SEQUENCES; DISCARD TEMP"));
        await client.SendAsync(Bind("", "s"), Execute(""), Sync);
        Assert.Equal("2 D:1 C:SELECT 1 Z:I", await client.ReadUntilReadyAsync());
        Assert.Equal("C:DISCARD ALL Z:I", await client.QueryAsync("DISCARD ALL"));
        Assert.Equal("E:34000 Z:I", await client.QueryAsync("CLOSE nosuch"));
        Assert.Equal("E:22023 Z:I", await client.QueryAsync("SET SESSION AUTHORIZATION somebody"));
    }

    [Fact]
    public async Task SqlExecuteConvertsItsArguments()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        Assert.Equal("C:PREPARE T:a,b D:0.05,t C:SELECT 1 Z:I", await client.QueryAsync("PREPARE p(numeric, int) AS SELECT $1 AS a, $2 = 7 AS b; EXECUTE p(0.05, '7')"));
        Assert.Equal("E:42601 Z:I", await client.QueryAsync("EXECUTE p(1)"));
    }

    [Fact]
    public async Task Q3_PipelinesAnswerInOrderAndSkipToSyncAfterAnError()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.SendAsync(
            Parse("", "SELECT 1 AS a"), Bind("", ""), Execute(""), Parse("", "SELECT nosuch"), Bind("", ""), Execute(""), Sync,
            Parse("", "SELECT 2 AS b"), Bind("", ""), Execute(""), Sync);
        Assert.Equal("1 2 D:1 C:SELECT 1 E:42703 Z:I", await client.ReadUntilReadyAsync());
        Assert.Equal("1 2 D:2 C:SELECT 1 Z:I", await client.ReadUntilReadyAsync());
        await client.SendAsync(Parse("", "SELECT 3 AS c"), RawClient.Message('H'));
        Assert.Equal('1', (await client.ReadAsync())!.Value.Type);
        await client.SendAsync(Sync, Sync);
        Assert.Equal("Z:I", await client.ReadUntilReadyAsync());
        Assert.Equal("Z:I", await client.ReadUntilReadyAsync());
    }

    [Fact]
    public async Task Q4_Q5_ParametersAreInferredAndDescribed()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.SendAsync(Parse("s", "SELECT n + $1 AS sum, $2 AS text FROM (VALUES (1)) t(n) WHERE n = $3 LIMIT $4", 0, 705), Describe('S', "s"), Sync);
        Assert.Equal("1 t:23,25,23,20 T:sum,text Z:I", await client.ReadUntilReadyAsync());
        await client.SendAsync(
            RawClient.Message('B', "", "s", (short)0, (short)4, 1, "5"u8.ToArray(), -1, 1, "1"u8.ToArray(), 2, "10"u8.ToArray(), (short)0), Describe('P', ""), Execute(""), Sync);
        Assert.Equal("2 T:sum,text D:6,null C:SELECT 1 Z:I", await client.ReadUntilReadyAsync());
        await client.SendAsync(Parse("e", ""), Describe('S', "e"), Bind("", "e"), Execute(""), Sync);
        Assert.Equal("1 t: n 2 I Z:I", await client.ReadUntilReadyAsync());
        await client.SendAsync(Parse("b", "BEGIN"), Describe('S', "b"), Parse("w", "SHOW TimeZone"), Describe('S', "w"), Sync);
        Assert.Equal("1 t: n 1 t: T:TimeZone Z:I", await client.ReadUntilReadyAsync());
    }

    [Fact]
    public async Task Q4_ParametersOfStatementsThatAreNoQueries()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        Assert.Equal("C:CREATE TABLE Z:I", await client.QueryAsync("CREATE TEMP TABLE p (a int, b text)"));
        await client.SendAsync(
            Parse("", "INSERT INTO p VALUES ($1, $2)", 23), Describe('S', ""), RawClient.Message('B', "", "", (short)2, (short)1, (short)0, (short)2, 4, 7, 1, "x"u8.ToArray(), (short)0),
            Execute(""), Sync);
        Assert.Equal("1 t:23,25 n 2 C:INSERT 0 1 Z:I", await client.ReadUntilReadyAsync());
        Assert.Equal("T:a,b D:7,x C:SELECT 1 Z:I", await client.QueryAsync("SELECT * FROM p"));
    }

    [Fact]
    public async Task Q9_Q10_RowLimitsSuspendPortals()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.SendAsync(Parse("", "SELECT n FROM numbers WHERE n BETWEEN 1 AND 5 ORDER BY n"), Bind("", ""), Execute("", 2), Execute("", 2), Execute("", 2), Execute(""), Sync);
        Assert.Equal("1 2 D:1 D:2 s D:3 D:4 s D:5 C:SELECT 1 C:SELECT 0 Z:I", await client.ReadUntilReadyAsync());
        await client.SendAsync(Execute(""), Sync);
        Assert.Equal("E:34000 Z:I", await client.ReadUntilReadyAsync());
        Assert.Equal("C:BEGIN Z:T", await client.QueryAsync("BEGIN"));
        await client.SendAsync(Parse("q", "SELECT n FROM numbers WHERE n BETWEEN 1 AND 4 ORDER BY n"), Bind("p", "q"), Execute("p", 3), Sync);
        Assert.Equal("1 2 D:1 D:2 D:3 s Z:T", await client.ReadUntilReadyAsync());
        Assert.Equal("T:x D:9 C:SELECT 1 Z:T", await client.QueryAsync("SELECT 9 AS x"));
        await client.SendAsync(Bind("p", "q"), Sync);
        Assert.Equal("E:42P03 Z:E", await client.ReadUntilReadyAsync());
        Assert.Equal("C:ROLLBACK C:BEGIN Z:T", await client.QueryAsync("ROLLBACK; BEGIN"));
        await client.SendAsync(Bind("p", "q"), Execute("p", 3), Sync, Execute("p", 3), RawClient.Message('C', 'P', "p"), RawClient.Message('C', 'P', "nosuch"), Sync);
        Assert.Equal("2 D:1 D:2 D:3 s Z:T", await client.ReadUntilReadyAsync());
        Assert.Equal("D:4 C:SELECT 1 3 3 Z:T", await client.ReadUntilReadyAsync());
    }

    [Fact]
    public async Task Q9_NamesOfStatements()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.SendAsync(Parse("s", "SELECT 1 AS a"), Parse("s", "SELECT 1"), Sync, Bind("", "nosuch"), Sync, Parse("", "SELECT 1; SELECT 2"), Sync);
        Assert.Equal("1 E:42P05 Z:I", await client.ReadUntilReadyAsync());
        Assert.Equal("E:26000 Z:I", await client.ReadUntilReadyAsync());
        Assert.Equal("E:42601 Z:I", await client.ReadUntilReadyAsync());
        Assert.Equal("C:DEALLOCATE ALL Z:I", await client.QueryAsync("DEALLOCATE ALL"));
        await client.SendAsync(Bind("", "s"), Sync);
        Assert.Equal("E:26000 Z:I", await client.ReadUntilReadyAsync());
    }

    [Fact]
    public async Task Q11_ChangedColumnsAskForPreparingAnew()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.QueryAsync("CREATE TEMP TABLE c (a int)");
        await client.SendAsync(Parse("s", "SELECT * FROM c"), Bind("", "s"), Execute(""), Sync);
        Assert.Equal("1 2 C:SELECT 0 Z:I", await client.ReadUntilReadyAsync());
        await client.QueryAsync("DROP TABLE c; CREATE TEMP TABLE c (a text)");
        await client.SendAsync(Bind("", "s"), Execute(""), Sync);
        Assert.Equal("2 E:0A000 Z:I", await client.ReadUntilReadyAsync());
    }

    [Fact]
    public async Task Q7_WrongBindsAreErrorsOfTheStatement()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.SendAsync(Parse("s", "SELECT $1::int, $2::int[]"), Sync);
        Assert.Equal("1 Z:I", await client.ReadUntilReadyAsync());
        byte[] Values(short format, byte[] value) => RawClient.Message('B', "", "s", (short)1, format, (short)2, value.Length, value, -1, (short)0);
        foreach ((byte[] bind, string sqlState) in new[]
        {
            (Bind("", "s"), "08P01"), (Values(0, "x"u8.ToArray()), "22P02"), (Values(1, [1, 2]), "22P03"), (Values(1, [0, 0, 0, 0, 9]), "22P03"), (Values(7, [1]), "22023"),
            (Values(0, [0xC3, 0x28]), "22021"), (RawClient.Message('B', "", "s", (short)0, (short)2, -5), "08P01"), (RawClient.Message('B', "", "s", (short)0, (short)2, 1 << 30), "08P01"),
            (RawClient.Message('B', "", "s", (short)0, (short)2, -1, -1, (short)5, (short)0), "08P01"), (RawClient.Message('B', "no end"), "08P01"),
        })
        {
            await client.SendAsync(bind, Execute(""), Sync);
            Assert.Equal($"E:{sqlState} Z:I", await client.ReadUntilReadyAsync());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task MessagesMayArriveInPieces(int pieceBytes)
    {
        using RawClient client = await RawClient.OpenAsync(server.Port, pieceBytes);
        Assert.Equal("T:a D:é C:SELECT 1 Z:I", await client.QueryAsync("SELECT 'é' AS a"));
        await client.SendAsync(Parse("", "SELECT 1 AS a"), Bind("", ""), Describe('P', ""), Execute(""), Sync);
        Assert.Equal("1 2 T:a D:1 C:SELECT 1 Z:I", await client.ReadUntilReadyAsync());
    }

    [Fact]
    public async Task GarbageEndsItsConnectionOnly()
    {
        using RawClient witness = await RawClient.OpenAsync(server.Port);
        byte[][] beforeStartup = [[0, 0, 0, 0], [0x7F, 0xFF, 0xFF, 0xFF, 0, 3, 0, 0], "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), [0, 0, 0, 9, 0, 3, 0, 0, 65], RawClient.Startup(2 << 16)];
        foreach (byte[] bytes in beforeStartup)
        {
            using RawClient client = await RawClient.ConnectAsync(server.Port);
            await client.SendAsync(bytes);
            Assert.StartsWith("E:0", await client.ReadUntilReadyAsync(), StringComparison.Ordinal);
        }

        byte[][] afterwards = [[(byte)'Q', 0, 0, 0, 3], [(byte)'Q', 0x7F, 0xFF, 0xFF, 0xFF], [(byte)'S', 0, 1, 0, 0], [0xFF, 0, 0, 0, 4], RawClient.Message('?')];
        foreach (byte[] bytes in afterwards)
        {
            using RawClient client = await RawClient.OpenAsync(server.Port);
            await client.SendAsync(bytes);
            Assert.Equal("E:08P01", await client.ReadUntilReadyAsync());
        }

        // Whole messages with a wrong inside cost the statement, not the connection.
        using RawClient patient = await RawClient.OpenAsync(server.Port);
        await patient.SendAsync(RawClient.Message('Q', "no zero byte"u8.ToArray()));
        Assert.Equal("E:08P01 Z:I", await patient.ReadUntilReadyAsync());
        await patient.SendAsync(RawClient.Message('F', 1));
        Assert.Equal("E:0A000 Z:I", await patient.ReadUntilReadyAsync());
        await patient.SendAsync(RawClient.Message('D', 'X', "s"), Sync);
        Assert.Equal("E:08P01 Z:I", await patient.ReadUntilReadyAsync());
        Assert.Equal("T:a D:1 C:SELECT 1 Z:I", await witness.QueryAsync("SELECT 1 AS a"));
    }

    [Fact]
    public async Task RandomBytesNeverHarmOthers()
    {
        const int Seed = 20260101;
        var random = new Random(Seed);
        using RawClient witness = await RawClient.OpenAsync(server.Port);
        byte[] session = [.. Parse("s", "SELECT $1::int AS a"), .. Describe('S', "s"), .. RawClient.Message('B', "", "s", (short)0, (short)1, 1, "5"u8.ToArray(), (short)0),
            .. Execute(""), .. Sync, .. RawClient.Message('Q', "SELECT 1 AS b; SELECT 2"), .. RawClient.Message('X')];
        for (int i = 0; i < 200; i++)
        {
            byte[] mutated = [.. session];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            using RawClient client = await RawClient.OpenAsync(server.Port);
            await client.SendAsync(mutated[..random.Next(1, mutated.Length + 1)]);
        }

        Assert.Equal("T:a D:1 C:SELECT 1 Z:I", await witness.QueryAsync("SELECT 1 AS a"));
    }

    [Fact]
    public async Task X1_CancelRequestsNeedTheKey()
    {
        const string Endless = "SELECT count(*) FROM numbers a, numbers b, numbers c WHERE a.n * b.n % 7 = c.n % 11";
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await CancelAsync(client.ProcessId, client.Key);
        Assert.Equal("T:a D:1 C:SELECT 1 Z:I", await client.QueryAsync("SELECT 1 AS a"));
        Task<string> running = client.QueryAsync(Endless);
        await CancelAsync(client.ProcessId, [.. client.Key[..^1], (byte)(client.Key[^1] + 1)]);
        await CancelAsync(client.ProcessId, [.. client.Key, 0]);
        await CancelAsync(client.ProcessId, []);
        Assert.NotSame(running, await Task.WhenAny(running, Task.Delay(300, TestContext.Current.CancellationToken)));
        await CancelAsync(client.ProcessId, client.Key);
        Assert.Equal("T:count E:57014 Z:I", await running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Matches("^C:SET (T:count )?E:57014 Z:I$", await client.QueryAsync($"SET statement_timeout = '50ms'; {Endless}"));      // planning alone may take as long
        Assert.Equal("C:RESET T:a D:1 C:SELECT 1 Z:I", await client.QueryAsync("RESET statement_timeout; SELECT 1 AS a"));
    }

    [Fact]
    public async Task X3_AVanishedClientEndsItsQuery()
    {
        int id;
        using (RawClient client = await RawClient.OpenAsync(server.Port))
        {
            await client.SendAsync(RawClient.Message('Q', "SELECT n, repeat('x', 1000) FROM numbers, (SELECT n AS m FROM numbers) t"));
            Assert.Equal('T', (await client.ReadAsync())!.Value.Type);
            id = client.ProcessId;
            Assert.Contains(server.Engine.Sessions, session => session.Id == id);
        }

        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (server.Engine.Sessions.Any(session => session.Id == id))
        {
            await Task.Delay(20, timeout.Token);
        }
    }

    [Fact]
    public async Task Y1_CopyToStdout()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.SendAsync(RawClient.Message('Q', "COPY (SELECT 1, NULL, E'a\\tb\"') TO STDOUT; COPY (SELECT 1 AS x, NULL AS y, 'a,\"b' AS z) TO STDOUT (FORMAT csv, HEADER)"));
        var data = new StringBuilder();
        while (await client.ReadAsync() is var (type, body) && type != 'Z')
        {
            data.Append(type == 'd' ? Encoding.UTF8.GetString(body) : type == 'C' ? Encoding.UTF8.GetString(body).TrimEnd('\0') + "\n" : "");
        }

        Assert.Equal("1\t\\N\ta\\tb\"\nCOPY 1\nx,y,z\n1,,\"a,\"\"b\"\nCOPY 1\n", data.ToString());
        await client.SendAsync(RawClient.Message('Q', "COPY (SELECT 258) TO STDOUT (FORMAT binary)"));
        var bytes = new List<byte>();
        while (await client.ReadAsync() is var (type, body) && type != 'Z')
        {
            bytes.AddRange(type == 'd' ? body : []);
        }

        Assert.Equal([.. "PGCOPY\n"u8, 0xFF, 13, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 1, 2, 0xFF, 0xFF], bytes);
        Assert.Equal("E:42601 Z:I", await client.QueryAsync("COPY (SELECT 1) TO STDOUT (NOSUCH 1)"));
    }

    private async Task CancelAsync(int processId, byte[] key)
    {
        using RawClient canceller = await RawClient.ConnectAsync(server.Port);
        await canceller.SendAsync([.. RawClient.Number(12 + key.Length), .. RawClient.Number(80_877_102), .. RawClient.Number(processId), .. key]);
        Assert.Null(await canceller.ReadAsync());
    }

    private static byte[] Parse(string name, string sql, params int[] types) => RawClient.Message('P', [name, sql, (short)types.Length, .. types.Cast<object>()]);

    private static byte[] Bind(string portal, string statement) => RawClient.Message('B', portal, statement, (short)0, (short)0, (short)0);

    private static byte[] Describe(char kind, string name) => RawClient.Message('D', kind, name);

    private static byte[] Execute(string portal, int maxRows = 0) => RawClient.Message('E', portal, maxRows);
}
