using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Tests.Clients;

namespace SqlCluster.Arrow.Tests.Ipc;

/// <summary>Other implementations read what is written here, and the other way round: apache-arrow for JavaScript, Polars.</summary>
public sealed class ForeignReaderTests : IDisposable
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private readonly string _folder = Directory.CreateTempSubdirectory("arrow-").FullName;
    private readonly MemoryAccount _account = new("foreign readers");

    public void Dispose()
    {
        _account.Dispose();
        Directory.Delete(_folder, true);
    }

    [Fact]
    public async Task W1_EveryTypeGoesToApacheArrowAndBack()
    {
        ArrowSchema all = RandomBatches.Schema(RandomBatches.Types) with { Metadata = new Dictionary<string, string> { ["key"] = "value ä" } };
        var names = new List<string>();
        foreach (string variant in (string[])["default", "views", "dictionaries", "small"])
        {
            for (int seed = 0; seed < 3; seed++)
            {
                var random = new RandomBatches(seed, _account);
                bool isFile = seed == 2;
                string name = $"{variant}-{seed}";
                names.Add(name);
                using FileStream output = File.Create(Path.Combine(_folder, $"{name}.arrow"));
                Batch[] batches = [.. ((int[])[1, 40, 333]).Select(length => random.Next(all, length))];
                Write(output, all, IpcRoundTripTests.Options(variant) with { Compression = IpcCompression.None }, isFile, batches);
                await File.WriteAllLinesAsync(Path.Combine(_folder, $"{name}.expected.jsonl"), batches.SelectMany(batch => CanonicalRows.Of(all, batch)), Token);
            }
        }

        (int exitCode, string printed) = await NodeClient.RunAsync("check-arrow.mjs", [_folder], Token);
        Assert.True(exitCode == 0, printed);
        foreach (string name in names)
        {
            string[] expected = await File.ReadAllLinesAsync(Path.Combine(_folder, $"{name}.expected.jsonl"), Token);
            foreach (string ending in name.StartsWith("dictionaries", StringComparison.Ordinal) ? (string[])["js.arrows"] : ["js.arrow", "js.arrows"])
            {
                (ArrowSchema schema, List<string> rows) = Read(Path.Combine(_folder, $"{name}.{ending}"));
                Assert.Equal(CanonicalRows.Schema(all), CanonicalRows.Schema(schema));
                Assert.Equal("value ä", schema.Metadata!["key"]);
                Assert.Equal(expected, rows);
            }
        }
    }

    [Fact]
    public async Task TypesThatTheEngineNeverWritesAreConverted()
    {
        (int exitCode, string printed) = await NodeClient.RunAsync("make-arrow.mjs", [_folder], Token);
        Assert.True(exitCode == 0, printed);
        string[] files = [.. Directory.EnumerateFiles(_folder, "*.arrow*")];
        Assert.True(files.Length >= 30, $"{files.Length} files");
        foreach (string file in files)
        {
            string[] expected = await File.ReadAllLinesAsync(Path.ChangeExtension(file, null) + ".expected.jsonl", Token);
            (_, List<string> rows) = Read(file);
            Assert.Equal(expected, rows);
        }
    }

    [Theory]
    [InlineData("lz4")]
    [InlineData("zstd")]
    [InlineData("default")]
    [InlineData("views")]
    public async Task PolarsReadsWhatIsWritten(string variant)
    {
        ArrowSchema schema = RandomBatches.Schema(ArrowType.Int32, ArrowType.Utf8, ArrowType.Boolean, ArrowType.Int16, ArrowType.List(ArrowType.Int32));
        var random = new RandomBatches(5, _account);
        Batch[] batches = [random.Next(schema, 2000), random.Next(schema, 10)];
        string path = Path.Combine(_folder, "x.arrow");
        using (FileStream output = File.Create(path))
        {
            Write(output, schema, IpcRoundTripTests.Options(variant), true, batches);
        }

        (int exitCode, string printed) = await NodeClient.RunAsync("polars-arrow.mjs", ["read", path], Token);
        Assert.True(exitCode == 0, printed);
        string[] expected = [.. batches.SelectMany(batch => CanonicalRows.Of(schema, batch)).Select(static row => row.Replace("true", "\"true\"", StringComparison.Ordinal).Replace("false", "\"false\"", StringComparison.Ordinal))];
        Assert.Equal(expected, printed.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("lz4", "arrow")]
    [InlineData("zstd", "arrow")]
    [InlineData("uncompressed", "arrow")]
    [InlineData("lz4", "arrows")]
    [InlineData("zstd", "arrows")]
    public async Task WhatPolarsWritesIsRead(string codec, string ending)
    {
        string path = Path.Combine(_folder, $"x.{ending}");
        (int exitCode, string printed) = await NodeClient.RunAsync("polars-arrow.mjs", ["write", path, codec], Token);
        Assert.True(exitCode == 0, printed);
        (ArrowSchema schema, List<string> rows) = Read(path);
        Assert.Equal("i: Int64, t: Utf8, d: Float64", CanonicalRows.Schema(schema));
        Assert.Equal(1000, rows.Count);
        for (int i = 0; i < rows.Count; i++)
        {
            string bits = BitConverter.DoubleToUInt64Bits(i / 4.0).ToString("x", System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(i % 11 == 0 ? $"[\"{i}\",null,null]" : $"[\"{i}\",\"text {i % 7} that is not short\",\"{bits}\"]", rows[i]);
        }
    }

    private void Write(Stream output, ArrowSchema schema, IpcOptions options, bool isFile, Batch[] batches)
    {
        if (isFile)
        {
            var writer = new ArrowFileWriter(output, schema, options, _account);
            foreach (Batch batch in batches)
            {
                writer.Write(batch);
            }

            writer.Finish();
            return;
        }

        var streamWriter = new ArrowStreamWriter(output, schema, options, _account);
        foreach (Batch batch in batches)
        {
            streamWriter.Write(batch);
        }

        streamWriter.Finish();
    }

    private (ArrowSchema Schema, List<string> Rows) Read(string path)
    {
        var rows = new List<string>();
        using FileStream input = File.OpenRead(path);
        if (path.EndsWith(".arrow", StringComparison.Ordinal))
        {
            using ArrowFileReader file = ArrowFileReader.Open(input, _account);
            for (int i = 0; i < file.BatchCount; i++)
            {
                rows.AddRange(CanonicalRows.Of(file.Schema, file.Read(i)));
            }

            return (file.Schema, rows);
        }

        using ArrowStreamReader stream = ArrowStreamReader.Open(input, _account);
        while (stream.Read() is { } batch)
        {
            rows.AddRange(CanonicalRows.Of(stream.Schema, batch));
        }

        return (stream.Schema, rows);
    }
}
