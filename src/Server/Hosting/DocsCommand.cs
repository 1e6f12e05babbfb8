using System.CommandLine;

namespace SqlCluster.Server.Hosting;

/// <summary>sqlcluster docs: pages that are printed from tables in the program.</summary>
internal static class DocsCommand
{
    public static Command Create()
    {
        var configuration = new Command("configuration", "Every configuration entry and session setting, as Markdown");
        configuration.SetAction(static _ => Console.Out.Write(ConfigurationPage.Print()));
        var functions = new Command("functions", "Every function and operator, as Markdown");
        functions.SetAction(static _ => Console.Out.Write(FunctionsPage.Print()));
        return new Command("docs", "Prints documentation") { configuration, functions };
    }
}
