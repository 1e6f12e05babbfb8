using System.Diagnostics;
using System.Runtime.Versioning;

namespace SqlCluster.SqlCli.Tests;

/// <summary>Files and folders that may not be read or written: 42501 with the name, whoever runs the tests.</summary>
/// <remarks>To root nothing is forbidden; then the program runs as another user, with setpriv (util-linux).</remarks>
[UnsupportedOSPlatform("windows")]
public sealed class ForbiddenFilesTests
{
    private const UnixFileMode Nothing = UnixFileMode.None;
    private const UnixFileMode Everything = (UnixFileMode)0b111_111_111;

    [Theory]
    [InlineData("a.csv", "COPY (SELECT 1 AS a) TO '{0}'")]
    [InlineData("a.json", "COPY (SELECT 1 AS a) TO '{0}'")]
    [InlineData("a.arrow", "COPY (SELECT 1 AS a) TO '{0}'")]
    [InlineData("a.parquet", "COPY (SELECT 1 AS a) TO '{0}'")]
    public async Task AFileThatMayNotBeReadIsAnErrorWithItsName(string name, string write)
    {
        using var folder = new TestFolder();
        string file = folder.File(name);
        CliResult written = await CliProcess.RunAsync("-c", string.Format(System.Globalization.CultureInfo.InvariantCulture, write, file));
        Assert.Equal(0, written.ExitCode);
        await ExpectAsync(folder, () => File.SetUnixFileMode(file, Nothing), $"SELECT * FROM '{file}'", "42501", file);
    }

    [Fact]
    public async Task AFolderThatMayNotBeListedOrSearchedIsAnErrorWithItsName()
    {
        using var folder = new TestFolder();
        string inner = Directory.CreateDirectory(folder.File("inner")).FullName;
        await File.WriteAllTextAsync(Path.Combine(inner, "a.csv"), "a\n1\n", TestContext.Current.CancellationToken);
        try
        {
            await ExpectAsync(folder, () => File.SetUnixFileMode(inner, Nothing), $"SELECT * FROM '{folder.Path}'", "42501", folder.Path);
            await ExpectAsync(folder, static () => { }, $"SELECT * FROM '{inner}/a.csv'", "42501", inner);
            await ExpectAsync(folder, static () => { }, $"SELECT * FROM '{inner}/*.csv'", "42501", inner);
        }
        finally
        {
            File.SetUnixFileMode(inner, Everything);
        }
    }

    [Theory]
    [InlineData("a.csv")]
    [InlineData("a.parquet")]
    [InlineData("a.arrow")]
    public async Task AFolderThatMayNotBeWrittenIsAnErrorWithTheFilesName(string name)
    {
        using var folder = new TestFolder();
        string inner = Directory.CreateDirectory(folder.File("inner")).FullName;
        File.SetUnixFileMode(inner, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        await ExpectAsync(folder, static () => { }, $"COPY (SELECT 1) TO '{inner}/{name}'", "42501", $"could not open file \"{inner}/{name}\" for writing: Permission denied");
        Assert.Empty(Directory.GetFileSystemEntries(inner));
        File.SetUnixFileMode(inner, Everything);
    }

    /// <summary>Runs a statement as somebody to whom the modes apply.</summary>
    private static async Task ExpectAsync(TestFolder folder, Action forbid, string statement, string state, string text)
    {
        File.SetUnixFileMode(folder.Path, Everything);
        forbid();
        string command = CliProcess.Command("-c", statement.Replace("'", "'\\''", StringComparison.Ordinal));
        if (Environment.UserName == "root")
        {
            const string Other = "setpriv --reuid=65534 --regid=65534 --clear-groups ";
            (int canRun, _) = await ShellAsync($"{Other} test -r {CliProcess.Command().Split(' ')[1]}");
            Assert.SkipUnless(canRun == 0, "root may do everything, and there is no setpriv or no way to the program for another user");
            command = Other + command;
        }

        (int code, string error) = await ShellAsync(command);
        Assert.Contains($"ERROR:  {state}: ", error, StringComparison.Ordinal);
        Assert.Contains(text, error, StringComparison.Ordinal);
        Assert.Equal(1, code);
    }

    private static async Task<(int ExitCode, string Error)> ShellAsync(string command)
    {
        using Process process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true })!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync(limit.Token);
        await output;
        return (process.ExitCode, await error);
    }
}
