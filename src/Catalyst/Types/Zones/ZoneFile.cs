using System.Buffers.Binary;
using System.Text;
using SqlCluster.Catalyst.Types.Text;

namespace SqlCluster.Catalyst.Types.Zones;

/// <summary>Reads the files that the IANA database is compiled to (TZif, RFC 9636).</summary>
/// <remarks><code>
/// header (44)  version 1 data, 32 bits  |  header (44)  transitions 8 * t  types of them 1 * t  types 6 * k  letters c  leap seconds 12 * l  flags  |  \n rule \n
/// </code></remarks>
internal static class ZoneFile
{
    private const int HeaderLength = 44;
    private const int TypeLength = 6;

    /// <summary>More than any zone has, so that a damaged file takes no memory.</summary>
    private const int MaxTransitions = 10_000;

    /// <returns>Null where the bytes are no zone, or count leap seconds.</returns>
    public static Zone? TryRead(string name, ReadOnlySpan<byte> file)
    {
        if (!TryReadHeader(file, out Header header))
        {
            return null;
        }

        bool isLong = header.Version >= (byte)'2';
        if (isLong)
        {
            // The second copy of the data has times of 64 bits.
            int first = HeaderLength + header.DataLength(4);
            if (first > file.Length || !TryReadHeader(file[first..], out header))
            {
                return null;
            }

            file = file[first..];
        }

        int width = isLong ? 8 : 4, end = HeaderLength + header.DataLength(width);
        if (end > file.Length || header.LeapSeconds > 0)
        {
            return null;
        }

        ReadOnlySpan<byte> times = file.Slice(HeaderLength, header.Transitions * width), kinds = file.Slice(HeaderLength + times.Length, header.Transitions);
        ReadOnlySpan<byte> types = file.Slice(HeaderLength + times.Length + kinds.Length, header.Types * TypeLength), letters = file.Slice(HeaderLength + times.Length + kinds.Length + types.Length, header.Letters);
        var known = new ZonePeriod[header.Types];
        for (int i = 0; i < known.Length; i++)
        {
            ReadOnlySpan<byte> type = types.Slice(i * TypeLength, TypeLength);
            if (type[5] >= letters.Length)
            {
                return null;
            }

            ReadOnlySpan<byte> abbreviation = letters[type[5]..];
            int length = abbreviation.IndexOf((byte)0);
            known[i] = new ZonePeriod(BinaryPrimitives.ReadInt32BigEndian(type) * Calendar.MicrosecondsPerSecond, Encoding.ASCII.GetString(length < 0 ? abbreviation : abbreviation[..length]), type[4] != 0);
        }

        List<(long Start, ZonePeriod Period)> periods = [(long.MinValue, known[0])];
        for (int i = 0; i < header.Transitions; i++)
        {
            long seconds = isLong ? BinaryPrimitives.ReadInt64BigEndian(times[(i * 8)..]) : BinaryPrimitives.ReadInt32BigEndian(times[(i * 4)..]);
            if (kinds[i] >= known.Length)
            {
                return null;
            }

            // Some compilers write the Big Bang as the first change: it is before everything that a timestamp can say.
            if (seconds < long.MinValue / Calendar.MicrosecondsPerSecond)
            {
                periods[0] = (long.MinValue, known[kinds[i]]);
            }
            else if (seconds * Calendar.MicrosecondsPerSecond > periods[^1].Start)
            {
                periods.Add((seconds * Calendar.MicrosecondsPerSecond, known[kinds[i]]));
            }
        }

        ReadOnlySpan<byte> rest = file[end..];
        int ruleEnd = rest.Length > 1 ? rest[1..].IndexOf((byte)'\n') : -1;
        return isLong && ruleEnd > 0 && ZoneRule.TryParse(Encoding.ASCII.GetString(rest.Slice(1, ruleEnd))) is { } rule ? rule.Continue(name, periods) : new Zone(name, periods);
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> bytes, out Header header)
    {
        header = default;
        if (bytes.Length < HeaderLength || !bytes.StartsWith("TZif"u8))
        {
            return false;
        }

        Span<int> counts = stackalloc int[6];
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] = BinaryPrimitives.ReadInt32BigEndian(bytes[(20 + (i * 4))..]);
            if (counts[i] is < 0 or > MaxTransitions)
            {
                return false;
            }
        }

        header = new Header(bytes[4], counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]);
        return header.Types > 0;
    }

    /// <param name="Version">0, or the digit '2' and later.</param>
    private readonly record struct Header(byte Version, int UtcFlags, int StandardFlags, int LeapSeconds, int Transitions, int Types, int Letters)
    {
        /// <summary>Bytes behind the header.</summary>
        /// <param name="width">Of a time.</param>
        public int DataLength(int width) => (Transitions * (width + 1)) + (Types * TypeLength) + Letters + (LeapSeconds * (width + 4)) + StandardFlags + UtcFlags;
    }
}
