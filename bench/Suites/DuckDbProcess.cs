using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SqlCluster.Bench.Suites;

/// <summary>DuckDB in a Node process, driven over its standard streams.</summary>
internal sealed class DuckDbProcess : IDisposable
{
    private readonly Process _process;

    public DuckDbProcess()
    {
        var start = new ProcessStartInfo("node", [ScriptPath])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException("node did not start");
    }

    public static string ScriptPath => Path.Combine(AppContext.BaseDirectory, "duckdb.mjs");

    public void Setup(params string[] statements) => Ask(new JsonObject { ["setup"] = new JsonArray([.. statements.Select(static statement => (JsonNode)statement)]) });

    /// <summary>Runs a query and gives its time in milliseconds, as DuckDB's caller sees it, and its rows as text.</summary>
    public (double Milliseconds, string?[][] Rows) Query(string sql)
    {
        JsonNode answer = Ask(new JsonObject { ["sql"] = sql });
        string?[][] rows = [.. answer["rows"]!.AsArray().Select(static row => row!.AsArray().Select(static cell => cell?.GetValue<string>()).ToArray())];
        return (answer["ms"]!.GetValue<double>(), rows);
    }

    /// <summary>Processor time that the process has used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000))
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private JsonNode Ask(JsonObject request)
    {
        _process.StandardInput.WriteLine(request.ToJsonString());
        _process.StandardInput.Flush();
        JsonNode answer = JsonNode.Parse(_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("DuckDB's process ended"))!;
        return answer["error"] is { } error ? throw new InvalidOperationException($"DuckDB: {error}") : answer;
    }
}
