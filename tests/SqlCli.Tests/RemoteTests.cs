using SqlCluster.Server.Hosting;
using SqlCluster.Server.Security;

namespace SqlCluster.SqlCli.Tests;

/// <summary>The program against a server: the same results, errors and exit codes as against the engine inside it.</summary>
public sealed class RemoteTests : IAsyncLifetime
{
    private readonly Engine _engine = new(new EngineOptions(Slots: 2));
    private ServerHost _host = null!;

    private string Target => $"grpc://127.0.0.1:{_host.FlightAddress!.Port}";

    public async ValueTask InitializeAsync() => _host = await ServerHost.StartAsync(_engine, new ServerOptions { FlightPort = 0, Users = UserStore.Empty, ShutdownTimeout = TimeSpan.FromSeconds(2) });

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _engine.Dispose();
    }

    [Theory]
    [InlineData("table")]
    [InlineData("csv")]
    [InlineData("json")]
    [InlineData("jsonl")]
    [InlineData("markdown")]
    [InlineData("expanded")]
    public async Task ResultsAreThoseOfTheEngine(string format)
    {
        const string Sql = """
            SELECT 1 AS i, 2.50::numeric(6,2) AS n, 'text ä' AS t, NULL::text AS nl, '' AS e, true AS b, DATE '2020-02-29' AS d, TIME '01:02:03' AS ti, TIMESTAMP '2020-01-02 03:04:05.5' AS ts,
                   TIMESTAMPTZ '2020-01-02 03:04:05+02' AS tz, INTERVAL '1 mon 2 days' AS iv, '5ea7b1cd-e8c7-a48f-f156-056899a121a7'::uuid AS u, ARRAY[1, NULL] AS a, '{"x": 1}'::json AS j, '\x01ff'::bytea AS by,
                   'ab'::char(4) AS c, 1e10::double precision AS dp
            UNION ALL SELECT 2, NULL, 'x', 'y', NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL ORDER BY i;
            SELECT 1 WHERE false
            """;
        (int embeddedCode, string embedded, string embeddedErrors) = await CliProcess.RunAsync(["--format", format, "-c", Sql]);
        (int remoteCode, string remote, string remoteErrors) = await CliProcess.RunAsync([Target, "--format", format, "-c", Sql]);
        Assert.Equal((0, ""), (embeddedCode, embeddedErrors));
        Assert.Equal((embeddedCode, embedded, embeddedErrors), (remoteCode, remote, remoteErrors));
    }

    [Fact]
    public async Task StatementsChangeTheServerAndErrorsPointIntoTheText()
    {
        (int code, string output, string errors) = await CliProcess.RunAsync([Target, "-c", "CREATE TABLE kept (i int); INSERT INTO kept VALUES (1), (2); UPDATE kept SET i = i + 1; DROP TABLE IF EXISTS other"]);
        Assert.Equal((0, "CREATE TABLE\nINSERT 0 2\nUPDATE 2\nDROP TABLE\n", ""), (code, output, errors));
        (code, output, errors) = await CliProcess.RunAsync([Target, "--format", "csv", "-c", "SELECT sum(i) AS s FROM kept;\nSELECT i,\n  missing FROM kept"]);
        Assert.Equal((1, "s\n5\n"), (code, output));
        Assert.Contains("ERROR:  42703", errors, StringComparison.Ordinal);
        Assert.Contains("LINE 3:   missing FROM kept\n          ^", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SettingsHoldAndNobodyThereIsAnError()
    {
        Assert.Equal(new CliResult(0, "TimeZone\nAsia/Tokyo\n", ""), await CliProcess.RunAsync([Target, "--format", "csv", "--set", "TimeZone=Asia/Tokyo", "-c", "SHOW TimeZone"]));
        Assert.Equal(2, (await CliProcess.RunAsync([Target, "--set", "nothing_such=1", "-c", "SELECT 1"])).ExitCode);
        (int code, _, string errors) = await CliProcess.RunAsync(["grpc://127.0.0.1:1", "-c", "SELECT 1"]);
        Assert.Equal(1, code);
        Assert.Contains("ERROR:  08", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ArrowGoesToFilesAndStreams()
    {
        using var folder = new TestFolder();
        string file = folder.File("x.arrow");
        Assert.Equal(new CliResult(0, "", ""), await CliProcess.RunAsync([Target, "--format", "arrow", "-o", file, "-c", "SELECT i, 'row ' || i AS t FROM generate_series(1, 3) AS s(i)"]));
        (int code, string output, string errors) = await CliProcess.RunAsync([file, "--format", "csv", "-c", "SELECT * FROM x ORDER BY i"]);
        Assert.Equal((0, "i,t\n1,row 1\n2,row 2\n3,row 3\n", ""), (code, output, errors));
    }

    [Fact]
    public async Task ConversationsCompleteDescribeAndCancel()
    {
        Assert.SkipUnless(TerminalSession.IsPossible, TerminalSession.Missing);
        using var folder = new TestFolder();
        Assert.Equal(0, (await CliProcess.RunAsync([Target, "-c", "CREATE TABLE remote_things (id bigint, label text)"])).ExitCode);
        await using var terminal = new TerminalSession(folder, Target);
        await terminal.WaitAsync(static terminal => terminal.Last == "sqlcli>");
        Assert.Contains("1 table.", terminal.Text, StringComparison.Ordinal);
        await terminal.SendAsync("\\d remote_t\t", static terminal => terminal.Last == "sqlcli> \\d remote_things");
        await terminal.SendAsync("\r", static terminal => terminal.Text.Contains("bigint", StringComparison.Ordinal) && terminal.Last == "sqlcli>");
        Assert.Contains("label", terminal.Text, StringComparison.Ordinal);

        // A long query shows how far it is; Ctrl-C ends it here and there.
        await terminal.SendAsync(
            "with d(x) as (select * from generate_series(1, 30000)) select count(*) from d a, d b where a.x * b.x % 7 = 3;\r", static terminal => System.Text.RegularExpressions.Regex.IsMatch(terminal.Raw, @"\[[#.]{30}\] +[0-9]+%"));
        await terminal.SendAsync("\x03", static terminal => terminal.Text.Contains("57014", StringComparison.Ordinal) && terminal.Last == "sqlcli>");
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (_engine.Sessions.Any(static session => session.Running != null))
        {
            await Task.Delay(10, patience.Token);
        }

        await terminal.SendAsync("select 6 * 7 as answer;\r", static terminal => terminal.Text.Contains("42", StringComparison.Ordinal) && terminal.Last == "sqlcli>");
    }
}
