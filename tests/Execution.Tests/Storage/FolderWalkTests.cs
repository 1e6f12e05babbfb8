using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Tests.Storage;

public sealed class FolderWalkTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("walk-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void LinksThatLeadBackAreNotFollowed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights there");
        string root = Path.Combine(_folder.FullName, "data"), below = Path.Combine(root, "a", "b"), elsewhere = Path.Combine(_folder.FullName, "elsewhere");
        Directory.CreateDirectory(below);
        Directory.CreateDirectory(elsewhere);
        string[] files = [Path.Combine(root, "1.csv"), Path.Combine(below, "2.csv"), Path.Combine(root, "other", "3.csv")];
        File.WriteAllText(files[0], "n\n1\n");
        File.WriteAllText(files[1], "n\n2\n");
        File.WriteAllText(Path.Combine(elsewhere, "3.csv"), "n\n3\n");
        Directory.CreateSymbolicLink(Path.Combine(root, "other"), elsewhere);
        Directory.CreateSymbolicLink(Path.Combine(below, "up"), "..");
        Directory.CreateSymbolicLink(Path.Combine(below, "here"), ".");
        Directory.CreateSymbolicLink(Path.Combine(below, "top"), root);
        Directory.CreateSymbolicLink(Path.Combine(elsewhere, "back"), root);
        Assert.Equal(files, FilePaths.Expand(root));

        // By way of a link to the folder itself, too.
        string entrance = Path.Combine(_folder.FullName, "entrance");
        Directory.CreateSymbolicLink(entrance, root);
        Assert.Equal(files.Select(file => file.Replace(root, entrance, StringComparison.Ordinal)), FilePaths.Expand(entrance));
        Assert.Equal(files, FilePaths.Expand(Path.Combine(root, "**", "*.csv")));
    }
}
