using SqlCluster.Testing;

namespace SqlCluster.Clients.Tests;

/// <summary>systemd reads deploy/sqlcluster.service without a complaint.</summary>
public sealed class SystemdUnitTests
{
    [Fact]
    public async Task SystemdKnowsEveryLineOfTheUnit()
    {
        // The one client that comes with the system: no installation brings it where another init runs.
        Assert.SkipUnless(ClientProgram.IsInstalled("systemd-analyze"), "this system runs without systemd");
        string folder = Directory.CreateTempSubdirectory("sqlcluster-unit").FullName;
        try
        {
            // It also asks whether the programs are there, so the unit names one that is.
            string unit = await File.ReadAllTextAsync(Path.Combine(Corpus.Root, "deploy", "sqlcluster.service"), TestContext.Current.CancellationToken);
            Assert.Equal((0, ""), await VerifyAsync(folder, unit));
            (int exitCode, string complaint) = await VerifyAsync(folder, unit.Replace("UMask=", "UnknownMask=", StringComparison.Ordinal));
            Assert.NotEqual(0, exitCode);
            Assert.Contains("UnknownMask", complaint, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static async Task<(int ExitCode, string Output)> VerifyAsync(string folder, string unit)
    {
        string file = Path.Combine(folder, "sqlcluster.service");
        await File.WriteAllTextAsync(file, unit.Replace("/usr/lib/sqlcluster/sqlcluster ", "/bin/true ", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        return await ClientProgram.RunAsync("systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", file]);
    }
}
