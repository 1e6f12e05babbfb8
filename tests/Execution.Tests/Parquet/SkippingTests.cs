using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
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
