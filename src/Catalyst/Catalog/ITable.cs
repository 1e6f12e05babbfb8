using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Catalog;

/// <summary>A column of a table as declared or inferred.</summary>
/// <param name="Name">Name.</param>
/// <param name="Type">Type.</param>
/// <param name="IsNullable">Whether it may hold NULL.</param>
/// <param name="IsHidden">Whether it is there for who names it only, not for * (xmin, ctid, tableoid). Hidden columns come last.</param>
public sealed record TableColumn(string Name, SqlType Type, bool IsNullable = true, bool IsHidden = false);

/// <summary>What is known of a column's values without reading them.</summary>
/// <param name="Min">Lower bound, not necessarily a value; null when unknown.</param>
/// <param name="Max">Upper bound, not necessarily a value; null when unknown.</param>
/// <param name="NullCount">Nulls, -1 when unknown.</param>
/// <param name="DistinctCount">Estimated distinct values, -1 when unknown.</param>
/// <param name="AverageBytes">Mean size of a value in memory.</param>
public sealed record ColumnStatistics(Literal? Min, Literal? Max, long NullCount = -1, double DistinctCount = -1, double AverageBytes = 8);

/// <summary>Row count and column statistics of a table, from footers or ANALYZE.</summary>
public sealed record TableStatistics(long RowCount, bool IsExact, NodeList<ColumnStatistics> Columns);

/// <summary>A relation that can be scanned. Implementations live above Catalyst and compare by reference or by their snapshot.</summary>
public interface ITable
{
    /// <summary>Name for EXPLAIN and errors.</summary>
    string Name { get; }

    NodeList<TableColumn> Columns { get; }

    /// <summary>May read file footers; cached by the implementation.</summary>
    TableStatistics Statistics { get; }

    /// <summary>Differs when the rows do: files by their sizes and times, tables in memory by their changes. Empty: nothing can be said.</summary>
    string ContentVersion => "";

    /// <summary>Whether the scan itself applies this predicate completely (over <see cref="ColumnReference"/>s of the scan), so that no Filter is needed above it.</summary>
    bool CanPushFilter(Expression predicate);
}

/// <summary>A view: its query is analyzed anew wherever it is used.</summary>
/// <param name="Name">Name for errors.</param>
/// <param name="Query">Parsed query.</param>
/// <param name="ColumnNames">Names given in CREATE VIEW, or null.</param>
public sealed record ViewDefinition(string Name, Parser.Ast.Query Query, NodeList<string>? ColumnNames);

/// <summary>What a table name may stand for.</summary>
public abstract record Relation
{
    public sealed record OfTable(ITable Table) : Relation
    {
        /// <summary>What ANALYZE found in it, or null.</summary>
        public AnalyzedStatistics? Analyzed { get; init; }
    }

    public sealed record OfView(ViewDefinition View) : Relation;
}

/// <summary>Finds relations by name; implemented by the session, which knows the search path and the files.</summary>
public interface ICatalog
{
    /// <summary>A table or view by name parts, already folded ("schema", "table"); null when there is none.</summary>
    Relation? Find(IReadOnlyList<string> nameParts);

    /// <summary>A file, folder or glob used as a table: FROM 'x.parquet'.</summary>
    /// <exception cref="Parser.Errors.QueryException">No such file (58P01), or not a format the engine reads.</exception>
    ITable OpenFile(string path);

    /// <summary>A table function that reads files or computes rows from constants (read_parquet, read_csv); null when the name is not one.</summary>
    ITable? CallTableFunction(string name, IReadOnlyList<Literal> arguments, IReadOnlyDictionary<string, Literal> namedArguments);

    /// <summary>Names close to a missing one, nearest first, for the error's hint.</summary>
    IReadOnlyList<string> SimilarNames(IReadOnlyList<string> nameParts);
}
