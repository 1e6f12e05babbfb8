using SqlCluster.Catalyst.Catalog;

namespace SqlCluster.Catalyst.Physical.Serialization;

/// <summary>What stands for a table in a serialized plan: enough to find or open it again.</summary>
public abstract record TableReference
{
    /// <summary>A relation by its name: schema and name.</summary>
    public sealed record OfCatalog(NodeList<string> NameParts) : TableReference;

    /// <summary>Files, as they were opened.</summary>
    /// <param name="Name">Name for EXPLAIN and errors.</param>
    /// <param name="Files">Paths, in order.</param>
    /// <param name="Format">Format's name.</param>
    /// <param name="Options">Format options by name, in the order of names.</param>
    /// <param name="Columns">Columns as declared; null: taken from the files.</param>
    /// <param name="FolderColumns">Columns from folder names as declared; null: found in the paths.</param>
    public sealed record OfFiles(
        string Name, NodeList<string> Files, string Format, NodeList<KeyValuePair<string, string>> Options, NodeList<TableColumn>? Columns, NodeList<TableColumn>? FolderColumns) : TableReference;

    /// <summary>A table in this process's memory, by the id that the process gave it. Read elsewhere, or when the table is gone, it is not found.</summary>
    public sealed record InProcess(long Id, string Name) : TableReference;
}

/// <summary>Turns tables into references and back; implemented by who knows the catalog and the files.</summary>
public interface ITableReferences
{
    TableReference ReferenceTo(ITable table);

    /// <exception cref="Parser.Errors.QueryException">42P01: there is no such table; or its files cannot be opened.</exception>
    ITable Find(TableReference reference);
}
