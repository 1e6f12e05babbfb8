using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Server.PgCatalog;

/// <summary>How a system relation's rows come from the catalog.</summary>
internal abstract class SystemRelation
{
    /// <summary>Name, id and columns.</summary>
    public required SystemShape Shape { get; init; }

    /// <summary>The rows that a session sees now.</summary>
    public abstract ComputedRows Rows(CatalogView view);

    /// <summary>A relation that has its columns but never a row.</summary>
    public static SystemRelation Empty(SystemShape shape) => new SystemRelation<int>(static _ => []) { Shape = shape };

    /// <summary>A relation of pg_catalog.</summary>
    public static SystemRelation<T> Of<T>(string name, Func<CatalogView, IReadOnlyList<T>> rows) => new(rows) { Shape = SystemShape.All[(SystemShape.PgCatalog, name)] };

    /// <summary>A relation of information_schema.</summary>
    public static SystemRelation<T> OfStandard<T>(string name, Func<CatalogView, IReadOnlyList<T>> rows) => new(rows) { Shape = SystemShape.All[(SystemShape.InformationSchema, name)] };
}

/// <summary>A system relation made of one kind of rows: each column is a function of a row. Columns without one hold their type's zero where they may not be null, else null.</summary>
/// <param name="rows">The rows.</param>
internal sealed class SystemRelation<T>(Func<CatalogView, IReadOnlyList<T>> rows) : SystemRelation
{
    private Action<CellWriter, T>?[]? _columns;

    public SystemRelation<T> Long(string column, Func<T, long> value) => Add(column, (cells, row) => cells.Set(value(row)));

    /// <summary>Null leaves the cell null.</summary>
    public SystemRelation<T> Text(string column, Func<T, string?> value) => Add(column, (cells, row) => cells.Set(value(row)));

    public SystemRelation<T> Letter(string column, Func<T, char> value) => Add(column, (cells, row) => cells.Set(value(row).ToString()));

    public SystemRelation<T> Flag(string column, Func<T, bool> value) => Add(column, (cells, row) => cells.Set(value(row)));

    /// <summary>yes_or_no of information_schema.</summary>
    public SystemRelation<T> YesNo(string column, Func<T, bool> value) => Add(column, (cells, row) => cells.Set(value(row) ? "YES" : "NO"));

    public SystemRelation<T> Real(string column, Func<T, double> value) => Add(column, (cells, row) => cells.Set(value(row)));

    /// <summary>A value of a literal: null, an array.</summary>
    public SystemRelation<T> Value(string column, Func<T, object?> value) => Add(column, (cells, row) => cells.SetValue(value(row)));

    /// <summary>All columns at once: a row's values in the order of columns.</summary>
    public SystemRelation<T> WithValues(Func<T, object?[]> values)
    {
        for (int i = 0; i < Shape.Columns.Count; i++)
        {
            int ordinal = i;
            Value(Shape.Columns[i].Name, row => values(row)[ordinal]);
        }

        return this;
    }

    public override ComputedRows Rows(CatalogView view) => new View(this, rows(view));

    private SystemRelation<T> Add(string column, Action<CellWriter, T> fill)
    {
        _columns ??= new Action<CellWriter, T>?[Shape.Columns.Count];
        int ordinal = 0;
        while (Shape.Columns[ordinal].Name != column)
        {
            ordinal++;
        }

        _columns[ordinal] = fill;
        return this;
    }

    private void Fill(int ordinal, IReadOnlyList<T> source, int start, CellWriter cells, int count)
    {
        if (_columns?[ordinal] is { } fill)
        {
            for (int i = 0; i < count; i++)
            {
                cells.MoveTo(i);
                fill(cells, source[start + i]);
            }

            return;
        }

        Action<int>? constant = Constant(ordinal, start, cells);
        for (int i = 0; constant != null && i < count; i++)
        {
            cells.MoveTo(i);
            constant(i);
        }
    }

    private Action<int>? Constant(int ordinal, int start, CellWriter cells)
    {
        var column = Shape.Columns[ordinal];
        if (column.IsHidden)
        {
            return column.Name switch
            {
                "tableoid" => _ => cells.Set(Shape.Oid),
                "xmin" => _ => cells.Set(CatalogView.TransactionId),
                _ => row => cells.Set($"(0,{start + row + 1})"),
            };
        }

        return column.IsNullable ? null : column.Type.Kind switch
        {
            TypeKind.Boolean => _ => cells.Set(false),
            TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt or TypeKind.Oid => _ => cells.Set(0L),
            TypeKind.Real or TypeKind.DoublePrecision => _ => cells.Set(0.0),
            TypeKind.Array => _ => cells.SetValue(NodeList<Catalyst.Expressions.Literal>.Empty),
            _ => _ => cells.Set(""),
        };
    }

    private sealed class View(SystemRelation<T> relation, IReadOnlyList<T> source) : ComputedRows
    {
        public override int Count => source.Count;

        public override void Fill(int ordinal, int start, CellWriter cells, int count) => relation.Fill(ordinal, source, start, cells, count);
    }
}
