using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Encodings;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Collects booleans, one byte each until a page is written.</summary>
internal sealed class BooleanLeafBuffer(WriteColumn column) : LeafBuffer(column)
{
    private readonly ByteBuilder _values = new();

    public override int ValueCount => _values.Length;

    public override long PlainBytes => (_values.Length + 7) / 8;

    public override int? DictionaryCount => null;

    public override Metadata.Encoding PageEncoding => Metadata.Encoding.Plain;

    public override void Clear()
    {
        ClearLevels();
        _values.Clear();
    }

    public override void Complete(ParquetEncodingChoice encodings)
    {
    }

    public override void WriteDictionary(ByteBuilder output) => throw new InvalidOperationException("booleans have no dictionary");

    public override void WriteValues(int first, int count, ByteBuilder output) =>
        BitPacker.Pack(_values.Written.Slice(first, count), 1, output.AppendUninitialized((count + 7) / 8));

    public override ValueBounds Bounds(int first, int count)
    {
        ReadOnlySpan<byte> values = _values.Written.Slice(first, count);
        return count == 0 ? default : new ValueBounds([(byte)(values.Contains((byte)0) ? 0 : 1)], [(byte)(values.Contains((byte)1) ? 1 : 0)]);
    }

    public override void AddTo(BloomFilterBuilder filter) => throw new InvalidOperationException("booleans have no Bloom filter");

    protected override void AppendAll(Vector flat)
    {
        var vector = (BooleanVector)flat;
        Span<byte> target = _values.AppendUninitialized(vector.Length);
        ReadOnlySpan<byte> bits = vector.Values;
        for (int row = 0; row < target.Length; row++)
            target[row] = (byte)((bits[row >> 3] >> (row & 7)) & 1);
    }

    protected override void AppendSome(Vector flat, ReadOnlySpan<int> rows)
    {
        var vector = (BooleanVector)flat;
        Span<byte> target = _values.AppendUninitialized(rows.Length);
        for (int i = 0; i < rows.Length; i++)
            target[i] = vector.Value(rows[i]) ? (byte)1 : (byte)0;
    }

    protected override void AppendCodes(Vector dictionary, ReadOnlySpan<int> codes) => AppendSome(dictionary, codes);
}
