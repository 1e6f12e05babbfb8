using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;

namespace SqlCluster.Bench.Suites.Postgres;

/// <summary>Queries of one row a second, by pgbench, from our server and from PostgreSQL in turns.</summary>
internal static partial class PgBench
{
    private const int Rows = 1000;

    private static readonly (string Name, string Text)[] Scripts =
    [
        ("constant", "SELECT 1;"),
        ("parameter", "\\set id random(1, 1000)\nSELECT :id + 1;"),
        ("lookup", "\\set id random(1, 1000)\nSELECT id, balance, name FROM accounts WHERE id = :id;"),
    ];

    /// <param name="clients">Connections.</param>
    /// <param name="seconds">Of each run.</param>
    /// <param name="runs">Runs of each script on each server.</param>
    /// <param name="modes">pgbench's protocols: simple, extended, prepared.</param>
    /// <param name="alone">Without PostgreSQL.</param>
    /// <summary>The verb.</summary>
    public static Command Verb()
    {
        var mode = new Option<string[]>("--mode") { Description = "pgbench's protocol: simple, extended or prepared", DefaultValueFactory = static _ => ["prepared", "extended", "simple"] };
        var verb = new Command("pgbench", "Queries of one row a second over PostgreSQL's protocol, against PostgreSQL 15") { SharedArguments.Clients, SharedArguments.Seconds, mode, SharedArguments.Repetitions, SharedArguments.Alone };
        verb.SetAction(result => Run(
            result.GetValue(SharedArguments.Clients), result.GetValue(SharedArguments.Seconds), result.GetValue(SharedArguments.Repetitions), result.GetValue(mode)!, result.GetValue(SharedArguments.Alone)));
        return verb;
    }

    public static int Run(int clients, int seconds, int runs, string[] modes, bool alone)
    {
        using var ours = new OwnServer();
        using PostgresServer? theirs = alone ? null : new PostgresServer();
        DatabaseProcess[] servers = theirs == null ? [ours] : [ours, theirs];
        foreach (DatabaseProcess server in servers)
        {
            server.Run("CREATE TABLE accounts (id int PRIMARY KEY, balance bigint, name text)",
                $"INSERT INTO accounts SELECT i, i * 100, 'account ' || i FROM generate_series(1, {Rows}) AS t(i)");
        }

        theirs?.Run("ANALYZE accounts");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pgbench -c {clients} -T {seconds}, median of {runs} runs, queries a second; ratio above 1: faster than PostgreSQL"));
        Console.WriteLine("script      mode          ours   PostgreSQL   ratio   ours ms   PostgreSQL ms");
        foreach (string mode in modes)
        {
            foreach ((string name, string text) in Scripts)
            {
                string script = Path.GetTempFileName();
                try
                {
                    File.WriteAllText(script, text + "\n");
                    Measure(ours, script, mode, clients, Math.Min(2, seconds));
                    var rates = servers.Select(static _ => new List<double>()).ToArray();
                    for (int run = 0; run < runs; run++)
                    {
                        for (int i = 0; i < servers.Length; i++)
                        {
                            rates[i].Add(Measure(servers[i], script, mode, clients, seconds));
                        }
                    }

                    double our = Median(rates[0]), their = theirs == null ? double.NaN : Median(rates[1]);
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"{name,-11} {mode,-9} {our,8:0} {their,12:0} {our / their,7:0.00} {clients * 1000 / our,9:0.000} {clients * 1000 / their,15:0.000}"));
                }
                finally
                {
                    File.Delete(script);
                }
            }
        }

        return 0;
    }

    private static double Measure(DatabaseProcess server, string script, string mode, int clients, int seconds)
    {
        string number(int value) => value.ToString(CultureInfo.InvariantCulture);
        string output = DatabaseProcess.RunProgram(
            "pgbench", [.. server.ClientArguments, "-n", "-M", mode, "-c", number(clients), "-j", "2", "-T", number(seconds), "-f", script, server.Database]);
        Match failed = FailedPattern().Match(output);
        return failed.Success && failed.Groups[1].Value != "0"
            ? throw new InvalidOperationException($"{failed.Groups[1].Value} transactions failed on {server.Name}")
            : double.Parse(RatePattern().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    [GeneratedRegex(@"tps = ([0-9.]+)")]
    private static partial Regex RatePattern();

    [GeneratedRegex(@"failed transactions: ([0-9]+)")]
    private static partial Regex FailedPattern();
}
