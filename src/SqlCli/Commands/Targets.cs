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
            AttachFolder(engine, target);
        }
        else
        {
            throw CliErrors.NoTarget(target);
        }
    }

    /// <summary>A file that is no table is left out with a warning: the others can be used.</summary>
    private static void AttachFolder(Engine engine, string folder)
    {
        string[] entries;
        try
        {
            entries = [.. Directory.GetFileSystemEntries(folder).Where(IsTable).Order(StringComparer.Ordinal)];
        }
        catch (UnauthorizedAccessException error)
        {
            throw CliErrors.File(folder, error);
        }

        foreach (string entry in entries)
        {
            try
            {
                engine.Attach(TableName(entry), entry);
            }
            catch (QueryException error)
            {
                Console.Error.WriteLine($"WARNING:  {error.SqlState}: {error.Message} (not a table: {entry})");
            }
        }
    }

    private static bool IsTable(string entry)
    {
        if (!Directory.Exists(entry))
        {
            return FilePaths.IsTableFile(entry);
        }

        try
        {
            return Path.GetFileName(entry)[0] is not ('.' or '_') && HasTableFiles(entry);
        }
        catch (UnauthorizedAccessException)
        {
            return true;
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
