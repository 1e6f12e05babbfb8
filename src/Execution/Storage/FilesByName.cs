using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Operators;

namespace SqlCluster.Execution.Storage;

/// <summary>Files of different columns, united by the columns' names: union_by_name. What a file lacks is NULL there.</summary>
/// <remarks>Stands for all files where a <see cref="PartitionedTable"/> asks for statistics; the files are scanned one by one.</remarks>
internal sealed class FilesByName : ITable
{
    /// <param name="name">Name for errors.</param>
    /// <param name="files">The files' paths.</param>
    /// <param name="tables">Each file as a table.</param>
    public FilesByName(string name, IReadOnlyList<string> files, IReadOnlyList<IScannableTable> tables)
    {
        Name = name;
        Columns = Union(tables);
        ContentVersion = FileVersions.Of(files);
        Statistics = new TableStatistics(tables.Sum(static table => table.Statistics.RowCount), tables.All(static table => table.Statistics.IsExact), Columns.Map(static _ => new ColumnStatistics(null, null)));
    }

    public string Name { get; }

    public NodeList<TableColumn> Columns { get; }

    public TableStatistics Statistics { get; }

    public string ContentVersion { get; }

    public bool CanPushFilter(Expression predicate) => false;

    /// <summary>All columns in the order in which the files have them first, with the types that their values have in common.</summary>
    public static NodeList<TableColumn> Union(IReadOnlyList<ITable> tables)
    {
        var columns = new List<TableColumn>();
        foreach (TableColumn column in tables.SelectMany(static table => table.Columns))
        {
            int known = columns.FindIndex(other => other.Name == column.Name);
            if (known < 0)
            {
                columns.Add(column with { IsNullable = true });
            }
            else
            {
                columns[known] = columns[known] with { Type = Common(columns[known].Type, column.Type) };
            }
        }

        return NodeList.From(columns);
    }

    /// <summary>The wider of two numbers or times; text where values have nothing else in common.</summary>
    private static SqlType Common(SqlType left, SqlType right) =>
        left.Equals(right) ? left
        : left.IsInteger && right.IsInteger ? left.Kind > right.Kind ? left : right
        : left.IsNumber && right.IsNumber ? SqlType.DoublePrecision
        : (left.Kind, right.Kind) is (TypeKind.Date, TypeKind.Timestamp) or (TypeKind.Timestamp, TypeKind.Date) ? SqlType.Timestamp
        : SqlType.Text;
}
