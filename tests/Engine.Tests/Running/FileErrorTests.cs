using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Running;

/// <summary>Files that are missing, damaged, or change while they are read: an error that names the file, and the session goes on.</summary>
public sealed class FileErrorTests : IDisposable
{
    private readonly Engine _engine = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-files-").FullName;

    public void Dispose()
    {
        _engine.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task EmptyFilesAreNoParquet() => await ExpectAsync("empty.parquet", []);

    [Fact]
    public async Task GarbageIsNoParquet()
    {
        byte[] bytes = new byte[100_000];
        new Random(7).NextBytes(bytes);
        await ExpectAsync("garbage.parquet", bytes);
    }

    /// <summary>Magic numbers at both ends, nonsense between them.</summary>
    [Fact]
    public async Task GarbageInAnEnvelopeIsNoParquet()
    {
        byte[] bytes = new byte[50_000];
        new Random(8).NextBytes(bytes);
        "PAR1"u8.CopyTo(bytes);
        "PAR1"u8.CopyTo(bytes.AsSpan(bytes.Length - 4));
        await ExpectAsync("envelope.parquet", bytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 8), 40_000);
        await ExpectAsync("footer.parquet", bytes);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.999)]
    public async Task TruncatedFilesAreNoParquet(double share)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        byte[] whole = await File.ReadAllBytesAsync(Path.Combine(TestEngines.TpchFolder, "orders.parquet"), TestContext.Current.CancellationToken);
        await ExpectAsync("truncated.parquet", whole[..(int)(whole.Length * share)]);
    }

    /// <summary>The footer is whole, the pages are not: zeros where some were.</summary>
    [Fact]
    public async Task DamagedPagesEndTheQuery()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        byte[] bytes = await File.ReadAllBytesAsync(Path.Combine(TestEngines.TpchFolder, "orders.parquet"), TestContext.Current.CancellationToken);
        bytes.AsSpan(1000, bytes.Length / 2).Clear();
        await ExpectAsync("holes.parquet", bytes);
    }

    /// <summary>The file shrinks after its footer was read and while rows are on their way.</summary>
    [Fact]
    public async Task FilesThatShrinkEndTheQuery()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string path = Path.Combine(_folder, "shrinking.parquet");
        File.Copy(Corpus.Path("real", "flights-3m.parquet"), path);
        using Session session = _engine.OpenSession();
        StatementResult result = await session.ExecuteAsync(Parser.SqlParser.ParseStatements($"SELECT origin, destination, date, delay FROM '{path}'").Single(), cancellation);
        QueryException error;
        await using (var rows = Assert.IsType<StatementResult.Rows>(result))
        {
            (await rows.ReadAsync(cancellation))!.Release();
            using (FileStream file = File.Open(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            {
                file.SetLength(200_000);
            }

            error = await Assert.ThrowsAnyAsync<QueryException>(async () =>
            {
                while (await rows.ReadAsync(cancellation) is { } batch)
                {
                    batch.Release();
                }
            });
        }

        Assert.NotEqual(ErrorKind.Internal, error.Kind);
        Assert.Contains("shrinking.parquet", error.Message + error.Detail, StringComparison.Ordinal);
        Assert.NotEqual(ErrorKind.Internal, (await TestEngines.ErrorOfAsync(session, $"SELECT count(origin) FROM '{path}'", cancellation)).Kind);
        Assert.Single((await ResultReader.ReadAsync(session, "SELECT 1")).Rows);
    }

    [Fact]
    public async Task MissingFilesAndFolders()
    {
        using Session session = _engine.OpenSession();
        foreach (string path in new[] { "missing.parquet", "missing/*.parquet", "missing" })
        {
            QueryException error = await TestEngines.ErrorOfAsync(session, $"SELECT * FROM '{Path.Combine(_folder, path)}'", TestContext.Current.CancellationToken);
            Assert.Equal("58P01", error.SqlState);
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task UnreadableFolders()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "permissions do not bind this user");
        string closed = Directory.CreateDirectory(Path.Combine(_folder, "closed")).FullName;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(closed, UnixFileMode.None);
        }

        try
        {
            using Session session = _engine.OpenSession();
            Assert.Equal("42501", (await TestEngines.ErrorOfAsync(session, $"SELECT * FROM '{closed}'")).SqlState);
        }
        finally
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }

    /// <summary>Writes a file, reads it with every column, expects an error that names it.</summary>
    private async Task ExpectAsync(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        await File.WriteAllBytesAsync(path, content);
        using Session session = _engine.OpenSession();
        QueryException error = await TestEngines.ErrorOfAsync(session, $"SELECT * FROM '{path}'", TestContext.Current.CancellationToken);
        Assert.NotEqual(ErrorKind.Internal, error.Kind);
        Assert.Contains(name, error.Message + error.Detail, StringComparison.Ordinal);
        Assert.Single((await ResultReader.ReadAsync(session, "SELECT 1")).Rows);
    }
}
