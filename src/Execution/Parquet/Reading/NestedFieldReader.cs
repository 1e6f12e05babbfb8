using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>Reads lists, structs and maps: puts rows together from the levels of their leaves (Dremel assembly).</summary>
/// <remarks>
/// Every node is made in one pass over the levels of the first leaf below it. With R and D the repetition and definition level of the nearest
/// list around the node (0 and 0 at the top), an entry starts a slot of the node when its repetition level is at most R and its
/// definition level at least D. In that slot the node is null when the definition level is below its own; an entry adds an element to a list
/// when its repetition level is at most the list's and its definition level at least that of the list's slots.
/// </remarks>
internal sealed class NestedFieldReader : FieldReader
{
    private readonly ParquetField _field;
    private readonly ArrowType _type;
    private readonly NestedLeaf[] _leaves;
    private readonly MemoryAccount _account;
    private readonly List<NativeBuffer> _batchBuffers = [];
    private NestedLeaf _current;
    private long _rowsLeft;

    public NestedFieldReader(
        IRandomAccessFile file, ParquetField field, IReadOnlyList<ColumnDescriptor> columns, IReadOnlyList<LeafType> leafTypes, MemoryAccount account,
        ReadOptions options)
    {
        _field = field;
        _type = ParquetTypes.MapField(field, leafTypes).Arrow;
        _account = account;
        _leaves = new NestedLeaf[field.LeafCount];
        for (int i = 0; i < _leaves.Length; i++)
        {
            int leaf = field.FirstLeaf + i;
            _leaves[i] = new NestedLeaf(file, columns[leaf], leafTypes[leaf], account, options);
        }

        _current = _leaves[0];
    }

    public override long BytesRead => _leaves.Sum(static leaf => leaf.BytesRead);

    public override (string Column, int Page) Place => (_current.Column.Path, _current.PageNumber);

    public override void Open(RowGroup rowGroup)
    {
        _rowsLeft = rowGroup.RowCount;
        foreach (NestedLeaf leaf in _leaves)
        {
            _current = leaf;
            leaf.Open(rowGroup.Columns[leaf.Column.Index]);
        }
    }

    public override int Available() => (int)Math.Min(_rowsLeft, int.MaxValue);

    public override void Skip(long rowCount)
    {
        ReadLeaves(rowCount, discard: true);
    }

    public override Vector Read(int rowCount)
    {
        ReleaseBatch();
        ReadLeaves(rowCount, discard: false);
        return Build(_field, _type, 0, 0, rowCount);
    }

    public override void Dispose()
    {
        ReleaseBatch();
        foreach (NestedLeaf leaf in _leaves)
            leaf.Dispose();
    }

    private void ReadLeaves(long rowCount, bool discard)
    {
        foreach (NestedLeaf leaf in _leaves)
        {
            _current = leaf;
            leaf.Read(rowCount, discard);
        }

        _rowsLeft -= rowCount;
    }

    private void ReleaseBatch()
    {
        foreach (NativeBuffer buffer in _batchBuffers)
            buffer.Release();
        _batchBuffers.Clear();
    }

    private NativeBuffer Allocate(long sizeBytes)
    {
        NativeBuffer buffer = NativeBuffer.AllocateZeroed(sizeBytes, _account);
        _batchBuffers.Add(buffer);
        return buffer;
    }

    private Vector Build(ParquetField field, ArrowType type, int listRepetition, int listDefinition, int slots)
    {
        NestedLeaf leaf = _current = _leaves[field.FirstLeaf - _field.FirstLeaf];
        NativeBuffer validity = Allocate(Bits.WordCount(slots) * sizeof(ulong));
        int nulls = slots - MarkPresent(leaf, field, listRepetition, listDefinition, slots, validity);
        switch (field)
        {
            case LeafField:
                return BuildLeaf(leaf, type, slots, validity, nulls);
            case ListField list:
                NativeBuffer offsets = Allocate((slots + 1L) * sizeof(int));
                int elements = MarkElements(leaf, list, listRepetition, listDefinition, offsets.Span<int>(0, slots + 1));
                Vector child = Build(list.Element, type.Children![0].Type, list.RepetitionLevel, list.SlotDefinitionLevel, elements);
                return new ListVector(type, slots, offsets, child, validity, nulls);
            default:
                IReadOnlyList<ParquetField> fields = ((StructField)field).Children;
                Vector[] children = new Vector[fields.Count];
                for (int i = 0; i < children.Length; i++)
                    children[i] = Build(fields[i], type.Children![i].Type, listRepetition, listDefinition, slots);
                return new StructVector(type, slots, children, validity, nulls);
        }
    }

