using System.Diagnostics;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Parquet.Reading;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Tests.Parquet;

public class ReaderFuzzTests
{
    private const long MemoryLimit = 512 << 20;

    // Damaged copies of every small file: each ends in rows or in a ParquetException that names the file, in bounded time and memory.
    [Fact]
    public void Damaged_files_end_in_rows_or_in_a_named_error()
    {
        int refused = 0, read = 0, limited = 0, seed = 0;
        foreach (string path in ParquetCorpus.Files("data"))
        {
            byte[] sound = File.ReadAllBytes(path);
            if (sound.Length > 80_000)
                continue;
            Random random = new(++seed);
            for (int round = 0; round < 60; round++)
            {
                byte[] damaged = (byte[])sound.Clone();
                for (int changes = random.Next(1, 6); changes > 0; changes--)
                    damaged[random.Next(damaged.Length)] = (byte)(random.Next(3) == 0 ? 0xFF : random.Next(256));
                long start = Stopwatch.GetTimestamp();
                try
                {
                    CorpusReader.ReadAll(new MemoryFile("damaged.parquet", damaged), 4096, verifyChecksums: false, MemoryLimit);
                    read++;
                }
                catch (ParquetException error)
                {
                    Assert.Contains("damaged.parquet", error.Message, StringComparison.Ordinal);
                    refused++;
                }
                catch (MemoryLimitException)
                {
                    limited++;
                }
                catch (Exception error)
                {
                    Assert.Fail($"{Path.GetFileName(path)}, seed {seed}, round {round}: {error}");
                }

                double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                Assert.True(seconds < 10, $"{Path.GetFileName(path)}, seed {seed}, round {round} took {seconds} s");
            }
        }

        Assert.True(refused > 500 && read > 100, $"{refused} refused, {read} read, {limited} limited");
    }

    [Fact]
    public void Truncated_files_are_refused()
    {
        byte[] sound = File.ReadAllBytes(ParquetCorpus.File("data/alltypes_plain.parquet"));
        for (int length = 0; length < sound.Length; length += 7)
            Assert.Throws<ParquetException>(() => CorpusReader.ReadAll(new MemoryFile("cut.parquet", sound[..length]), 4096));
    }

    // Rows that are passed over must not change the rows that are read, whatever lies between them.
    [Fact]
    public void Skipped_rows_leave_the_others_as_they_are()
    {
        int columns = 0;
        foreach (string path in ParquetCorpus.Files("data"))
        {
            if (path.Contains("overflow", StringComparison.Ordinal))
                continue;
            List<string>[] whole = CorpusReader.ReadAll(LocalFile.Open(path), 4096, verifyChecksums: false);
            using MemoryAccount account = new("test");
            using ParquetFile file = ParquetFile.Open(LocalFile.Open(path));
            using RowGroupReader reader = new(file, [.. Enumerable.Range(0, file.Columns.Count)], account, default);
            Random random = new(columns);
            int first = 0;
            for (int group = 0; group < file.MetaData.RowGroups.Count; group++)
            {
                reader.Open(group);
                int rows;
                while ((rows = reader.NextRows(random.Next(1, 400))) > 0)
                {
                    for (int column = 0; column < whole.Length; column++)
                    {
                        if (random.Next(3) != 0)
                            continue;
                        Vector vector = reader.Read(column, rows);
                        for (int row = 0; row < rows; row++)
                            Assert.Equal(whole[column][first + row], ValueText.Of(vector, row));
                    }

                    reader.Advance(rows);
                    first += rows;
                }
            }

            columns += whole.Length;
        }

        Assert.True(columns > 200);
    }
}

/// <summary>A file in memory.</summary>
internal sealed class MemoryFile(string path, byte[] content) : IRandomAccessFile
{
    public string Path => path;

    public long LengthBytes => content.Length;

    public long Version => 0;

    public bool HasChanged() => false;

    public void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset + destination.Length > content.Length)
            throw new EndOfStreamException();
        content.AsSpan((int)offset, destination.Length).CopyTo(destination);
    }

    public void WillNeed(ReadOnlySpan<FileRange> ranges)
    {
    }

    public void Dispose()
    {
    }
}
