using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Counts and finds characters (code points) in UTF-8 bytes, and makes strings of large texts and back, hearing cancellations.</summary>
internal static class Utf8Text
{
    /// <summary>Characters of the text.</summary>
    public static int Count(ReadOnlySpan<byte> text)
    {
        int continuation = 0, i = 0;
        for (; i + Vector256<byte>.Count <= text.Length; i += Vector256<byte>.Count)
        {
            continuation += Continuations(text[i..]);
        }

        for (; i < text.Length; i++)
        {
            continuation += IsContinuation(text[i]) ? 1 : 0;
        }

        return text.Length - continuation;
    }

    public static bool IsAscii(ReadOnlySpan<byte> text) => Ascii.IsValid(text);

    /// <summary>Byte where character number <paramref name="characters"/> (from 0) begins; the length when there are fewer.</summary>
    public static int Offset(ReadOnlySpan<byte> text, int characters)
    {
        if (characters <= 0)
        {
            return 0;
        }

        if (text.Length <= characters)
        {
            return text.Length;
        }

        int i = 0;
        for (; i + Vector256<byte>.Count <= text.Length; i += Vector256<byte>.Count)
        {
            int here = Vector256<byte>.Count - Continuations(text[i..]);
            if (here > characters)
            {
                break;
            }

            characters -= here;
        }

        for (; i < text.Length; i++)
        {
            if (!IsContinuation(text[i]) && characters-- == 0)
            {
                return i;
            }
        }

        return text.Length;
    }

    /// <summary>Bytes of the first character.</summary>
    public static int CharacterLength(ReadOnlySpan<byte> text)
    {
        int length = 1;
        while (length < text.Length && IsContinuation(text[length]))
        {
            length++;
        }

        return length;
    }

    /// <summary>Whole characters of about <paramref name="bytes"/> bytes from the text's start, all of them when there are not more.</summary>
    public static ReadOnlySpan<byte> Stretch(ReadOnlySpan<byte> text, int bytes = Pulse.StretchBytes)
    {
        int end = Math.Min(text.Length, bytes);
        while (end < text.Length && IsContinuation(text[end]))
        {
            end++;
        }

        return text[..end];
    }

    /// <summary>The text as a string.</summary>
    public static string Decode(ReadOnlySpan<byte> text, CancellationToken cancellation)
    {
        if (text.Length <= Pulse.StretchBytes)
        {
            return Encoding.UTF8.GetString(text);
        }

        var pulse = new Pulse(cancellation);
        int length = 0;
        for (ReadOnlySpan<byte> rest = text; !rest.IsEmpty;)
        {
            ReadOnlySpan<byte> some = Stretch(rest);
            length += Encoding.UTF8.GetCharCount(some);
            pulse.Spend(some.Length);
            rest = rest[some.Length..];
        }

        return string.Create(length, new Source(text, cancellation), static (target, source) =>
        {
            var pulse = new Pulse(source.Cancellation);
            for (ReadOnlySpan<byte> rest = source.Text; !rest.IsEmpty;)
            {
                ReadOnlySpan<byte> some = Stretch(rest);
                target = target[Encoding.UTF8.GetChars(some, target)..];
                pulse.Spend(some.Length);
                rest = rest[some.Length..];
            }
        });
    }

    /// <summary>Bytes that the text takes.</summary>
    public static int CountBytes(ReadOnlySpan<char> text, CancellationToken cancellation)
    {
        long bytes = 0;
        for (var pulse = new Pulse(cancellation); !text.IsEmpty;)
        {
            ReadOnlySpan<char> some = Stretch(text);
            bytes += Encoding.UTF8.GetByteCount(some);
            pulse.Spend(some.Length);
            text = text[some.Length..];
        }

        return bytes <= 1 << 30 ? (int)bytes : throw ExecutionErrors.ProgramLimit("requested length too large");
    }

    /// <summary>Writes the text's bytes, for which there is room.</summary>
    /// <returns>Bytes written.</returns>
    public static int Encode(ReadOnlySpan<char> text, Span<byte> target, CancellationToken cancellation)
    {
        int written = 0;
        for (var pulse = new Pulse(cancellation); !text.IsEmpty;)
        {
            ReadOnlySpan<char> some = Stretch(text);
            written += Encoding.UTF8.GetBytes(some, target[written..]);
            pulse.Spend(some.Length);
            text = text[some.Length..];
        }

        return written;
    }

    public static bool IsContinuation(byte value) => (value & 0xC0) == 0x80;

    private static ReadOnlySpan<char> Stretch(ReadOnlySpan<char> text)
    {
        int end = Math.Min(text.Length, Pulse.StretchBytes);
        return text[..(end < text.Length && char.IsHighSurrogate(text[end - 1]) ? end + 1 : end)];
    }

    /// <summary>Bytes among the first 32 that continue a character: 10xxxxxx, as signed below -64.</summary>
    private static int Continuations(ReadOnlySpan<byte> text) =>
        BitOperations.PopCount(Vector256.LessThan(Vector256.Create(text).AsSByte(), Vector256.Create((sbyte)-64)).ExtractMostSignificantBits());

    private readonly ref struct Source(ReadOnlySpan<byte> text, CancellationToken cancellation)
    {
        public readonly ReadOnlySpan<byte> Text = text;
        public readonly CancellationToken Cancellation = cancellation;
    }
}
