using System.Buffers.Binary;
using System.Text;

namespace SqlCluster.Catalyst.Physical.Serialization;

/// <summary>Bytes of a plan on their way out: varints, and texts that are numbers from their second time on.</summary>
internal sealed class PlanOutput
{
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private byte[] _bytes = new byte[512];
    private int _length;

    /// <param name="reserved">Bytes left free at the start.</param>
    public PlanOutput(int reserved) => _length = reserved;

    public byte[] ToArray() => _bytes.AsSpan(0, _length).ToArray();

    public void Byte(byte value) => Room(1)[0] = value;

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>A number of 0 or more, seven bits a byte, least first.</summary>
    public void Number(ulong value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }

    public void Count(int value) => Number((ulong)value);

    /// <summary>A number of either sign: zigzag, so that small ones are short.</summary>
    public void Signed(long value) => Number((ulong)((value << 1) ^ (value >> 63)));

    public void Double(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Room(8), value);

    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Room(bytes.Length));

    public void Text(string text)
    {
        if (_texts.TryGetValue(text, out int index))
        {
            Count(index + 1);
            return;
        }

        _texts.Add(text, _texts.Count);
        Count(0);
        int length = Encoding.UTF8.GetByteCount(text);
        Count(length);
        Encoding.UTF8.GetBytes(text, Room(length));
    }

    public void List<T>(NodeList<T> items, Action<T> write)
    {
        Count(items.Count);
        foreach (T item in items)
        {
            write(item);
        }
    }

    /// <summary>A value that may not be there.</summary>
    public void Optional<T>(T? value, Action<T> write)
        where T : class
    {
        Flag(value is not null);
        if (value is not null)
        {
            write(value);
        }
    }

    private Span<byte> Room(int length)
    {
        if (_bytes.Length - _length < length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, checked(_length + length)));
        }

        _length += length;
        return _bytes.AsSpan(_length - length, length);
    }
}
