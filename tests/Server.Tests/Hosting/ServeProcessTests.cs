using System.Net;
using System.Text.Json;
using SqlCluster.Server.Security;
using SqlCluster.Server.Tests.PgWire;

namespace SqlCluster.Server.Tests.Hosting;

/// <summary>The program in a real process: how it stops, and the commands for users.</summary>
public sealed class ServeProcessTests : IDisposable
{
    private const string Endless = "WITH d(i) AS (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) SELECT sum(a.i) FROM d a, d b, d c, d, d e, d f, d g, d h, d i, d j";

    /// <summary>Some seconds of work.</summary>
    private const string Long = "WITH d(i) AS (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) SELECT sum(sqrt(a.i)) > 0 AS ok FROM d a, d b, d c, d, d e, d f, d g";

    private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-serve").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public async Task C9_SigtermLetsStatementsEndAndTurnsOthersAway()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals");
        using ServerProcess server = await ServerProcess.ServeAsync("--shutdown-timeout", "5min");
        using RawClient idle = await RawClient.OpenAsync(server.PgPort), busy = await RawClient.OpenAsync(server.PgPort);
        await busy.SendAsync(RawClient.Message('Q', Long));
        await UntilRunningAsync(server);
        string uiPort = server.UiPort.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal((0, "{\"status\":\"ok\"}\n", ""), await ServerProcess.RunAsync("", "health", "--ui-port", uiPort));
        server.Signal("TERM");
        Assert.Equal("E:57P01", await idle.ReadUntilReadyAsync());
        Assert.Equal((1, "{\"status\":\"draining\"}\n", ""), await ServerProcess.RunAsync("", "health", "--ui-port", uiPort));
        using var http = new HttpClient();
        using (HttpResponseMessage ready = await http.GetAsync(new Uri($"http://127.0.0.1:{server.UiPort}/health/ready"), Cancellation))
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "{\"status\":\"draining\"}\n"), (ready.StatusCode, await ready.Content.ReadAsStringAsync(Cancellation)));
        }

        using (HttpResponseMessage live = await http.GetAsync(new Uri($"http://127.0.0.1:{server.UiPort}/health/live"), Cancellation))
        {
            Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        }

        using (RawClient late = await RawClient.ConnectAsync(server.PgPort))
        {
            await late.SendAsync(RawClient.Startup(196_608, "user", "late"));
            Assert.StartsWith("E:57P0", await late.ReadUntilReadyAsync(), StringComparison.Ordinal);
        }

        Assert.Equal("T:ok D:t C:SELECT 1 Z:I", await busy.ReadUntilReadyAsync());
        Assert.Equal("E:57P01", await busy.ReadUntilReadyAsync());
        await server.WaitForExitAsync();
        Assert.Equal(0, server.ExitCode);
        Assert.All(server.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries), static line => JsonDocument.Parse(line));
        Assert.Contains("\"message\":\"stopped\"", server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task C9_StatementsThatDoNotEndAreEnded()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals");
        using ServerProcess server = await ServerProcess.ServeAsync("--shutdown-timeout", "500ms");
        using RawClient busy = await RawClient.OpenAsync(server.PgPort);
        await busy.SendAsync(RawClient.Message('Q', Endless));
        await UntilRunningAsync(server);
        server.Signal("TERM");
        Assert.EndsWith("E:57P01", await busy.ReadUntilReadyAsync(), StringComparison.Ordinal);
        await server.WaitForExitAsync();
        Assert.Equal(0, server.ExitCode);
    }

    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130)]
    public async Task ASecondSignalEndsTheProcessAtOnce(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals");
        using ServerProcess server = await ServerProcess.ServeAsync("--shutdown-timeout", "1h");
        using RawClient busy = await RawClient.OpenAsync(server.PgPort);
        await busy.SendAsync(RawClient.Message('Q', Endless));
        await UntilRunningAsync(server);
        server.Signal(signal);
        for (long begin = Environment.TickCount64; !server.Log.Contains("draining", StringComparison.Ordinal); await Task.Delay(20, Cancellation))
        {
            Assert.True(Environment.TickCount64 - begin < 60_000, "the server does not drain");
        }

        server.Signal(signal);
        await server.WaitForExitAsync();
        Assert.Equal(exitCode, server.ExitCode);
    }

    [Fact]
    public async Task UsersAreKeptByCommand()
    {
        string file = Path.Combine(_folder, "users");
        Assert.Equal((0, "", ""), await ServerProcess.RunAsync("first secret\n", "user", "add", "anna", "--users-file", file));
        UserStore users = UserStore.Open(file);
        Assert.True(users.Verify("anna", "first secret"));
        Assert.Equal(2, (await ServerProcess.RunAsync("x\n", "user", "add", "anna", "--users-file", file)).ExitCode);
        Assert.Equal(2, (await ServerProcess.RunAsync("\n", "user", "add", "bob", "--users-file", file)).ExitCode);
        Assert.Equal(0, (await ServerProcess.RunAsync("second secret", "user", "password", "anna", "--users-file", file, "--iterations", "5000")).ExitCode);
        Assert.True(users.Verify("anna", "second secret"));
        Assert.Equal((0, "anna\n", ""), await ServerProcess.RunAsync("", "user", "list", "--users-file", file));
        (int code, _, string error) = await ServerProcess.RunAsync("", "user", "remove", "bob", "--users-file", file);
        Assert.Equal((2, "there is no user \"bob\"\n"), (code, error));
        Assert.Equal(0, (await ServerProcess.RunAsync("", "user", "remove", "anna", "--users-file", file)).ExitCode);
        Assert.DoesNotContain("secret", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongConfigurationIsExitCode2()
    {
        Assert.Equal(2, (await ServerProcess.RunAsync("", "serve", "--pg-port", "99999")).ExitCode);
        (int code, _, string error) = await ServerProcess.RunAsync("", "serve", "--host", "0.0.0.0");
        Assert.Equal((2, true), (code, error.Contains("loopback", StringComparison.Ordinal)));
    }

    private static async Task UntilRunningAsync(ServerProcess server)
    {
        using var http = new HttpClient();
        while (!(await http.GetStringAsync(new Uri($"http://127.0.0.1:{server.UiPort}/api/v1/queries"), Cancellation)).Contains("\"state\": \"running\"", StringComparison.Ordinal))
        {
            await Task.Delay(20, Cancellation);
        }
    }
}
