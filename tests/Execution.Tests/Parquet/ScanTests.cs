using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Operators.Joins;
using SqlCluster.Execution.Parquet.Reading;
using SqlCluster.Parser.Collections;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Tests.Parquet;

public class ScanTests
{
    // Whatever is pruned, skipped and read late, the rows are those that the filters accept when everything is read.
    [Fact]
    public void Pushed_filters_give_the_rows_that_plain_filters_give()
    {
        int checks = 0, matches = 0, empty = 0;
        foreach (string name in (string[])
            ["parquet/data/alltypes_tiny_pages.parquet", "parquet/data/int32_with_null_pages.parquet", "parquet/data/nullable.impala.parquet",
             "parquet/data/alltypes_plain.parquet", "parquet/data/floating_orders_nan_count.parquet", "parquet/data/delta_byte_array.parquet",
             "parquet/data/data_index_bloom_encoding_stats.parquet", "parquet/data/sort_columns.parquet", "tpch/sf0.01/orders.parquet", "tpch/sf0.01/part.parquet"])
        {
            ParquetTable table = ParquetTable.Open(name, [ParquetCorpus.Any(name)]);
            Random random = new(checks);
            for (int round = 0; round < 12; round++)
            {
                NodeList<Expression> filters = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => RandomFilter(table, random))];
                List<string> expected = Run(table, filters, new ExecutionSettings { ScanPushdown = false }, out _);
                foreach (int batchSize in new[] { 4096, 7 })
                    Assert.Equal(expected, Run(table, filters, new ExecutionSettings { BatchSize = batchSize }, out _));
                checks++;
                matches += expected.Count > 0 ? 1 : 0;
                empty += expected.Count == 0 ? 1 : 0;
            }
        }

        Assert.True(matches > 40 && empty > 5, $"{matches} of {checks} filters matched rows, {empty} none");
    }

    [Fact]
    public void Pruning_and_late_reading_show_in_the_metrics()
    {
        ParquetTable orders = ParquetTable.Open("orders", [ParquetCorpus.Any("tpch/sf0.01/orders.parquet")]);
        Expression late = Compare(orders, "o_orderdate", ComparisonOperator.Greater, new Literal(20_000L, SqlType.Date));
        Assert.Empty(Run(orders, [late], new ExecutionSettings(), out OperatorMetrics metrics));
        Assert.True(metrics.Counters["row groups pruned by statistics"] > 0);
        Assert.False(metrics.Counters.ContainsKey("bytes read"));

        Expression absent = Compare(orders, "o_orderpriority", ComparisonOperator.Equal, Literal.Text("2-LOX"));
        Assert.Empty(Run(orders, [absent], new ExecutionSettings(), out metrics));
        Assert.True(metrics.Counters["row groups pruned by Bloom filter"] > 0);
        Expression unmatched = new Like(((Comparison)absent).Left, Literal.Text("%LOX%"));
        Assert.Empty(Run(orders, [unmatched], new ExecutionSettings(), out metrics));
        Assert.True(metrics.Counters["row groups pruned by dictionary"] > 0);

        ParquetTable pages = ParquetTable.Open("pages", [ParquetCorpus.Any("parquet/data/alltypes_tiny_pages.parquet")]);
        Expression one = Compare(pages, "id", ComparisonOperator.Equal, Literal.Integer(3650));
        Assert.Single(Run(pages, [one], new ExecutionSettings(), out metrics));
        Assert.True(metrics.Counters["pages pruned"] > 100);

        ParquetTable bloom = ParquetTable.Open("bloom", [ParquetCorpus.Any("parquet/data/data_index_bloom_encoding_stats.parquet")]);
        Expression between = new Comparison(ComparisonOperator.Equal, new InputReference(0, "String", SqlType.Text, true), Literal.Text("Hfllo"));
        Assert.Empty(Run(bloom, [between], new ExecutionSettings(), out metrics));
        Assert.Equal(1, metrics.Counters["row groups pruned by Bloom filter"]);
    }

    [Fact]
    public void Filters_from_joins_drop_rows_and_row_groups()
    {
        ParquetTable orders = ParquetTable.Open("orders", [ParquetCorpus.Any("tpch/sf0.01/orders.parquet")]);
        ScanExec scan = Scan(orders, []) with { RuntimeFilters = [new RuntimeFilterTarget(new RuntimeFilterId(7), 0)] };
        using MemoryAccount account = new("test");
        using RowGroupReader reader = new(orders.Files[0], [0], account, default);
        reader.Open(0);
        reader.Advance(5000);
        Vector keys = reader.Read(0, 50);
        List<string> rows = Run(orders, scan, new ExecutionSettings(), out OperatorMetrics metrics, query => query.SharedByKey(
            new RuntimeFilterId(7), () => RuntimeFilter.Build([(keys, null)], query.Account)));
        Assert.Equal(Run(orders, [], new ExecutionSettings(), out _)[5000..5050], rows);
        Assert.Equal(14_950, metrics.Counters["rows dropped by runtime filter"]);

        ScanExec other = scan with { RuntimeFilters = [new RuntimeFilterTarget(new RuntimeFilterId(7), 4)] };
        Assert.Empty(Run(orders, other, new ExecutionSettings(), out metrics, query => query.SharedByKey(
            new RuntimeFilterId(7), () => RuntimeFilter.Build([(keys, null)], query.Account))));
        Assert.True(metrics.Counters["row groups pruned by runtime filter"] > 0);
    }

    [Fact]
    public void A_limit_is_kept_over_tasks_and_batches()
    {
        ParquetTable orders = ParquetTable.Open("orders", [ParquetCorpus.Any("tpch/sf0.01/orders.parquet")]);
        ScanExec scan = Scan(orders, []) with { Limit = 10 };
        using QueryContext query = new("test", new ExecutionSettings { BatchSize = 4 }, CancellationToken.None);
        using IScanSource source = orders.OpenScan(scan, query);
        int rows = 0;
        for (int task = 0; task < 2; task++)
        {
            using Operator reader = source.CreateReader(new TaskContext(query, task, 2), query.Metrics.For(scan));
            while (reader.Next() is { } batch)
                rows += batch.RowCount;
        }

        Assert.Equal(10, rows);
    }

    [Fact]
    public void Rows_without_columns_are_counted()
    {
        ParquetTable orders = ParquetTable.Open("orders", [ParquetCorpus.Any("tpch/sf0.01/orders.parquet")]);
        ScanExec scan = new(orders, [], [], [], [], -1, []);
        using QueryContext query = new("test", new ExecutionSettings(), CancellationToken.None);
        using IScanSource source = orders.OpenScan(scan, query);
        using Operator reader = source.CreateReader(new TaskContext(query, 0, 1), query.Metrics.For(scan));
        long rows = 0;
        while (reader.Next() is { } batch)
            rows += batch.RowCount;
        Assert.Equal(15_000, rows);
        Assert.Equal(15_000, orders.Statistics.RowCount);
    }

    [Fact]
    public void Statistics_bound_the_columns()
    {
        ParquetTable orders = ParquetTable.Open("orders", [ParquetCorpus.Any("tpch/sf0.01/orders.parquet")]);
        Catalyst.Catalog.ColumnStatistics key = orders.Statistics.Columns[0];
        Assert.Equal((1L, 60_000L, 0L), ((long)key.Min!.Value!, (long)key.Max!.Value!, key.NullCount));
        ParquetTable nan = ParquetTable.Open("nan", [ParquetCorpus.Any("parquet/data/nan_in_stats.parquet")]);
        Assert.Null(nan.Statistics.Columns[0].Max);
    }

    // A second file may order its columns differently, but one that shares none is another table's; packed_and_mixed.slt has one that lacks some.
    [Fact]
    public void Files_of_one_table_are_matched_by_name()
    {
        string full = ParquetCorpus.Any("parquet/data/lz4_raw_compressed.parquet");
        ParquetTable twice = ParquetTable.Open("twice", [full, ParquetCorpus.Any("parquet/data/hadoop_lz4_compressed.parquet")]);
        List<string> once = Run(ParquetTable.Open("once", [full]), [], new ExecutionSettings(), out _);
        Assert.Equal([.. once, .. once], Run(twice, [], new ExecutionSettings(), out _));
        Assert.Equal("0A000", Assert.Throws<QueryException>(() => ParquetTable.Open("other", [full, ParquetCorpus.Any("parquet/data/binary.parquet")])).SqlState);
        QueryException error = Assert.Throws<QueryException>(() => ParquetTable.Open(
            "clash", [ParquetCorpus.Any("parquet/data/alltypes_plain.parquet"), ParquetCorpus.Any("parquet/data/alltypes_tiny_pages.parquet")], new ParquetTableOptions(BinaryAsString: true)));
        Assert.Equal("0A000", error.SqlState);
    }

    [Fact]
    public void Errors_carry_sqlstates()
    {
        string good = ParquetCorpus.Any("parquet/data/alltypes_plain.parquet");
        Assert.Equal("58P01", Assert.Throws<QueryException>(() => ParquetTable.Open("t", ["/nowhere/x.parquet"])).SqlState);
        Assert.Equal("XX001", Assert.Throws<QueryException>(() => ParquetTable.Open("t", [ParquetCorpus.Any("README.md")])).SqlState);
        ParquetTable damaged = ParquetTable.Open("t", [ParquetCorpus.Any("parquet/data/datapage_v1-corrupt-checksum.parquet")], new ParquetTableOptions(VerifyChecksums: true));
        QueryException error = Assert.Throws<QueryException>(() => Run(damaged, [], new ExecutionSettings(), out _));
        Assert.Equal("XX001", error.SqlState);
        Assert.Contains("column \"a\"", error.Message, StringComparison.Ordinal);
        string copy = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.parquet");
        try
        {
            File.WriteAllBytes(copy, File.ReadAllBytes(good));
            ParquetTable table = ParquetTable.Open("t", [copy]);
            using (FileStream stream = new(copy, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
                stream.SetLength(stream.Length / 2);
            Assert.Equal("58030", Assert.Throws<QueryException>(() => Run(table, [], new ExecutionSettings(), out _)).SqlState);
        }
        finally
        {
            File.Delete(copy);
        }
    }

    internal static ScanExec Scan(ParquetTable table, NodeList<Expression> filters)
    {
        int[] all = [.. Enumerable.Range(0, table.Columns.Count)];
        return new ScanExec(
            table, [.. all], [.. table.Columns.Select(static column => new ExecColumn(column.Name, column.Type, column.IsNullable))], filters, [.. all], -1, []);
    }

    private static List<string> Run(ParquetTable table, NodeList<Expression> filters, ExecutionSettings settings, out OperatorMetrics metrics) =>
        Run(table, Scan(table, filters), settings, out metrics);

    private static List<string> Run(
        ParquetTable table, ScanExec scan, ExecutionSettings settings, out OperatorMetrics metrics, Action<QueryContext>? prepare = null)
    {
        using QueryContext query = new("test", settings, CancellationToken.None);
        prepare?.Invoke(query);
        metrics = query.Metrics.For(scan);
        using IScanSource source = table.OpenScan(scan, query);
        using Operator reader = source.CreateReader(new TaskContext(query, 0, 1), metrics);
        List<string> rows = [];
        while (reader.Next() is { } batch)
        {
            for (int i = 0; i < batch.RowCount; i++)
            {
                int row = batch.Selection is { } selection ? selection.Rows[i] : i;
                rows.Add(string.Join("|", batch.Columns.Select(column => ValueText.Of(column, row))));
            }
        }

        return rows;
    }

    private static Comparison Compare(ParquetTable table, string name, ComparisonOperator comparison, Literal literal)
    {
        int ordinal = table.Columns.Select(static column => column.Name).ToList().IndexOf(name);
        return new Comparison(comparison, new InputReference(ordinal, name, table.Columns[ordinal].Type, true), literal);
    }

    // Compares a column with a value that occurs in it, or asks for nulls.
    private static Expression RandomFilter(ParquetTable table, Random random)
    {
        while (true)
        {
            int ordinal = random.Next(table.Columns.Count);
            TableColumn column = table.Columns[ordinal];
            InputReference input = new(ordinal, column.Name, column.Type, true);
            if (random.Next(8) == 0)
                return new IsNull(input, random.Next(2) == 0);
            if (Sample(table, ordinal, random) is not { } literal)
                continue;
            if (random.Next(4) == 0)
                return new InList(input, [literal, Sample(table, ordinal, random) ?? literal], random.Next(4) == 0);
            Comparison comparison = new((ComparisonOperator)random.Next(6), input, literal);
            return random.Next(5) == 0 ? new Or([comparison, new IsNull(input)]) : comparison;
        }
    }

    private static Literal? Sample(ParquetTable table, int ordinal, Random random)
    {
        using MemoryAccount account = new("test");
        using RowGroupReader reader = new(table.Files[0], [ordinal], account, default);
        int group = random.Next(table.Files[0].MetaData.RowGroups.Count);
        reader.Open(group);
        reader.Advance(random.NextInt64(table.Files[0].MetaData.RowGroups[group].RowCount));
        Vector vector = reader.Read(0, 1);
        return vector.IsNull(0) || table.Columns[ordinal].Type.IsNested || table.Columns[ordinal].Type.Kind is TypeKind.Bytea
            ? null
            : new Literal(PruningTests.Value(vector, 0), table.Columns[ordinal].Type);
    }
}
