using SqlCluster.Server.Hosting;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.Transactions;

/// <summary>Scripts of several sessions (Scripts/*.txt) answer as they do on PostgreSQL 15, which is run beside where it is installed.</summary>
public sealed class IsolationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Scripts => [.. Directory.EnumerateFiles(Folder(), "*.txt").Select(static path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task U2_ScriptsAnswerAsWritten(string name)
    {
        string script = await File.ReadAllTextAsync(Path.Combine(Folder(), name + ".txt"), Cancellation);
        using var engine = new Engine(new EngineOptions(Slots: 2));
        await using ServerHost host = await ServerHost.StartAsync(engine, new ServerOptions { PgPort = 0, ShutdownTimeout = TimeSpan.FromSeconds(5) });
        await using var run = new IsolationScript($"Host=127.0.0.1;Port={host.PgAddress!.Port};Username=tester;Database=sqlcluster;{PrivatePostgres.Plain}");
        Assert.Equal(script, await run.RunAsync(script, Cancellation));
    }

    /// <summary>The judge: what the scripts say is what PostgreSQL answers.</summary>
    [Fact]
    public async Task U2_ScriptsAreWhatPostgresAnswers()
    {
        Assert.SkipUnless(PrivatePostgres.IsInstalled, "PostgreSQL 15 is not installed");
        await using PrivatePostgres postgres = await PrivatePostgres.StartAsync(Cancellation);
        foreach (string path in Directory.EnumerateFiles(Folder(), "*.txt").Order(StringComparer.Ordinal))
        {
            string script = await File.ReadAllTextAsync(path, Cancellation);
            string database = await postgres.CreateDatabaseAsync(Cancellation);
            await using var run = new IsolationScript(database);
            string answer = await run.RunAsync(script, Cancellation);
            if (Environment.GetEnvironmentVariable("SQLCLUSTER_UPDATE_SCRIPTS") == "1")
            {
                await File.WriteAllTextAsync(path, answer, Cancellation);
            }
            else
            {
                Assert.Equal(script, answer);
            }
        }
    }

    private static string Folder() => Path.Combine(Corpus.Root, "tests", "Server.Tests", "Transactions", "Scripts");
}
