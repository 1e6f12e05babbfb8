using System.Diagnostics;
using SqlCluster.Testing;

namespace SqlCluster.Clients.Tests;

/// <summary>Runs programs that are no part of the project: psql, isql, java, python3, node. A test whose program is missing is skipped and says so.</summary>
internal static class ClientProgram
{
    /// <summary>How long a program may run before the test fails.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">Found on the path.</param>
    /// <param name="arguments">One argument each.</param>
    /// <param name="environment">Variables added to this process's.</param>
    /// <param name="input">Text for its standard input; null: none.</param>
    /// <returns>Its exit code, and what it wrote to standard output and standard error, in order.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? input = null)
    {
        Assert.SkipUnless(IsInstalled(program), $"{program} is not installed");
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" 2>&1", program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            WorkingDirectory = Folder,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(patience.Token);
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            string text = await output;
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, text);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Runs a script of tests/clients with Debian's Python, whose packages are Debian's too.</summary>
    public static Task<(int ExitCode, string Output)> PythonAsync(string script, string module, params string[] arguments) => PythonWithInputAsync(script, module, null, arguments);

    /// <summary>As <see cref="PythonAsync"/>, with text for its standard input.</summary>
    public static Task<(int ExitCode, string Output)> PythonWithInputAsync(string script, string module, string? input, params string[] arguments)
    {
        Assert.SkipUnless(Succeeds("/usr/bin/python3", "-c", $"import {module}"), $"the Python package {module} is not installed");
        return RunAsync("/usr/bin/python3", [Path.Combine(Folder, script), .. arguments], input: input);
    }

    /// <summary>Runs a script of tests/clients with Node.js.</summary>
    public static Task<(int ExitCode, string Output)> NodeAsync(string script, params string[] arguments) => NodeWithInputAsync(script, null, arguments);

    /// <summary>As <see cref="NodeAsync"/>, with text for its standard input.</summary>
    public static Task<(int ExitCode, string Output)> NodeWithInputAsync(string script, string? input, params string[] arguments)
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(Folder, "node_modules")), "tests/clients/node_modules is not there: run npm install in tests/clients");
        return RunAsync("node", [Path.Combine(Folder, script), .. arguments], input: input);
    }

    /// <summary>Runs a single-file Java program of tests/clients with PostgreSQL's JDBC driver on its class path.</summary>
    public static Task<(int ExitCode, string Output)> JavaAsync(string source, params string[] arguments) => JavaWithInputAsync(source, null, arguments);

    /// <summary>As <see cref="JavaAsync"/>, with text for its standard input.</summary>
    public static Task<(int ExitCode, string Output)> JavaWithInputAsync(string source, string? input, params string[] arguments)
    {
        const string Driver = "/usr/share/java/postgresql.jar";
        Assert.SkipUnless(File.Exists(Driver), $"{Driver} is not installed");
        return RunAsync("java", ["-cp", Driver, Path.Combine(Folder, source), .. arguments], input: input);
    }

    public static bool IsInstalled(string program) => Succeeds("/bin/sh", "-c", $"command -v {program}");

    private static string Folder => Path.Combine(Corpus.Root, "tests", "clients");

    private static bool Succeeds(string program, params string[] arguments)
    {
        if (!File.Exists(program))
        {
            return false;
        }

        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardOutput.ReadToEnd();
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
