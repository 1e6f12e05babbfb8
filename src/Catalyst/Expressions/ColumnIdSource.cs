using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Expressions;

/// <summary>Hands out column and common-table-expression ids that are unique within one query. Analysis makes one; the optimizer goes on with the same.</summary>
/// <remarks>Not thread-safe: a query is planned by one thread.</remarks>
public sealed class ColumnIdSource
{
    private int _lastColumn;
    private int _lastCte;

    public ColumnId Next() => new(++_lastColumn);

    public CteId NextCte() => new(++_lastCte);

    /// <summary>A new column.</summary>
    public Column Column(string name, SqlType type, bool isNullable) => new(Next(), name, type, isNullable);

    /// <summary>A new column with the name, type and nullability of another.</summary>
    public Column CopyOf(Column column) => column with { Id = Next() };

    /// <summary>A new column that carries the value of an expression.</summary>
    public Column For(Expression expression, string name) => new(Next(), name, expression.Type, expression.IsNullable);
}
