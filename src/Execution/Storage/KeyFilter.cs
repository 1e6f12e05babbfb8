using System.Numerics;
using System.Text;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;
using Vector = SqlCluster.Arrow.Vectors.Vector;

namespace SqlCluster.Execution.Storage;

/// <summary>A filter of the form column = value, which a table in memory applies to its stored columns without compiling an expression.</summary>
/// <remarks>Types whose equality is that of their bytes: integers, dates and timestamps, text. A null value lets no row through, nor does a null in the column.</remarks>
internal sealed class KeyFilter
{
    private readonly long _number;
    private readonly byte[]? _text;
    private readonly bool _isNull;

    private KeyFilter(int tableOrdinal, Literal value)
    {
        TableOrdinal = tableOrdinal;
        switch (value.Value)
        {
            case null: _isNull = true; break;
            case string text: _text = Encoding.UTF8.GetBytes(text); break;
            default: _number = (long)value.Value; break;
        }
    }

    /// <summary>The column, by its place in the table.</summary>
    public int TableOrdinal { get; }

    /// <summary>Tells whether a predicate over a scan's columns has the form.</summary>
    public static bool IsOne(Expression predicate) => predicate is Comparison { Operator: ComparisonOperator.Equal } equal
        && ((equal.Left is ColumnReference && IsValue(equal.Right)) || (equal.Right is ColumnReference && IsValue(equal.Left)))
        && equal.Left.Type.Kind == equal.Right.Type.Kind && equal.Left.Type.Variant == equal.Right.Type.Variant
        && equal.Left.Type.Kind is TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt or TypeKind.Date or TypeKind.Timestamp or TypeKind.TimestampTz or TypeKind.Text;

    /// <summary>Makes a predicate of the form, now over a scan's read columns, ready for an execution.</summary>
    /// <param name="predicate">What <see cref="IsOne"/> accepted, bound.</param>
    /// <param name="tableOrdinals">Places in the table of the columns that are read.</param>
    /// <param name="parameters">Values of $1, $2 and so on.</param>
    public static KeyFilter Of(Expression predicate, NodeList<int> tableOrdinals, NodeList<Literal> parameters)
    {
        var equal = (Comparison)predicate;
        (Expression column, Expression value) = equal.Left is InputReference ? (equal.Left, equal.Right) : (equal.Right, equal.Left);
        Literal literal = value is not Parameter parameter ? (Literal)value
            : parameter.Index >= 1 && parameter.Index <= parameters.Count ? parameters[parameter.Index - 1]
            : throw ExecutionErrors.MissingParameter(parameter.Index);
        return new KeyFilter(tableOrdinals[((InputReference)column).Ordinal], literal);
    }

    /// <summary>Finds the rows of a stored column that pass.</summary>
    /// <param name="column">The column.</param>
    /// <param name="rows">Takes their numbers, ascending; as long as the column.</param>
    /// <returns>How many there are.</returns>
    public int Find(Vector column, Span<int> rows) => _isNull || column.NullCount == column.Length ? 0 : column switch
    {
        FixedVector { Type.Width: 2 } fixedVector when _number == (short)_number => Find(fixedVector.Values<short>(), (short)_number, column, rows),
        FixedVector { Type.Width: 4 } fixedVector when _number == (int)_number => Find(fixedVector.Values<int>(), (int)_number, column, rows),
        FixedVector { Type.Width: 8 } fixedVector => Find(fixedVector.Values<long>(), _number, column, rows),
        ViewVector views => FindText(views, rows),
        _ => FindAny(column, rows),
    };

    /// <summary>Keeps those of the rows that pass.</summary>
    /// <returns>How many stay, in front.</returns>
    public int Refine(Vector column, Span<int> rows)
    {
        var reader = new VectorReader(column);
        int kept = 0;
        foreach (int row in rows)
        {
            if (Passes(in reader, row))
            {
                rows[kept++] = row;
            }
        }

        return kept;
    }

    private static bool IsValue(Expression expression) => expression is Literal or Parameter;

    private static int Find<T>(ReadOnlySpan<T> values, T key, Vector column, Span<int> rows)
        where T : unmanaged, INumber<T>
    {
        int count = 0, row = 0;
        while (values[row..].IndexOf(key) is var next and >= 0)
        {
            row += next;
            if (!column.HasNulls || !column.IsNull(row))
            {
                rows[count++] = row;
            }

            row++;
        }

        return count;
    }

    private int FindText(ViewVector column, Span<int> rows)
    {
        ReadOnlySpan<StringView> views = column.Views;
        int length = _text!.Length, count = 0;
        for (int row = 0; row < views.Length; row++)
        {
            if (views[row].Length == length && StringView.Bytes(in views[row]).SequenceEqual(_text) && !(column.HasNulls && column.IsNull(row)))
            {
                rows[count++] = row;
            }
        }

        return count;
    }

    private int FindAny(Vector column, Span<int> rows)
    {
        var reader = new VectorReader(column);
        int count = 0;
        for (int row = 0; row < column.Length; row++)
        {
            if (Passes(in reader, row))
            {
                rows[count++] = row;
            }
        }

        return count;
    }

    private bool Passes(in VectorReader reader, int row) =>
        !_isNull && !reader.IsNull(row) && (_text == null ? reader.Integer(row) == _number : reader.Bytes(row).SequenceEqual(_text));
}
