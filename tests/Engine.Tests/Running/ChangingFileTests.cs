using SqlCluster.Parser.Errors;
using SqlCluster.Parser;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Running;

/// <summary>Text and Arrow files that are cut off, grow, are replaced or removed while their rows are on their way: an error that names the file, or the rows that were there; never others, and never a hang.</summary>
public sealed class ChangingFileTests : IDisposable
{
    private const int RowCount = 150_000;

    private readonly Engine _engine = new(new EngineOptions(Slots: 2));
    private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-changing-").FullName;

    public static TheoryData<string, string> Changes()
    {
        var all = new TheoryData<string, string>();
        foreach (string name in new[] { "a.csv", "a.csv.gz", "a.json", "a.arrow" })
        {
            foreach (string change in new[] { "cut off", "grown", "written over", "replaced", "removed" })
            {
                all.Add(name, change);
            }
        }

        return all;
    }

    public void Dispose()
    {
        _engine.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task AChangeIsAnErrorOrGoesUnseen(string name, string change)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string path = Path.Combine(_folder, name), other = Path.Combine(_folder, "other-" + name);
        using Session session = _engine.OpenSession();
        await ResultReader.ReadAsync(session, $"COPY (SELECT i AS a, md5(i::text) AS b FROM generate_series(1, {RowCount}) g(i)) TO '{path}'", cancellation);
        if (change == "replaced")
        {
            await ResultReader.ReadAsync(session, $"COPY (SELECT -i AS a, 'other' AS b FROM generate_series(1, 1000) g(i)) TO '{other}'", cancellation);
        }

        QueryException? error = null;
        long rowCount = 0;
        await using (var rows = Assert.IsType<StatementResult.Rows>(await session.ExecuteAsync(SqlParser.ParseStatements($"SELECT a, b FROM '{path}'").Single(), cancellation)))
        {
            rowCount += await NextAsync(rows, cancellation);
            Change(path, other, change);
            try
            {
                for (long count; (count = await NextAsync(rows, cancellation)) > 0;)
                {
                    rowCount += count;
                }
            }
            catch (QueryException failure)
            {
                error = failure;
            }
        }

        if (error == null)
        {
            // The file that was opened is still there, whatever its name leads to by now.
            Assert.Contains(change, new[] { "replaced", "removed" });
            Assert.Equal(RowCount, rowCount);
        }
        else
        {
            Assert.True(error.SqlState is "58030" or "58P01", $"{error.SqlState}: {error.Message}");
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
        }

        Assert.Single((await ResultReader.ReadAsync(session, "SELECT 1", cancellation)).Rows);
    }

    /// <summary>Between two statements a file may become another one.</summary>
    [Theory]
    [InlineData("a.csv")]
    [InlineData("a.json")]
    [InlineData("a.arrow")]
    [InlineData("a.parquet")]
    public async Task AFileThatWasReplacedIsReadAnew(string name)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string path = Path.Combine(_folder, name);
        using Session session = _engine.OpenSession();
        await ResultReader.ReadAsync(session, $"COPY (SELECT 1 AS a) TO '{path}'", cancellation);
        Assert.Equal("1", Assert.Single((await ResultReader.ReadAsync(session, $"SELECT a FROM '{path}'", cancellation)).Rows)[0]);
        await ResultReader.ReadAsync(session, $"COPY (SELECT 'x' AS b, 22 AS c) TO '{path}'", cancellation);
        Assert.Equal("x 22", string.Join(" ", Assert.Single((await ResultReader.ReadAsync(session, $"SELECT b, c FROM '{path}'", cancellation)).Rows)));
    }

    private static void Change(string path, string other, string change)
    {
        switch (change)
        {
            case "cut off":
                Write(path, file => file.SetLength(file.Length / 2));
                break;
            case "grown":
                Write(path, static file =>
                {
                    file.Position = file.Length;
                    file.Write("more\n"u8);
                });
                break;
            case "written over":
                Write(path, static file =>
                {
                    file.Position = file.Length / 2;
                    file.Write("something else"u8);
                });
                break;
            case "replaced":
                File.Move(other, path, overwrite: true);
                break;
            case "removed":
                File.Delete(path);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(change));
        }
    }

    private static void Write(string path, Action<FileStream> write)
    {
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        write(file);
    }

    /// <summary>Rows of the next batch; 0: there is none.</summary>
    private static async Task<long> NextAsync(StatementResult.Rows rows, CancellationToken cancellation)
    {
        if (await rows.ReadAsync(cancellation) is not { } batch)
        {
            return 0;
        }

        int count = batch.RowCount;
        batch.Release();
        return count;
    }
}
