using SqlCluster.Server.Hosting;
using SqlCluster.Server.Security;
using SqlCluster.Testing;

namespace SqlCluster.SqlCli.Tests;

/// <summary>The program against a server with a certificate and users (F1 to F3): every way in, and every way not in with what it says.</summary>
public sealed class SecureServerTests : IAsyncLifetime
{
    private const string Password = "geheim 1";

    private readonly TestCertificates _certificates = new();
    private readonly Engine _engine = new(new EngineOptions(Slots: 1));
    private readonly List<ServerHost> _hosts = [];

    private int Port => _hosts[0].FlightAddress!.Port;

    private string Target => $"grpcs://anna@127.0.0.1:{Port}";

    public async ValueTask InitializeAsync()
    {
        UserStore users = UserStore.OpenOrCreate(Path.Combine(_certificates.Folder, "users"));
        users.Put("anna", ScramVerifier.Create(Password, 1));
        await File.WriteAllTextAsync(PasswordFile, Password + "\n");
        (string certificate, string key) = _certificates.Sign("server", ["localhost", "127.0.0.1"]);
        (string expired, string expiredKey) = _certificates.Sign("expired", ["127.0.0.1"], days: -3);
        (string other, string otherKey) = _certificates.Sign("other", ["db.example.com"]);
        var options = new ServerOptions { FlightPort = 0, Users = users, ShutdownTimeout = TimeSpan.FromSeconds(2) };
        foreach ((string file, string keyFile) in new[] { (certificate, key), (expired, expiredKey), (other, otherKey) })
        {
            _hosts.Add(await ServerHost.StartAsync(_engine, options with { Certificate = ServerCertificate.Open(file, keyFile) }));
        }

        _hosts.Add(await ServerHost.StartAsync(_engine, options));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ServerHost host in _hosts)
        {
            await host.DisposeAsync();
        }

