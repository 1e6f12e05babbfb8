using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;

namespace SqlCluster.SqlCli.Commands;

/// <summary>Makes tables of what the command line names: a folder's files and sub-folders, or one file.</summary>
internal static class Targets
{
    public static void Attach(Engine engine, string? target)
    {
        if (target == null)
        {
            return;
        }

        if (File.Exists(target))
        {
            engine.Attach(TableName(target), target);
        }
        else if (Directory.Exists(target))
        {
            foreach (string entry in Directory.GetFileSystemEntries(target).Order(StringComparer.Ordinal))
            {
                bool isTable = Directory.Exists(entry) ? Path.GetFileName(entry)[0] is not ('.' or '_') && HasTableFiles(entry) : FilePaths.IsTableFile(entry);
                if (isTable)
                {
                    engine.Attach(TableName(entry), entry);
                }
            }
        }
        else
        {
            throw new QueryException("58P01", ErrorKind.User, $"no such file or folder: '{target}'");
        }
    }

    private static bool HasTableFiles(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Any(FilePaths.IsTableFile);

    /// <summary>The file's name without its endings: a.csv.gz is a.</summary>
    private static string TableName(string path)
    {
        string name = Path.GetFileName(path.TrimEnd(Path.DirectorySeparatorChar));
        int dot = Directory.Exists(path) ? -1 : name.IndexOf('.', 1);
        return (dot < 0 ? name : name[..dot]).ToLowerInvariant();
    }
}
