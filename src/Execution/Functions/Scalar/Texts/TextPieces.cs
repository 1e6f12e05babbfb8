using System.Buffers;
using System.Text;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>Puts the texts of a row's arguments one behind the other, in bytes. Kept from row to row.</summary>
internal sealed class TextPieces
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>An empty one, the same for all rows of a call.</summary>
    public static TextPieces Of(Row row)
    {
        var pieces = (TextPieces)(row.State ??= new TextPieces());
        pieces._bytes.ResetWrittenCount();
        return pieces;
    }

    /// <summary>Appends an argument that is not null, as its type's output function has it.</summary>
    public void Add(Row row, int argument)
    {
        SqlType type = row.Type(argument);
        if (type.IsText)
        {
            row.Pulse.Copy(row.Bytes(argument), Room(row.Bytes(argument).Length));
            _bytes.Advance(row.Bytes(argument).Length);
        }
        else if (type.IsInteger)
        {
            row.Long(argument).TryFormat(Room(AsciiForms.MostBytes), out int written, default, System.Globalization.CultureInfo.InvariantCulture);
            _bytes.Advance(written);
        }
        else if (type.Kind == TypeKind.Date && AsciiForms.FormatDate(row.Long(argument), Room(AsciiForms.MostBytes)) is > 0 and var days)
        {
            _bytes.Advance(days);
        }
        else if (type.Kind == TypeKind.Numeric && type.Scale < 38 && row.Decimal(argument) is var value && value > long.MinValue && value <= long.MaxValue)
        {
            _bytes.Advance(AsciiForms.FormatDecimal((long)value, type.Scale, Room(AsciiForms.MostBytes + type.Scale)));
        }
        else
        {
            Add(Concatenation.TextOf(row, argument));
        }
    }

    public void Add(string text) => Encoding.UTF8.GetBytes(text, _bytes);

    /// <summary>Sets the row to what was put together.</summary>
    public void Set(Row row) => row.Set(_bytes.WrittenSpan);

    private Span<byte> Room(int bytes) => _bytes.GetSpan(Math.Max(bytes, 1));
}