        _engine.Dispose();
        _certificates.Dispose();
    }

    private string PasswordFile => Path.Combine(_certificates.Folder, "password");

    [Fact]
    public async Task F1_F2_PasswordsComeFromFileEnvironmentAndTarget()
    {
        string[] question = ["--ca-file", _certificates.AuthorityFile, "--format", "csv", "-c", "SELECT session_user AS u, current_setting('application_name') AS a"];
        var expected = new CliResult(0, "u,a\nanna,sqlcli\n", "");
        Assert.Equal(expected, await CliProcess.RunAsync([Target, "--password-file", PasswordFile, .. question]));
        Assert.Equal(expected, await CliProcess.RunAsync("", [Target, .. question], null, [("SQLCLUSTER_PASSWORD", Password)]));
        Assert.Equal(expected, await CliProcess.RunAsync([$"grpcs://anna:geheim%201@127.0.0.1:{Port}", .. question]));
        Assert.Equal(expected, await CliProcess.RunAsync("", [$"grpcs://127.0.0.1:{Port}", .. question[2..]], null, [("SQLCLUSTER_USER", "anna"), ("SQLCLUSTER_PASSWORD", Password), ("SQLCLUSTER_CA_FILE", _certificates.AuthorityFile)]));
        Assert.Equal(expected, await CliProcess.RunAsync([Target, "--insecure", "--password-file", PasswordFile, .. question[2..]]));
    }

    [Theory]
    [InlineData(0, "", "ERROR:  08001: no TLS with 127.0.0.1:{0}: the server's certificate is signed by an authority that is not trusted: CN=Test Authority\nHINT:  If it is the right server, name the file")]
    [InlineData(1, "ca", "ERROR:  08001: no TLS with 127.0.0.1:{0}: the server's certificate has expired: it was valid until 2")]
    [InlineData(2, "ca", "ERROR:  08001: no TLS with 127.0.0.1:{0}: the server's certificate is not for 127.0.0.1, but for db.example.com\n")]
    [InlineData(3, "ca", "ERROR:  08001: no TLS with 127.0.0.1:{0}: ")]
    public async Task F1_ACertificateThatWillNotDoIsNamed(int host, string authority, string message)
    {
        int port = _hosts[host].FlightAddress!.Port;
        string[] trust = authority == "ca" ? ["--ca-file", _certificates.AuthorityFile] : [];
        CliResult result = await CliProcess.RunAsync([$"grpcs://anna@127.0.0.1:{port}", "--password-file", PasswordFile, .. trust, "-c", "SELECT 1"]);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.StartsWith(string.Format(System.Globalization.CultureInfo.InvariantCulture, message, port), result.Error, StringComparison.Ordinal);
        Assert.Contains("HINT:  ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task F1_F3_WhoIsNotLetInIsToldWhatToDo()
    {
        string[] rest = ["--ca-file", _certificates.AuthorityFile, "-c", "SELECT 1"];
        Assert.Equal(new CliResult(1, "", "ERROR:  28P01: password authentication failed for user \"anna\"\n"), await CliProcess.RunAsync([$"grpcs://anna:wrong@127.0.0.1:{Port}", .. rest]));
        CliResult none = await CliProcess.RunAsync([Target, .. rest]);
        Assert.Equal((1, ""), (none.ExitCode, none.Output));
        Assert.Contains("28P01", none.Error, StringComparison.Ordinal);
        Assert.Contains("HINT:  Give the password in a file (--password-file)", none.Error, StringComparison.Ordinal);
        CliResult nobody = await CliProcess.RunAsync([$"grpcs://127.0.0.1:{Port}", .. rest]);
        Assert.Equal((1, "ERROR:  28000: this server requires a user name and a password\nHINT:  Name a user: grpc://USER@HOST, or SQLCLUSTER_USER.\n"), (nobody.ExitCode, nobody.Error));
        CliResult token = await CliProcess.RunAsync("", [$"grpcs://127.0.0.1:{Port}", .. rest], null, [("SQLCLUSTER_TOKEN", "x.y")]);
        Assert.Equal((1, "ERROR:  28000: the bearer token is not one of this server: log in again\n"), (token.ExitCode, token.Error));
        CliResult plain = await CliProcess.RunAsync($"grpc://anna:{Uri.EscapeDataString(Password)}@127.0.0.1:{Port}", "-c", "SELECT 1");
        Assert.Equal((1, ""), (plain.ExitCode, plain.Output));
        Assert.Contains("HINT:  The server may want TLS: then its address begins with grpcs://.", plain.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--ca-file, --insecure and", "grpc://localhost", "--insecure")]
    [InlineData("options of certificates", "--insecure")]
    [InlineData("--client-key goes with", "grpcs://localhost", "--client-key", "x")]
    [InlineData("--password needs a terminal", "grpcs://anna@localhost", "-W")]
    [InlineData("--connect-timeout is not", "grpcs://anna@localhost", "--connect-timeout", "soon")]
    [InlineData("not an address", "grpc://:1:2")]
    public async Task WrongUsageHasItsOwnCode(string message, params string[] args)
    {
        CliResult result = await CliProcess.RunAsync([.. args, "-c", "SELECT 1"]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FilesThatCannotBeReadAreNamed()
    {
        CliResult authority = await CliProcess.RunAsync(Target, "--ca-file", "/nowhere/ca.crt", "--password-file", PasswordFile, "-c", "SELECT 1");
        Assert.Equal(1, authority.ExitCode);
        Assert.StartsWith("ERROR:  58030: CA File cannot be read: /nowhere/ca.crt: ", authority.Error, StringComparison.Ordinal);
        Assert.StartsWith("ERROR:  58030: CA File cannot be read: ", (await CliProcess.RunAsync(Target, "--ca-file", PasswordFile, "--password-file", PasswordFile, "-c", "SELECT 1")).Error, StringComparison.Ordinal);
        Assert.Equal(new CliResult(1, "", "ERROR:  58P01: no such file: '/tmp/nosuch-password'\n"), await CliProcess.RunAsync(Target, "--password-file", "/tmp/nosuch-password", "-c", "SELECT 1"));
    }

    /// <summary>On a terminal the password is asked for when the server wants one, and not shown; progress and Ctrl-C work inside TLS.</summary>
    [Fact]
    public async Task F1_F2_TerminalsAskWithoutEchoAndCancelInsideTls()
    {
        Assert.SkipUnless(TerminalSession.IsPossible, TerminalSession.Missing);
        using var folder = new TestFolder();
        await using var terminal = new TerminalSession(folder, Target, "--ca-file", _certificates.AuthorityFile);
        await terminal.WaitAsync(static terminal => terminal.Last == "Password for user anna:");
        await terminal.SendAsync(Password + "\r", static terminal => terminal.Last == "sqlcli>");
        Assert.DoesNotContain(Password, terminal.Raw, StringComparison.Ordinal);
        await terminal.SendAsync(
            "with d(x) as (select * from generate_series(1, 30000)) select count(*) from d a, d b where a.x * b.x % 7 = 3;\r", static terminal => System.Text.RegularExpressions.Regex.IsMatch(terminal.Raw, @"\[[#.]{30}\] +[0-9]+%"));
        await terminal.SendAsync("\x03", static terminal => terminal.Text.Contains("57014", StringComparison.Ordinal) && terminal.Last == "sqlcli>");
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (_engine.Sessions.Any(static session => session.Running != null))
        {
            await Task.Delay(10, patience.Token);
        }

        await terminal.SendAsync("select session_user;\r", static terminal => terminal.Text.Contains(" anna", StringComparison.Ordinal) && terminal.Last == "sqlcli>");
    }

    /// <summary>As psql: what one -c says takes effect together or not at all, unless it says otherwise; several -c and files go one by one.</summary>
    [Fact]
    public async Task StatementsOfOneTextAreOneTransaction()
    {
        using var folder = new TestFolder();
        string file = folder.File("script.sql");
        await File.WriteAllTextAsync(file, "INSERT INTO t VALUES (20); SELECT 1 / 0");
        Assert.Equal("0", await LeftAsync(1, "-c", "INSERT INTO t VALUES (1); SELECT 1 / 0; INSERT INTO t VALUES (2)"));
        Assert.Equal("0", await LeftAsync(1, "-c", "INSERT INTO t VALUES (1); ALTER nonsense"));
        Assert.Equal("1", await LeftAsync(1, "-c", "INSERT INTO t VALUES (1)", "-c", "SELECT 1 / 0"));
        Assert.Equal("1", await LeftAsync(1, "-c", "INSERT INTO t VALUES (1); BEGIN; INSERT INTO t VALUES (2); SELECT 1 / 0"));
        Assert.Equal("1", await LeftAsync(1, "-f", file));
        Assert.Equal("3", await LeftAsync(0, "-c", "INSERT INTO t VALUES (1); SELECT count(*) FROM t; INSERT INTO t VALUES (2), (3)"));

        // The engine inside the program runs them so, too, and shows no BEGIN and COMMIT.
        Assert.Equal(
            new CliResult(0, "n\n1\n", ""),
            await CliProcess.RunAsync("--format", "csv", "-c", "CREATE TABLE t (i int); INSERT INTO t VALUES (1); SELECT count(*) AS n FROM t"));

        async Task<string> LeftAsync(int exitCode, params string[] scripts)
        {
            string[] target = [Target, "--insecure", "--password-file", PasswordFile, "--format", "csv"];
            Assert.Equal(0, (await CliProcess.RunAsync([.. target, "-c", "DROP TABLE IF EXISTS t; CREATE TABLE t (i int)"])).ExitCode);
            Assert.Equal(exitCode, (await CliProcess.RunAsync([.. target, .. scripts])).ExitCode);
            return (await CliProcess.RunAsync([.. target, "-c", "SELECT count(*) FROM t"])).Output.Trim().Split('\n')[^1];
        }
    }
}
