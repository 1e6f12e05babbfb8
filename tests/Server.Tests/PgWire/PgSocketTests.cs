using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Npgsql;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Security;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>PostgreSQL's protocol on a Unix-domain socket, with psql and Npgsql.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PgSocketTests : IDisposable
{
    private const int Port = 25999;     // only in the file's name: nothing listens on it

    private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-socket").FullName;
    private readonly Engine _engine = new(new EngineOptions(Slots: 1));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string SocketFile => Path.Combine(_folder, ".s.PGSQL.15432");

    public void Dispose()
    {
        _engine.Dispose();
        Directory.Delete(_folder, true);
    }

    [Fact]
    public async Task C1_PsqlAndNpgsqlComeInThroughTheFile()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "psql looks for no such files here");
        await using (ServerHost host = await StartAsync(UserStore.Empty, UnixFileMode.UserRead | UnixFileMode.UserWrite))
        {
            Assert.Equal(SocketFile, host.PgSocketFile);
            Assert.Null(host.PgAddress);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketFile));
            }

            Assert.Equal(("anna||1\n", ""), await PsqlAsync("", "SELECT session_user, inet_client_addr(), (SELECT count(*) FROM pg_stat_activity WHERE client_addr IS NULL AND usename = 'anna')"));
            Assert.Equal("anna", await NpgsqlAsync(""));
        }

        Assert.False(File.Exists(SocketFile));
    }

    [Fact]
    public async Task C6_WithUsersThePasswordIsAskedForHereToo()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "psql looks for no such files here");
        UserStore users = UserStore.OpenOrCreate(Path.Combine(_folder, "users"));
        users.Put("anna", ScramVerifier.Create("geheim", 1));
        await using ServerHost host = await StartAsync(users);
        Assert.Equal(("anna\n", ""), await PsqlAsync("geheim", "SELECT session_user"));
        Assert.Equal("anna", await NpgsqlAsync(";Password=geheim"));
        Assert.Contains("no password supplied", (await PsqlAsync("", "SELECT 1")).Error, StringComparison.Ordinal);
        Assert.Contains("password authentication failed for user \"anna\"", (await PsqlAsync("wrong", "SELECT 1")).Error, StringComparison.Ordinal);

        // No message is served before that.
        foreach (char type in Server.PgWire.MessageStream.Types)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketFile), Cancellation);
            byte[] message = type == 'Q' ? RawClient.Message('Q', "SELECT 1") : RawClient.Message(type, "", "");
            await socket.SendAsync((byte[])[.. RawClient.Startup(196_608, "user", "anna"), .. message, .. message], Cancellation);
            var answer = new MemoryStream();
            await using var stream = new NetworkStream(socket);
            try
            {
                await stream.CopyToAsync(answer, Cancellation);
            }
            catch (IOException)
            {
                // Closed with our bytes unread.
            }

            // The challenge, then an error or the end.
            Assert.True(answer.Length == 0 || (answer.GetBuffer()[0] == 'R' && answer.GetBuffer()[8] == 10), $"{type}");
            Assert.False(answer.ToArray().AsSpan().IndexOf("SELECT"u8) >= 0);
        }

        Assert.Empty(_engine.Sessions);
    }

    /// <summary>A killed server's file is replaced, a running one's is not.</summary>
    [Fact]
    public async Task StaleFilesMakeRoomAndLiveOnesDoNot()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no such files here");
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            string elsewhere = Path.Combine(_folder, "x");
            left.Bind(new UnixDomainSocketEndPoint(elsewhere));
            left.Listen();
            File.Move(elsewhere, SocketFile);       // so that closing does not remove it
        }

        Assert.True(File.Exists(SocketFile));
        await using ServerHost host = await StartAsync(UserStore.Empty);
        Assert.Equal("anna", await NpgsqlAsync(""));
        IOException taken = await Assert.ThrowsAnyAsync<IOException>(() => StartAsync(UserStore.Empty));
        Assert.Contains("a server listens on the Unix-domain socket already", taken.Message, StringComparison.Ordinal);
        Assert.Equal("anna", await NpgsqlAsync(""));
        Assert.Contains("no folder", (await Assert.ThrowsAnyAsync<IOException>(() => StartAsync(UserStore.Empty, folder: Path.Combine(_folder, "nosuch")))).Message, StringComparison.Ordinal);
        Assert.Contains("longer than 107 bytes", (await Assert.ThrowsAnyAsync<IOException>(() => StartAsync(UserStore.Empty, folder: _folder + "/" + new string('x', 100)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheFileIsNamedForThePort()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no such files here");
        Assert.EndsWith($".s.PGSQL.{Port}", new PgSocket(_folder, UnixFileMode.UserWrite).Path(Port), StringComparison.Ordinal);
        await using ServerHost host = await ServerHost.StartAsync(_engine, new ServerOptions { PgPort = 0, PgSocket = new PgSocket(_folder, (UnixFileMode)511) }, Cancellation);
        Assert.Equal(SocketFile, host.PgSocketFile);
        Assert.Equal("anna", await NpgsqlAsync(""));
        await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={host.PgAddress!.Port};Username=anna;Database=sqlcluster;Server Compatibility Mode=NoTypeLoading;Pooling=false;Timeout=60");
        await connection.OpenAsync(Cancellation);
    }

    private Task<ServerHost> StartAsync(UserStore users, UnixFileMode mode = (UnixFileMode)511, string? folder = null) =>
        ServerHost.StartAsync(_engine, new ServerOptions { PgSocket = new PgSocket(folder ?? _folder, mode), Users = users, ShutdownTimeout = TimeSpan.FromSeconds(2) }, Cancellation);

    private async Task<string> NpgsqlAsync(string more)
    {
        await using var connection = new NpgsqlConnection($"Host={_folder};Port=15432;Username=anna;Database=sqlcluster;Server Compatibility Mode=NoTypeLoading;Pooling=false;Timeout=60{more}");
        await connection.OpenAsync(Cancellation);
        return connection.PostgresParameters["session_authorization"];
    }

    private async Task<(string Output, string Error)> PsqlAsync(string password, string sql)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/psql"), "psql is not installed");
        var start = new ProcessStartInfo("/usr/bin/psql", [$"host={_folder} port=15432 user=anna dbname=sqlcluster", "-w", "-At", "-c", sql]) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (password.Length > 0)
        {
            start.Environment["PGPASSWORD"] = password;
        }

        using Process psql = Process.Start(start)!;
        Task<string> output = psql.StandardOutput.ReadToEndAsync(Cancellation), errors = psql.StandardError.ReadToEndAsync(Cancellation);
        await psql.WaitForExitAsync(Cancellation);
        return (await output, await errors);
    }
}
