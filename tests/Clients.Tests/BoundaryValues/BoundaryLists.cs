using System.Globalization;
using System.Numerics;
using System.Text;

namespace SqlCluster.Clients.Tests.BoundaryValues;

/// <summary>About 2,000 values of each family of types: limits, neighbours of powers, and random ones from a fixed seed. All doors' clients are tested with the same.</summary>
public static class BoundaryLists
{
    private const int Count = 2_000;
    private const int Seed = 20240229;

    /// <summary>Families by name.</summary>
    public static readonly IReadOnlyDictionary<string, Func<IReadOnlyList<BoundaryValue>>> Families = new Dictionary<string, Func<IReadOnlyList<BoundaryValue>>>(StringComparer.Ordinal)
    {
        ["boolean"] = () => [new("boolean", "t"), new("boolean", "f"), new("boolean", null)],
        ["smallint"] = () => Integers("smallint", short.MinValue, short.MaxValue),
        ["integer"] = () => Integers("integer", int.MinValue, int.MaxValue),
        ["bigint"] = () => Integers("bigint", long.MinValue, long.MaxValue),
        ["real"] = Reals,
        ["double precision"] = Doubles,
        ["numeric(9,2)"] = () => Numerics("numeric(9,2)", 9, 2),
        ["numeric(18,6)"] = () => Numerics("numeric(18,6)", 18, 6),
        ["numeric(38,0)"] = () => Numerics("numeric(38,0)", 38, 0),
        ["numeric(38,10)"] = () => Numerics("numeric(38,10)", 38, 10),
        ["text"] = Texts,
        ["bytea"] = Bytes,
        ["date"] = Dates,
        ["time"] = Times,
        ["timestamp"] = () => Timestamps("timestamp", ""),
        ["timestamptz"] = () => Timestamps("timestamptz", "+00"),
        ["uuid"] = Uuids,
    };

    public static IReadOnlyList<BoundaryValue> Integers(string type, BigInteger least, BigInteger greatest)
    {
        var values = new SortedSet<BigInteger> { least, greatest, 0 };
        for (BigInteger power = 1; power <= greatest + 1; power *= 2)
        {
            values.UnionWith([power - 1, power, power + 1, -power - 1, -power, -power + 1]);
        }

        for (BigInteger power = 1; power <= greatest; power *= 10)
        {
            values.UnionWith([power - 1, power, -power]);
        }

        var random = new Random(Seed);
        while (values.Count < Count)
        {
            values.Add(least + (BigInteger)(random.NextDouble() * (double)(greatest - least)));
        }

        return (List<BoundaryValue>)[.. values.Where(value => value >= least && value <= greatest).Select(value => new BoundaryValue(type, value.ToString(CultureInfo.InvariantCulture))), new(type, null)];
    }

    private static List<BoundaryValue> Reals()
    {
        var random = new Random(Seed);
        var values = new HashSet<float> { 0, float.NegativeZero, float.Epsilon, float.MaxValue, float.MinValue, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1.17549435E-38f, 1e-5f, 1e15f, 1e16f, 16777216, 0.1f };
        while (values.Count < Count)
        {
            float value = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            values.Add(float.IsNaN(value) ? 1 / (1f + random.Next()) : value);
        }

        return [.. values.Select(static value => new BoundaryValue("real", Float(value, float.IsNegative(value), value.ToString("R", CultureInfo.InvariantCulture)))), new("real", null)];
    }

    private static List<BoundaryValue> Doubles()
    {
        var random = new Random(Seed);
        var values = new HashSet<double> { 0, double.NegativeZero, double.Epsilon, double.MaxValue, double.MinValue, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 2.2250738585072014E-308, 1e-5, 1e15, 1e16, 9007199254740993, 0.1 };
        while (values.Count < Count)
        {
            double value = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            values.Add(double.IsNaN(value) ? 1 / (1.0 + random.NextInt64()) : value);
        }

        return [.. values.Select(static value => new BoundaryValue("double precision", Float(value, double.IsNegative(value), value.ToString("R", CultureInfo.InvariantCulture)))), new("double precision", null)];
    }

    private static string Float(double value, bool isNegative, string shortest) =>
        double.IsPositiveInfinity(value) ? "Infinity" : double.IsNegativeInfinity(value) ? "-Infinity" : value == 0 && isNegative ? "-0" : shortest;

    public static IReadOnlyList<BoundaryValue> Numerics(string type, int precision, int scale)
    {
        BigInteger most = BigInteger.Pow(10, precision) - 1;
        var values = new SortedSet<BigInteger> { 0, most, -most };
        for (BigInteger power = 1; power <= most; power *= 10)
        {
            values.UnionWith([power - 1, power, power + 1, -power, 1 - power]);
        }

        for (BigInteger power = 2; power <= most; power *= 2)
        {
            values.UnionWith([power - 1, power, -power]);
        }

        var random = new Random(Seed);
        byte[] bytes = new byte[16];
        while (values.Count < Count)
        {
            random.NextBytes(bytes);
            BigInteger value = new BigInteger(bytes) % (most + 1);
            values.Add(random.Next(2) == 0 ? value : value / BigInteger.Pow(10, random.Next(precision)));
        }

        return (List<BoundaryValue>)[.. values.Select(value => new BoundaryValue(type, Unscaled(value, scale))), new(type, null)];
    }

