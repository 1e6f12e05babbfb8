using System.Diagnostics;

namespace SqlCluster.SqlCli.Tests;

/// <summary>A disk that is full: an error that names the file and the cause, and no half of a file.</summary>
/// <remarks>Files may not grow beyond 32 kB here, which to the program is what a full disk is: a write that fails.</remarks>
public sealed class FullDiskTests
{
    private const string Rows = "SELECT i % 3 AS k, i, random() AS r FROM generate_series(1, 200000) t(i)";

    [Theory]
    [InlineData("a.csv", "")]
    [InlineData("a.csv.gz", "")]
    [InlineData("a.json", "")]
    [InlineData("a.arrow", "")]
    [InlineData("a.parquet", "")]
    [InlineData("parts", " (FORMAT parquet, PARTITION_BY 'k')")]
    public async Task CopyToEndsWithAnErrorAndNoFile(string name, string options)
    {
        using var folder = new TestFolder();
        CliResult result = await RunAsync(["-c", $"COPY ({Rows}) TO '{folder.File(name)}'{options}"]);
        Assert.Contains("ERROR:  53100: could not write file \"", result.Error, StringComparison.Ordinal);
        Assert.EndsWith(": File too large\n", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("jsonl")]
    [InlineData("parquet")]
    [InlineData("arrow")]
    public async Task OutputEndsWithAnErrorAndNoFile(string format)
    {
        using var folder = new TestFolder();
        CliResult result = await RunAsync(["-o", folder.File("out"), "--format", format, "-c", Rows]);
        Assert.Contains("ERROR:  53100: could not write file \"", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task AFileThatWasThereStaysAsItWas()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.File("a.csv"), "kept\n", TestContext.Current.CancellationToken);
        CliResult result = await RunAsync(["-c", $"COPY ({Rows}) TO '{folder.File("a.csv")}'"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal([folder.File("a.csv")], Directory.GetFileSystemEntries(folder.Path));
        Assert.Equal("kept\n", await File.ReadAllTextAsync(folder.File("a.csv"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task DevicesThatAreFullSayIt()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full");
        CliResult result = await CliProcess.RunAsync("-c", $"COPY ({Rows}) TO '/dev/full' (FORMAT csv)");
        Assert.Equal("ERROR:  53100: could not write file \"/dev/full\": No space left on device\n", result.Error);
        Assert.Equal(1, result.ExitCode);
    }

    /// <summary>Runs the program where no file may be larger than 32 kB. The runtime makes code in files of memory, for which the limit holds, too, unless it need not protect it.</summary>
    private static async Task<CliResult> RunAsync(string[] args)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no shell with ulimit");
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"ulimit -f 64 && exec {CliProcess.Command(args.Select(static arg => arg.Replace("'", "'\\''", StringComparison.Ordinal)).ToArray())}"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync(limit.Token);
        return new CliResult(process.ExitCode, await output, await error);
    }
}
