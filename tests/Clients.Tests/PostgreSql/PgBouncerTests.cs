using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace SqlCluster.Clients.Tests.PostgreSql;

/// <summary>pgbouncer between clients and the server, with a pool of two connections that sessions or transactions take turns on.</summary>
public sealed class PgBouncerTests(PgServer server) : IClassFixture<PgServer>
{
    private const string Program = "/usr/sbin/pgbouncer";
    private const int PoolSize = 2;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A client's settings and temporary tables go with it: the pool's DISCARD ALL.</summary>
    [Fact]
    public async Task U1_SessionsAreReset()
    {
        await using Bouncer bouncer = await Bouncer.StartAsync("session", server.Port);
        for (int i = 0; i < 6; i++)
        {
            (_, string output) = await ClientProgram.RunAsync("psql", ["-X", "-h", "127.0.0.1", "-p", bouncer.Port, "-U", "tester", "-d", "sqlcluster", "-At", "-v", "ON_ERROR_STOP=1", "-f", "-"], input: """
                SHOW timezone;
                SELECT count(*) FROM pg_listening_channels();
                SET timezone = 'Europe/Berlin';
                CREATE TEMP TABLE kept (a int);
                LISTEN channel;
                BEGIN;
                INSERT INTO kept VALUES (1), (2);
                DECLARE c CURSOR WITH HOLD FOR SELECT a FROM kept ORDER BY a;
                COMMIT;
                FETCH ALL FROM c;
                PREPARE p AS SELECT 7;
                EXECUTE p;
                COPY (SELECT 1, 'x') TO STDOUT;

                """);
            Assert.Equal("UTC\n0\nSET\nCREATE TABLE\nLISTEN\nBEGIN\nINSERT 0 2\nDECLARE CURSOR\nCOMMIT\n1\n2\nPREPARE\n7\n1\tx\n", output);
        }
    }

    /// <summary>Notifications and cancel requests pass through it.</summary>
    [Fact]
    public async Task X1_U1_NotificationsAndCancelsPass()
    {
        await using Bouncer bouncer = await Bouncer.StartAsync("session", server.Port);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(bouncer.ConnectionString);
        await using NpgsqlConnection listener = await source.OpenConnectionAsync(Cancellation), sender = await source.OpenConnectionAsync(Cancellation);
        var heard = new List<string>();
        listener.Notification += (_, one) => heard.Add(one.Payload);
        await RunAsync(listener, "LISTEN news");
        Task waiting = listener.WaitAsync(Cancellation);
        await RunAsync(sender, "NOTIFY news, 'passed'");
        await waiting;
        Assert.Equal(["passed"], heard);

        await using var sleep = new NpgsqlCommand("SELECT pg_sleep(300)", sender);
        Task sleeping = sleep.ExecuteNonQueryAsync(Cancellation);
        await using NpgsqlDataSource direct = NpgsqlDataSource.Create(bouncer.ConnectionStringOf(server.Port));
        await using NpgsqlCommand running = direct.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(300)%' AND pid <> pg_backend_pid()");
        while ((long)(await running.ExecuteScalarAsync(Cancellation))! == 0)
        {
            await Task.Yield();
        }

        sleep.Cancel();
        OperationCanceledException cancelled = await Assert.ThrowsAsync<OperationCanceledException>(() => sleeping);
        Assert.Equal("57014", Assert.IsType<PostgresException>(cancelled.InnerException).SqlState);
    }

