using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.PgWire.Types;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.PgWire.Copy;

/// <summary>COPY ... FROM STDIN in the format binary: a header, tuples of length and bytes a value, and -1 at the end.</summary>
internal sealed class CopyBinaryIn(CopyTarget target, Session session) : ICopyInput
{
    private const int MaxTupleBytes = 1 << 30;
    private static readonly byte[] Signature = [.. "PGCOPY\n"u8, 0xFF, (byte)'\r', (byte)'\n', 0];

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _needed = 1;
    private bool _hasHeader;
    private bool _hasEnded;
    private long _line;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_hasEnded && bytes.Length > 0)
        {
            throw CopyErrors.At(CopyErrors.BadFile("received copy data after EOF marker"), target.Place(_line, null));
        }

        int kept = _end - _start;
        if (kept + (long)bytes.Length > MaxTupleBytes)
        {
            throw CopyErrors.LineTooLong();
        }

        if (_end + bytes.Length > _buffer.Length)
        {
            byte[] larger = kept + bytes.Length > _buffer.Length ? new byte[Math.Max(kept + bytes.Length, 2 * _buffer.Length)] : _buffer;
            _buffer.AsSpan(_start, kept).CopyTo(larger);
            (_buffer, _start, _end) = (larger, 0, kept);
        }

        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
        while (!_hasEnded && _end - _start >= _needed && (_hasHeader ? TryReadTuple() : TryReadHeader()))
        {
            _needed = 2;
        }

        if (_hasEnded && _start < _end)
        {
            throw CopyErrors.At(CopyErrors.BadFile("received copy data after EOF marker"), target.Place(_line, null));
        }
    }

    public void Complete()
    {
        if (!_hasHeader)
        {
            throw CopyErrors.BadFile("COPY file signature not recognized");
        }

        if (_start < _end)
        {
            throw CopyErrors.At(CopyErrors.BadFile("unexpected EOF in COPY data"), target.Place(_line + 1, null));
        }
    }

    public void Dispose() => _buffer = [];

    private bool TryReadHeader()
    {
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start, _end - _start);
        int known = Math.Min(bytes.Length, Signature.Length);
        if (!bytes[..known].SequenceEqual(Signature.AsSpan(0, known)))
        {
            throw CopyErrors.BadFile("COPY file signature not recognized");
        }

        int size = Signature.Length + 8;
        if (bytes.Length < size)
        {
            _needed = bytes.Length + 1;
            return false;
        }

        int flags = BinaryPrimitives.ReadInt32BigEndian(bytes[Signature.Length..]);
        int extension = BinaryPrimitives.ReadInt32BigEndian(bytes[(Signature.Length + 4)..]);
        if ((flags & 0xFFFF0000) != 0)
        {
            throw CopyErrors.BadFile("unrecognized critical flags in COPY file header");
        }

        if (extension is < 0 or > MaxTupleBytes / 2)
        {
            throw CopyErrors.BadFile("invalid COPY file header (wrong length)");
        }

        if (bytes.Length < size + extension)
        {
            _needed = size + extension;
            return false;
        }

        _start += size + extension;
        _hasHeader = true;
        return true;
    }

    private bool TryReadTuple()
    {
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start, _end - _start);
        int count = BinaryPrimitives.ReadInt16BigEndian(bytes);
        if (count == -1)
        {
            _start += 2;
            _hasEnded = true;
            return false;
        }

        long line = _line + 1;
        if (count != target.Ordinals.Length)
        {
            throw CopyErrors.At(CopyErrors.BadFile($"row field count is {count}, expected {target.Ordinals.Length}"), target.Place(line, null));
        }

        int size = 2;
        for (int i = 0; i < count; i++)
        {
            if (bytes.Length < size + 4)
            {
                _needed = size + 4;
                return false;
            }

            int length = BinaryPrimitives.ReadInt32BigEndian(bytes[size..]);
            if (length < -1 || length > MaxTupleBytes - size - 4)
            {
                throw CopyErrors.At(CopyErrors.BadFile("invalid field size"), target.Place(line, target.Column(i).Name, null));
            }

            size += 4 + Math.Max(0, length);
        }

        if (bytes.Length < size)
        {
            _needed = size;
            return false;
        }

        _line = line;
        ReadValues(bytes[2..size]);
        _start += size;
        target.EndRow(_line, null);
        return true;
    }

    private void ReadValues(ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < target.Ordinals.Length; i++)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(bytes);
            bytes = bytes[4..];
            if (length < 0)
            {
                target.SetNull(i);
                continue;
            }

            try
            {
                ReadValue(i, bytes[..length]);
            }
            catch (QueryException error)
            {
                throw CopyErrors.At(error.SqlState == "08P01" ? new QueryException("22P03", ErrorKind.User, "incorrect binary data format") : error, target.Place(_line, target.Column(i).Name, null));
            }
            catch (OverflowException)
            {
                throw CopyErrors.At(new QueryException("22008", ErrorKind.User, $"{target.Column(i).Type} out of range"), target.Place(_line, target.Column(i).Name, null));
            }

            bytes = bytes[length..];
        }
    }

    private void ReadValue(int index, ReadOnlySpan<byte> bytes)
    {
        SqlType type = target.Column(index).Type;
        switch (type.Kind)
        {
            case TypeKind.Text or TypeKind.Varchar or TypeKind.Char or TypeKind.Name or TypeKind.Json when type.Variant is not (TypeVariant.SingleByte or TypeVariant.Inet or TypeVariant.Lsn or TypeVariant.Tid):
                target.SetText(index, Text(bytes));
                break;
            case TypeKind.Jsonb:
                target.SetText(index, bytes.Length > 0 && bytes[0] == 1 ? Text(bytes[1..]) : throw new QueryException("XX000", ErrorKind.User, "unsupported jsonb version number"));
                break;
            case TypeKind.Numeric:
                target.SetText(index, Encoding.ASCII.GetBytes(ParameterReader.NumericText(bytes)));
                break;
            default:
                // Without the fraction digits of its column: storing the value rounds it to those.
                target.SetValue(index, ParameterReader.FromBinary(bytes, WithoutFractionDigits(type), session));
                break;
        }
    }

    private static SqlType WithoutFractionDigits(SqlType type) =>
        type is { Kind: TypeKind.Array, Variant: TypeVariant.None } ? SqlType.Array(WithoutFractionDigits(type.Element!)) : type.WithoutFractionDigits;

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> bytes) => bytes.Contains((byte)0) ? throw CopyErrors.ZeroByte() : Utf8.IsValid(bytes) ? bytes : throw CopyErrors.BadUtf8(bytes);
}
