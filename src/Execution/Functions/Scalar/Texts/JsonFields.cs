using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>Fields of JSON objects, as the part of the text that they are: no document is made, and nothing is copied.</summary>
/// <remarks>A value of jsonb lies in its normal form, of which every part is in normal form too. Strings and names with escapes, large texts and what is not JSON go the general way.</remarks>
internal static class JsonFields
{
    /// <summary>Sets the row to the field that the second argument names; of several the last.</summary>
    /// <param name="row">A JSON value and a name.</param>
    /// <param name="asText">Strings without quotes, null for null.</param>
    /// <returns>False when nothing was set and the general way has to tell.</returns>
    public static bool TrySet(Row row, bool asText)
    {
        ReadOnlySpan<byte> json = row.Bytes(0);
        if (json.Length > Pulse.StretchBytes || !TryFind(json, row.Bytes(1), out int start, out int end))
        {
            return false;
        }

        if (start == end)
        {
            return true;
        }

        ReadOnlySpan<byte> value = json[start..end];
        if (!asText || value[0] is not ((byte)'"' or (byte)'n'))
        {
            row.SetPart(0, start, value.Length);
            return true;
        }

        if (value[0] == 'n')
        {
            return true;
        }

        if (value.Contains((byte)'\\'))
        {
            return false;
        }

        row.SetPart(0, start + 1, value.Length - 2);
        return true;
    }

    /// <summary>Walks over an object's members.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">Characters of the name.</param>
    /// <param name="start">Where the value begins, without blanks; that of the last of several.</param>
    /// <param name="end">Behind it; <paramref name="start"/> when there is no such member.</param>
    /// <returns>Whether the text is an object to its end, without escapes in names.</returns>
    private static bool TryFind(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name, out int start, out int end)
    {
        start = end = 0;
        int at = JsonScan.AfterBlanks(json, 0);
        if ((uint)at >= (uint)json.Length || json[at] != '{')
        {
            return false;
        }

        at = JsonScan.AfterBlanks(json, at + 1);
        if ((uint)at < (uint)json.Length && json[at] == '}')
        {
            return JsonScan.AfterBlanks(json, at + 1) == json.Length;
        }

        while ((uint)at < (uint)json.Length && json[at] == '"')
        {
            int nameStart = at + 1, nameEnd = JsonScan.StringEnd(json, nameStart);
            if (nameEnd < 0)
            {
                return false;
            }

            ReadOnlySpan<byte> found = json[nameStart..nameEnd];
            int valueStart = JsonScan.AfterColon(json, nameEnd + 1);
            int valueEnd = valueStart < 0 ? JsonScan.None : JsonScan.ValueEnd(json, valueStart);
            if (valueEnd < 0 || found.Contains((byte)'\\'))
            {
                return false;
            }

            if (found.SequenceEqual(name))
            {
                (start, end) = (valueStart, valueEnd);
            }

            at = JsonScan.AfterBlanks(json, valueEnd);
            if ((uint)at >= (uint)json.Length || json[at] is not ((byte)',' or (byte)'}'))
            {
                return false;
            }

            if (json[at] == '}')
            {
                return JsonScan.AfterBlanks(json, at + 1) == json.Length;
            }

            at = JsonScan.AfterBlanks(json, at + 1);
        }

        return false;
    }
}
