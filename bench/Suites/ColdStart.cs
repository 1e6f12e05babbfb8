using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using SqlCluster.Testing;

namespace SqlCluster.Bench.Suites;

/// <summary>Times whole processes: start, one query, end; sqlcli as published (compiled ahead) against DuckDB in Node.</summary>
internal static class ColdStart
{
    /// <summary>The verb.</summary>
    public static Command Verb()
    {
        var verb = new Command("cold", "The first query of a fresh process, whole process, against DuckDB's") { SharedArguments.Data, SharedArguments.Queries, SharedArguments.Runs, SharedArguments.Only };
        verb.SetAction(static result => Run(SharedArguments.Of(result, "tpch")));
        return verb;
    }

    public static int Run(SuiteOptions options)
    {
        string cli = Path.Combine(Corpus.Root, "artifacts", "sqlcluster", OperatingSystem.IsWindows() ? "sqlcli.exe" : "sqlcli");
        if (!File.Exists(cli))
        {
            Console.Error.WriteLine("publish first: ./dev publish");
            return 2;
        }

        Console.WriteLine("query        ours wall   ours CPU   DuckDB wall   DuckDB CPU   ratio (median of whole processes, ms)");
        Time("select 1", [cli, "-c", "SELECT 1", "--format", "csv"], ["node", DuckDbProcess.ScriptPath, options.DataFolder, "SELECT 1"], options.Runs);
        foreach ((int number, string sql) in (options.Only == null ? options with { Only = "1,6" } : options).QueryTexts())
        {
            Time($"q{number:00}", [cli, options.DataFolder, "-c", sql, "--format", "csv"], ["node", DuckDbProcess.ScriptPath, options.DataFolder, sql], options.Runs);
        }

        return 0;
    }

    private static void Time(string name, string[] ours, string[] theirs, int runs)
    {
        var ourWall = new List<double>();
        var ourCpu = new List<double>();
        var theirWall = new List<double>();
        var theirCpu = new List<double>();
        for (int run = 0; run <= runs; run++)
        {
            (double wall, double cpu) = Start(ours);
            (double wall2, double cpu2) = Start(theirs);
            if (run > 0)   // the first run of each only warms the page cache
            {
                ourWall.Add(wall);
                ourCpu.Add(cpu);
                theirWall.Add(wall2);
                theirCpu.Add(cpu2);
            }
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-12} {Median(ourWall),9:0} {Median(ourCpu),10:0} {Median(theirWall),13:0} {Median(theirCpu),12:0} {Median(ourWall) / Median(theirWall),7:0.00}"));
    }

    /// <summary>Runs a command to its end; bash's time keyword gives the processor time, which .NET does not tell of ended processes.</summary>
    private static (double Wall, double Cpu) Start(string[] command)
    {
        var start = new ProcessStartInfo("bash", ["-c", "TIMEFORMAT='%U %S'; time \"$@\" > /dev/null", "time", .. command]) { RedirectStandardError = true };
        long begin = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start");
        string[] lines = process.StandardError.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        double wall = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        return process.ExitCode == 0
            ? (wall, lines[^1].Split(' ').Sum(static seconds => double.Parse(seconds, CultureInfo.InvariantCulture)) * 1000)
            : throw new InvalidOperationException($"{command[0]} failed: {string.Join('\n', lines)}");
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
