using SqlCluster.SqlCli.Repl;

namespace SqlCluster.SqlCli.Commands;

/// <summary>Decides by the arguments what the program does.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            CliOptions options = CliOptions.Parse(args);
            if (options.ShowsHelp || options.ShowsVersion)
            {
                Console.Out.WriteLine(options.ShowsHelp ? CliOptions.Help : $"sqlcli {typeof(CommandLine).Assembly.GetName().Version?.ToString(3)}");
                return ExitCode.Success;
            }

            return options.Scripts.Count == 0 && !Console.IsInputRedirected && !Console.IsOutputRedirected && options.Output == null
                ? await ReplCommand.RunAsync(options).ConfigureAwait(false)
                : await ScriptCommand.RunAsync(options).ConfigureAwait(false);
        }
        catch (UsageException error)
        {
            await Console.Error.WriteLineAsync($"sqlcli: {error.Message}\nTry sqlcli --help.").ConfigureAwait(false);
            return ExitCode.Usage;
        }
    }
}
