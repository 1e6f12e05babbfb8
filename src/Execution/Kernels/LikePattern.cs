using System.Buffers;
using System.Text;
using SqlCluster.Arrow.Memory;

namespace SqlCluster.Execution.Kernels;

/// <summary>A LIKE pattern, cut at its % into segments: the first is anchored at the text's start, the last at its end, those between are searched left to right.</summary>
/// <remarks>Without _ the segments are plain bytes, found by SIMD; with _ they are matched character by character. ILIKE folds both sides to lower case.</remarks>
internal sealed class LikePattern
{
    private const int RowsPerCheck = 64;

    /// <summary>What compiling a character costs, in bytes of work.</summary>
    private const int BytesPerCharacter = 64;
    private const int Utf8BytesPerUnit = 3;
    private readonly Segment[] _segments;
    private readonly bool _isExact;
    private readonly bool _ignoreCase;
    private bool _endsInEscape;

    private LikePattern(Segment[] segments, bool isExact, bool ignoreCase)
    {
        _segments = segments;
        _isExact = isExact;
        _ignoreCase = ignoreCase;
    }

    /// <param name="pattern">The pattern as text.</param>
    /// <param name="escape">Makes the next character plain; null: none.</param>
    /// <param name="ignoreCase">ILIKE.</param>
    /// <param name="cancellation">Ends the work on a long one.</param>
    public static LikePattern Compile(string pattern, char? escape, bool ignoreCase, CancellationToken cancellation = default)
    {
        if (ignoreCase)
        {
            pattern = pattern.ToLowerInvariant();
        }

        var segments = new List<Segment>();
        var current = new ArrayBufferWriter<byte>();
        var pulse = new Pulse(cancellation);
        for (int i = 0; i < pattern.Length; i++)
        {
            pulse.Spend(BytesPerCharacter);
            char c = pattern[i];
            if (c == escape)
            {
                if (++i == pattern.Length)
                {
                    // PostgreSQL complains only about a text that gets that far.
                    current.Write([Segment.AnyCharacter]);
                    return new LikePattern([.. segments, new Segment(current.WrittenSpan), new Segment([])], isExact: false, ignoreCase) { _endsInEscape = true };
                }
            }
            else if (c == '%')
            {
                segments.Add(new Segment(current.WrittenSpan));
                current.ResetWrittenCount();
                continue;
            }
            else if (c == '_')
            {
                current.Write([Segment.AnyCharacter]);
                continue;
            }

            int units = char.IsHighSurrogate(pattern[i]) && i + 1 < pattern.Length ? 2 : 1;
            current.Advance(Encoding.UTF8.GetBytes(pattern.AsSpan(i, units), current.GetSpan(Utf8BytesPerUnit * units)));
            i += units - 1;
        }

        segments.Add(new Segment(current.WrittenSpan));
        return new LikePattern([.. segments], segments.Count == 1, ignoreCase);
    }

    /// <summary>Whether a text, which lies in a native buffer, matches.</summary>
    /// <exception cref="Parser.Errors.QueryException">The text matches up to an escape character that ends the pattern (22025).</exception>
    public bool IsMatch(ReadOnlySpan<byte> text, CancellationToken cancellation = default)
    {
        bool matches = _ignoreCase
            ? IsMatchCore(LowerCase(text, cancellation), isNative: false, cancellation)
            : IsMatchCore(text, isNative: true, cancellation);
        return matches && _endsInEscape ? throw ExecutionErrors.InvalidEscape("LIKE pattern must not end with escape character") : matches;
    }

    /// <summary>Sets the bits of the rows whose text matches, xor <paramref name="negate"/>; others stay clear.</summary>
    public void Run(in VectorReader texts, int length, bool isSelected, ReadOnlySpan<int> rows, bool negate, Span<ulong> result, CancellationToken cancellation = default)
    {
        result.Clear();
        int count = isSelected ? rows.Length : length;
        for (int i = 0; i < count; i++)
        {
            if (i % RowsPerCheck == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            int row = isSelected ? rows[i] : i;
            bool matches = IsMatch(texts.Bytes(row), cancellation) != negate;
            result[row >> 6] |= (matches ? 1UL : 0) << (row & 63);
        }
    }

    /// <summary>In lower case, a stretch of whole characters at a time.</summary>
    private static ReadOnlySpan<byte> LowerCase(ReadOnlySpan<byte> text, CancellationToken cancellation)
    {
        if (text.Length <= Pulse.StretchBytes)
        {
            return Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text).ToLowerInvariant());
        }

