using System.Text.RegularExpressions;
using SqlCluster.Testing;

namespace SqlCluster.Architecture.Tests;

/// <summary>What the house style asks of every source file.</summary>
public sealed partial class SourceTests
{
    private const int MostLines = 800;

    /// <summary>Folders where unsafe code may stand (house rule 4); everything else goes through spans.</summary>
    private static readonly string[] UnsafeFolders =
    [
        "src/Arrow/Memory/", "src/Execution/Kernels/", "src/Execution/Parquet/Encodings/", "src/Execution/Parquet/Compression/",
    ];

    public static IEnumerable<string> Files => Directory.EnumerateFiles(Path.Combine(Corpus.Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Concat(Directory.EnumerateFiles(Path.Combine(Corpus.Root, "tests"), "*.cs", SearchOption.AllDirectories))
        .Select(static file => Path.GetRelativePath(Corpus.Root, file).Replace('\\', '/'))
        .Where(static file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/Generated/", StringComparison.Ordinal));

    [Fact]
    public void NoFileIsTooLong() => Assert.DoesNotContain(Files, static file => File.ReadLines(Full(file)).Count() > MostLines);

    [Fact]
    public void NamespacesMatchFolders()
    {
        var wrong = new List<string>();
        foreach (string file in Files.Where(static file => file.StartsWith("src/", StringComparison.Ordinal)))
        {
            Match declared = NamespacePattern().Match(File.ReadAllText(Full(file)));
            string expected = "SqlCluster." + string.Join('.', file.Split('/')[1..^1]);
            bool isPartOfGeneratedClass = declared.Groups[1].Value == "SqlCluster.Parser.Generated";   // partial classes share the generated namespace
            if (declared.Success && declared.Groups[1].Value != expected && !isPartOfGeneratedClass)
            {
                wrong.Add($"{file}: {declared.Groups[1].Value}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void NoConceptIsCalledUtilsOrManager() =>
        Assert.DoesNotContain(Files, static file => VagueNamePattern().IsMatch(Path.GetFileNameWithoutExtension(file)));

    [Fact]
    public void NothingIsLeftUnfinished() =>
        Assert.DoesNotContain(Files, static file => !file.EndsWith("SourceTests.cs", StringComparison.Ordinal) && UnfinishedPattern().IsMatch(File.ReadAllText(Full(file))));

    [Fact]
    public void UnsafeCodeStaysInItsFolders() =>
        Assert.DoesNotContain(Files, static file => file.StartsWith("src/", StringComparison.Ordinal)
            && !UnsafeFolders.Any(folder => file.StartsWith(folder, StringComparison.Ordinal)) && UnsafePattern().IsMatch(File.ReadAllText(Full(file))));

    private static string Full(string file) => Path.Combine(Corpus.Root, file);

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespacePattern();

    [GeneratedRegex("(Utils|Helpers?|Common|Manager)$")]
    private static partial Regex VagueNamePattern();

    [GeneratedRegex(@"NotImplementedException|\bTODO\b|\bFIXME\b|\bHACK\b")]
    private static partial Regex UnfinishedPattern();

    [GeneratedRegex(@"^\s*((public|internal|private|protected|static|readonly|sealed|ref|partial) )*unsafe |\bunsafe\s*\{", RegexOptions.Multiline)]
    private static partial Regex UnsafePattern();
}
