using System.Globalization;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Expressions;

/// <summary>Identifies a column within one query, whatever plan node it passes through.</summary>
public readonly record struct ColumnId(int Value)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"#{Value}");
}

/// <summary>A column of a plan node's output. Two columns are the same when their ids are.</summary>
/// <param name="Id">Unique in the query.</param>
/// <param name="Name">Shown to people and clients; need not be unique.</param>
/// <param name="Type">Type of its values.</param>
/// <param name="IsNullable">Whether NULL can occur at this node (an outer join above makes it true again under the same id).</param>
public sealed record Column(ColumnId Id, string Name, SqlType Type, bool IsNullable)
{
    public bool Equals(Column? other) => other is not null && Id == other.Id;

    public override int GetHashCode() => Id.Value;

    public override string ToString() => $"{Name}{Id}";
}

/// <summary>The value of a column, found by id. A reference to a column that no input produces is correlated: an outer query supplies it.</summary>
public sealed record ColumnReference(Column Column) : Expression
{
    public ColumnId Id => Column.Id;

    public override SqlType Type => Column.Type;

    public override bool IsNullable => Column.IsNullable;
}

/// <summary>The value of an input column by position: only in physical plans.</summary>
public sealed record InputReference(int Ordinal, string Name, SqlType ValueType, bool Nullable) : Expression
{
    public override SqlType Type => ValueType;

    public override bool IsNullable => Nullable;
}

/// <summary>A statement parameter, $1 and so on, whose value is set per execution.</summary>
public sealed record Parameter(int Index, SqlType ValueType) : Expression
{
    public override SqlType Type => ValueType;

    public override bool IsNullable => true;
}
