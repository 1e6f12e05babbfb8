using SqlCluster.Server.Hosting;
using SqlCluster.SqlCli.Connections;
using SqlCluster.SqlCli.Repl;

namespace SqlCluster.SqlCli.Tests;

/// <summary>What Tab offers. The cursor stands at the | of the input.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("select na| from orders_all", "name", "names", "national", "natural")]
    [InlineData("select x.na| from orders_all as x", "name")]
    [InlineData("select * from ord|", "orders_all")]
    [InlineData("select * from orders_all, ta|", "taxes")]
    [InlineData("select * from taxes join \"Mi|", "\"Mixed Case\"")]
    [InlineData("insert into ta|", "taxes")]
    [InlineData("set mem|", "memory_limit")]
    [InlineData("show time|", "TimeZone")]
    [InlineData("SELECT * FR|", "FREEZE", "FROM")]
    [InlineData("select o.pri| from v o", "price")]
    [InlineData("select * from public.ta|", "taxes")]
    [InlineData("select array_ag|", "array_agg(")]
    [InlineData("\\ti|", "\\timing")]
    [InlineData("\\d tax|", "taxes")]
    [InlineData("\\format js|", "json", "jsonl")]
    [InlineData("select 'orders|", "")]
    [InlineData("select 1 -- na|", "")]
    public async Task NamesAreOfferedByTheirPlace(string input, params string[] expected)
    {
        var engine = new Engine();
        await using var connection = new EmbeddedConnection(engine, engine.OpenSession());
        var names = new SessionNames(connection);
        await names.RowsAsync("create table orders_all(id int, name text, price numeric); create table taxes(id int); create table \"Mixed Case\"(id int); create view v as select * from orders_all");
        int cursor = input.IndexOf('|', StringComparison.Ordinal);
        Completion completion = await new Completer(names).CompleteAsync(input.Remove(cursor, 1), cursor);
        Assert.Equal(expected.Where(static name => name.Length > 0), completion.Candidates);
    }

    [Fact]
    public async Task ColumnsComeBeforeFunctionsAndKeywords()
    {
        var engine = new Engine();
        await using var connection = new EmbeddedConnection(engine, engine.OpenSession());
        var names = new SessionNames(connection);
        await names.RowsAsync("create table t(sum_of_all int)");
        Completion completion = await new Completer(names).CompleteAsync("\\explain select su from t", 18);
        Assert.Equal("sum_of_all", completion.Candidates[0]);
        Assert.Equal("sum(", completion.Candidates.Order(StringComparer.Ordinal).First(static name => name.StartsWith("sum(", StringComparison.Ordinal)));
        Assert.Equal(16, completion.Start);
    }

    [Fact]
    public async Task PathsInQuotesAreTableFilesAndFolders()
    {
        using var folder = new TestFolder();
        File.WriteAllText(folder.File("data.parquet"), "");
        File.WriteAllText(folder.File("data.txt"), "");
        Directory.CreateDirectory(folder.File("deep"));
        var engine = new Engine();
        await using var connection = new EmbeddedConnection(engine, engine.OpenSession());
        var completer = new Completer(new SessionNames(connection));
        string input = $"select * from '{folder.Path}/d";
        Completion completion = await completer.CompleteAsync(input, input.Length);
        Assert.Equal(["data.parquet'", "deep/"], completion.Candidates);
        Assert.Equal(input.Length - 1, completion.Start);
        Assert.Equal("d", completion.CommonStart());
    }

    [Fact]
    public void TablesAreFoundInUnfinishedText()
    {
        const string Text = "select a. from s.orders as a, \"B c\" join 'x.parquet' f on a.";
        Assert.Equal(
            [new StatementTable("s.orders", "a"), new StatementTable("\"B c\"", "B c"), new StatementTable("'x.parquet'", "f")],
            StatementTables.Find(Text, Parser.Tokens.SqlTokenizer.Tokenize(Text)));
    }
}
