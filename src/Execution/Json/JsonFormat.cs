using SqlCluster.Catalyst.Trees;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Json;

/// <summary>How the values of a JSON file follow each other: one a line, as the items of one array, or just one after the other.</summary>
internal enum JsonLayout
{
    Lines,
    Array,
    Sequence,
}

/// <summary>Finds where values begin and end without looking into them.</summary>
internal sealed record JsonFormat(JsonLayout Layout) : IRecordFormat
{
    private const int MarksBetweenQuestions = 4096;

    private static ReadOnlySpan<byte> Blanks => " \t\r\n"u8;

    public int PrologueLength(ReadOnlySpan<byte> bytes, bool isWhole)
    {
        if (Layout != JsonLayout.Array)
        {
            return 0;
        }

        int first = bytes.IndexOfAnyExcept(Blanks);
        return first >= 0 ? first + 1 : isWhole ? bytes.Length : -1;
    }

    public int LastRecordEnd(ReadOnlySpan<byte> bytes)
    {
        if (Layout == JsonLayout.Lines)
        {
            return bytes.LastIndexOf((byte)'\n') + 1;
        }

        int end = 0;
        while (ValueStart(bytes, end) is var start and >= 0 && ValueEnd(bytes, start) is var next and > 0)
        {
            end = next;
        }

        return end;
    }

    public bool IsWholeEnd(ReadOnlySpan<byte> lastBytes) => Layout != JsonLayout.Array || lastBytes.TrimEnd(Blanks).EndsWith("]"u8);

    /// <summary>Where the next value begins; -1: there is none.</summary>
    public int ValueStart(ReadOnlySpan<byte> bytes, int position)
    {
        int start = bytes[position..].IndexOfAnyExcept(Layout == JsonLayout.Lines ? Blanks : Layout == JsonLayout.Array ? " \t\r\n,]"u8 : " \t\r\n,"u8);
        return start < 0 ? -1 : position + start;
    }

    /// <summary>Where the value that begins here ends; 0: not in these bytes.</summary>
    public int ValueEnd(ReadOnlySpan<byte> bytes, int start)
    {
        if (Layout == JsonLayout.Lines)
        {
            int line = bytes[start..].IndexOf((byte)'\n');
            return line < 0 ? 0 : start + line;
        }

        int depth = 0, i = start;
        for (int marks = 1; i < bytes.Length; marks++)
        {
            if (marks % MarksBetweenQuestions == 0)
            {
                Interruption.Ask();
            }

            int mark = bytes[i..].IndexOfAny(depth == 0 ? "{}[]\", \t\r\n"u8 : "{}[]\""u8);
            if (mark < 0)
            {
                return 0;
            }

            i += mark;
            switch (bytes[i])
            {
                case (byte)'"':
                    i = StringEnd(bytes, i + 1);
                    if (i < 0)
                    {
                        return 0;
                    }

                    if (depth == 0)
                    {
                        return i + 1;
                    }

                    break;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                case (byte)'}' or (byte)']':
                    if (--depth <= 0)
                    {
                        return depth == 0 ? i + 1 : i > start ? i : i + 1;
                    }

                    break;
                default:
                    return i;
            }

            i++;
        }

        return 0;
    }

    private static int StringEnd(ReadOnlySpan<byte> bytes, int position)
    {
        while (position < bytes.Length)
        {
            int found = bytes[position..].IndexOfAny((byte)'"', (byte)'\\');
            if (found < 0)
            {
                return -1;
            }

            position += found;
            if (bytes[position] == (byte)'"')
            {
                return position;
            }

            position += 2;
        }

        return -1;
    }
}
