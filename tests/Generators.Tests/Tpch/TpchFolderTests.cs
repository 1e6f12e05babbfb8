using SqlCluster.Generators.Tpch;
using SqlCluster.Generators.Tpch.Rows;
using SqlCluster.Generators.Tpch.Schema;
using SqlCluster.Generators.Tpch.Tables;
using SqlCluster.Tests.Clients;

namespace SqlCluster.Generators.Tests.Tpch;

public sealed class TpchFolderTests : IDisposable
{
    private static readonly TpchScale Small = new(0.01m);
    private static readonly TpchScale Smallest = new(TpchScale.Smallest);

    private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-tpch-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>DuckDB reads the same rows from our Parquet and CSV files as from dbgen's text, which the md5 sums vouch for.</summary>
    [Fact]
    public async Task DuckDB_reads_equal_rows_from_every_format()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        foreach (TpchFormat format in Enum.GetValues<TpchFormat>())
            await GenerateAsync(format, null, token);
        var comparisons = new List<string>();
        var descriptions = new List<string>();
        foreach (TpchTable table in TpchTable.All)
        {
            string columns = string.Join(", ", table.Columns.Select(static column => $"'{column.Name}': '{DuckDbType(column)}'"));
            string parquet = $"(FROM read_parquet('{PathOf(table, "parquet")}'))";
            string csv = $"(FROM read_csv('{PathOf(table, "csv")}', header = true, columns = {{{columns}}}))";
            string tbl = $"(SELECT * EXCLUDE (ending) FROM read_csv('{PathOf(table, "tbl")}', delim = '|', header = false, quote = '', columns = {{{columns}, 'ending': 'VARCHAR'}}))";
            comparisons.AddRange(
                from pair in new[] { (parquet, tbl), (tbl, parquet), (csv, tbl), (tbl, csv) }
                select $"SELECT '{table}', count(*) FROM ({pair.Item1} EXCEPT ALL {pair.Item2})");
            descriptions.Add($"SELECT column_name, column_type FROM (DESCRIBE {parquet})");
        }

        Assert.Equal(
            TpchTable.All.SelectMany(static table => Enumerable.Repeat($"[\"{table}\",\"0\"]", 4)),
            await NodeClient.DuckDbAsync(string.Join(" UNION ALL ", comparisons), token));
        Assert.Equal(
            TpchTable.All.SelectMany(static table => table.Columns).Select(static column => $"[\"{column.Name}\",\"{DuckDbType(column)}\"]"),
            await NodeClient.DuckDbAsync(string.Join(" UNION ALL ", descriptions), token));
    }

    [Fact]
    public async Task Progress_ends_at_the_whole()
    {
        var reports = new List<TpchProgress>();
        await GenerateAsync(TpchFormat.Parquet, new Recorder(reports), TestContext.Current.CancellationToken);
        Assert.Equal(1.0, reports.Max(static report => report.Fraction));
        Assert.Equal(60_175, reports.Where(static report => report.Table == TpchTable.LineItem).Max(static report => report.RowCount));
        Assert.Equal(TpchTable.All.Length, reports.Select(static report => report.Table).Distinct().Count());
    }

    [Theory]
    [InlineData(TpchFormat.Parquet)]
    [InlineData(TpchFormat.Tbl)]
    public async Task A_cancelled_generation_leaves_nothing(TpchFormat format)
    {
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => GenerateAsync(format, new Canceller(cancel), cancel.Token));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_failure_in_one_thread_ends_all_and_leaves_nothing()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => GenerateAsync(TpchFormat.Parquet, new Thrower(), TestContext.Current.CancellationToken));
        Assert.Equal("thrown by the test", error.Message);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Any_range_of_rows_is_what_the_whole_has_there()
    {
        foreach (TpchTable table in TpchTable.All)
        {
            long units = table.UnitCount(Smallest);
            foreach (long first in new[] { 0, 1, units / 3, units - 2, units })
                Assert.Equal(Rows(table, 0, units).Skip(Rows(table, 0, first).Count), Rows(table, first, units - first));
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("0.0009")]
    [InlineData("-1")]
    [InlineData("10001")]
    public void Scales_out_of_range_are_refused(string factor) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TpchScale(decimal.Parse(factor, System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>Prints the first and the last columns of rows, enough to tell rows and their order apart.</summary>
    private static List<string> Rows(TpchTable table, long firstUnit, long unitCount)
    {
        var result = new List<string>();
        TableGenerator generator = TableGenerator.Create(table, Smallest, firstUnit);
        var rows = new TpchRows(table, 100);
        for (; unitCount > 0 && generator.Fill(rows, unitCount); unitCount -= 100)
        {
            for (int row = 0; row < rows.RowCount; row++)
            {
                string key = table.Columns[0].Kind == TpchColumnKind.Integer ? $"{rows.Ints(0)[row]}" : $"{rows.Longs(0)[row]}";
                result.Add($"{key} {System.Text.Encoding.UTF8.GetString(rows.Texts(table.Columns.Length - 1)[row])}");
            }
        }

        return result;
    }

    private static string DuckDbType(TpchColumn column) => column.Kind switch
    {
        TpchColumnKind.Text or TpchColumnKind.Word => "VARCHAR",
        _ => column.SqlType.ToUpperInvariant(),
    };

    private string PathOf(TpchTable table, string extension) => Path.Combine(_folder, $"{table}.{extension}");

    private Task GenerateAsync(TpchFormat format, IProgress<TpchProgress>? progress, CancellationToken cancellationToken) =>
        TpchGenerator.GenerateAsync(Small, _folder, format, 3, TpchGenerator.DefaultParquet with { RowGroupRows = 5000 }, progress, cancellationToken);

    private sealed class Recorder(List<TpchProgress> reports) : IProgress<TpchProgress>
    {
        public void Report(TpchProgress value)
        {
            lock (reports)
                reports.Add(value);
        }
    }

    private sealed class Canceller(CancellationTokenSource cancel) : IProgress<TpchProgress>
    {
        public void Report(TpchProgress value) => cancel.Cancel();
    }

    private sealed class Thrower : IProgress<TpchProgress>
    {
        public void Report(TpchProgress value) => throw new InvalidOperationException("thrown by the test");
    }
}
