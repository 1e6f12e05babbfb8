using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using SqlCluster.Generators.Tpch;
using SqlCluster.Generators.Tpch.Schema;

namespace SqlCluster.Server.Hosting;

/// <summary>sqlcluster generate tpch: benchmark data, with a progress bar on terminals.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var scale = new Option<decimal>("--scale", "-s") { Description = "Scale factor: 1 is about 6 million order lines", DefaultValueFactory = _ => 1 };
        var output = new Option<DirectoryInfo>("--output", "-o") { Description = "Folder for the eight files; made when missing", Required = true };
        var format = new Option<TpchFormat>("--format", "-f") { Description = "Parquet, Tbl (as dbgen writes it) or Csv", DefaultValueFactory = _ => TpchFormat.Parquet };
        var threads = new Option<int?>("--threads") { Description = "Threads that generate; default: one a processor" };
        var tpch = new Command("tpch", "The tables of TPC-H, row for row what the TPC's dbgen makes") { scale, output, format, threads };
        tpch.SetAction((result, cancellation) => RunAsync(
            result.GetValue(scale), result.GetValue(output)!, result.GetValue(format), result.GetValue(threads), cancellation));
        return new Command("generate", "Generates benchmark data") { tpch };
    }

    private static async Task<int> RunAsync(decimal scale, DirectoryInfo output, TpchFormat format, int? threads, CancellationToken cancellation)
    {
        try
        {
            var factor = new TpchScale(scale);
            if (Console.IsErrorRedirected)
            {
                await TpchGenerator.GenerateAsync(factor, output.FullName, format, threads, null, null, cancellation).ConfigureAwait(false);
            }
            else
            {
                IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
                await console.Progress().AutoClear(true).StartAsync(async context =>
                {
                    ProgressTask bar = context.AddTask(string.Create(CultureInfo.InvariantCulture, $"TPC-H at scale {scale}"), maxValue: 1);
                    var progress = new Progress<TpchProgress>(state => bar.Value = state.Fraction);
                    await TpchGenerator.GenerateAsync(factor, output.FullName, format, threads, null, progress, cancellation).ConfigureAwait(false);
                }).ConfigureAwait(false);
            }

            return 0;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("cancelled; no file was written");
            return 1;
        }
        catch (Exception error) when (error is Parser.Errors.QueryException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            Console.Error.WriteLine(error.Message);
            return error is ArgumentException ? 2 : 1;
        }
    }
}
