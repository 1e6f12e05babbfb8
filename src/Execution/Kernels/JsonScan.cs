using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SqlCluster.Execution.Kernels;

/// <summary>Walks over JSON texts (RFC 8259) in one pass over their bytes, without tokens, documents or copies.</summary>
/// <remarks>
/// Every method takes and gives positions in the text; <see cref="None"/> says that what stands there is not plainly JSON: wrong, cut off, or nested deeper than
/// <see cref="MostDepth"/>, which the caller asks the general reader about. What it walks over is JSON for sure.
/// </remarks>
internal static class JsonScan
{
    /// <summary>No position.</summary>
    public const int None = -1;

    /// <summary>Open arrays and objects, a bit each.</summary>
    private const int MostDepth = 64;

    private const byte Quote = (byte)'"';
    private const byte Backslash = (byte)'\\';

    /// <summary>Whether the text is one value, with or without blanks around it.</summary>
    public static bool IsValue(ReadOnlySpan<byte> json) => ValueEnd(json, AfterBlanks(json, 0)) is var end and not None && AfterBlanks(json, end) == json.Length;

    /// <summary>The first position from <paramref name="at"/> on that is no blank; the text's length when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int AfterBlanks(ReadOnlySpan<byte> json, int at)
    {
        while ((uint)at < (uint)json.Length && json[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            at++;
        }

        return at;
    }

    /// <summary>The position behind the value that begins at <paramref name="at"/>.</summary>
    public static int ValueEnd(ReadOnlySpan<byte> json, int at)
    {
        // The lowest bit says of the innermost open container whether it is an object.
        ulong objects = 0;
        int depth = 0;
        while ((uint)at < (uint)json.Length)
        {
            byte first = json[at];
            if (first is (byte)'{' or (byte)'[')
            {
                if (depth++ == MostDepth)
                {
                    return None;
                }

                bool isObject = first == '{';
                objects = (objects << 1) | (isObject ? 1UL : 0);
                at = AfterBlanks(json, at + 1);
                if ((uint)at >= (uint)json.Length || json[at] != Closing(isObject))
                {
                    at = isObject ? AfterName(json, at) : at;
                    continue;
                }
            }
            else
            {
                at = first == Quote ? StringEnd(json, at + 1) + 1 : first is (byte)'-' or (>= (byte)'0' and <= (byte)'9') ? NumberEnd(json, at) : WordEnd(json, at, first);
                if (at <= 0)
                {
                    return None;
                }

                if (depth == 0)
                {
                    return at;
                }

                at = AfterBlanks(json, at);
            }

            at = AfterContainers(json, at, ref objects, ref depth);
            if (depth == 0)
            {
                return at;
            }
        }

        return None;
    }

    /// <summary>The position of the quote that ends the string whose characters begin at <paramref name="at"/>.</summary>
    public static int StringEnd(ReadOnlySpan<byte> json, int at)
    {
        ref byte start = ref MemoryMarshal.GetReference(json);
        while (true)
        {
            for (; at + Vector128<byte>.Count <= json.Length; at += Vector128<byte>.Count)
            {
                Vector128<byte> bytes = Vector128.LoadUnsafe(ref start, (nuint)at);
                uint stops = (Vector128.Equals(bytes, Vector128.Create(Quote)) | Vector128.Equals(bytes, Vector128.Create(Backslash)) | Vector128.LessThan(bytes, Vector128.Create((byte)' '))).ExtractMostSignificantBits();
                if (stops != 0)
                {
                    at += BitOperations.TrailingZeroCount(stops);
                    break;
                }
            }

            while ((uint)at < (uint)json.Length && json[at] is >= (byte)' ' and not Quote and not Backslash)
            {
                at++;
            }

            if ((uint)at >= (uint)json.Length)
            {
                return None;
            }

            if (json[at] != Backslash)
            {
                return json[at] == Quote ? at : None;
            }

            at = EscapeEnd(json, at + 1);
            if (at < 0)
            {
                return None;
            }
        }
    }

    /// <summary>The position of the value of the member whose name begins, with its quote, at <paramref name="at"/>.</summary>
    private static int AfterName(ReadOnlySpan<byte> json, int at)
    {
        if ((uint)at >= (uint)json.Length || json[at] != Quote)
        {
            return None;
        }

        int end = StringEnd(json, at + 1);
        return end < 0 ? None : AfterColon(json, end + 1);
    }

    /// <summary>The position behind the colon, and behind the blanks around it.</summary>
    public static int AfterColon(ReadOnlySpan<byte> json, int at)
    {
        at = AfterBlanks(json, at);
        return (uint)at < (uint)json.Length && json[at] == ':' ? AfterBlanks(json, at + 1) : None;
    }

    /// <summary>Goes on behind a value: to the next one, or out of all containers.</summary>
    /// <param name="json">The text.</param>
    /// <param name="at">Where a comma or a bracket must be.</param>
    /// <param name="objects">As in <see cref="ValueEnd"/>.</param>
    /// <param name="depth">Open containers; 0 at the end, and where there is <see cref="None"/>.</param>
    private static int AfterContainers(ReadOnlySpan<byte> json, int at, ref ulong objects, ref int depth)
    {
        while ((uint)at < (uint)json.Length)
        {
            bool isObject = (objects & 1) != 0;
            if (json[at] == ',')
            {
                at = AfterBlanks(json, at + 1);
                at = isObject ? AfterName(json, at) : at;
                depth = at < 0 ? 0 : depth;
                return at;
            }

            if (json[at] != Closing(isObject))
            {
                break;
            }

            at++;
            depth--;
            objects >>= 1;
            if (depth == 0)
            {
                return at;
            }

            at = AfterBlanks(json, at);
        }

        depth = 0;
        return None;
    }

    private static byte Closing(bool isObject) => isObject ? (byte)'}' : (byte)']';

    /// <summary>The position behind an escape whose letter is at <paramref name="at"/>.</summary>
    private static int EscapeEnd(ReadOnlySpan<byte> json, int at)
    {
        if ((uint)at >= (uint)json.Length)
        {
            return None;
        }

        switch (json[at])
        {
            case Quote or Backslash or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                return at + 1;
            case (byte)'u' when at + 4 < json.Length:
                return char.IsAsciiHexDigit((char)json[at + 1]) && char.IsAsciiHexDigit((char)json[at + 2]) && char.IsAsciiHexDigit((char)json[at + 3]) && char.IsAsciiHexDigit((char)json[at + 4]) ? at + 5 : None;
            default:
                return None;
        }
    }

    private static int WordEnd(ReadOnlySpan<byte> json, int at, byte first)
    {
        ReadOnlySpan<byte> word = first switch { (byte)'t' => "true"u8, (byte)'f' => "false"u8, (byte)'n' => "null"u8, _ => default };
        return !word.IsEmpty && json[at..].StartsWith(word) ? at + word.Length : None;
    }

    private static int NumberEnd(ReadOnlySpan<byte> json, int at)
    {
        at += json[at] == '-' ? 1 : 0;
        int digits = DigitsEnd(json, at);
        if (digits == at || (digits - at > 1 && json[at] == '0'))
        {
            return None;
        }

        at = digits;
        if ((uint)at < (uint)json.Length && json[at] == '.')
        {
            at = DigitsEnd(json, at + 1);
            if (json[at - 1] == '.')
            {
                return None;
            }
        }

        if ((uint)at < (uint)json.Length && json[at] is (byte)'e' or (byte)'E')
        {
            at++;
            at += (uint)at < (uint)json.Length && (json[at] is (byte)'+' or (byte)'-') ? 1 : 0;
            digits = DigitsEnd(json, at);
            return digits == at ? None : digits;
        }

        return at;
    }

    private static int DigitsEnd(ReadOnlySpan<byte> json, int at)
    {
        while ((uint)at < (uint)json.Length && json[at] is >= (byte)'0' and <= (byte)'9')
        {
            at++;
        }

        return at;
    }
}
