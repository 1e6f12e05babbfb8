using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Spill;
using SqlCluster.Execution.Tests.Kernels;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Tests.Spill;

/// <summary>What is written to a spill file comes back, or an error says which file does not give it.</summary>
public sealed class SpillFileTests : IDisposable
{
    private static readonly int Seed = Environment.TickCount;
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"spill-tests-{Guid.NewGuid():N}");

    public static TheoryData<string> Types => RowMovementTests.Types;

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void RowsOfEveryTypeAndEncodingComeBack(string type)
    {
        var random = new Random(Seed);
        using var account = new MemoryAccount("test");
        using var area = new SpillArea(_folder, "test");
        using var writer = new BlockWriter(area.Create(new OperatorMetrics()));
        foreach (int length in (int[])[1, 3, 64, 65, 1000])
        {
            foreach (Vector source in RowMovementTests.Encodings(type, length, random, account))
            {
                int[] rows = [.. Enumerable.Range(0, length).Where(_ => random.Next(3) > 0)];
                var blocks = new List<SpillBlock>();
                writer.Write([source, source], default, length, blocks);
                writer.Write([source], rows, rows.Length, blocks);
                using var read = new MemoryAccount("read");
                SpillBlock whole = blocks[0];
                Batch all = BlockReader.Read(in whole, read);
                Assert.Equal(RowMovementTests.Values(source), RowMovementTests.Values(all.Columns[0]));
                Assert.Equal(RowMovementTests.Values(source), RowMovementTests.Values(all.Columns[1]));
                all.Release();
                if (rows.Length > 0)
                {
                    SpillBlock some = blocks[1];
                    Batch selected = BlockReader.Read(in some, read);
                    Assert.True(rows.Select(row => RowMovementTests.Value(source, row)).SequenceEqual(RowMovementTests.Values(selected.Columns[0])), $"{type}, {source.Encoding}, seed {Seed}");
                    selected.Release();
                }

                Assert.Equal(0, read.UsedBytes);
            }
        }
    }

    [Fact]
    public void FilesHaveNoNameWhileTheyAreOpen()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "files there are deleted as they close");
        var metrics = new OperatorMetrics();
        using var account = new MemoryAccount("test");
        using (var area = new SpillArea(_folder, "test"))
        {
            SpillBlock block = WriteOne(area, metrics, account);
            Assert.Empty(Directory.GetFiles(_folder));
            Assert.Equal((1, 1, (long)block.StoredBytes), (area.OpenFiles, area.FileCount, area.BytesWritten));
            BlockReader.Read(in block, account).Release();
            Assert.Equal(block.StoredBytes, area.BytesRead);
            Assert.Equal(block.StoredBytes, metrics.Counters["spilled bytes"]);
            Assert.Equal(1, metrics.Counters["spill files"]);
        }

        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void EveryChangedByteIsNoticed()
    {
        using var account = new MemoryAccount("test");
        using var area = new SpillArea(_folder, "test");
        SpillFile file = area.Create(new OperatorMetrics());
        SpillBlock block = WriteOne(area, new OperatorMetrics(), account);
        var bytes = new byte[block.StoredBytes];
        block.File.Read(block.Offset, bytes);
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 0x10;
            SpillBlock damaged = block with { File = file, Offset = file.Append(bytes) };
            bytes[i] ^= 0x10;
            QueryException error = Assert.Throws<QueryException>(() => BlockReader.Read(in damaged, account));
            Assert.Equal("XX001", error.SqlState);
            Assert.Contains(file.Path, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AFileThatEndsEarlyIsDamaged()
    {
        using var account = new MemoryAccount("test");
        using var area = new SpillArea(_folder, "test");
        SpillBlock block = WriteOne(area, new OperatorMetrics(), account);
        SpillBlock beyond = block with { Offset = block.Offset + 1 };
        Assert.Equal("XX001", Assert.Throws<QueryException>(() => BlockReader.Read(in beyond, account)).SqlState);
    }

    [Fact]
    public void AFullDiskIsDiskFull()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full");
        using var file = new SpillFile(null, (File.OpenHandle("/dev/full", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite), "/dev/full"), new OperatorMetrics());
        QueryException error = Assert.Throws<QueryException>(() => file.Append([1, 2, 3]));
        Assert.Equal(("53100", ErrorKind.Resources), (error.SqlState, error.Kind));
        Assert.Contains("/dev/full", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderThatCannotBeMadeIsAnError()
    {
        using var area = new SpillArea("/dev/null/spill", "test");
        QueryException error = Assert.Throws<QueryException>(() => area.Create(new OperatorMetrics()));
        Assert.Equal("58030", error.SqlState);
        Assert.Contains("/dev/null/spill", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RunsGiveTheSameBatchesFromDiskAsFromMemory()
    {
        using var account = new MemoryAccount("test");
        using var area = new SpillArea(_folder, "test");
        using var writer = new BlockWriter(area.Create(new OperatorMetrics()));
        var run = new BatchRun(account);
        for (int i = 0; i < 10; i++)
        {
            var batch = new Batch([TestVectors.Text([$"first {i}", null, $"a longer text, number {i}"], account)], 3);
            run.Add(batch);
            if (i == 4)
            {
                run.Spill(writer);
                Assert.Equal(0, run.MemoryBytes);
            }
        }

        Assert.Equal((10, 30L), (run.Count, run.RowCount));
        for (int i = 0; i < 10; i++)
        {
            Batch batch = i % 2 == 0 ? run.Read(i) : run.Take(i);
            Assert.Equal([$"\"first {i}\"", "NULL", $"\"a longer text, number {i}\""], RowMovementTests.Values(batch.Columns[0]));
            batch.Release();
        }

        run.Clear();
        Assert.Equal(0, run.MemoryBytes);
    }

    private static SpillBlock WriteOne(SpillArea area, OperatorMetrics metrics, MemoryAccount account)
    {
        using var writer = new BlockWriter(area.Create(metrics));
        var blocks = new List<SpillBlock>();
        writer.Write([TestVectors.Fixed<long>(ArrowType.Int64, [1, null, 3], account), TestVectors.Text(["a", "a text longer than twelve bytes", null], account)], default, 3, blocks);
        return blocks[0];
    }
}