    private static string Unscaled(BigInteger value, int scale)
    {
        string digits = BigInteger.Abs(value).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return (value.Sign < 0 ? "-" : "") + digits[..^scale] + (scale > 0 ? "." + digits[^scale..] : "");
    }

    private static List<BoundaryValue> Texts()
    {
        var random = new Random(Seed);
        List<string> values = ["", " ", "'", "\"", "\\", "\\x41", "NULL", "null", "a\tb\nc\r\n", "\u0001", "é", "\U0001F600", "\u200D", "\uFEFF", "ﷺ", new string('x', 11), new string('x', 12), new string('x', 13), new string('é', 6), new string('y', 70_000)];
        while (values.Count < Count)
        {
            var text = new StringBuilder();
            int length = random.Next(40);
            for (int i = 0; i < length; i++)
            {
                text.Append(random.Next(6) switch
                {
                    0 => ((Rune)random.Next(0x1F300, 0x1F6FF)).ToString(),
                    1 => ((char)random.Next(0x80, 0x7FF)).ToString(),
                    2 => ((char)random.Next(0x4E00, 0x9FFF)).ToString(),
                    _ => ((char)random.Next(0x20, 0x7F)).ToString(),
                });
            }

            values.Add(text.ToString());
        }

        return [.. values.Select(static value => new BoundaryValue("text", value)), new("text", null)];
    }

    private static List<BoundaryValue> Bytes()
    {
        var random = new Random(Seed);
        List<byte[]> values = [[], [0], [255], [0, 0, 0], [.. Enumerable.Range(0, 256).Select(static value => (byte)value)], new byte[70_000]];
        while (values.Count < Count)
        {
            byte[] bytes = new byte[random.Next(30)];
            random.NextBytes(bytes);
            values.Add(bytes);
        }

        return [.. values.Select(static value => new BoundaryValue("bytea", "\\x" + Convert.ToHexStringLower(value))), new("bytea", null)];
    }

    private static List<BoundaryValue> Dates()
    {
        var random = new Random(Seed);
        var values = new SortedSet<string>(StringComparer.Ordinal)
        {
            "0001-01-01", "9999-12-31", "1970-01-01", "1969-12-31", "2000-02-29", "1900-02-28", "2024-02-29", "10000-01-01", "294276-12-31", "0001-12-31 BC", "4713-11-24 BC", "0044-03-15 BC",
        };
        while (values.Count < Count)
        {
            values.Add(DateOnly.FromDayNumber(random.Next(DateOnly.MaxValue.DayNumber)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        }

        return [.. values.Select(static value => new BoundaryValue("date", value)), new("date", null)];
    }

    private static List<BoundaryValue> Times()
    {
        var random = new Random(Seed);
        var values = new SortedSet<long> { 0, 1, 999_999, 1_000_000, 86_399_999_999, 43_200_000_000 };
        while (values.Count < Count)
        {
            values.Add(random.Next(3) == 0 ? random.Next(86_400) * 1_000_000L : random.NextInt64(86_400_000_000));
        }

        return [.. values.Select(static value => new BoundaryValue("time", TimeText(new DateTime(value * 10)))), new("time", null)];
    }

    private static List<BoundaryValue> Timestamps(string type, string zone)
    {
        var random = new Random(Seed);
        var values = new SortedSet<DateTime> { DateTime.MinValue, new(9999, 12, 31, 23, 59, 59), DateTime.UnixEpoch, DateTime.UnixEpoch.AddMicroseconds(-1), DateTime.UnixEpoch.AddMicroseconds(1), new(2000, 1, 1) };
        while (values.Count < Count)
        {
            values.Add(new DateTime(random.NextInt64(DateTime.MaxValue.Ticks / 10) * 10));
        }

        return
        [
            .. values.Select(value => new BoundaryValue(type, value.ToString("yyyy-MM-dd ", CultureInfo.InvariantCulture) + TimeText(value) + zone)),
            new(type, $"294246-12-31 23:59:59.999999{zone}"), new(type, $"0044-03-15 12:00:00{zone} BC"), new(type, null),
        ];
    }

    /// <summary>Without zeros at the end of the fraction, as PostgreSQL.</summary>
    private static string TimeText(DateTime value) => value.ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture).TrimEnd('0').TrimEnd('.');

    private static List<BoundaryValue> Uuids()
    {
        var random = new Random(Seed);
        byte[] bytes = new byte[16];
        var values = new HashSet<string>(StringComparer.Ordinal) { "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff" };
        while (values.Count < Count)
        {
            random.NextBytes(bytes);
            values.Add(new Guid(bytes).ToString());
        }

        return [.. values.Select(static value => new BoundaryValue("uuid", value)), new("uuid", null)];
    }
}
