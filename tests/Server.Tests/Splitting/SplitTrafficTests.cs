using System.Diagnostics;
using System.Globalization;
using System.Text;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.Client;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos.Sql;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Security;
using SqlCluster.Server.Tests.PgWire;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.Splitting;

/// <summary>Networks cut and join what is sent as they like: the answers stay the same. One seed; twenty with SQLCLUSTER_SLOW_TESTS=1.</summary>
public sealed class SplitTrafficTests : IDisposable
{
    private const string Password = "geheim";

    private readonly TestCertificates _certificates = new();
    private readonly UserStore _users;
    private readonly ServerCertificate _certificate;

    public SplitTrafficTests()
    {
        _users = UserStore.OpenOrCreate(Path.Combine(_certificates.Folder, "users"));
        _users.Put("anna", ScramVerifier.Create(Password, 1));
        (string certificate, string key) = _certificates.Sign("server", ["localhost", "127.0.0.1"]);
        _certificate = ServerCertificate.Open(certificate, key);
    }

    private static int Seeds => Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1" ? 20 : 1;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _certificates.Dispose();

    /// <summary>Login with channel binding, queries, errors, cursors, transactions, COPY in both directions, as psql speaks them; in the clear and inside TLS, whose records are cut then.</summary>
    [Theory]
    [InlineData(Pieces.Bytes, "disable")]
    [InlineData(Pieces.Random, "disable")]
    [InlineData(Pieces.Together, "disable")]
    [InlineData(Pieces.Bytes, "require")]
    [InlineData(Pieces.Random, "require")]
    public async Task C1_PsqlGetsTheSameAnswersInOtherPieces(Pieces pieces, string mode)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/psql"), "psql is not installed");
        string folder = Path.Combine(Corpus.Root, "tests", "Server.Tests", "PgWire", "Scripts");
        string[] scripts = [.. new[] { "cursors", "transactions", "values", "errors" }.Select(name => Path.Combine(folder, name + ".sql")), CopyScript()];
        string expected = await PsqlAsync(null, scripts, mode);
        Assert.True(expected.Length > 10_000 && expected.Contains("ü|\"quoted\", text\n", StringComparison.Ordinal), expected);
        for (int seed = 1; seed <= Seeds; seed++)
        {
            Assert.Equal(expected, await PsqlAsync((pieces, seed), scripts, mode));
        }
    }

    /// <summary>Logging in, queries of many batches, parameters, ingestion and errors over Flight SQL, h2c and TLS.</summary>
    [Theory]
    [InlineData(Pieces.Bytes, false)]
    [InlineData(Pieces.Random, false)]
    [InlineData(Pieces.Together, false)]
    [InlineData(Pieces.Bytes, true)]
    [InlineData(Pieces.Random, true)]
    public async Task F1_FlightGivesTheSameAnswersInOtherPieces(Pieces pieces, bool tls)
    {
        string expected = await FlightAsync(null, tls);
        Assert.Contains("49995000", expected, StringComparison.Ordinal);
        for (int seed = 1; seed <= Seeds; seed++)
        {
            Assert.Equal(expected, await FlightAsync((pieces, seed), tls));
        }
    }

    /// <summary>10,000 executions in one write, unread until all of it is sent.</summary>
    [Fact]
    public async Task TenThousandMessagesInOneWrite()
    {
        using var engine = new Engine(new EngineOptions(Slots: 1));
        await using ServerHost host = await ServerHost.StartAsync(engine, new ServerOptions { PgPort = 0, ShutdownTimeout = TimeSpan.FromSeconds(2) }, Cancellation);
        using RawClient client = await RawClient.OpenAsync(host.PgAddress!.Port);
        const int Count = 10_000;
        byte[] text = Encoding.UTF8.GetBytes("12345");
        byte[] bind = RawClient.Message('B', "", "s", (short)0, (short)1, text.Length, text, (short)0), execute = RawClient.Message('E', "", 0);
        byte[][] sent = [RawClient.Message('P', "s", "SELECT $1::int + 1", (short)0), .. Enumerable.Range(0, Count).SelectMany(_ => new[] { bind, execute }), RawClient.Message('S')];
        Task sending = client.SendAsync(sent);
        var types = new Dictionary<char, int>();
        while (await client.ReadAsync() is var (type, body))
        {
            types[type] = types.GetValueOrDefault(type) + 1;
            Assert.True(type != 'D' || body.AsSpan(6).SequenceEqual("12346"u8));
            if (type == 'Z')
            {
                break;
            }
        }

        await sending;
        Assert.Equal((1, Count, Count, Count, 1), (types['1'], types['2'], types['D'], types['C'], types['Z']));
    }

    /// <summary>COPY data cut into two messages at every byte, in the middle of letters, quotes, line ends and field lengths too.</summary>
    [Theory]
    [InlineData("text", "1\tä\\tb\n2\t\\N\n3\tx\\\\y\n")]
    [InlineData("csv", "1,\"a\"\"b,\r\nü\"\r\n2,\r\n3,\"\"\r\n")]
    [InlineData("binary", "")]
    public async Task Y1_CopyDataMayBeCutAnywhere(string format, string data)
    {
        using var engine = new Engine(new EngineOptions(Slots: 1));
        await using ServerHost host = await ServerHost.StartAsync(engine, new ServerOptions { PgPort = 0, ShutdownTimeout = TimeSpan.FromSeconds(2) }, Cancellation);
        using RawClient client = await RawClient.OpenAsync(host.PgAddress!.Port);
        byte[] bytes = format == "binary"
            ? [.. "PGCOPY\n"u8, 0xFF, 0x0D, 0x0A, 0, .. RawClient.Number(0), .. RawClient.Number(0), 0, 2, .. RawClient.Number(4), .. RawClient.Number(1), .. RawClient.Number(2), .. "ä"u8, 0, 2, .. RawClient.Number(4), .. RawClient.Number(2), .. RawClient.Number(-1), 0xFF, 0xFF]
            : Encoding.UTF8.GetBytes(data);
        await client.QueryAsync("CREATE TEMP TABLE c (i int, t text)");
        string? expected = null;
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            await client.SendAsync(
                RawClient.Message('Q', $"TRUNCATE c; COPY c FROM STDIN WITH (FORMAT {format})"), RawClient.Message('d', bytes[..cut]), RawClient.Message('d', bytes[cut..]), RawClient.Message('c'));
            string copied = await client.ReadUntilReadyAsync();
            string rows = $"{copied} {await client.QueryAsync("SELECT i, encode(convert_to(t, 'UTF8'), 'hex') FROM c ORDER BY i")}";
            Assert.DoesNotContain("E:", rows, StringComparison.Ordinal);
            Assert.Equal(expected ??= rows, rows);
        }

        Assert.Contains(format == "binary" ? "D:1,c3a4" : format == "csv" ? "D:1,6122622c0d0ac3bc" : "D:1,c3a40962", expected, StringComparison.Ordinal);
    }

    private string CopyScript()
    {
        string file = Path.Combine(_certificates.Folder, "copy.sql");
        File.WriteAllText(file, """"
            CREATE TEMP TABLE copied (i int, t text);
            COPY copied FROM STDIN WITH (FORMAT csv);
            1,ü
            2,"""quoted"", text"
            3,
            \.
            COPY copied TO STDOUT;
            SELECT string_agg(t, '|' ORDER BY i) FROM copied;
            SELECT repeat('x', 20000) || g FROM generate_series(1, 3) g;
            """");
        return file;
    }

    /// <summary>Runs scripts on a server of their own.</summary>
    private async Task<string> PsqlAsync((Pieces Pieces, int Seed)? split, string[] scripts, string mode)
    {
        using var engine = new Engine(new EngineOptions(Slots: 1));
        await using ServerHost host = await ServerHost.StartAsync(engine, new ServerOptions { PgPort = 0, Users = _users, Certificate = _certificate, ShutdownTimeout = TimeSpan.FromSeconds(2) }, Cancellation);
        await using SplittingProxy? proxy = split is var (pieces, seed) ? new SplittingProxy(host.PgAddress!.Port, pieces, seed) : null;
        string port = (proxy?.Port ?? host.PgAddress!.Port).ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo("/usr/bin/psql", ["-X", "-A", "-t", $"host=127.0.0.1 port={port} user=anna password={Password} dbname=sqlcluster sslmode={mode} client_encoding=UTF8{(mode == "require" ? " channel_binding=require" : "")}", .. scripts.SelectMany(static script => new[] { "-f", script })])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process psql = Process.Start(start)!;
        Task<string> output = psql.StandardOutput.ReadToEndAsync(Cancellation), errors = psql.StandardError.ReadToEndAsync(Cancellation);
        await psql.WaitForExitAsync(Cancellation);
        Assert.True(proxy == null || proxy.Written > 20, $"{proxy?.Written}");
        return await output + await errors;
    }

    private async Task<string> FlightAsync((Pieces Pieces, int Seed)? split, bool tls)
    {
        using var engine = new Engine(new EngineOptions(Slots: 1));
        await using ServerHost host = await ServerHost.StartAsync(engine, new ServerOptions { FlightPort = 0, Users = _users, Certificate = tls ? _certificate : null, ShutdownTimeout = TimeSpan.FromSeconds(2) }, Cancellation);
        await using SplittingProxy? proxy = split is var (pieces, seed) ? new SplittingProxy(host.FlightAddress!.Port, pieces, seed) : null;
        var channel = new GrpcChannelOptions(new Uri($"{(tls ? "https" : "http")}://127.0.0.1:{proxy?.Port ?? host.FlightAddress!.Port}")) { Trust = ServerTrust.Anything };
        using var flight = new FlightClient(new FlightClientOptions(channel) { User = "anna", Password = Password });
        var sql = new FlightSqlClient(flight);
        using var account = new MemoryAccount("test");
        var answer = new StringBuilder();
        await ReadAsync("SELECT i, 'row ' || i FROM generate_series(1, 9999) AS s(i)", print: false);
        answer.Append(await sql.ExecuteUpdateAsync("CREATE TABLE t (i int, t text)", cancellationToken: Cancellation)).Append(' ');
        answer.Append(await sql.ExecuteUpdateAsync("INSERT INTO t SELECT i, repeat('ü', i % 100) FROM generate_series(1, 9999) AS s(i)", cancellationToken: Cancellation)).Append(' ');
        await ReadAsync("SELECT sum(i), sum(length(t)) FROM t", print: true);
        await using (FlightSqlPreparedStatement prepared = await sql.PrepareAsync("SELECT count(*) FROM t WHERE length(t) = 7", cancellationToken: Cancellation))
        {
            await AppendAsync(await prepared.ExecuteAsync(Cancellation), print: true);
        }

        GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(() => sql.ExecuteAsync("SELECT missing FROM t", cancellationToken: Cancellation));
        answer.Append(error.Message).Append(' ');
        Flight.Protos.FlightInfo tables = await sql.GetTablesAsync(new CommandGetTables { IncludeSchema = true }, Cancellation);
        await AppendAsync(tables, print: false);
        Assert.True(proxy == null || proxy.Written > 20, $"{proxy?.Written}");
        return answer.ToString();

        async Task ReadAsync(string text, bool print) => await AppendAsync(await sql.ExecuteAsync(text, cancellationToken: Cancellation), print);

        async Task AppendAsync(Flight.Protos.FlightInfo info, bool print)
        {
            using FlightStream stream = await sql.ReadAsync(info.Endpoint[0], account, Cancellation);
            int rows = 0;
            while (await stream.ReadAsync(Cancellation) is { } batch)
            {
                for (int row = 0; row < batch.Length; row++)
                {
                    object?[] values = Array.ConvertAll(batch.Columns, column => VectorValues.Get(column, row));
                    rows++;
                    if (print)
                    {
                        answer.Append(CultureInfo.InvariantCulture, $"{string.Join(',', values)} ");
                    }
                }

                batch.Release();
            }

            answer.Append(CultureInfo.InvariantCulture, $"({rows}) ");
        }
    }
}
