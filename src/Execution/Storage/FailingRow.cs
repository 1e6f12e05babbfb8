using System.Text;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Zones;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Storage;

/// <summary>Shows a row that breaks a constraint as PostgreSQL's errors do: its values in parentheses' stead, each cut to what one can read.</summary>
public static class FailingRow
{
    private const int ShownBytes = 64;

    /// <summary>The values of a row's table columns, separated by commas.</summary>
    /// <param name="columns">The columns; those whose names begin with a control character are our own and left out.</param>
    /// <param name="batch">Rows.</param>
    /// <param name="row">The row.</param>
    /// <param name="first">Where the table's columns begin in the batch.</param>
    public static string Shown(NodeList<TableColumn> columns, Batch batch, int row, int first = 0) => string.Join(
        ", ", columns.Select((column, index) => (column, index)).Where(static pair => pair.column.Name is not [< ' ', ..]).Select(pair => Shown(pair.column.Type, batch.Columns[first + pair.index], row)));

    private static string Shown(SqlType type, Vector vector, int row)
    {
        var reader = new VectorReader(vector);
        if (reader.IsNull(row))
        {
            return "null";
        }

        string text = type.Kind == TypeKind.Boolean ? (reader.Boolean(row) ? "t" : "f") : TextForms.Format(type, in reader, row, Zone.Utc);
        if (Encoding.UTF8.GetByteCount(text) <= ShownBytes)
        {
            return text;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = ShownBytes;
        while ((bytes[length] & 0xC0) == 0x80)
        {
            length--;
        }

        return Encoding.UTF8.GetString(bytes, 0, length) + "...";
    }
}
