using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Server.FlightSql.Streams;

/// <summary>Puts the blanks back that char(n) values end with, which the engine keeps without them: in columns, and in arrays, rows and maps.</summary>
/// <remarks>
/// One that a stream needs, or none: columns without char(n) pass as they are, and so do values that are n characters long. A narrow value of a wide char(n)
/// grows by up to n bytes, so a batch may come in several pieces, each with little more than <see cref="BytesOfPiece"/> of new text unless a single row has more.
/// </remarks>
internal sealed class BlankPadding
{
    private const long BytesOfPiece = 1 << 20;

    /// <summary>What PostgreSQL lets a value have.</summary>
    private const long MostBytes = 1 << 30;

    private readonly Shape?[] _columns;

    private BlankPadding(Shape?[] columns) => _columns = columns;

    /// <summary>For columns of these types; null when none has char(n).</summary>
    public static BlankPadding? Of(IEnumerable<SqlType> types)
    {
        Shape?[] columns = [.. types.Select(ShapeOf)];
        return Array.TrueForAll(columns, static shape => shape == null) ? null : new BlankPadding(columns);
    }

    /// <summary>The selected rows, in order.</summary>
    /// <param name="batch">Stays the caller's, and valid until the last piece is disposed.</param>
    /// <param name="account">For new texts.</param>
    /// <param name="cancellation">Ends the making of a piece.</param>
    /// <returns>Pieces that the caller disposes one by one, each before it asks for the next.</returns>
    /// <exception cref="Parser.Errors.QueryException">54000: a single row has more than 1 GB of text.</exception>
    public IEnumerable<PaddedPiece> Pieces(Batch batch, MemoryAccount account, CancellationToken cancellation)
    {
        int[] rows = batch.Selection?.Rows.ToArray() ?? [.. Enumerable.Range(0, batch.Length)];
        for (int start = 0, end; start < rows.Length; start = end)
        {
            long bytes = Blanks(batch, rows[start]);
            for (end = start + 1; end < rows.Length && bytes < BytesOfPiece; end++)
            {
                bytes += Blanks(batch, rows[end]);
            }

            yield return Pad(batch, rows[start..end], account, cancellation);
        }
    }

    private PaddedPiece Pad(Batch batch, int[] rows, MemoryAccount account, CancellationToken cancellation)
    {
        var owned = new List<NativeBuffer>();
        try
        {
            var padder = new VectorPadding(account, owned, cancellation);
            Vector[] columns = [.. batch.Columns.Select((column, index) => _columns[index] is { } shape ? padder.Pad(column, shape, rows) : column)];
            SelectionVector? selection = batch.Selection;
            if (rows.Length < batch.RowCount)
            {
                NativeBuffer numbers = NativeBuffer.AllocateZeroed(rows.Length * 4L, account);
                owned.Add(numbers);
                rows.CopyTo(numbers.Span<int>(0, rows.Length));
                selection = new SelectionVector(numbers, rows.Length);
            }

            return new PaddedPiece(new Batch(columns, batch.Length, selection), owned);
        }
        catch
        {
            owned.ForEach(static buffer => buffer.Release());
            throw;
        }
    }

    /// <summary>Bytes that a row may grow by.</summary>
    private long Blanks(Batch batch, int row)
    {
        long bytes = 0;
        for (int i = 0; i < _columns.Length; i++)
        {
            bytes += _columns[i] is { } shape ? Blanks(batch.Columns[i], shape, row) : 0;
        }

        return bytes <= MostBytes ? bytes : throw FlightErrors.TooManyBlanks(MostBytes);
    }

    private static long Blanks(Vector vector, Shape shape, int row)
    {
        if (shape is Shape.Texts text)
        {
            return text.Characters;
        }

        if (vector.IsNull(row))
        {
            return 0;
        }

        switch (vector, shape)
        {
            case (ConstantVector constant, _):
                return Blanks(constant.Value, shape, 0);
            case (DictionaryVector dictionary, _):
                return Blanks(dictionary.Dictionary, shape, dictionary.Code(row));
            case (ListVector lists, Shape.Elements { Element: Shape.Texts texts }):
                return (long)texts.Characters * (lists.Offsets[row + 1] - lists.Offsets[row]);
            case (ListVector lists, Shape.Elements elements):
                long sum = 0;
                for (int i = lists.Offsets[row]; i < lists.Offsets[row + 1]; i++)
                {
                    sum += Blanks(lists.Child, elements.Element, i);
                }

                return sum;
            case (StructVector structs, Shape.Members members):
                return members.Fields.Select((field, index) => field == null ? 0 : Blanks(structs.Children[index], field, row)).Sum();
            default:
                return 0;
        }
    }

    private static Shape? ShapeOf(SqlType type) => type.Kind switch
    {
        TypeKind.Char when type.Precision > 0 => new Shape.Texts(type.Precision),
        TypeKind.Array when ShapeOf(type.Element!) is { } element => new Shape.Elements(element),
        TypeKind.Map when Members([type.Key!, type.Element!]) is { } entry => new Shape.Elements(entry),
        TypeKind.Row => Members(type.Fields!.Select(static field => field.Type)),
        _ => null,
    };

    private static Shape.Members? Members(IEnumerable<SqlType> types)
    {
        Shape?[] fields = [.. types.Select(ShapeOf)];
        return Array.TrueForAll(fields, static field => field == null) ? null : new Shape.Members(fields);
    }

    /// <summary>Where in a type there is char(n).</summary>
    internal abstract record Shape
    {
        /// <summary>char(n) itself.</summary>
        public sealed record Texts(int Characters) : Shape;

        /// <summary>An array's elements, a map's entries.</summary>
        public sealed record Elements(Shape Element) : Shape;

        /// <summary>Fields of a row, key and value of an entry; null: one without.</summary>
        public sealed record Members(Shape?[] Fields) : Shape;
    }
}

/// <summary>Some rows of a batch with their blanks; what the batch does not share with the one that it was made of ends with it.</summary>
internal sealed class PaddedPiece(Batch rows, List<NativeBuffer> owned) : IDisposable
{
    public Batch Rows { get; } = rows;

    public void Dispose() => owned.ForEach(static buffer => buffer.Release());
}
