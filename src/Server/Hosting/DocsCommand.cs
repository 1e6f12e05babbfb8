using System.CommandLine;

namespace SqlCluster.Server.Hosting;

/// <summary>sqlcluster docs: pages that are printed from tables in the program.</summary>
internal static class DocsCommand
{
    public static Command Create()
    {
        var configuration = new Command("configuration", "Every configuration entry and session setting, as Markdown");
        configuration.SetAction(static _ => Console.Out.Write(ConfigurationPage.Print()));
        return new Command("docs", "Prints documentation") { configuration };
    }
}
