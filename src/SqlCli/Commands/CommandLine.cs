using System.CommandLine;
using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Commands;

/// <summary>The program's arguments. Exit codes: 0, 1 for an SQL error, 2 for wrong usage.</summary>
internal static class CommandLine
{
    public static Task<int> RunAsync(string[] args)
    {
        var target = new Argument<string?>("target")
        {
            Description = "Nothing: an empty engine; a folder: each Parquet, CSV or JSON file or sub-folder in it is a table; such a file: a table of its name",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Option<string[]>("--command", "-c") { Description = "Runs SQL and ends; may be repeated" };
        var file = new Option<string[]>("--file", "-f") { Description = "Runs a file of SQL and ends; may be repeated" };
        var format = new Option<ResultFormatKind>("--format") { Description = "How results are written", DefaultValueFactory = _ => ResultFormatKind.Table };
        var output = new Option<string?>("--output", "-o") { Description = "Writes results to a file instead of standard output" };
        var timing = new Option<bool>("--timing") { Description = "Shows how long each statement took" };
        var set = new Option<string[]>("--set") { Description = "NAME=VALUE of a session setting; may be repeated" };
        var root = new RootCommand("SQL over Parquet, CSV and JSON files, and over SqlCluster servers") { target, command, file, format, output, timing, set };
        root.SetAction((result, cancellation) => SessionCommand.RunAsync(
            new CliOptions(
                result.GetValue(target), result.GetValue(command) ?? [], result.GetValue(file) ?? [], result.GetValue(format), result.GetValue(output), result.GetValue(timing), result.GetValue(set) ?? []),
            cancellation));
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                Console.Error.WriteLine(error.Message);
            }

            return Task.FromResult(ExitCode.Usage);
        }

        return parsed.InvokeAsync();
    }
}

/// <summary>What the program was asked to do.</summary>
internal sealed record CliOptions(string? Target, string[] Commands, string[] Files, ResultFormatKind Format, string? Output, bool Timing, string[] Settings);

/// <summary>Exit codes.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int SqlError = 1;
    public const int Usage = 2;
}
