using System.Buffers;

namespace SqlCluster.Server.PgWire.Copy;

/// <summary>Cuts a line of COPY's text into the values between its delimiters and takes quotes and escapes away.</summary>
internal sealed class CopyFields(CopyOptions options)
{
    private readonly ArrayBufferWriter<byte> _bytes = new(256);
    private readonly List<Field> _fields = [];

    /// <summary>A value's place in the bytes.</summary>
    /// <param name="Start">First byte.</param>
    /// <param name="Length">Bytes.</param>
    /// <param name="WasQuoted">Whether quotes stood around it.</param>
    /// <param name="IsNullText">Whether it is the text of NULL as it stands in the line.</param>
    private readonly record struct Field(int Start, int Length, bool WasQuoted, bool IsNullText);

    /// <summary>Values of the last line.</summary>
    public int Count => _fields.Count;

    /// <summary>A value's bytes.</summary>
    public ReadOnlySpan<byte> this[int index] => _bytes.WrittenSpan.Slice(_fields[index].Start, _fields[index].Length);

    /// <param name="index">Which value.</param>
    /// <param name="unquoted">Whether the text of NULL means NULL without quotes, as it does but for FORCE_NOT_NULL.</param>
    /// <param name="quoted">Whether it means NULL within quotes, as it does for FORCE_NULL alone.</param>
    public bool IsNull(int index, bool unquoted, bool quoted) => _fields[index].IsNullText && (_fields[index].WasQuoted ? quoted : unquoted);

    /// <summary>Reads a line.</summary>
    public void Read(ReadOnlySpan<byte> line)
    {
        _bytes.ResetWrittenCount();
        _fields.Clear();
        int position = 0;
        do
        {
            int start = _bytes.WrittenCount;
            int next = options.IsCsv ? ReadCsv(line, position, out bool wasQuoted, out bool isNullText) : ReadText(line, position, out wasQuoted, out isNullText);
            _fields.Add(new Field(start, _bytes.WrittenCount - start, wasQuoted, isNullText));
            position = next;
        }
        while (position >= 0);
    }

    /// <returns>Where the next value begins; -1 at the end.</returns>
    private int ReadCsv(ReadOnlySpan<byte> line, int position, out bool wasQuoted, out bool isNullText)
    {
        byte delimiter = (byte)options.Delimiter, quote = (byte)options.Quote, escape = (byte)options.Escape;
        int start = _bytes.WrittenCount;
        wasQuoted = false;
        int next = -1;
        while (position < line.Length)
        {
            byte unit = line[position++];
            if (unit == delimiter)
            {
                next = position;
                break;
            }

            if (unit != quote)
            {
                Put(unit);
                continue;
            }

            wasQuoted = true;
            bool isOpen = true;
            while (isOpen && position < line.Length)
            {
                unit = line[position++];
                if (unit == escape && position < line.Length && (line[position] == escape || line[position] == quote))
                {
                    Put(line[position++]);
                }
                else if (unit == quote)
                {
                    isOpen = false;
                }
                else
                {
                    Put(unit);
                }
            }

            if (isOpen)
            {
                throw CopyErrors.BadFile("unterminated CSV quoted field");
            }
        }

        isNullText = _bytes.WrittenSpan[start..].SequenceEqual(options.NullBytes);
        return next;
    }

    private int ReadText(ReadOnlySpan<byte> line, int position, out bool wasQuoted, out bool isNullText)
    {
        wasQuoted = false;
        byte delimiter = (byte)options.Delimiter;
        int start = position;
        int next = -1;
        int end = line.Length;
        while (position < line.Length)
        {
            byte unit = line[position++];
            if (unit == delimiter)
            {
                (next, end) = (position, position - 1);
                break;
            }

            if (unit == '\\' && position < line.Length)
            {
                position = ReadEscape(line, position);
            }
            else
            {
                Put(unit);
            }
        }

        isNullText = line[start..end].SequenceEqual(options.NullBytes);
        return next;
    }

    /// <returns>What follows the escape.</returns>
    private int ReadEscape(ReadOnlySpan<byte> line, int position)
    {
        byte unit = line[position++];
        switch (unit)
        {
            case (byte)'b': Put((byte)'\b'); break;
            case (byte)'f': Put((byte)'\f'); break;
            case (byte)'n': Put((byte)'\n'); break;
            case (byte)'r': Put((byte)'\r'); break;
            case (byte)'t': Put((byte)'\t'); break;
            case (byte)'v': Put((byte)'\v'); break;
            case >= (byte)'0' and <= (byte)'7':
                int value = unit - '0';
                for (int digits = 1; digits < 3 && position < line.Length && line[position] is >= (byte)'0' and <= (byte)'7'; digits++)
                {
                    value = (value << 3) + line[position++] - '0';
                }

                Put((byte)value);
                break;
            case (byte)'x' when position < line.Length && char.IsAsciiHexDigit((char)line[position]):
                int hex = 0;
                for (int digits = 0; digits < 2 && position < line.Length && char.IsAsciiHexDigit((char)line[position]); digits++)
                {
                    hex = (hex << 4) + Convert.ToInt32(((char)line[position++]).ToString(), 16);
                }

                Put((byte)hex);
                break;
            default: Put(unit); break;
        }

        return position;
    }

    private void Put(byte unit)
    {
        _bytes.GetSpan(1)[0] = unit;
        _bytes.Advance(1);
    }
}
