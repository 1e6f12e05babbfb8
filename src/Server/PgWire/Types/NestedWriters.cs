using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.PgWire.Messages;

namespace SqlCluster.Server.PgWire.Types;

/// <summary>Arrays: dimensions, whether there are nulls, element oid; length and lower bound of each dimension; the elements.</summary>
internal sealed class BinaryArrayWriter : ValueWriter
{
    private const int ElementsBetweenQuestions = 4096;

    private readonly CancellationToken _cancellation;
    private readonly int _depth;
    private readonly int _elementOid;
    private readonly int _lowerBound;
    private readonly ValueWriter _element;
    private readonly ListVector[] _lists;
    private Vector _vector = null!;
    private bool _hasNulls;

    public BinaryArrayWriter(SqlType type, string timeZone, TextStyles styles, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        for (SqlType level = type; level.Kind == TypeKind.Array; level = level.Element!)
        {
            _depth++;
        }

        _lowerBound = type.Variant.IsVector() ? 0 : 1;
        SqlType element = type.InnermostElement;
        _elementOid = PgTypes.Oid(PgTypes.Sent(element, styles.Json));
        _element = Create(element, true, timeZone, null, styles, cancellation);
        _lists = new ListVector[_depth];
    }

    protected override void Load(Vector vector)
    {
        _vector = vector;
        Vector level = ColumnValues.Flat(vector);
        for (int i = 0; i < _depth; i++)
        {
            _lists[i] = (ListVector)level;
            level = _lists[i].Child;
        }

        _element.Open(level);
    }

    protected override void WriteValue(PgWriter writer, int row)
    {
        int slot = ColumnValues.Slot(_vector, row);
        int mark = writer.BeginValue();
        Span<int> lengths = stackalloc int[_depth];
        int dimensions = Measure(slot, lengths);
        int hasNullsAt = writer.Int32(dimensions).Position;
        writer.Int32(0).Int32(_elementOid);
        for (int i = 0; i < dimensions; i++)
        {
            writer.Int32(lengths[i]).Int32(_lowerBound);
        }

        _hasNulls = false;
        if (dimensions > 0)
        {
            WriteElements(writer, 0, slot, lengths);
        }

        writer.Patch(hasNullsAt, _hasNulls ? 1 : 0);
        writer.EndValue(mark);
    }

    /// <summary>Takes the lengths along the first elements.</summary>
    /// <returns>Dimensions; 0 for an array without elements.</returns>
    private int Measure(int slot, Span<int> lengths)
    {
        for (int level = 0; level < _depth; level++)
        {
            ReadOnlySpan<int> offsets = _lists[level].Offsets;
            lengths[level] = offsets[slot + 1] - offsets[slot];
            slot = offsets[slot];
            if (lengths[level] == 0)
            {
                return 0;
            }
        }

        return _depth;
    }

    private void WriteElements(PgWriter writer, int level, int slot, ReadOnlySpan<int> lengths)
    {
        ListVector list = _lists[level];
        int start = list.Offsets[slot];
        int end = list.Offsets[slot + 1];
        if (end - start != lengths[level])
        {
            throw NotRectangular();
        }

        for (int i = start; i < end; i++)
        {
            if (i % ElementsBetweenQuestions == 0)
            {
                _cancellation.ThrowIfCancellationRequested();
            }

            if (level + 1 == _depth)
            {
                _hasNulls |= _element.IsNull(i);
                _element.Write(writer, i);
            }
            else if (_lists[level + 1].IsNull(i))
            {
                throw NotRectangular();
            }
            else
            {
                WriteElements(writer, level + 1, i, lengths);
            }
        }
    }

    private static QueryException NotRectangular() =>
        new("2202E", ErrorKind.User, "multidimensional arrays must have sub-arrays with matching dimensions to be sent in binary format") { Hint = "Ask for the column in text format." };
}

/// <summary>Records: field count; oid, length and value of each field.</summary>
internal sealed class BinaryRecordWriter : ValueWriter
{
    private readonly int[] _oids;
    private readonly ValueWriter[] _fields;
    private Vector _vector = null!;

    public BinaryRecordWriter(SqlType type, string timeZone, TextStyles styles, CancellationToken cancellation)
    {
        _oids = [.. type.Fields!.Select(field => PgTypes.Oid(PgTypes.Sent(field.Type, styles.Json)))];
        _fields = [.. type.Fields!.Select(field => Create(field.Type, true, timeZone, null, styles, cancellation))];
    }

    protected override void Load(Vector vector)
    {
        _vector = vector;
        Vector[] children = ((StructVector)ColumnValues.Flat(vector)).Children;
        for (int i = 0; i < _fields.Length; i++)
        {
            _fields[i].Open(children[i]);
        }
    }

    protected override void WriteValue(PgWriter writer, int row)
    {
        int slot = ColumnValues.Slot(_vector, row);
        int mark = writer.BeginValue();
        writer.Int32(_fields.Length);
        for (int i = 0; i < _fields.Length; i++)
        {
            writer.Int32(_oids[i]);
            _fields[i].Write(writer, slot);
        }

        writer.EndValue(mark);
    }
}