    /// <summary>Sixteen clients at once, each statement and transaction on whichever of two connections is free.</summary>
    [Fact]
    public async Task U2_TransactionsShareConnections()
    {
        await using Bouncer bouncer = await Bouncer.StartAsync("transaction", server.Port);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(bouncer.ConnectionString + ";No Reset On Close=true;Maximum Pool Size=16");
        await using (NpgsqlCommand create = source.CreateCommand("CREATE TABLE IF NOT EXISTS shared_work (client int, n int)"))
        {
            await create.ExecuteNonQueryAsync(Cancellation);
        }

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async client =>
        {
            await using NpgsqlConnection connection = await source.OpenConnectionAsync(Cancellation);
            for (int i = 0; i < 10; i++)
            {
                await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(Cancellation);
                await using var insert = new NpgsqlCommand("INSERT INTO shared_work VALUES ($1, $2)", connection) { Parameters = { new() { Value = client }, new() { Value = i } } };
                await insert.ExecuteNonQueryAsync(Cancellation);
                await using var own = new NpgsqlCommand("SELECT count(*) FROM shared_work WHERE client = $1", connection) { Parameters = { new() { Value = client } } };
                Assert.Equal(((i + 1) / 2) + 1L, await own.ExecuteScalarAsync(Cancellation));
                await (i % 2 == 0 ? transaction.CommitAsync(Cancellation) : transaction.RollbackAsync(Cancellation));
            }
        }));
        await using NpgsqlDataSource direct = NpgsqlDataSource.Create(bouncer.ConnectionStringOf(server.Port));
        await using NpgsqlCommand count = direct.CreateCommand("SELECT count(*) || ' ' || sum(n) FROM shared_work");
        Assert.Equal("80 320", await count.ExecuteScalarAsync(Cancellation));
        await using NpgsqlCommand sessions = direct.CreateCommand($"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{Bouncer.ApplicationName}'");
        Assert.InRange((long)(await sessions.ExecuteScalarAsync(Cancellation))!, 1, PoolSize);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>A pgbouncer of one's own.</summary>
    private sealed class Bouncer : IAsyncDisposable
    {
        public const string ApplicationName = "through pgbouncer";

        private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-pgbouncer").FullName;
        private Process _process = null!;

        public string Port { get; private set; } = "";

        public string ConnectionString => ConnectionStringOf(Port) + $";Application Name={ApplicationName}";

        public string ConnectionStringOf(string port) =>
            $"Host=127.0.0.1;Port={port};Username=tester;Database=sqlcluster;SSL Mode=Disable;GSS Encryption Mode=Disable;Server Compatibility Mode=NoTypeLoading;Timeout=60;Command Timeout=120";

        /// <param name="mode">session or transaction.</param>
        /// <param name="serverPort">Where the server is.</param>
        public static async Task<Bouncer> StartAsync(string mode, string serverPort)
        {
            Assert.SkipUnless(File.Exists(Program), "pgbouncer is not installed");
            var bouncer = new Bouncer { Port = FreePort() };
            string file = Path.Combine(bouncer._folder, "pgbouncer.ini");
            await File.WriteAllTextAsync(file, $"""
                [databases]
                sqlcluster = host=127.0.0.1 port={serverPort} dbname=sqlcluster user=tester
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = {bouncer.Port}
                unix_socket_dir =
                auth_type = any
                pool_mode = {mode}
                default_pool_size = {PoolSize}
                server_reset_query = DISCARD ALL
                ignore_startup_parameters = extra_float_digits
                """, Cancellation);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(bouncer._folder, (UnixFileMode)0x1ED);      // rwxr-xr-x: it gives up root
            }

            bouncer._process = Process.Start(new ProcessStartInfo(Program, Environment.UserName == "root" ? ["-q", "-u", "nobody", file] : ["-q", file]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            Task<string> errors = bouncer._process.StandardError.ReadToEndAsync(Cancellation);
            while (true)
            {
                try
                {
                    using var probe = new TcpClient();
                    await probe.ConnectAsync(IPAddress.Loopback, int.Parse(bouncer.Port, CultureInfo.InvariantCulture), Cancellation);
                    return bouncer;
                }
                catch (SocketException)
                {
                    Assert.False(bouncer._process.HasExited, bouncer._process.HasExited ? await errors : "");
                    await Task.Delay(20, Cancellation);
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
            Directory.Delete(_folder, true);
        }

        private static string FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        }
    }
}
