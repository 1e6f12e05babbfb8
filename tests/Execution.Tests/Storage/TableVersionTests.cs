using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Tests.Storage;

/// <summary>Versions of a table in memory: rows of each stay what they were, whatever is added to which.</summary>
public class TableVersionTests
{
    // Adds rows to random versions, puts versions behind each other and lets them go; a list of numbers for each says what is right.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Versions_keep_their_rows(int seed)
    {
        var random = new Random(seed);
        using MemoryTable table = Table();
        var versions = new List<(TableVersion Version, Lineage Lineage)> { (TableVersion.Of(), new Lineage(null, [])) };
        int next = 0, straddled = 0;
        for (int step = 0; step < 400; step++)
        {
            (TableVersion version, Lineage lineage) = versions[random.Next(2) == 0 ? ^1 : random.Next(versions.Count)];
            if (random.Next(4) > 0)
            {
                int[] added = [.. Enumerable.Range(next, random.Next(30) == 0 ? random.Next(6000) : random.Next(1, 4))];
                next += added.Length;
                versions.Add((version.With(Rows(table, added)), new Lineage(lineage, added)));
            }
            else
            {
                // What this version has beyond an earlier one goes behind another.
                (TableVersion target, Lineage targetLineage) = versions[random.Next(versions.Count)];
                Lineage? earlierLineage = lineage;
                for (int i = random.Next(4); i > 0 && earlierLineage != null; i--)
                    earlierLineage = earlierLineage.Before;
                (TableVersion? earlier, Lineage? known) = versions.Find(pair => pair.Lineage == earlierLineage);
                int[] added = [.. lineage.Rows().Skip(known?.Rows().Count ?? 0)];
                if (targetLineage.Rows().Count + added.Length > 12_000)
                    continue;
                straddled += earlier != null && added.Length > 0 ? 1 : 0;
                versions.Add((version.AddTo(target, earlier), added.Length == 0 ? targetLineage : new Lineage(targetLineage, added)));
            }

            (TableVersion one, Lineage oneLineage) = versions[random.Next(versions.Count)];
            (TableVersion other, Lineage otherLineage) = versions[^1];
            Assert.Equal(otherLineage.Extends(oneLineage), other.Extends(one));
            if (oneLineage.Rows().Count != otherLineage.Rows().Count)
                Assert.Equal(oneLineage.Extends(otherLineage), one.Extends(other));
            Assert.Equal(otherLineage.Rows(), Numbers(other));
            Assert.Equal(oneLineage.Rows(), Numbers(one));
            if (versions.Count > 12)
            {
                int dropped = random.Next(versions.Count - 1);
                versions[dropped].Version.Release();
                versions.RemoveAt(dropped);
            }
        }

        Assert.True(straddled > 5, $"only {straddled} additions were taken out of the middle");
        versions.ForEach(static pair => pair.Version.Release());
        Assert.Equal(0, table.UsedBytes);
    }

    // Row by row, as drivers without batches do, costs memory by the row and not by the statement.
    [Fact]
    public void Rows_that_come_one_by_one_lie_together()
    {
        const int RowCount = 10_000;
        using MemoryTable table = Table();
        for (int i = 0; i < RowCount; i++)
        {
            using MemoryTable.Writer writer = table.OpenWriter();
            Append(writer, [i]);
            TableVersion current = table.Pin();
            table.Publish(current.With(writer.Take()));
            current.Release();
        }

        TableVersion version = table.Pin();
        Assert.Equal(Enumerable.Range(0, RowCount), Numbers(version));
        Assert.InRange(version.Batches.Length, RowCount / Batch.DefaultRows, (RowCount / (Batch.DefaultRows / 2)) + 13);
        Assert.InRange(table.UsedBytes, RowCount * 60, RowCount * 60 * 4);
        version.Release();
        table.Drop();
        Assert.Equal(0, table.UsedBytes);
    }

    // A version that somebody reads stays while rows are added, and shares what is in front with the others.
    [Fact]
    public void Old_versions_cost_their_small_batches_alone()
    {
        using MemoryTable table = Table();
        table.Publish(TableVersion.Of(Rows(table, [.. Enumerable.Range(0, 100_000)])));
        long whole = table.UsedBytes;
        var held = new List<TableVersion>();
        for (int i = 0; i < 100; i++)
        {
            TableVersion current = table.Pin();
            held.Add(current);
            table.Publish(current.With(Rows(table, [i])));
        }

        Assert.InRange(table.UsedBytes, whole, whole + (100 * 13 * 4 * 8192));
        Assert.All(held, (version, index) => Assert.Equal(100_000 + index, version.RowCount));
        held.ForEach(static version => version.Release());
        Assert.InRange(table.UsedBytes, whole, whole + (13 * 4 * 8192));
    }

    private static MemoryTable Table() => new("t", [new TableColumn("n", SqlType.Integer, true), new TableColumn("text", SqlType.Text, true)]);

    private static Batch[] Rows(MemoryTable table, int[] numbers)
    {
        using MemoryTable.Writer writer = table.OpenWriter();
        Append(writer, numbers);
        return writer.Take();
    }

    private static void Append(MemoryTable.Writer writer, int[] numbers)
    {
        using var account = new MemoryAccount("rows");
        foreach (int[] part in numbers.Chunk(1000))
        {
            NativeBuffer values = NativeBuffer.Allocate(part.Length * 4L, account), views = NativeBuffer.Allocate(part.Length * 16L, account), data = NativeBuffer.Allocate(part.Length * 32L, account);
            part.CopyTo(values.Span<int>(0, part.Length));
            for (int i = 0; i < part.Length; i++)
            {
                Text(part[i]).CopyTo(data.Span<byte>(i * 32L, 32));
                views.Span<StringView>(0, part.Length)[i] = StringViews.At(data, i * 32L, 32);
            }

            writer.Append(new Batch([new FixedVector(Arrow.Schema.ArrowType.Int32, part.Length, values), new ViewVector(Arrow.Schema.ArrowType.Utf8, part.Length, views, 0, [data])], part.Length));
        }
    }

    private static List<int> Numbers(TableVersion version)
    {
        var numbers = new List<int>();
        foreach (Batch batch in version.Batches)
        {
            var values = new VectorReader(batch.Columns[0]);
            var texts = (ViewVector)batch.Columns[1];
            for (int row = 0; row < batch.Length; row++)
            {
                numbers.Add((int)values.Integer(row));
                if (row % 97 == 0)
                    Assert.True(texts.Bytes(row).SequenceEqual(Text(numbers[^1])), $"another text beside {numbers[^1]}");
            }
        }

        Assert.Equal(version.RowCount, numbers.Count);
        return numbers;
    }

    private static byte[] Text(int number) => System.Text.Encoding.ASCII.GetBytes($"{number,32}");

    /// <summary>What a version was made of, told by its ancestors.</summary>
    private sealed class Lineage(Lineage? before, int[] added)
    {
        private readonly List<int> _rows = [.. before?._rows ?? [], .. added];

        public Lineage? Before => before;

        public List<int> Rows() => _rows;

        public bool Extends(Lineage earlier)
        {
            Lineage? lineage = this;
            while (lineage != null && lineage != earlier)
                lineage = lineage.Before;
            return lineage != null;
        }
    }
}
