using System.Diagnostics;

namespace SqlCluster.Tests.Clients;

/// <summary>Runs scripts of tests/clients; skips the test where Node.js or the packages are missing.</summary>
internal static class NodeClient
{
    /// <summary>Runs SQL statements in DuckDB and returns the rows of the last one as JSON arrays of text, one a line.</summary>
    public static async Task<string[]> DuckDbAsync(string sql, CancellationToken cancellationToken)
    {
        (int exitCode, string output) = await RunAsync("duckdb-query.mjs", [sql], cancellationToken);
        Assert.True(exitCode == 0, output);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public static async Task<(int ExitCode, string Output)> RunAsync(string script, string[] arguments, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(RepositoryRoot(), "tests", "clients");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules")), "tests/clients/node_modules is not there: see its README.md");
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(folder, script));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using Process process = Start(start);
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        output += await errors;
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, output);
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("Node.js is not installed");
            throw;
        }
    }

    private static string RepositoryRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SqlCluster.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("tests run outside the repository");
    }
}
