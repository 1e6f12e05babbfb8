using SqlCluster.Server.Hosting;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.Hosting;

/// <summary>docs/functions.md is what the code says.</summary>
public sealed class FunctionsPageTests
{
    [Fact]
    public void PageIsPrintedFromTheSignatures() => Assert.True(
        File.ReadAllText(Path.Combine(Corpus.Root, "docs", "functions.md")).ReplaceLineEndings("\n") == FunctionsPage.Print().ReplaceLineEndings("\n"),
        "docs/functions.md is out of date: sqlcluster docs functions > docs/functions.md");

    [Fact]
    public void EveryFunctionSaysWhatItDoes() => Assert.Empty(
        Execution.Functions.BuiltinFunctions.Instance.All.Where(static signature => signature.Description.Length == 0).Select(static signature => signature.ToString()));
}
