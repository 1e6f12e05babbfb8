using System.CommandLine;
using SqlCluster.Server.Cluster;

namespace SqlCluster.Server.Hosting;

/// <summary>The arguments of the program sqlcluster. Exit codes: 0, 1 for a failure, 2 for wrong usage.</summary>
internal static class CommandLine
{
    public static Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("SQL query service over Parquet") { ServeCommand.Create(), UserCommand.Create(), HealthCommand.Create(), GenerateCommand.Create(), DocsCommand.Create(), ExecutorCommand.Create() };
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count == 0)
        {
            // A server ends when its statements have; it handles signals itself.
            bool isServer = parsed.CommandResult.Command.Name is ServeCommand.Name or ExecutorCommand.Name;
            return parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = isServer ? null : TimeSpan.FromSeconds(2) });
        }

        foreach (var error in parsed.Errors)
        {
            Console.Error.WriteLine(error.Message);
        }

        return Task.FromResult(2);
    }
}