        var lower = new ArrayBufferWriter<byte>(text.Length);
        for (int end; !text.IsEmpty; text = text[end..])
        {
            cancellation.ThrowIfCancellationRequested();
            for (end = Math.Min(text.Length, Pulse.StretchBytes); end < text.Length && (text[end] & 0xC0) == 0x80; end++)
            {
                // The rest of a character.
            }

            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text[..end]).ToLowerInvariant(), lower);
        }

        return lower.WrittenSpan;
    }

    private bool IsMatchCore(ReadOnlySpan<byte> text, bool isNative, CancellationToken cancellation)
    {
        int position = _segments[0].MatchAt(text, 0);
        if (position < 0 || _isExact)
        {
            return position == text.Length;
        }

        for (int i = 1; i < _segments.Length - 1; i++)
        {
            position = _segments[i].FindEnd(text, position, isNative, cancellation);
            if (position < 0)
            {
                return false;
            }
        }

        return _segments[^1].MatchesEnd(text, position);
    }

    /// <summary>What stands between two %: UTF-8, in which <see cref="AnyCharacter"/> stands for any character.</summary>
    private readonly struct Segment
    {
        /// <summary>A byte that UTF-8 does not have (RFC 3629, section 1).</summary>
        public const byte AnyCharacter = 0xFF;

        private readonly byte[] _bytes;
        private readonly bool _isPlain;

        public Segment(ReadOnlySpan<byte> bytes)
        {
            _bytes = bytes.ToArray();
            _isPlain = !bytes.Contains(AnyCharacter);
        }

        /// <summary>Where a match at <paramref name="start"/> ends, or -1.</summary>
        public int MatchAt(ReadOnlySpan<byte> text, int start)
        {
            if (_isPlain)
            {
                return text[start..].StartsWith(_bytes) ? start + _bytes.Length : -1;
            }

            foreach (byte expected in _bytes)
            {
                if (start >= text.Length || (expected != AnyCharacter && expected != text[start]))
                {
                    return -1;
                }

                start = expected == AnyCharacter ? Next(text, start) : start + 1;
            }

            return start;
        }

        /// <summary>Where the first match at or behind <paramref name="start"/> ends, or -1.</summary>
        public int FindEnd(ReadOnlySpan<byte> text, int start, bool isNative, CancellationToken cancellation)
        {
            if (_isPlain)
            {
                int found = isNative ? new SubstringSearch(_bytes).Find(text, start) : text[start..].IndexOf(_bytes) is var at && at >= 0 ? at + start : -1;
                return found < 0 ? -1 : found + _bytes.Length;
            }

            var pulse = new Pulse(cancellation);
            for (; start <= text.Length; start = Next(text, start))
            {
                pulse.Spend(_bytes.Length);
                int end = MatchAt(text, start);
                if (end >= 0)
                {
                    return end;
                }

                if (start == text.Length)
                {
                    break;
                }
            }

            return -1;
        }

        /// <summary>Whether the text ends in a match that begins at or behind <paramref name="start"/>.</summary>
        public bool MatchesEnd(ReadOnlySpan<byte> text, int start)
        {
            if (_isPlain)
            {
                return text.Length - _bytes.Length >= start && text.EndsWith(_bytes);
            }

            int begin = text.Length;
            foreach (byte expected in _bytes)
            {
                if ((expected & 0xC0) == 0x80)
                {
                    continue;       // its character is counted
                }

                do
                {
                    begin--;
                }
                while (begin > start && (text[begin] & 0xC0) == 0x80);
                if (begin < start)
                {
                    return false;
                }
            }

            return MatchAt(text, begin) == text.Length;
        }

        private static int Next(ReadOnlySpan<byte> text, int position)
        {
            do
            {
                position++;
            }
            while (position < text.Length && (text[position] & 0xC0) == 0x80);
            return position;
        }
    }
}
