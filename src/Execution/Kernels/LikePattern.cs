using System.Text;
using SqlCluster.Arrow.Memory;

namespace SqlCluster.Execution.Kernels;

/// <summary>A LIKE pattern, cut at its % into segments: the first is anchored at the text's start, the last at its end, those between are searched left to right.</summary>
/// <remarks>Without _ the segments are plain bytes, found by SIMD; with _ they are matched character by character. ILIKE folds both sides to lower case.</remarks>
internal sealed class LikePattern
{
    private const int RowsPerCheck = 64;
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
    public static LikePattern Compile(string pattern, char? escape, bool ignoreCase)
    {
        if (ignoreCase)
        {
            pattern = pattern.ToLowerInvariant();
        }

        var segments = new List<Segment>();
        var current = new List<string?>();
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c == escape)
            {
                if (++i == pattern.Length)
                {
                    // PostgreSQL complains only about a text that gets that far.
                    return new LikePattern([.. segments, new Segment([.. current, null]), new Segment([])], isExact: false, ignoreCase) { _endsInEscape = true };
                }
            }
            else if (c == '%')
            {
                segments.Add(new Segment(current));
                current = [];
                continue;
            }
            else if (c == '_')
            {
                current.Add(null);
                continue;
            }

            bool isPair = char.IsHighSurrogate(pattern[i]) && i + 1 < pattern.Length;
            current.Add(isPair ? pattern.Substring(i++, 2) : pattern[i].ToString());
        }

        segments.Add(new Segment(current));
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

        var lower = new System.Buffers.ArrayBufferWriter<byte>(text.Length);
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

    /// <summary>What stands between two %: bytes, or characters of which null stands for any.</summary>
    private readonly struct Segment
    {
        private readonly byte[] _bytes;
        private readonly byte[]?[]? _characters;
        private readonly SubstringSearch _search;

        public Segment(List<string?> characters)
        {
            bool isPlain = !characters.Contains(null);
            _bytes = isPlain ? Encoding.UTF8.GetBytes(string.Concat(characters)) : [];
            _characters = isPlain ? null : [.. characters.Select(static c => c == null ? null : Encoding.UTF8.GetBytes(c))];
            _search = new SubstringSearch(_bytes);
        }

        /// <summary>Where a match at <paramref name="start"/> ends, or -1.</summary>
        public int MatchAt(ReadOnlySpan<byte> text, int start)
        {
            if (_characters == null)
            {
                return text[start..].StartsWith(_bytes) ? start + _bytes.Length : -1;
            }

            foreach (byte[]? character in _characters)
            {
                if (start >= text.Length)
                {
                    return -1;
                }

                if (character == null)
                {
                    start = Next(text, start);
                }
                else if (text[start..].StartsWith(character))
                {
                    start += character.Length;
                }
                else
                {
                    return -1;
                }
            }

            return start;
        }

        /// <summary>Where the first match at or behind <paramref name="start"/> ends, or -1.</summary>
        public int FindEnd(ReadOnlySpan<byte> text, int start, bool isNative, CancellationToken cancellation)
        {
            if (_characters == null)
            {
                int found = isNative ? _search.Find(text, start) : text[start..].IndexOf(_bytes) is var at && at >= 0 ? at + start : -1;
                return found < 0 ? -1 : found + _bytes.Length;
            }

            var pulse = new Pulse(cancellation);
            for (; start <= text.Length; start = Next(text, start))
            {
                pulse.Spend(_characters.Length);
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
            if (_characters == null)
            {
                return text.Length - _bytes.Length >= start && text.EndsWith(_bytes);
            }

            int begin = text.Length;
            for (int i = 0; i < _characters.Length; i++)
            {
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
