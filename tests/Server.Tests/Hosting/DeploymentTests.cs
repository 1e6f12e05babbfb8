using System.CommandLine;
using SqlCluster.Server.Hosting;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.Hosting;

/// <summary>What deploy/ tells systemd and Docker to run is what the program takes.</summary>
public sealed class DeploymentTests
{
    /// <summary>Every line of the unit that starts the program has arguments that parse, and time to drain.</summary>
    [Fact]
    public void TheUnitsCommandsAreOurs()
    {
        string[] unit = File.ReadAllLines(Deploy("sqlcluster.service"));
        string[] commands = [.. unit.Where(static line => line.StartsWith("ExecStart", StringComparison.Ordinal)).Select(static line => line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..])];
        Assert.Equal(2, commands.Length);
        foreach (string command in commands)
        {
            string[] words = command.Split(' ');
            Assert.Equal("/usr/lib/sqlcluster/sqlcluster", words[0]);
            var root = new RootCommand { ServeCommand.Create() };
            Assert.Empty(root.Parse(words[1..]).Errors);
        }

        ServerConfiguration configuration = ServerConfiguration.Load(Deploy("sqlcluster.conf"), new Dictionary<string, string>(), []);
        int patience = int.Parse(unit.Single(static line => line.StartsWith("TimeoutStopSec=", StringComparison.Ordinal)).Split('=')[1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(configuration.Duration("shutdown_timeout") < TimeSpan.FromSeconds(patience), "systemd would kill it while it drains");
    }

    /// <summary>The image's environment names entries that there are, its health check and command parse, and its ports are the defaults.</summary>
    [Fact]
    public void TheImagesSettingsAreOurs()
    {
        string image = File.ReadAllText(Deploy("Dockerfile"));
        string[] variables = [.. image.Split([' ', '\n']).Where(static word => word.StartsWith("SQLCLUSTER_", StringComparison.Ordinal)).Select(static word => word.Split('=')[0])];
        Assert.NotEmpty(variables);
        Assert.All(variables, static variable => Assert.NotNull(ConfigurationEntries.Find(variable["SQLCLUSTER_".Length..].ToLowerInvariant())));
        Assert.Contains($"EXPOSE {ServerOptions.DefaultPgPort} {ServerOptions.DefaultFlightPort} {ServerOptions.DefaultUiPort}", image, StringComparison.Ordinal);
        var root = new RootCommand { ServeCommand.Create(), HealthCommand.Create() };
        Assert.Contains("\"/usr/lib/sqlcluster/sqlcluster\", \"health\"", image, StringComparison.Ordinal);
        Assert.Contains("CMD [\"serve\"]", image, StringComparison.Ordinal);
        Assert.Empty(root.Parse(["health"]).Errors);
        Assert.Empty(root.Parse(["serve"]).Errors);
    }

    private static string Deploy(string file) => Path.Combine(Corpus.Root, "deploy", file);
}
