namespace SqlCluster.SqlCli.Tests;

/// <summary>Conversations on a real terminal.</summary>
public sealed class ReplTests : IAsyncLifetime
{
    private const string Prompt = "sqlcli>";
    private const string CtrlA = "\x01", CtrlC = "\x03", CtrlD = "\x04", CtrlE = "\x05", CtrlR = "\x12", Up = "\x1b[A", Left = "\x1b[D", Backspace = "\x7f";
    private const string Digits = "with d(x) as (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) ";
    private readonly TestFolder _folder = new();
    private TerminalSession _terminal = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(TerminalSession.IsPossible, TerminalSession.Missing);
        _terminal = new TerminalSession(_folder);
        await _terminal.WaitAsync(static terminal => terminal.Last == Prompt);
    }

    public async ValueTask DisposeAsync()
    {
        if (_terminal != null)
        {
            await _terminal.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task StatementsOfSeveralLinesAreEditedAndRun()
    {
        await _terminal.SendAsync("select 6", static terminal => terminal.Last == "sqlcli> select 6");
        await _terminal.SendAsync("\r", static terminal => terminal.Last == "   ...>");
        await _terminal.SendAsync("+ 1 as a;" + Up + CtrlE + Backspace + "20", static terminal => terminal.Text.EndsWith("sqlcli> select 20\n   ...> + 1 as a;", StringComparison.Ordinal));
        await _terminal.SendAsync("\r", static terminal => terminal.Text.EndsWith(" a\n----\n 21\n(1 row)\n\nsqlcli>", StringComparison.Ordinal));

        // The whole statement comes back as one entry.
        await _terminal.SendAsync(Up, static terminal => terminal.Text.EndsWith("sqlcli>\nsqlcli> select 20\n   ...> + 1 as a;", StringComparison.Ordinal)
            || terminal.Text.EndsWith("\n\nsqlcli> select 20\n   ...> + 1 as a;", StringComparison.Ordinal));
        await _terminal.SendAsync(CtrlC, static terminal => terminal.Last == Prompt);
        Assert.Equal(0, await _terminal.EndAsync(CtrlD));
        Assert.Equal("select 20\\n+ 1 as a;\n", await File.ReadAllTextAsync(_folder.File("sqlcluster/history")));
    }

    [Fact]
    public async Task TabCompletesAndColorsFollowTheTokens()
    {
        await RunAsync("create table somewhere(first_column int, second_column text);", "CREATE TABLE");
        await _terminal.SendAsync("select char_len\t", static terminal => terminal.Last == "sqlcli> select char_length(");
        await _terminal.SendAsync(CtrlC, static terminal => terminal.Last == Prompt);
        await _terminal.SendAsync("select * from somew\t", static terminal => terminal.Last == "sqlcli> select * from somewhere");
        await _terminal.SendAsync(" where second_\t", static terminal => terminal.Last.EndsWith("where second_column", StringComparison.Ordinal));
        await _terminal.SendAsync(" = 'x'", static terminal => terminal.Last.EndsWith("= 'x'", StringComparison.Ordinal));
        Assert.Contains("\x1b[0;1;34mselect\x1b[0m", _terminal.Raw);
        Assert.Contains("\x1b[0;32m'x'\x1b[0m", _terminal.Raw);
        await _terminal.SendAsync(";\r", static terminal => terminal.Text.EndsWith("(0 rows)\n\nsqlcli>", StringComparison.Ordinal));

        await _terminal.SendAsync("select * from somewhere w where w.\t", static terminal => terminal.Last == "first_column   second_column");
        await _terminal.SendAsync(CtrlC, static terminal => terminal.Last == Prompt);
        Assert.Equal(0, await _terminal.EndAsync("\\q\r"));
    }

    [Fact]
    public async Task BackslashCommandsDescribeAndSwitch()
    {
        await RunAsync("create table orders(id int not null, note text); create view v as select id from orders;", "CREATE VIEW");
        await RunAsync("\\d orders", " column |  type   | nullable", "Table orders");
        Assert.Contains(" id     | integer | not null", _terminal.Text);
        await RunAsync("\\dv", " public | v    | view |");
        await RunAsync("\\d v", "CREATE VIEW v AS");
        await RunAsync("\\d nothing", "ERROR:  42P01");
        await RunAsync("\\dn", " public");
        await RunAsync("\\df array_ag*", "array_agg(");
        await RunAsync("\\x", "Expanded display is on.");
        await RunAsync("select 1 as a;", "-[ RECORD 1 ]");
        await RunAsync("\\format csv", "Format is csv.");
        await RunAsync("\\timing on", "Timing is on.");
        await RunAsync("select 'q,r' as csv_value;", "csv_value\n\"q,r\"\nTime: ");
        await RunAsync("\\nonsense", "unknown command: \\nonsense");
        await RunAsync("\\explain select 1 as one", "QUERY PLAN");
        await RunAsync("\\?", "\\timing [on|off]");
        string file = _folder.File("out.csv");
        await RunAsync($"\\o {file}", "");
        await RunAsync("select 5 as five;", "");
        Assert.False(File.Exists(file));
        await RunAsync("\\o", "");
        Assert.Equal("five\n5\n", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task CtrlCEndsTheQueryAndNotTheProgram()
    {
        await _terminal.SendAsync(
            Digits + "select count(*) from d a, d b, d c, d e, d f, d g, d h, d i, d j, d k where a.x + b.x + c.x + e.x + f.x + g.x + h.x + i.x + j.x + k.x = -8;\r",
            static terminal => terminal.Raw.Contains("%  ", StringComparison.Ordinal));
        Assert.Matches(@"\[#*\.+\] +[0-9]+%  [0-9]+\.[0-9] s", _terminal.Last);
        await _terminal.SendAsync(CtrlC, static terminal => terminal.Text.EndsWith("ERROR:  57014: canceling statement due to user request\nsqlcli>", StringComparison.Ordinal));
        await RunAsync("select 1 as still_there;", "still_there");
        await _terminal.SendAsync(CtrlC, static terminal => terminal.Last == "Ctrl-C again or Ctrl-D leaves");
        Assert.Equal(0, await _terminal.EndAsync(CtrlC));
    }

    [Fact]
    public async Task LongResultsArePagedAndWideOnesFit()
    {
        await _terminal.SendAsync(Digits + "select 100 * a.x + 10 * b.x + c.x + 1 as n from d a, d b, d c order by 1;\r", static terminal => terminal.Last.StartsWith("-- more", StringComparison.Ordinal));
        Assert.Contains("\n   25\n", _terminal.Text);
        Assert.DoesNotContain("\n   26\n", _terminal.Text);
        await _terminal.SendAsync("\r", static terminal => terminal.Text.Contains("\n   26\n", StringComparison.Ordinal) && terminal.Last.StartsWith("-- more", StringComparison.Ordinal));
        await _terminal.SendAsync(" ", static terminal => terminal.Text.Contains("\n   50\n", StringComparison.Ordinal) && terminal.Last.StartsWith("-- more", StringComparison.Ordinal));
        await _terminal.SendAsync("q", static terminal => terminal.Last == Prompt);
        Assert.DoesNotContain("\n  200\n", _terminal.Text);
        Assert.DoesNotContain("ERROR", _terminal.Text);

        await RunAsync("select repeat('x', 200) as long, 1 as one;", "(1 column cut to fit; \\x shows all of it)");
        Assert.All(_terminal.Text.Split('\n'), static line => Assert.True(line.Length <= 90, line));
        Assert.Contains("…", _terminal.Text);
    }

    [Fact]
    public async Task AStatementEndsWithACommandToo()
    {
        await RunAsync("select 1 as a, 2 as b \\gx", "-[ RECORD 1 ]", "a | 1");
        await RunAsync("select 3 as c \\g", " c\n---\n 3\n(1 row)");
        await RunAsync("\\conninfo", "inside this program");
        await RunAsync("\\! echo from the shell", "from the shell");
        await RunAsync("select 4 as d \\d", "\\d within a statement");
        await _terminal.SendAsync(
            "select 'seen' as watched \\watch 0.01\r", static terminal => terminal.Text.Split(" watched\n").Length > 3 && terminal.Text.Contains("(every 0.01 s, Ctrl-C ends)", StringComparison.Ordinal));
        await _terminal.SendAsync(CtrlC, static terminal => terminal.Last == Prompt);
        await RunAsync("create table keyed(id int primary key, n int default 7 check (n > 0));", "CREATE TABLE");
        await RunAsync("\\d+ keyed", " id     | integer | not null |", " n      | integer |          | 7", "Keys and checks:", "keyed_pkey PRIMARY KEY (id)", "keyed_n_check CHECK ((n > 0))");
    }

    [Fact]
    public async Task HistoryIsSearchedBackwards()
    {
        await RunAsync("select 1 as alpha;", "alpha");
        await RunAsync("select 2 as beta;", "beta");
        await _terminal.SendAsync(CtrlR + "alp", static terminal => terminal.Last == "(search backwards: alp)");
        await _terminal.SendAsync(CtrlE + Left + "s" + CtrlA, static terminal => terminal.Last == "sqlcli> select 1 as alphas;");
        await _terminal.SendAsync("\r", static terminal => terminal.Text.EndsWith(" alphas\n--------\n      1\n(1 row)\n\nsqlcli>", StringComparison.Ordinal));
    }

    /// <summary>Enters a line and waits for texts in its answer and for the next prompt.</summary>
    private async Task RunAsync(string line, params string[] expected)
    {
        await _terminal.SendAsync(line, terminal => terminal.Text.Replace("\n", "", StringComparison.Ordinal).EndsWith(line, StringComparison.Ordinal));
        int before = _terminal.Text.Length;
        await _terminal.SendAsync("\r", terminal => terminal.Last == Prompt && terminal.Text.Length > before);
        string answer = _terminal.Text[before..];
        Assert.All(expected, text => Assert.Contains(text, answer, StringComparison.Ordinal));
    }
}
