using System.Text.RegularExpressions;
using SqlCluster.Testing;

namespace SqlCluster.Architecture.Tests;

/// <summary>Inside a project, folders stand lowest first: a file may use those below it, never one above.</summary>
public sealed partial class LayerTests
{
    /// <summary>Lowest first; folders on one line may use each other.</summary>
    private static readonly Dictionary<string, string[][]> Layers = new(StringComparer.Ordinal)
    {
        ["Arrow"] = [["Memory"], ["Schema"], ["Vectors"], ["Ipc"]],
        ["Catalyst"] = [["Types", "Expressions", "Logical", "Catalog", "Trees"], ["Analysis"], ["Optimizer"], ["Physical"], ["Explain"]],
        ["Flight"] = [["Protos"], ["Http2"], ["Grpc"], ["Hosting"], ["FlightData"], ["Client"]],
        ["Server"] = [["Security"], ["Catalogs", "Transactions", "Sessions", "Statements", "Hosting", "PgWire", "PgCatalog", "FlightSql", "Monitoring", "Rest", "WebUi", "Cluster"]],
    };

    [Fact]
    public void NoFolderUsesAHigherOne()
    {
        var wrong = new List<string>();
        foreach (string file in SourceTests.Files.Where(static file => file.StartsWith("src/", StringComparison.Ordinal)))
        {
            string[] parts = file.Split('/');
            if (!Layers.TryGetValue(parts[1], out string[][]? layers) || parts.Length < 4)
            {
                continue;
            }

            int own = Array.FindIndex(layers, layer => layer.Contains(parts[2]));
            foreach (Match use in UsingPattern().Matches(File.ReadAllText(Path.Combine(Corpus.Root, file))))
            {
                int other = use.Groups[1].Value == parts[1] ? Array.FindIndex(layers, layer => layer.Contains(use.Groups[2].Value)) : -1;
                if (own >= 0 && other > own)
                {
                    wrong.Add($"{file} uses {use.Groups[2].Value}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [GeneratedRegex(@"^using SqlCluster\.(\w+)\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex UsingPattern();
}
