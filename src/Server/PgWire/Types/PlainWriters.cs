using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Server.PgWire.Messages;

namespace SqlCluster.Server.PgWire.Types;

/// <summary>Text and bytes as they are, behind an optional version byte (jsonb).</summary>
internal sealed class BytesWriter(CancellationToken cancellation, byte version = 0) : ValueWriter
{
    /// <summary>Bytes copied between two questions after a cancellation: less than a few milliseconds where the buffer's memory is fresh.</summary>
    private const int StretchBytes = 1 << 20;

    private Vector _vector = null!;
    private ViewVector _views = null!;

    protected override void Load(Vector vector)
    {
        _vector = vector;
        _views = (ViewVector)ColumnValues.Flat(vector);
    }

    protected override void WriteValue(PgWriter writer, int row)
    {
        ReadOnlySpan<byte> bytes = _views.Bytes(ColumnValues.Slot(_vector, row));
        if (bytes.Length > StretchBytes)
        {
            WriteLarge(writer, bytes);
        }
        else if (version == 0)
        {
            writer.Value(bytes);
        }
        else
        {
            writer.Int32(bytes.Length + 1).Byte(version).Bytes(bytes);
        }
    }

    private void WriteLarge(PgWriter writer, ReadOnlySpan<byte> bytes)
    {
        int before = version == 0 ? 0 : 1;
        Span<byte> target = writer.GetSpan(4 + before + bytes.Length);
        BinaryPrimitives.WriteInt32BigEndian(target, before + bytes.Length);
        target[4] = version;
        target = target[(4 + before)..];
        for (int copied = 0; copied < bytes.Length; copied += StretchBytes)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<byte> part = bytes.Slice(copied, Math.Min(StretchBytes, bytes.Length - copied));
            part.CopyTo(target[copied..]);
        }

        writer.Advance(4 + before + bytes.Length);
    }
}

/// <summary>character(n): kept without its padding, sent with it.</summary>
internal sealed class PaddedWriter(int length) : ValueWriter
{
    private Vector _vector = null!;
    private ViewVector _views = null!;

    protected override void Load(Vector vector)
    {
        _vector = vector;
        _views = (ViewVector)ColumnValues.Flat(vector);
    }

    protected override void WriteValue(PgWriter writer, int row)
    {
        ReadOnlySpan<byte> bytes = _views.Bytes(ColumnValues.Slot(_vector, row));
        int characters = 0;
        foreach (byte unit in bytes)
        {
            characters += (unit & 0xC0) != 0x80 ? 1 : 0;
        }

        int padding = Math.Max(0, length - characters);
        writer.Int32(bytes.Length + padding).Bytes(bytes);
        writer.GetSpan(padding)[..padding].Fill((byte)' ');
        writer.Advance(padding);
    }
}

internal sealed class BooleanWriter(bool isBinary) : ValueWriter
{
    private Vector _vector = null!;
    private BooleanVector _values = null!;

    protected override void Load(Vector vector)
    {
        _vector = vector;
        _values = (BooleanVector)ColumnValues.Flat(vector);
    }

    protected override void WriteValue(PgWriter writer, int row)
    {
        bool value = _values.Value(ColumnValues.Slot(_vector, row));
        writer.Int32(1).Byte(isBinary ? (byte)(value ? 1 : 0) : (byte)(value ? 't' : 'f'));
    }
}

internal sealed class BinaryRealWriter : ValueWriter
{
    private float[] _values = [];

    protected override void Load(Vector vector) => ColumnValues.Load(vector, ref _values);

    protected override void WriteValue(PgWriter writer, int row) => writer.Int32(4).Int32(BitConverter.SingleToInt32Bits(_values[row]));
}

internal sealed class BinaryDoubleWriter : ValueWriter
{
    private double[] _values = [];

    protected override void Load(Vector vector) => ColumnValues.Load(vector, ref _values);

    protected override void WriteValue(PgWriter writer, int row) => writer.Int32(8).Int64(BitConverter.DoubleToInt64Bits(_values[row]));
}

internal sealed class BinaryUuidWriter : ValueWriter
{
    private UInt128[] _values = [];

    protected override void Load(Vector vector) => ColumnValues.Load(vector, ref _values);

    protected override void WriteValue(PgWriter writer, int row) => writer.Value(MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in _values[row])));
}

/// <summary>Maps and rows as jsonb: in binary with its version in front.</summary>
internal sealed class JsonWriter(SqlType type, string timeZone, bool isBinary, JsonParts json, CancellationToken cancellation) : ValueWriter
{
    private const byte Version = 1;
    private readonly RowText _text = new([type], timeZone) { Json = json, Cancellation = cancellation };

    protected override void Load(Vector vector) => _text.Open(new Batch([vector], vector.Length));

    protected override void WriteValue(PgWriter writer, int row)
    {
        int mark = writer.BeginValue();
        if (isBinary)
        {
            writer.Byte(Version);
        }

        writer.Bytes(Encoding.UTF8.GetBytes(_text.Get(row, 0)!));
        writer.EndValue(mark);
    }
}

/// <summary>Any type's text, as the engine's casts make it: for types that are rarely sent in bulk.</summary>
internal sealed class RowTextWriter(SqlType type, string timeZone, IObjectNames? names = null, JsonParts json = JsonParts.None, CancellationToken cancellation = default) : ValueWriter
{
    private readonly RowText _text = new([type], timeZone, names) { Json = json, Cancellation = cancellation };

    /// <summary>The text of a row that is not null.</summary>
    public string Text(int row) => _text.Get(row, 0)!;

    protected override void Load(Vector vector) => _text.Open(new Batch([vector], vector.Length));

    protected override void WriteValue(PgWriter writer, int row) => writer.Value(Text(row));
}
