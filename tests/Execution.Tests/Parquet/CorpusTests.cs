using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Tests.Parquet;

/// <summary>Reads every file of the shared corpus and compares with what its manifest, its expected values and DuckDB say.</summary>
public class CorpusTests
{
    [Fact]
    public void Every_file_behaves_as_the_manifest_says()
    {
        Dictionary<string, (int Rows, string Hash, string First)[]> expected = ReadExpected();
        List<string> problems = [];
        int compared = 0;
        foreach (string line in System.IO.File.ReadLines(ParquetCorpus.File("MANIFEST.tsv")).Skip(1))
        {
            string[] cells = line.Split('\t');
            (string name, string expect) = (cells[0], cells[3]);
            foreach (int batchRows in new[] { 4096, 3 })
            {
                try
                {
                    List<string>[] columns = CorpusReader.ReadAll(LocalFile.Open(ParquetCorpus.File(name)), batchRows, verifyChecksums: expect == "read");
                    if (expect == "reject")
                        problems.Add($"{name}: was read");
                    else
                        compared += Compare(name, columns, int.Parse(cells[4], CultureInfo.InvariantCulture), expected, problems);
                }
                catch (ParquetException error) when (expect != "read" && expect != "read-or-checksum-error")
                {
                    if (!error.Message.Contains(Path.GetFileName(name), StringComparison.Ordinal))
                        problems.Add($"{name}: error does not name the file: {error.Message}");
                }
                catch (Exception error)
                {
                    problems.Add($"{name}, batches of {batchRows}: {error.GetType().Name} {error.Message}\n{error.StackTrace}");
                }
            }
        }

        Assert.True(problems.Count == 0, string.Join("\n", problems));
        Assert.True(compared > 400, $"only {compared} columns were compared");
    }

    [Fact]
    public void Wrong_checksums_are_reported_with_column_and_page_when_asked()
    {
        string path = ParquetCorpus.File("data/datapage_v1-corrupt-checksum.parquet");
        ParquetException error = Assert.Throws<ParquetException>(() => CorpusReader.ReadAll(LocalFile.Open(path), 4096, verifyChecksums: true));
        Assert.Contains("wrong checksum", error.Message, StringComparison.Ordinal);
        Assert.Equal(("a", 0, 0), (error.Column, error.RowGroup, error.Page));
        Assert.Equal("XX001", error.SqlState);
    }

    [Theory]
    [InlineData("delta_binary_packed")]
    [InlineData("delta_byte_array")]
    [InlineData("delta_encoding_required_column")]
    public void Values_equal_the_expected_csv(string name)
    {
        List<string>[] columns = CorpusReader.ReadAll(LocalFile.Open(ParquetCorpus.File($"data/{name}.parquet")), 100);
        List<List<string?>> rows = [.. ParseCsv(System.IO.File.ReadAllText(ParquetCorpus.File($"data/{name}_expect.csv"))).Skip(1)];
        Assert.Equal(rows.Count, columns[0].Count);
        for (int row = 0; row < rows.Count; row++)
        {
            for (int column = 0; column < columns.Length; column++)
                Assert.Equal(rows[row][column] ?? "\\N", columns[column][row]);
        }
    }

    [Fact]
    public void Hadoop_lz4_holds_what_the_raw_codec_holds()
    {
        List<string>[] hadoop = CorpusReader.ReadAll(LocalFile.Open(ParquetCorpus.File("data/hadoop_lz4_compressed.parquet")), 4096);
        List<string>[] raw = CorpusReader.ReadAll(LocalFile.Open(ParquetCorpus.File("data/lz4_raw_compressed.parquet")), 4096);
        Assert.Equal(raw, hadoop);
    }

    // DuckDB's value of the last row is another one: Spark's, in the file's description, wraps around as Spark wrote it.
    [Fact]
    public void Int96_timestamps_are_what_spark_wrote()
    {
        List<string> column = CorpusReader.ReadAll(LocalFile.Open(ParquetCorpus.File("data/int96_from_spark.parquet")), 4096)[0];
        Assert.Equal(
            ["1704141296123456", "1704070800000000", "253402225200000000", "1735599600000000", "\\N", "9089380393200000000"], column);
    }

    private static int Compare(
        string name, List<string>[] columns, int rows, Dictionary<string, (int Rows, string Hash, string First)[]> expected, List<string> problems)
    {
        foreach (List<string> column in columns)
        {
            if (column.Count != rows)
                problems.Add($"{name}: {column.Count} rows instead of {rows}");
        }

        if (!expected.TryGetValue(name, out (int Rows, string Hash, string First)[]? hashes) || name.Contains("geospatial", StringComparison.Ordinal)
            || name.Contains("int96_from_spark", StringComparison.Ordinal))
            return 0;
        if (hashes.Length != columns.Length)
        {
            problems.Add($"{name}: {columns.Length} columns instead of {hashes.Length}");
            return 0;
        }

        for (int i = 0; i < columns.Length; i++)
        {
            string hash = Convert.ToHexStringLower(MD5.HashData(System.Text.Encoding.UTF8.GetBytes(string.Concat(columns[i].Select(static value => value + "\n")))));
            if (hash != hashes[i].Hash)
                problems.Add($"{name}, column {i}: {columns[i].FirstOrDefault()} instead of {hashes[i].First} ({columns[i].Count} rows)");
        }

        return columns.Length;
    }

    private static Dictionary<string, (int Rows, string Hash, string First)[]> ReadExpected()
    {
        using Stream stream = typeof(CorpusTests).Assembly.GetManifestResourceStream("corpus.tsv")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line.Split('\t'))
            .GroupBy(static cells => cells[0])
            .ToDictionary(static group => group.Key, static group => group
                .Select(static cells => (int.Parse(cells[2], CultureInfo.InvariantCulture), cells[3], cells[4])).ToArray());
    }

    // Empty and unquoted is null; "" is the empty string.
    private static IEnumerable<List<string?>> ParseCsv(string text)
    {
        List<string?> row = [];
        int i = 0;
        while (i < text.Length)
        {
            if (text[i] == '"')
            {
                StringBuilder value = new();
                for (i++; ; i++)
                {
                    if (text[i] == '"' && (i + 1 == text.Length || text[i + 1] != '"'))
                        break;
                    if (text[i] == '"')
                        i++;
                    value.Append(text[i]);
                }

                i++;
                row.Add(value.ToString());
            }
            else
            {
                int start = i;
                while (i < text.Length && text[i] is not (',' or '\n'))
                    i++;
                row.Add(i == start ? null : text[start..i]);
            }

            if (i >= text.Length || text[i++] == '\n')
            {
                yield return row;
                row = [];
            }
            else if (i < text.Length && text[i] == '\n')
            {
                row.Add(null);
                i++;
                yield return row;
                row = [];
            }
        }
    }
}
