using System.Buffers.Binary;
using System.Text;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.PgWire.Messages;

/// <summary>Reads the fields of one frontend message; whatever does not fit is 08P01.</summary>
internal ref struct PgReader(ReadOnlySpan<byte> body)
{
    private static readonly UTF8Encoding Strict = new(false, true);
    private ReadOnlySpan<byte> _rest = body;

    public readonly int Left => _rest.Length;

    public byte Byte() => Take(1)[0];

    public int Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    /// <summary>A count, which is never negative.</summary>
    public int Count() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public string CString()
    {
        int zero = _rest.IndexOf((byte)0);
        return zero < 0 ? throw PgErrors.Protocol("invalid string in message") : Decode(Take(zero + 1)[..zero]);
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _rest.Length)
        {
            throw PgErrors.Protocol("insufficient data left in message");
        }

        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    /// <summary>Refuses a message with bytes behind its last field.</summary>
    public readonly void End()
    {
        if (_rest.Length > 0)
        {
            throw PgErrors.Protocol("invalid message format");
        }
    }

    /// <exception cref="QueryException">22021: not UTF-8.</exception>
    public static string Decode(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return Strict.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw PgErrors.BadUtf8(utf8);
        }
    }
}