    // Sets a bit per slot in which the field is not null and returns their number.
    private static int MarkPresent(NestedLeaf leaf, ParquetField field, int listRepetition, int listDefinition, int slots, NativeBuffer validity)
    {
        ReadOnlySpan<byte> definition = leaf.Definition, repetition = leaf.Repetition;
        Span<byte> bits = validity.Span<byte>(0, Bits.WordCount(slots) * sizeof(ulong));
        int slot = 0, present = 0;
        for (int i = 0; i < definition.Length; i++)
        {
            if (repetition[i] > listRepetition || definition[i] < listDefinition)
                continue;
            if (slot == slots)
                ParquetException.ThrowCorrupted($"column has more values than its siblings ({slots})");
            if (definition[i] >= field.DefinitionLevel)
            {
                Bits.Set(bits, slot);
                present++;
            }

            slot++;
        }

        if (slot != slots)
            ParquetException.ThrowCorrupted($"column has {slot} values, its siblings {slots}");
        return present;
    }

    // Fills the offsets and returns the number of elements of all lists.
    private static int MarkElements(NestedLeaf leaf, ListField list, int listRepetition, int listDefinition, Span<int> offsets)
    {
        ReadOnlySpan<byte> definition = leaf.Definition, repetition = leaf.Repetition;
        int slot = 0, elements = 0;
        for (int i = 0; i < definition.Length; i++)
        {
            if (repetition[i] <= listRepetition && definition[i] >= listDefinition)
                offsets[slot++] = elements;
            if (repetition[i] <= list.RepetitionLevel && definition[i] >= list.SlotDefinitionLevel)
            {
                if (slot == 0)
                    ParquetException.ThrowCorrupted("list element outside of any list");
                elements++;
            }
        }

        offsets[slot] = elements;
        return elements;
    }

    private Vector BuildLeaf(NestedLeaf leaf, ArrowType type, int slots, NativeBuffer validity, int nulls)
    {
        if (type.Id == ArrowTypeId.Boolean)
            return BuildBooleans(leaf, slots, validity, nulls);
        int width = type.Width;
        NativeBuffer values = leaf.Values;
        if (leaf.ValueBytes != (slots - nulls) * width)
            ParquetException.ThrowCorrupted("column's levels disagree with its values");
        if (nulls != 0)
        {
            values = Allocate((long)slots * width);
            NullSpreader.Spread(
                width, leaf.Values.Span<byte>(0, leaf.ValueBytes), validity.Span<byte>(0, Bits.WordCount(slots) * sizeof(ulong)),
                values.Span<byte>(0, slots * width));
        }

        return type.IsView
            ? new ViewVector(type, slots, values, 0, leaf.DataBuffers, validity, nulls)
            : new FixedVector(type, slots, values, 0, validity, nulls);
    }

    private BooleanVector BuildBooleans(NestedLeaf leaf, int slots, NativeBuffer validity, int nulls)
    {
        NativeBuffer values = Allocate(Bits.WordCount(slots) * sizeof(ulong));
        Span<byte> bits = values.Span<byte>(0, Bits.WordCount(slots) * sizeof(ulong));
        ReadOnlySpan<byte> present = validity.Span<byte>(0, Bits.WordCount(slots) * sizeof(ulong));
        ReadOnlySpan<byte> packed = leaf.Values.Span<byte>(0, leaf.ValueBytes);
        int next = 0;
        for (int i = 0; i < slots; i++)
        {
            if (Bits.Get(present, i) && packed[next++] != 0)
                Bits.Set(bits, i);
        }

        return new BooleanVector(slots, values, validity, nulls);
    }
}
