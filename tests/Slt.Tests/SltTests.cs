using SqlCluster.Testing;

namespace SqlCluster.Slt.Tests;

/// <summary>Runs every file of tests/slt under every configuration of tests/configs.</summary>
public sealed class SltTests
{
    private static string Folder => Path.Combine(Corpus.Root, "tests", "slt");

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string configuration in SltConfiguration.Names)
            {
                foreach (string file in Directory.GetFiles(Folder, "*.slt", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
                {
                    cases.Add(configuration, Path.GetRelativePath(Folder, file));
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task FileGivesItsAnswers(string configuration, string file)
    {
        SltConfiguration settings = SltConfiguration.Read(configuration);
        Assert.SkipWhen(settings.Skipped.Contains(file.Replace('\\', '/')), $"{configuration}.conf skips {file}");
        var runner = new SltRunner(settings.Settings, settings.Slots, settings.Executors);
        IReadOnlyList<SltFailure> failures = await runner.RunAsync(SltFile.Read(Path.Combine(Folder, file)), TestContext.Current.CancellationToken);
        Assert.Empty(failures);
        Assert.True(runner.RecordCount > 0, "the file holds no records");
    }
}
