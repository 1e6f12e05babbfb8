using System.Diagnostics;
using System.Net.Sockets;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Running;

/// <summary>Pipes, sockets and devices where a file is expected: an error that says what they are, where opening them would wait for ever and reading never end.</summary>
public sealed class SpecialFileTests : IDisposable
{
    /// <summary>Long enough on any machine; who waits for a pipe's other end waits for ever.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Engine _engine = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-special-").FullName;

    public void Dispose()
    {
        _engine.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("a.csv")]
    [InlineData("a.csv.gz")]
    [InlineData("a.json")]
    [InlineData("a.arrow")]
    [InlineData("a.parquet")]
    public async Task PipesAreNeitherReadNorReplaced(string name)
    {
        string path = await MakePipeAsync(name);
        QueryException read = await ErrorOfAsync($"SELECT * FROM '{path}'"), written = await ErrorOfAsync($"COPY (SELECT 1 AS a) TO '{path}'");
        Assert.Equal(("42809", $"not a file but a named pipe: \"{path}\""), (read.SqlState, read.Message));
        Assert.Equal(("42809", $"could not open file \"{path}\" for writing: Is a named pipe"), (written.SqlState, written.Message));
        Assert.Equal("a named pipe", SpecialFiles.KindOf(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("CREATE EXTERNAL TABLE")]
    [InlineData("COPY FROM")]
    [InlineData("folder")]
    [InlineData("pattern")]
    public async Task PipesAreFoundWhereverFilesAreRead(string place)
    {
        string path = await MakePipeAsync("b.csv");
        using Session session = _engine.OpenSession();
        await ResultReader.ReadAsync(session, "CREATE TABLE special (a int)");
        await File.WriteAllTextAsync(Path.Combine(_folder, "a.csv"), "a\n1\n", TestContext.Current.CancellationToken);
        QueryException error = await ErrorOfAsync(session, place switch
        {
            "CREATE EXTERNAL TABLE" => $"CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '{path}'",
            "COPY FROM" => $"COPY special FROM '{path}' (FORMAT csv)",
            "folder" => $"SELECT * FROM '{_folder}'",
            "pattern" => $"SELECT * FROM '{_folder}/*.csv'",
            _ => throw new ArgumentOutOfRangeException(nameof(place)),
        });
        Assert.Equal(("42809", $"not a file but a named pipe: \"{path}\""), (error.SqlState, error.Message));
    }

    [Fact]
    public async Task SocketsAreNoFiles()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "sockets in the file system");
        string path = Path.Combine(_folder, "a.csv");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        Assert.Equal($"not a file but a socket: \"{path}\"", (await ErrorOfAsync($"SELECT * FROM '{path}'")).Message);
        Assert.Equal("42809", (await ErrorOfAsync($"COPY (SELECT 1) TO '{path}'")).SqlState);
    }

    [Theory]
    [InlineData("SELECT * FROM read_csv('/dev/zero')")]
    [InlineData("SELECT * FROM read_json('/dev/zero')")]
    [InlineData("SELECT * FROM read_parquet('/dev/zero')")]
    public async Task DevicesAreNotRead(string sql)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/dev/zero"), "there is no /dev/zero");
        QueryException error = await ErrorOfAsync(sql);
        Assert.Equal(("42809", "not a file but a device: \"/dev/zero\""), (error.SqlState, error.Message));
    }

    /// <summary>Files in shared memory are files like others: written beside their place and renamed.</summary>
    [Fact]
    public async Task FilesInSharedMemoryAreFiles()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "there is no /dev/shm");
        string path = $"/dev/shm/sqlcluster-{Guid.NewGuid():N}.csv";
        try
        {
            using Session session = _engine.OpenSession();
            await ResultReader.ReadAsync(session, $"COPY (SELECT 7 AS a) TO '{path}'");
            Assert.Equal("7", Assert.Single((await ResultReader.ReadAsync(session, $"SELECT a FROM '{path}'")).Rows)[0]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private async Task<string> MakePipeAsync(string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "named pipes in the file system");
        string path = Path.Combine(_folder, name);
        using Process process = Process.Start("mkfifo", path);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return path;
    }

    private async Task<QueryException> ErrorOfAsync(string sql)
    {
        using Session session = _engine.OpenSession();
        return await ErrorOfAsync(session, sql);
    }

    private static async Task<QueryException> ErrorOfAsync(Session session, string sql)
    {
        QueryException error = await Task.Run(() => TestEngines.ErrorOfAsync(session, sql, TestContext.Current.CancellationToken)).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Single((await ResultReader.ReadAsync(session, "SELECT 1")).Rows);
        return error;
    }
}
