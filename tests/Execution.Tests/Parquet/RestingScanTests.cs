using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Parquet.Reading;

namespace SqlCluster.Execution.Tests.Parquet;

/// <summary>Scans whose reader lets them wait.</summary>
public class RestingScanTests
{
    // Wherever a scan rests it gives its pages back, and goes on with the row that comes next.
    [Fact]
    public void A_scan_goes_on_where_it_rested()
    {
        int rests = 0;
        foreach (string name in (string[])
            ["parquet/data/alltypes_tiny_pages.parquet", "parquet/data/int32_with_null_pages.parquet", "parquet/data/nullable.impala.parquet",
             "parquet/data/alltypes_plain.parquet", "parquet/data/delta_byte_array.parquet", "parquet/data/datapage_v2.snappy.parquet", "parquet/data/nested_lists.snappy.parquet",
             "parquet/data/rle_boolean_encoding.parquet", "parquet/data/byte_stream_split.zstd.parquet", "tpch/sf0.01/lineitem.parquet"])
        {
            ParquetTable table = ParquetTable.Open(name, [ParquetCorpus.Any(name)]);
            foreach (int batchSize in new[] { 4096, 100, 3 })
            {
                List<string> expected = Run(table, batchSize, null, ref rests);
                Assert.Equal(expected, Run(table, batchSize, new Random(1), ref rests));
                if (expected.Count > 10_000)
                    break;
            }
        }

        Assert.True(rests > 100, $"only {rests} rests");
    }

    private static List<string> Run(ParquetTable table, int batchSize, Random? random, ref int rests)
    {
        ScanExec scan = ScanTests.Scan(table, []);
        using QueryContext query = new("test", new ExecutionSettings { BatchSize = batchSize }, CancellationToken.None);
        using IScanSource source = table.OpenScan(scan, query);
        using Operator reader = source.CreateReader(new TaskContext(query, 0, 1), query.Metrics.For(scan));
        List<string> rows = [];
        while (reader.Next() is { } batch)
        {
            for (int row = 0; row < batch.RowCount; row++)
                rows.Add(string.Join("|", batch.Columns.Select(column => ValueText.Of(column, row))));
            if (random?.Next(3) == 0)
            {
                reader.Rest();
                rests++;
                Assert.InRange(query.Account.UsedBytes, 0, 16 * 1024 * table.Columns.Count);
            }
        }

        return rows;
    }
}
