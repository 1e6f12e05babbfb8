using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using SqlCluster.Clients.Tests.BoundaryValues;
using SqlCluster.Server.Security;
using SqlCluster.Testing;

namespace SqlCluster.Clients.Tests;

/// <summary>Flight SQL with clients that others wrote: gizmosql-client (grpc-js), flight-sql-client (arrow-rs) and grpcio (docs/client-requirements.md, 2.7).</summary>
public sealed class FlightSqlTests
{
    private static readonly string[] Login = ["user=ann", "password=secret"];

    public static readonly TheoryData<string> Clients = ["gizmosql", "arrow-rs"];

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task G1_TpchAnswersAreTheExpectedOnes(string client)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        await using FlightServer server = await FlightServer.StartAsync(tpch: true);
        string[] queries = [.. Enumerable.Range(1, 22).Select(static number => File.ReadAllText(Corpus.Path("tpch", "queries", $"q{number:D2}.sql")))];
        IReadOnlyList<FlightAnswer> answers = await server.CallAsync(client, Login, [.. queries.Select(Query)]);
        for (int i = 0; i < queries.Length; i++)
        {
            Assert.Null(answers[i].Error);
            List<string?[]> expected = AnswerComparison.ReadCsv(Corpus.Path("tpch", "answers", "sf0.01", $"q{i + 1:D2}.csv"));
            string? difference = AnswerComparison.Difference(expected, answers[i].Rows, false);
            Assert.True(difference == null, $"Q{i + 1}: {difference}");
        }
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task W1_ValuesOfEveryTypeComeOutAsTheyWentIn(string client)
    {
        await using FlightServer server = await FlightServer.StartAsync();
        BoundaryWork[] lists = BoundaryFlight.Lists();
        using (Server.Sessions.Session session = server.Engine.OpenSession())
        {
            foreach (string sql in lists.SelectMany(static list => BoundaryComparison.Setup(list.Table!, list.Values)))
            {
                await ResultReader.ReadAsync(session, sql, TestContext.Current.CancellationToken);
            }
        }

        BoundaryWork[] works = [.. lists, .. new BoundaryNested(lists, isArrow: true).Works()];
        IReadOnlyList<FlightAnswer> answers = await server.CallAsync(client, Login, [.. works.Select(static work => Query(work.Query))]);
        var wrong = new List<string>();
        foreach ((BoundaryWork work, FlightAnswer answer) in works.Zip(answers))
        {
            if ((answer.Error ?? BoundaryComparison.Difference(work.Values, [.. answer.Rows.Select(static row => row[0])])) is { } difference)
            {
                wrong.Add($"{work.Family}: {difference}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>grpcio takes the messages, and apache-arrow reads what is in them; the same messages go back as parameters. A seventh of each list unless slow tests are on.</summary>
    [Fact]
    public async Task W1_G9_ValuesOfEveryTypeThroughGrpcio()
    {
        await using FlightServer server = await FlightServer.StartAsync();
        bool isWhole = Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1";
        string share = isWhole ? "true" : "i % 7 = 0";
        BoundaryWork[] lists = BoundaryFlight.Lists();
        BoundaryWork[] works =
        [
            .. lists.Select(list => list with { Query = $"SELECT v FROM {list.Table} WHERE {share} ORDER BY i", Values = [.. list.Values.Where((_, i) => isWhole || i % 7 == 0)] }),
            .. new BoundaryNested(lists, isArrow: true).Works(),
        ];
        using Server.Sessions.Session session = server.Engine.OpenSession();
        foreach (string sql in lists.SelectMany(static list => (string[])[.. BoundaryComparison.Setup(list.Table!, list.Values), $"CREATE TABLE {list.Into("back")} (i int, v {list.Type})"]))
        {
            await ResultReader.ReadAsync(session, sql, TestContext.Current.CancellationToken);
        }

        string folder = Directory.CreateTempSubdirectory("sqlcluster-streams").FullName;
        try
        {
            string input = string.Concat(works.Select(static work => $"{work.Family}\t{work.Type}\t{work.Query}\t{work.Into("back")}\n"));
            (int exitCode, string output) = await ClientProgram.PythonWithInputAsync("boundary/boundary_grpcio.py", "grpc", input, $"127.0.0.1:{server.Port}", folder);
            Assert.True(exitCode == 0, output);
            (exitCode, output) = await ClientProgram.NodeWithInputAsync("boundary/arrow-streams.mjs", string.Concat(works.Select(static work => work.Family + "\n")), folder);
            Assert.True(exitCode == 0, output);
            Dictionary<string, List<string?>> read = BoundaryText.Parse(output);
            var wrong = new List<string>();
            foreach (BoundaryWork work in works)
            {
                wrong.AddRange(BoundaryComparison.Difference(work.Values, read[work.Family]) is { } difference ? [$"{work.Family}, read: {difference}"] : []);
                if (work.Table != null && !await IsSameAsync(session, $"{work.Table} WHERE {share}", work.Into("back")))
                {
                    wrong.Add($"{work.Family}, written: it differs");
                }
            }

            Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static async Task<bool> IsSameAsync(Server.Sessions.Session session, string table, string other)
    {
        List<string?[]> rows = (await ResultReader.ReadAsync(session, $"SELECT i, v FROM {table} ORDER BY i", TestContext.Current.CancellationToken)).Rows;
        List<string?[]> others = (await ResultReader.ReadAsync(session, $"SELECT i, v FROM {other} ORDER BY i", TestContext.Current.CancellationToken)).Rows;
        return rows.Count == others.Count && rows.Zip(others).All(static pair => pair.First.SequenceEqual(pair.Second));
    }

    /// <summary>Prepared statements' parameters, their types as announced, by grpc-js and apache-arrow (CLIENTS.md G8 to G10).</summary>
    [Fact]
    public async Task G8_G9_G10_ParametersOfEveryTypeAreAnnouncedAndBound()
    {
        await using FlightServer server = await FlightServer.StartAsync();
        object?[] row = [1, "1.500", "x", "2024-02-29", "2024-02-29T12:34:56.789Z", "9007199254740993", 0.5, "00ff", true], nulls = [2, null, null, null, null, null, null, null, null];
        object?[] last = [3, "-999999999.999", "é\U0001F600", "1969-12-31", "1969-12-31T23:59:59.999Z", "-5", -1e300, "", false];
        const string Insert = "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", Change = "UPDATE t SET c = $1, b = $2 WHERE a = $3";
        IReadOnlyList<JsonElement> answers = await server.BindAsync(null,
            new { call = "run", sql = "CREATE TABLE t (a int, b numeric(12,3), c text, d date, e timestamp, f bigint, g double precision, h bytea, i boolean)" },
            new { call = "prepare", sql = Insert },
            new { call = "update", sql = Insert, values = new[] { row, nulls, last } },
            new { call = "run", sql = "SELECT * FROM t ORDER BY a" },
            new { call = "prepare", sql = Change },
            new { call = "update", sql = Change, values = new object?[][] { ["new", "7.125", 2], ["newer", null, 3] } },
            new { call = "query", sql = "SELECT a, b, c FROM t WHERE a > ? AND d < ? OR b = ? ORDER BY a", values = new object?[][] { [0, "2024-02-29", "7.125"] } },
            new { call = "update", sql = "INSERT INTO t (a, c) VALUES ($1, 'many')", values = Enumerable.Range(10, 2_000).Select(static i => new object?[] { i }) },
            new { call = "run", sql = "SELECT count(*), sum(a) FROM t WHERE c = 'many'" },
            new { call = "prepare", sql = "DELETE FROM t WHERE e < ?" });
        Assert.Equal("""{"parameters":["Int32","Decimal[38e\u002B16]","Utf8","Date32\u003CDAY\u003E","Timestamp\u003CMICROSECOND\u003E","Int64","Float64","Binary","Bool"],"columns":[],"isUpdate":true}""", JsonSerializer.Serialize(answers[1]));
        Assert.Equal(3, answers[2].GetProperty("count").GetInt32());
        Assert.Equal(
            """[["1","1.500","x","2024-02-29","2024-02-29 12:34:56.789","9007199254740993","0.5","\\x00ff","t"],["2",null,null,null,null,null,null,null,null],["3","-999999999.999","é😀","1969-12-31","1969-12-31 23:59:59.999","-5","-1e+300","\\x","f"]]""",
            answers[3].GetProperty("rows").GetRawText());
        Assert.Equal(["Utf8", "Decimal[38e+16]", "Int32"], answers[4].GetProperty("parameters").EnumerateArray().Select(static type => type.GetString()));
        Assert.Equal(2, answers[5].GetProperty("count").GetInt32());
        Assert.Equal("""[["2","7.125","new"],["3",null,"newer"]]""", answers[6].GetProperty("rows").GetRawText());
        Assert.Equal(2_000, answers[7].GetProperty("count").GetInt32());
        Assert.Equal("""[["2000","2019000"]]""", answers[8].GetProperty("rows").GetRawText());
        Assert.Equal(["Timestamp<MICROSECOND>"], answers[9].GetProperty("parameters").EnumerateArray().Select(static type => type.GetString()));

        // The JDBC driver sends milliseconds whatever is announced.
        answers = await server.BindAsync("JDBC Flight SQL Driver 18.0", new { call = "prepare", sql = "DELETE FROM t WHERE e < ?" },
            new { call = "query", sql = "SELECT a FROM t WHERE e < ? ORDER BY a", values = new object?[][] { ["2024-02-29T12:34:56.790Z"] } });
        Assert.Equal(["Timestamp<MILLISECOND>"], answers[0].GetProperty("parameters").EnumerateArray().Select(static type => type.GetString()));
        Assert.Equal("""[["1"],["3"]]""", answers[1].GetProperty("rows").GetRawText());
    }

    /// <summary>What a client read of the boundary values it sends back, batch by batch, as parameters of an INSERT; a seventh of each list unless slow tests are on.</summary>
    [Fact]
    public async Task G9_BoundaryValuesGoInAsParameters()
    {
        await using FlightServer server = await FlightServer.StartAsync();
        string share = Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1" ? "" : "WHERE i % 7 = 0 OR i < 50 ";
        BoundaryWork[] lists = BoundaryFlight.Lists();
        using Server.Sessions.Session session = server.Engine.OpenSession();
        foreach (string sql in lists.SelectMany(static list => (string[])[.. BoundaryComparison.Setup(list.Table!, list.Values), $"CREATE TABLE back_{list.Table} (i int, v {list.Type})"]))
        {
            await ResultReader.ReadAsync(session, sql, TestContext.Current.CancellationToken);
        }

        IReadOnlyList<JsonElement> answers = await server.BindAsync(null, [.. lists.Select(list => (object)new { call = "copy", from = $"SELECT i, v FROM {list.Table} {share}ORDER BY i", sql = $"INSERT INTO back_{list.Table} VALUES ($1, $2)" })]);
        var wrong = new List<string>();
        foreach ((BoundaryWork list, JsonElement answer) in lists.Zip(answers))
        {
            (string table, string family) = (list.Table!, list.Family);
            List<string?[]> sent = (await ResultReader.ReadAsync(session, $"SELECT i, v FROM {table} {share}ORDER BY i", TestContext.Current.CancellationToken)).Rows;
            List<string?[]> arrived = (await ResultReader.ReadAsync(session, $"SELECT i, v FROM back_{table} ORDER BY i", TestContext.Current.CancellationToken)).Rows;
            if (answer.TryGetProperty("error", out JsonElement error) || sent.Count != arrived.Count || !sent.Zip(arrived).All(static pair => pair.First.SequenceEqual(pair.Second)))
            {
                wrong.Add($"{family}: {(error.ValueKind == JsonValueKind.String ? error.GetString() : $"{arrived.Count} of {sent.Count} came, or others")}");
            }
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task W1_IntervalsArraysRowsAndNullsAreRead(string client)
    {
        await using FlightServer server = await FlightServer.StartAsync();
        FlightAnswer answer = (await server.CallAsync(client, Login, Query(
            "SELECT interval '14 months -3 days 04:05:06.789' AS i, ARRAY[1, NULL, 3] AS a, ARRAY['x', 'y'] AS t, NULL AS n, ROW(1, 'z') AS r, NULL::int[] AS e")))[0];
        Assert.Null(answer.Error);
        Assert.Equal(new string?[] { "14 -3 14706789000", "{1,NULL,3}", "{x,y}", null, "(1,z)", null }, Assert.Single(answer.Rows));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task G6_MetadataIsWalked(string client)
    {
        await using FlightServer server = await FlightServer.StartAsync();
        using (Server.Sessions.Session session = server.Engine.OpenSession())
        {
            await ResultReader.ReadAsync(session, "CREATE SCHEMA sales; CREATE TABLE sales.orders (id int NOT NULL, total numeric(12,2)); CREATE VIEW big AS SELECT * FROM sales.orders WHERE total > 1000; CREATE TABLE t_1 (x int)", TestContext.Current.CancellationToken);
        }

        IReadOnlyList<FlightAnswer> answers = await server.CallAsync(client, Login,
            new { call = "catalogs" }, new { call = "schemas", catalog = "sqlcluster" }, new { call = "tables" }, new { call = "tables", catalog = "sqlcluster", schema = "s%", table = "%", types = new[] { "TABLE" } },
            new { call = "tables", types = new[] { "VIEW" } });
        Assert.All(answers, static answer => Assert.Null(answer.Error));
        Assert.Equal(["sqlcluster"], answers[0].Rows.Select(static row => row[0]));
        Assert.Equal(["public", "sales"], answers[1].Rows.Select(static row => row[1]).Where(static name => name is "public" or "sales"));
        Assert.Equal(["big VIEW", "t_1 TABLE", "orders TABLE"], answers[2].Rows.Where(static row => row[1] is "public" or "sales").Select(static row => $"{row[2]} {row[3]}"));
        Assert.Equal(["sqlcluster sales orders TABLE"], answers[3].Rows.Select(static row => string.Join(' ', row.Take(4))));
        Assert.Contains("big", answers[4].Rows.Select(static row => row[2]));
    }

    [Fact]
    public async Task G7_ArrowRsReadsTheSchemasOfTables()
    {
        await using FlightServer server = await FlightServer.StartAsync();
        using (Server.Sessions.Session session = server.Engine.OpenSession())
        {
            await ResultReader.ReadAsync(session, "CREATE TABLE t (id int NOT NULL, total numeric(12,2), at timestamptz, u uuid)", TestContext.Current.CancellationToken);
        }

        FlightAnswer answer = (await server.CallAsync("arrow-rs", Login, new { call = "tables", schema = "public", includeSchema = true }))[0];
        Assert.Null(answer.Error);
        Assert.Equal(["catalog_name", "db_schema_name", "table_name", "table_type", "table_schema"], answer.Columns);
        Assert.Equal("Binary", answer.Types[4]);
    }

    [Fact]
    public async Task I2_GizmoSqlReadsSqlInfo()
    {
        await using FlightServer server = await FlightServer.StartAsync();
        IReadOnlyList<FlightAnswer> answers = await server.CallAsync("gizmosql", Login,
            new { call = "sqlInfo" }, new { call = "sqlInfo", ids = new[] { 0, 504 } }, new { call = "tableTypes" });
        Assert.All(answers, static answer => Assert.Null(answer.Error));
        Assert.True(answers[0].Info.Count > 80, $"{answers[0].Info.Count} infos");
        Assert.Equal(("SqlCluster", "\""), (answers[1].Info["0"], answers[1].Info["504"]));
        Assert.Equal(2, answers[1].Info.Count);
        Assert.Contains("TABLE", answers[2].Rows.Select(static row => row[0]));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task G5_CommandsRunOnceAndErrorsLeaveTheConnectionUsable(string client)
    {
        await using FlightServer server = await FlightServer.StartAsync();
        IReadOnlyList<FlightAnswer> answers = await server.CallAsync(client, Login,
            Query("CREATE TABLE t (x int)"), Query("INSERT INTO t VALUES (1), (2)"), Query("SELECT x / 0 FROM t"), Query("SELECT nope FROM t"), Query("SELECT count(*) FROM t"), Query("SELECT x FROM t WHERE x > 5"));
        Assert.Null(answers[0].Error);
        Assert.Null(answers[1].Error);
        Assert.NotNull(answers[2].Error);
        Assert.NotNull(answers[3].Error);
        if (client == "gizmosql")
        {
            // flight-sql-client keeps the server's words to itself.
            Assert.Contains("division by zero [22012]", answers[2].Error, StringComparison.Ordinal);
            Assert.Contains("column \"nope\" does not exist [42703]", answers[3].Error, StringComparison.Ordinal);
        }

        Assert.Equal("2", Assert.Single(answers[4].Rows)[0]);
        Assert.Empty(answers[5].Rows);
        Assert.Equal(["x"], answers[5].Columns);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task F3_WrongCredentialsAreRefusedAndRightOnesNot(string client)
    {
        string file = Path.Combine(Path.GetTempPath(), $"users-{Guid.NewGuid():N}");
        try
        {
            UserStore users = UserStore.OpenOrCreate(file);
            users.Put("ann", ScramVerifier.Create("secret"));
            await using FlightServer server = await FlightServer.StartAsync(users: users);
            Assert.Equal("1", (await server.CallAsync(client, Login, Query("SELECT 1")))[0].Rows[0][0]);
            string error = Assert.IsType<string>((await server.CallAsync(client, ["user=ann", "password=wrong"], Query("SELECT 1")))[0].Error);
            Assert.True(client != "gizmosql" || error.Contains("password authentication failed for user \"ann\"", StringComparison.Ordinal), error);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task F1_GizmoSqlComesInOverTls()
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        string folder = Directory.CreateTempSubdirectory("tls").FullName;
        try
        {
            string certificateFile = Path.Combine(folder, "server.pem"), keyFile = Path.Combine(folder, "server.key");
            await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            await using FlightServer server = await FlightServer.StartAsync(certificate: ServerCertificate.Open(certificateFile, keyFile));
            IReadOnlyList<FlightAnswer> answers = await server.CallAsync("gizmosql", [.. Login, "tls"], Query("SELECT 1 AS a"), Query("SELECT n FROM generate_series(1, 100000) AS g(n)"));
            Assert.Equal((null, null), (answers[0].Error, answers[1].Error));
            Assert.Equal(100_000, answers[1].Rows.Length);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    /// <summary>Cookies, tokens, message sizes, cancellation and unknown calls by hand-made protobuf; the script prints what went wrong.</summary>
    [Fact]
    public async Task F5_GrpcioTalksToItByHand()
    {
        await using FlightServer server = await FlightServer.StartAsync();
        (int exitCode, string output) = await ClientProgram.PythonAsync("flight_grpc.py", "grpc", $"127.0.0.1:{server.Port}");
        Assert.True(exitCode == 0, output);
        Assert.Contains("all checks passed", output, StringComparison.Ordinal);
    }

    /// <summary>The lists and their tables. Infinite dates have no Arrow form, and characters come without the blanks behind them.</summary>
    private static object Query(string sql) => new { call = "query", sql };
}
