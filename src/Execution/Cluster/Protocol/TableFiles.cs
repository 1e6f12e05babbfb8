using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Physical.Serialization;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Cluster.Protocol;

/// <summary>The files of a stage's tables, whose sizes tell whether an executor sees what the driver has planned with.</summary>
internal static class TableFiles
{
    /// <summary>Bytes of each scan's files, in prefix order; -1: a file is missing.</summary>
    public static IReadOnlyList<(string Name, long Bytes)> Sizes(ExecPlan plan, ITableReferences tables)
    {
        var sizes = new List<(string, long)>();
        Visit(plan);
        return sizes;

        void Visit(ExecPlan node)
        {
            if (node is ScanExec { Table: var table })
            {
                sizes.Add((table.Name, tables.ReferenceTo(table) is TableReference.OfFiles files ? Bytes(files) : -1));
            }

            foreach (ExecPlan child in node.Children)
            {
                Visit(child);
            }
        }
    }

    private static long Bytes(TableReference.OfFiles files)
    {
        long bytes = 0;
        foreach (string path in files.Files)
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                return -1;
            }

            bytes += file.Length;
        }

        return bytes;
    }
}

/// <summary>Tables of plans that go to other processes: files by their whole paths.</summary>
internal sealed class TravellingTables(ITableReferences tables) : ITableReferences
{
    public TableReference ReferenceTo(ITable table) =>
        tables.ReferenceTo(table) is var reference && reference is TableReference.OfFiles files ? files with { Files = files.Files.Map(Path.GetFullPath) } : reference;

    public ITable Find(TableReference reference) => tables.Find(reference);
}

/// <summary>Tables of plans that came from another process: files, and nothing else.</summary>
internal sealed class ArrivedTables(FileTableCache files) : ITableReferences
{
    public TableReference ReferenceTo(ITable table) => files.ReferenceTo(table) ?? throw ExecutionErrors.Internal($"table {table.Name} is not of files");

    public ITable Find(TableReference reference) => reference is TableReference.OfFiles known ? files.Open(known) : throw ExecutionErrors.Internal("a plan that travelled reads more than files");
}
