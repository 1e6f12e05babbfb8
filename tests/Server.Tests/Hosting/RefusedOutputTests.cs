using System.Diagnostics;
using System.Runtime.Versioning;
using SqlCluster.Server.Hosting;

namespace SqlCluster.Server.Tests.Hosting;

/// <summary>Files that <c>sqlcluster generate</c> and <c>sqlcluster user</c> cannot write: a message that names the file and the cause, exit code 1, and nothing half written.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class RefusedOutputTests : IDisposable
{
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    private const UnixFileMode Everything = (UnixFileMode)0b111_111_111;

    private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-refused-").FullName;

    public RefusedOutputTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "no shell");

    public void Dispose()
    {
        File.SetUnixFileMode(_folder, Everything);
        Directory.Delete(_folder, true);
    }

    /// <summary>No file may be larger than 64 kB: to the program a disk that becomes full. Small tables are complete by then; none of them appears.</summary>
    [Theory]
    [InlineData("parquet")]
    [InlineData("tbl")]
    [InlineData("csv")]
    public async Task AFullDiskLeavesNoTables(string format)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "nation." + format), "kept", TestContext.Current.CancellationToken);
        (int code, string error) = await RunAsync("ulimit -f 128 && ", "generate", "tpch", "--scale", "0.01", "--format", format, "--output", _folder);
        Assert.Matches($"^could not write file \"{_folder}/[a-z]+\\.{format}\": File too large\n$", error);
        Assert.Equal(1, code);
        Assert.Equal([Path.Combine(_folder, "nation." + format)], Directory.GetFileSystemEntries(_folder));
        Assert.Equal("kept", await File.ReadAllTextAsync(Path.Combine(_folder, "nation." + format), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task AFolderInATablesPlaceLeavesNoTables()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "region.parquet"));
        (int code, string error) = await RunAsync("", "generate", "tpch", "--scale", "0.01", "--output", _folder);
        Assert.Equal($"could not open file \"{_folder}/region.parquet\" for writing: Is a directory\n", error);
        Assert.Equal(1, code);
        Assert.Equal([Path.Combine(_folder, "region.parquet")], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task AFileInTheFoldersPlaceIsSaid()
    {
        string file = Path.Combine(_folder, "data");
        await File.WriteAllTextAsync(file, "kept", TestContext.Current.CancellationToken);
        (int code, string error) = await RunAsync("", "generate", "tpch", "--scale", "0.01", "--output", file);
        Assert.Equal($"could not open file \"{file}\" for writing: Not a directory\n", error);
        Assert.Equal(1, code);
        Assert.Equal("kept", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("generate", "tpch", "--scale", "0.01", "--output")]
    [InlineData("user", "add", "anna", "--iterations", "4096", "--users-file")]
    public async Task AFolderThatMayNotBeWrittenIsSaid(params string[] arguments)
    {
        File.SetUnixFileMode(_folder, ReadOnly);
        string target = arguments[0] == "user" ? Path.Combine(_folder, "users") : _folder;
        (int code, string error) = await RunAsync(await AsOtherAsync(), [.. arguments, target]);
        Assert.Contains(target, error, StringComparison.Ordinal);
        Assert.Contains("denied", error, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, code);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    /// <summary>What was in the user file stays, and no verifier lies beside it.</summary>
    [Fact]
    public async Task AFullDiskLeavesTheUserFileAsItWas()
    {
        string file = Path.Combine(_folder, "users");
        string before = string.Concat(Enumerable.Range(0, 600).Select(static i => $"# a remark of some length, number {i}, so that the file is larger than may be written\n"));
        await File.WriteAllTextAsync(file, before, TestContext.Current.CancellationToken);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (int code, string error) = await RunAsync("ulimit -f 64 && ", "user", "add", "anna", "--iterations", "4096", "--users-file", file);
        Assert.Equal($"could not write file \"{file}\": File too large\n", error);
        Assert.Equal(1, code);
        Assert.Equal(before, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal([file, file + ".lock"], Directory.GetFileSystemEntries(_folder).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("pipe")]
    public async Task WhatIsNoFileIsNoUserFile(string kind)
    {
        string path = Path.Combine(_folder, "users");
        if (kind == "folder")
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            using Process process = Process.Start("mkfifo", path);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        (int code, string error) = await RunAsync("", "user", "add", "anna", "--iterations", "4096", "--users-file", path);
        Assert.Contains(path, error, StringComparison.Ordinal);
        Assert.Equal(1, code);
        Assert.Equal(kind == "folder", Directory.Exists(path));
    }

    /// <summary>Who is bound by the modes of files: root is not.</summary>
    private static async Task<string> AsOtherAsync()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return "";
        }

        const string Other = "setpriv --reuid=65534 --regid=65534 --clear-groups ";
        (int canRun, _) = await ShellAsync($"{Other} test -r {typeof(Engine).Assembly.Location}");
        Assert.SkipUnless(canRun == 0, "root may do everything, and there is no setpriv or no way to the program for another user");
        return Other;
    }

    /// <summary>Runs the program with "secret" on standard input, behind a prefix of the shell.</summary>
    private static Task<(int ExitCode, string Error)> RunAsync(string before, params string[] arguments) =>
        ShellAsync($"{before}exec dotnet {string.Join(' ', arguments.Prepend(typeof(Engine).Assembly.Location).Select(static part => $"'{part}'"))}".Replace("setpriv --reuid=65534 --regid=65534 --clear-groups exec ", "exec setpriv --reuid=65534 --regid=65534 --clear-groups ", StringComparison.Ordinal));

    private static async Task<(int ExitCode, string Error)> ShellAsync(string command)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };

        // The runtime makes code in files of memory, for which the limit holds, too, unless it need not protect it.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.WriteLineAsync("secret");
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading.
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync(limit.Token);
        await output;
        return (process.ExitCode, await error);
    }
}
