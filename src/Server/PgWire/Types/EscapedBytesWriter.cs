using SqlCluster.Arrow.Vectors;
using SqlCluster.Server.PgWire.Messages;

namespace SqlCluster.Server.PgWire.Types;

/// <summary>bytea as text under bytea_output = escape: printable ASCII as it is, the backslash twice, every other byte as a backslash and three octal digits.</summary>
internal sealed class EscapedBytesWriter(CancellationToken cancellation) : ValueWriter
{
    private const int BytesBetweenQuestions = 64 << 10;

    private Vector _vector = null!;
    private ViewVector _views = null!;
    private byte[] _text = [];

    protected override void Load(Vector vector)
    {
        _vector = vector;
        _views = (ViewVector)ColumnValues.Flat(vector);
    }

    protected override void WriteValue(PgWriter writer, int row)
    {
        ReadOnlySpan<byte> bytes = _views.Bytes(ColumnValues.Slot(_vector, row));
        if (_text.Length < 4 * bytes.Length)
        {
            _text = new byte[4 * bytes.Length];
        }

        int length = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            if (i % BytesBetweenQuestions == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            byte value = bytes[i];
            if (value == '\\')
            {
                _text[length++] = value;
                _text[length++] = value;
            }
            else if (value is >= 0x20 and <= 0x7E)
            {
                _text[length++] = value;
            }
            else
            {
                _text[length++] = (byte)'\\';
                _text[length++] = (byte)('0' + (value >> 6));
                _text[length++] = (byte)('0' + ((value >> 3) & 7));
                _text[length++] = (byte)('0' + (value & 7));
            }
        }

        writer.Value(_text.AsSpan(0, length));
    }
}
