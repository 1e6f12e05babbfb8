using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Parquet.Reading;
using SqlCluster.Execution.Parquet.Writing;

namespace SqlCluster.Execution.Tests.Parquet;

public class SkippingTests
{
    private const int RowCount = 400_000;

    // A chunk of megabytes with an offset index: far rows are reached by jumping, near ones by walking, and both are the right ones.
    [Fact]
    public void Far_rows_are_reached_without_reading_what_lies_between()
    {
        using MemoryAccount account = new("test");
        byte[] content = Write(account);
        using ParquetFile file = ParquetFile.Open(new MemoryFile("big.parquet", content));
        using RowGroupReader reader = new(file, [0], account, default);
        Assert.NotNull(file.MetaData.RowGroups[0].Columns[0].OffsetIndex);
        Random random = new(1);
        for (int round = 0; round < 5; round++)
        {
            reader.Open(0);
            long row = 0;
            while (row < RowCount)
            {
                int rows = reader.NextRows(random.Next(1, 3000));
                ReadOnlySpan<long> values = ((FixedVector)reader.Read(0, rows)).Values<long>();
                Assert.Equal(Value(row), values[0]);
                Assert.Equal(Value(row + rows - 1), values[rows - 1]);
                long step = rows + (random.Next(3) == 0 ? random.Next(150_000) : random.Next(5_000));
                step = Math.Min(step, RowCount - row);
                reader.Advance(step);
                row += step;
            }
        }

        using RowGroupReader last = new(file, [0], account, default);
        last.Open(0);
        last.Advance(RowCount - 10);
        Assert.Equal(Value(RowCount - 10), ((FixedVector)last.Read(0, 10)).Values<long>()[0]);
        Assert.True(last.BytesRead < content.Length, $"{last.BytesRead} of {content.Length} bytes were read for ten rows");
    }

    // Row groups of many pages are shared by tasks; every row comes exactly once.
    [Fact]
    public void Large_row_groups_are_cut_into_splits()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.parquet");
        try
        {
            using (MemoryAccount account = new("test"))
                File.WriteAllBytes(path, Write(account));
            ParquetTable table = ParquetTable.Open("big", [path]);
            ScanExec scan = ScanTests.Scan(table, []);
            using QueryContext query = new("test", new ExecutionSettings(), CancellationToken.None);
            using IScanSource source = table.OpenScan(scan, query);
            using Operator first = source.CreateReader(new TaskContext(query, 0, 2), query.Metrics.For(scan));
            using Operator second = source.CreateReader(new TaskContext(query, 1, 2), query.Metrics.For(scan));
            (long Rows, long Sum) one = default, two = default;
            for (bool more = true; more;)
                more = Take(first, ref one) | Take(second, ref two);
            Assert.True(one.Rows > 0 && two.Rows > 0);
            Assert.Equal(RowCount, one.Rows + two.Rows);
            long expected = 0;
            for (int row = 0; row < RowCount; row++)
                expected = unchecked(expected + Value(row));
            Assert.Equal(expected, unchecked(one.Sum + two.Sum));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static bool Take(Operator reader, ref (long Rows, long Sum) total)
    {
        if (reader.Next() is not { } batch)
            return false;
        total.Rows += batch.RowCount;
        foreach (long value in ((FixedVector)batch.Columns[0]).Values<long>())
            total.Sum = unchecked(total.Sum + value);
        return true;
    }

    private static long Value(long row) => (row * 0x9E3779B97F4A7C1) ^ (row << 40);

    private static byte[] Write(MemoryAccount account)
    {
        using MemoryStream stream = new();
        ArrowSchema schema = new([new ArrowField("v", ArrowType.Int64, Nullable: false)]);
        using (ParquetWriter writer = new(stream, schema, ParquetWriteOptions.Default with { RowGroupRows = RowCount }))
        {
            NativeBuffer buffer = NativeBuffer.Allocate(4000 * sizeof(long), account);
            for (int first = 0; first < RowCount; first += 4000)
            {
                Span<long> values = buffer.Span<long>(0, 4000);
                for (int i = 0; i < values.Length; i++)
                    values[i] = Value(first + i);
                writer.Write(new Batch([new FixedVector(ArrowType.Int64, 4000, buffer)], 4000));
            }

            writer.Finish();
            buffer.Release();
        }

        return stream.ToArray();
    }
}
