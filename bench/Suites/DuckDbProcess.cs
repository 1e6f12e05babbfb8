using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SqlCluster.Bench.Suites;

/// <summary>DuckDB in a Node process, driven over its standard streams. One that dies is replaced before the next request, with what was set up.</summary>
internal sealed class DuckDbProcess : IDisposable
{
    /// <summary>How long a statement may take: it can neither be cancelled nor be waited for, so its process ends.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly List<string> _setup = [];
    private Process? _process;

    public static string ScriptPath => Path.Combine(AppContext.BaseDirectory, "duckdb.mjs");

    /// <summary>Runs statements, now and in every process that replaces this one.</summary>
    /// <exception cref="DuckDbFailure">One of them fails.</exception>
    public void Setup(params string[] statements)
    {
        Ask(Running(), SetupOf(statements));
        _setup.AddRange(statements);
    }

    /// <summary>Runs a query and gives its time as DuckDB's caller sees it, the processor time of its process meanwhile, both in milliseconds, and its rows as text.</summary>
    /// <exception cref="DuckDbFailure">It ends with an error or not within a minute, or its process ends.</exception>
    public (double Milliseconds, double ProcessorMilliseconds, string?[][] Rows) Query(string sql)
    {
        JsonNode answer = Ask(Running(), new JsonObject { ["sql"] = sql });
        string?[][] rows = [.. answer["rows"]!.AsArray().Select(static row => row!.AsArray().Select(static cell => cell?.GetValue<string>()).ToArray())];
        return (answer["ms"]!.GetValue<double>(), answer["processor"]!.GetValue<double>(), rows);
    }

    public void Dispose()
    {
        if (_process is not { } process)
        {
            return;
        }

        process.StandardInput.Close();
        if (!process.WaitForExit(5000))
        {
            process.Kill();
        }

        process.Dispose();
    }

    private static JsonObject SetupOf(IEnumerable<string> statements) => new() { ["setup"] = new JsonArray([.. statements.Select(static statement => (JsonNode)statement)]) };

    private Process Running()
    {
        if (_process is { } running)
        {
            return running;
        }

        var start = new ProcessStartInfo("node", [ScriptPath])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException("node did not start");
        if (_setup.Count > 0)
        {
            Ask(_process, SetupOf(_setup));
        }

        return _process;
    }

    private JsonNode Ask(Process process, JsonObject request)
    {
        string? line;
        bool isLate = false;
        using var timer = new Timer(
            _ =>
            {
                isLate = true;
                process.Kill();
            },
            null, Patience, Timeout.InfiniteTimeSpan);
        try
        {
            process.StandardInput.WriteLine(request.ToJsonString());
            process.StandardInput.Flush();
            line = process.StandardOutput.ReadLine();
        }
        catch (IOException)
        {
            line = null;        // it died before it read the request
        }

        if (line == null)
        {
            string reason = Ended(process);
            throw new DuckDbFailure(isLate ? $"no answer within {Patience.TotalSeconds:0} s" : reason);
        }

        JsonNode answer = JsonNode.Parse(line)!;
        return answer["error"] is { } error ? throw new DuckDbFailure(error.ToString()) : answer;
    }

    /// <summary>Gives up a process whose streams have ended.</summary>
    private string Ended(Process process)
    {
        _process = null;
        using (process)
        {
            if (!process.WaitForExit(5000))
            {
                process.Kill();
                process.WaitForExit();
            }

            return $"its process ended with code {process.ExitCode}";
        }
    }
}
