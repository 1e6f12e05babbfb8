using System.Text.RegularExpressions;
using SqlCluster.Testing;

namespace SqlCluster.Architecture.Tests;

/// <summary>Holds docs/client-requirements.md and the names of the tests together: an id in a name is an id of the page, and what clients cannot do without has a test.</summary>
public sealed partial class RequirementTests
{
    [Fact]
    public void IdsInTestNamesAreIdsOfThePage() => Assert.Empty(Tested().Where(static pair => !Required().ContainsKey(pair.Key)).Select(static pair => $"{pair.Key} in {pair.Value}"));

    [Fact]
    public void WhatClientsCannotDoWithoutIsTested()
    {
        Dictionary<string, string> tested = Tested();
        Assert.Empty(Required().Where(pair => pair.Value == "MUST" && !tested.ContainsKey(pair.Key)).Select(static pair => pair.Key));
    }

    /// <summary>Id and level of each requirement: a row of a table ("| C1 | MUST |") or the start of a paragraph ("S2 **MUST**").</summary>
    private static Dictionary<string, string> Required() =>
        RequirementPattern().Matches(File.ReadAllText(Path.Combine(Corpus.Root, "docs", "client-requirements.md")))
            .ToDictionary(static match => match.Groups["id"].Value, static match => match.Groups["level"].Value);

    /// <summary>Ids at the start of test names (X1_Commands..., B1_B2_Every...), each with one of the tests.</summary>
    private static Dictionary<string, string> Tested()
    {
        var tested = new Dictionary<string, string>();
        foreach (string file in SourceTests.Files.Where(static file => file.StartsWith("tests/", StringComparison.Ordinal)))
        {
            foreach (Match test in TestPattern().Matches(File.ReadAllText(Path.Combine(Corpus.Root, file))))
            {
                foreach (Capture id in test.Groups["id"].Captures)
                {
                    tested[id.Value] = test.Groups["name"].Value;
                }
            }
        }

        return tested;
    }

    [GeneratedRegex(@"^(?:\| |- )?(?<id>[A-Z]\d{1,2})(?: \| | \*\*)(?<level>MUST|SHOULD|MAY)", RegexOptions.Multiline)]
    private static partial Regex RequirementPattern();

    [GeneratedRegex(@"public (?:static )?(?:async )?(?:void|Task|ValueTask) (?<name>(?:(?<id>[A-Z]\d{1,2})_)+\w+)\(")]
    private static partial Regex TestPattern();
}
