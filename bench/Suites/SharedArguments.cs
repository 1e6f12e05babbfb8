using System.CommandLine;

namespace SqlCluster.Bench.Suites;

/// <summary>Options that several verbs have.</summary>
internal static class SharedArguments
{
    public static readonly Option<DirectoryInfo?> Data = new("--data") { Description = "Folder with the suite's Parquet files" };
    public static readonly Option<DirectoryInfo?> Answers = new("--answers") { Description = "Folder with expected answers, qNN.csv" };
    public static readonly Option<DirectoryInfo?> Queries = new("--queries") { Description = "Folder with qNN.sql" };
    public static readonly Option<int> Runs = new("--runs") { Description = "Timed runs of each query", DefaultValueFactory = static _ => 5 };
    public static readonly Option<string?> Only = new("--only") { Description = "Queries to run, such as 1,6,18" };
    public static readonly Option<bool> Alone = new("--alone") { Description = "Without the other engine" };
    public static readonly Option<string[]> Set = new("--set") { Description = "NAME=VALUE of an engine setting", AllowMultipleArgumentsPerToken = false };
    public static readonly Option<int> Clients = new("--clients") { Description = "Connections", DefaultValueFactory = static _ => 8 };
    public static readonly Option<int> Seconds = new("--seconds") { Description = "Seconds of a run", DefaultValueFactory = static _ => 5 };
    public static readonly Option<int> Repetitions = new("--runs") { Description = "Runs of each measurement", DefaultValueFactory = static _ => 3 };

    /// <summary>What a verb of a suite was told; an option that it does not have is as if it were not given.</summary>
    public static SuiteOptions Of(ParseResult result, string suite) => new(
        suite, result.GetValue(Data), result.GetValue(Queries), result.GetValue(Answers), Math.Max(1, result.GetValue(Runs)), result.GetValue(Only), result.GetValue(Alone), result.GetValue(Set) ?? []);
}
