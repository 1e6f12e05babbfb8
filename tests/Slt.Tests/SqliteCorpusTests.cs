using SqlCluster.Testing;

namespace SqlCluster.Slt.Tests;

/// <summary>Runs the slice of SQLite's sqllogictest corpus. Where PostgreSQL 15 disagrees with a file, PostgreSQL is right and the record is left out.</summary>
public sealed class SqliteCorpusTests
{
    private static string Folder => Corpus.Path("sqllogictest");

    public static TheoryData<string> Files => Corpus.IsThere
        ? [.. Directory.GetFiles(Folder, "*.test", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(static file => Path.GetRelativePath(Folder, file))]
        : [""];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task FileGivesItsAnswers(string file)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        HashSet<int> exceptions = Exceptions(file);
        var runner = new SltRunner(new Dictionary<string, string>());
        IReadOnlyList<SltFailure> failures = await runner.RunAsync(SltFile.Read(Path.Combine(Folder, file)), TestContext.Current.CancellationToken);
        Assert.True(runner.RecordCount > 0, "the file holds no records");
        Assert.DoesNotContain(failures, failure => !exceptions.Contains(failure.Line));
    }

    /// <summary>Lines of the records that PostgreSQL 15 answers otherwise than the file says.</summary>
    private static HashSet<int> Exceptions(string file) =>
        [.. File.ReadLines(Path.Combine(Folder, "POSTGRESQL15-EXCEPTIONS.tsv")).Skip(1).Select(static line => line.Split('\t'))
            .Where(fields => fields[0] == file.Replace('\\', '/')).Select(static fields => int.Parse(fields[1], System.Globalization.CultureInfo.InvariantCulture))];
}
