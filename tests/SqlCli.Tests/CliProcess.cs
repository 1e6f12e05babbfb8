using System.Diagnostics;

namespace SqlCluster.SqlCli.Tests;

/// <summary>What a run of the program gave.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Error);

/// <summary>Runs the program as its users do.</summary>
internal static class CliProcess
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "sqlcli.dll");

    /// <summary>Runs the program with nothing on standard input.</summary>
    public static Task<CliResult> RunAsync(params string[] args) => RunAsync("", args, null);

    public static Task<CliResult> RunAsync(string input, string[] args, string? folder) => RunAsync(input, args, folder, []);

    public static async Task<CliResult> RunAsync(string input, string[] args, string? folder, IEnumerable<(string Name, string Value)> environment)
    {
        ProcessStartInfo start = StartInfo(args, folder);
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync(limit.Token);
        return new CliResult(process.ExitCode, await output, await error);
    }

    /// <summary>The command line that starts the program, for a shell.</summary>
    public static string Command(params string[] args) => string.Join(' ', new[] { "dotnet", Program }.Concat(args).Select(static arg => $"'{arg}'"));

    private static ProcessStartInfo StartInfo(string[] args, string? folder)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        foreach (string arg in args.Prepend(Program))
        {
            start.ArgumentList.Add(arg);
        }

        return start;
    }
}

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("sqlcli-tests-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, true);
}
