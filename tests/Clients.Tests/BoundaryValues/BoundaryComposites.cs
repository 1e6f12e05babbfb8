using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;

namespace SqlCluster.Clients.Tests.BoundaryValues;

/// <summary>About 2,000 values of each family whose text has parts and quotes: padded and limited texts, intervals, json, the ends of time, and arrays of everything.</summary>
public static partial class BoundaryComposites
{
    private const int Count = 2_000;
    private const int Seed = 20240302;

    /// <summary>Rows of a list of arrays: their elements are about 2,000.</summary>
    private const int ArrayCount = 500;

    /// <summary>Rows of a list of arrays of two dimensions.</summary>
    private const int TableCount = 100;

    private static readonly string[] ElementFamilies =
    [
        "boolean", "smallint", "integer", "bigint", "real", "double precision", "numeric(9,2)", "numeric(18,6)", "numeric(38,0)", "numeric(38,10)", "text", "varchar(40)", "char(12)", "name", "oid", "bytea",
        "date", "time", "timestamp", "timestamptz", "uuid", "interval", "json", "jsonb",
        "numeric", "varchar", "time(2)", "timestamp(3)", "timestamptz(0)", "interval(3)", "\"char\"", "xid", "cid", "tid", "inet", "pg_lsn", "regclass", "regtype", "regprocedure",
    ];

    /// <summary>Families by name.</summary>
    public static readonly IReadOnlyDictionary<string, Func<IReadOnlyList<BoundaryValue>>> Families = Make();

    /// <summary>An array as PostgreSQL prints it.</summary>
    public static string ArrayText(IEnumerable<string?> elements) => "{" + string.Join(',', elements.Select(static element => element switch
    {
        null => "NULL",
        _ when element.Length == 0 || element.Equals("NULL", StringComparison.OrdinalIgnoreCase) || element.AsSpan().ContainsAny("{}\",\\ \t\n\r\v\f")
            => $"\"{element.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"",
        _ => element,
    })) + "}";

    /// <summary>A record as PostgreSQL prints it.</summary>
    public static string RecordText(params IEnumerable<string?> fields) => "(" + string.Join(',', fields.Select(static field => field switch
    {
        null => "",
        _ when field.Length == 0 || field.AsSpan().ContainsAny("()\",\\ \t\n\r\v\f")
            => $"\"{field.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
        _ => field,
    })) + ")";

    private static Dictionary<string, Func<IReadOnlyList<BoundaryValue>>> Make()
    {
        var families = new Dictionary<string, Func<IReadOnlyList<BoundaryValue>>>(StringComparer.Ordinal)
        {
            ["varchar"] = () => [.. BoundaryLists.Families["text"]().Select(static value => value with { Type = "varchar" })],
            ["bpchar"] = () => [.. BoundaryLists.Families["text"]().Select(static value => value with { Type = "bpchar", Text = value.Text?.TrimEnd(' ') })],
            ["numeric"] = () => BoundaryLists.Numerics("numeric", 38, 16),
            ["time(2)"] = () => Cut("time(2)", BoundaryLists.Families["time"](), 2),
            ["timestamp(3)"] = () => Cut("timestamp(3)", BoundaryLists.Families["timestamp"](), 3),
            ["timestamptz(0)"] = () => Cut("timestamptz(0)", BoundaryLists.Families["timestamptz"](), 0),
            ["interval(3)"] = () => Intervals("interval(3)", 1_000),
            ["varchar(40)"] = () => Shortened("varchar(40)", 40, false),
            ["char(12)"] = () => Shortened("char(12)", 12, true),
            ["name"] = () => Shortened("name", 15, false),
            ["oid"] = () => BoundaryLists.Integers("oid", 0, uint.MaxValue),
            ["interval"] = () => Intervals("interval", 1),
            ["json"] = () => Documents("json"),
            ["jsonb"] = () => Documents("jsonb"),
            ["date, ends of time"] = () => EndsOfTime("date", "5874897-12-31", "4713-11-24 BC"),
            ["timestamp, ends of time"] = () => EndsOfTime("timestamp", "294246-12-31 23:59:59.999999", "4713-11-24 00:00:00 BC"),
            ["timestamptz, ends of time"] = () => EndsOfTime("timestamptz", "294246-12-31 23:59:59.999999+00", "4713-11-24 00:00:00+00 BC"),
        };
        foreach ((string type, Func<IReadOnlyList<BoundaryValue>> list) in BoundaryCatalog.Families)
        {
            families[type] = list;
        }

        foreach (string element in ElementFamilies)
        {
            Func<IReadOnlyList<BoundaryValue>> list = BoundaryLists.Families.TryGetValue(element, out Func<IReadOnlyList<BoundaryValue>>? simple) ? simple : families[element];
            families[element + "[]"] = () => Arrays(element, list());
            families[element + "[][]"] = () => Tables(element, list());
        }

        foreach (string element in (string[])["date", "timestamp", "timestamptz"])
        {
            families[element + "[], ends of time"] = () => [.. Arrays(element, families[element + ", ends of time"]()).Take(50)];
        }

        return families;
    }

    /// <summary>The texts of the list that fit, by characters rather than bytes, with blanks behind them where the type has them.</summary>
    private static List<BoundaryValue> Shortened(string type, int length, bool isPadded)
    {
        var values = new List<BoundaryValue>();
        foreach (string text in BoundaryLists.Families["text"]().Select(static value => value.Text).OfType<string>())
        {
            Rune[] characters = [.. text.EnumerateRunes().Take(length)];
            string kept = string.Concat(characters);
            values.Add(new BoundaryValue(type, isPadded ? kept + new string(' ', length - characters.Length) : kept));
        }

        return [.. values, new(type, null)];
    }

    /// <summary>The values with the first digits of their seconds alone.</summary>
    private static List<BoundaryValue> Cut(string type, IReadOnlyList<BoundaryValue> values, int digits) =>
    [
        .. values.Select(value => new BoundaryValue(type, value.Text == null ? null : Fraction().Replace(value.Text, match => match.Value[..(digits + 1 < match.Length ? digits + 1 : match.Length)].TrimEnd('0').TrimEnd('.')))),
    ];

    /// <param name="type">With digits of seconds.</param>
    /// <param name="unit">Microseconds of the last of them.</param>
    private static List<BoundaryValue> Intervals(string type, long unit)
    {
        var random = new Random(Seed);
        List<(int Months, int Days, long Micros)> values =
        [
            (0, 0, 0), (1, 0, 0), (-1, 0, 0), (12, 0, 0), (-12, 1, -1), (13, -1, 0), (0, 1, 0), (0, -1, 1), (0, 0, 1), (0, 0, -1), (0, 0, 86_400_000_000), (-14, 3, -14_706_789_000), (0, 2, -1_000_000),
            (int.MaxValue, int.MaxValue, 9_000_000_000_000_000), (-int.MaxValue, -int.MaxValue, -9_000_000_000_000_000), (0, 0, 3_600_000_000_000),
        ];
        while (values.Count < Count)
        {
            values.Add((random.Next(3) == 0 ? 0 : random.Next(-30_000, 30_000), random.Next(3) == 0 ? 0 : random.Next(-100_000, 100_000), random.Next(3) switch
            {
                0 => 0,
                1 => random.Next(-100_000, 100_000) * 1_000_000L,
                _ => random.NextInt64(-1_000_000_000_000, 1_000_000_000_000),
            }));
        }

        return
        [
            .. values.Select(value => value with { Micros = value.Micros / unit * unit }).Select(value => new BoundaryValue(type, IntervalText(value.Months, value.Days, value.Micros), $"{value.Months} {value.Days} {value.Micros}")),
            new(type, null),
        ];
    }

    /// <summary>IntervalStyle postgres: a sign where it changes, plurals but for one.</summary>
    public static string IntervalText(int months, int days, long micros)
    {
        var text = new StringBuilder();
        bool isBehindNegative = false;
        Part(months / 12, "year");
        Part(months % 12, "mon");
        Part(days, "day");
        if (micros != 0 || text.Length == 0)
        {
            ulong size = (ulong)Math.Abs(micros), seconds = size / 1_000_000, fraction = size % 1_000_000;
            text.Append(text.Length > 0 ? " " : "").Append(micros < 0 ? "-" : isBehindNegative ? "+" : "");
            text.Append(CultureInfo.InvariantCulture, $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}");
            text.Append(fraction == 0 ? "" : "." + fraction.ToString("000000", CultureInfo.InvariantCulture).TrimEnd('0'));
        }

        return text.ToString();

        void Part(int value, string unit)
        {
            if (value != 0)
            {
                text.Append(text.Length > 0 ? " " : "").Append(isBehindNegative && value > 0 ? "+" : "").Append(CultureInfo.InvariantCulture, $"{value} {unit}{(value == 1 ? "" : "s")}");
                isBehindNegative = value < 0;
            }
        }
    }

    private static List<BoundaryValue> EndsOfTime(string type, string last, string first) =>
        [new(type, "infinity"), new(type, "-infinity"), new(type, last), new(type, first), new(type, null)];

    /// <summary>Documents as jsonb prints them (keys by length, then bytes), which json keeps as they are.</summary>
    private static List<BoundaryValue> Documents(string type)
    {
        var random = new Random(Seed);
        string[] texts = [.. BoundaryLists.Families["text"]().Select(static value => value.Text).OfType<string>().Where(static text => text.Length < 50 && !text.Contains('\0', StringComparison.Ordinal))];
        List<string> values = ["null", "true", "false", "0", "-1", "1.50", "123456789012345678901234567890.123", "\"\"", "[]", "{}", "[[]]", "{\"\": {}}", "{\"a\": 1, \"b\": 2, \"aa\": 0}"];
        while (values.Count < Count)
        {
            values.Add(Document(3));
        }

        return [.. values.Select(value => new BoundaryValue(type, value)), new(type, null)];

        string Document(int depth) => random.Next(depth > 0 ? 8 : 6) switch
        {
            0 => "null",
            1 => random.Next(2) == 0 ? "true" : "false",
            2 => random.NextInt64(long.MinValue, long.MaxValue).ToString(CultureInfo.InvariantCulture),
            3 => random.Next(1_000) + "." + random.Next(1_000).ToString("000", CultureInfo.InvariantCulture),
            4 or 5 => Quoted(texts[random.Next(texts.Length)]),
            6 => "[" + string.Join(", ", Enumerable.Range(0, random.Next(5)).Select(_ => Document(depth - 1))) + "]",
            _ => "{" + string.Join(", ", Enumerable.Range(0, random.Next(5)).Select(_ => texts[random.Next(texts.Length)]).Distinct(StringComparer.Ordinal)
                .OrderBy(static key => Encoding.UTF8.GetByteCount(key)).ThenBy(static key => Convert.ToHexString(Encoding.UTF8.GetBytes(key)), StringComparer.Ordinal).Select(key => $"{Quoted(key)}: {Document(depth - 1)}")) + "}",
        };
    }

    /// <summary>A text as jsonb prints it.</summary>
    public static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char character in text)
        {
            quoted.Append(character switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => $"\\u{(int)character:x4}",
                _ => character.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Arrays of two rows of three.</summary>
    private static List<BoundaryValue> Tables(string element, IReadOnlyList<BoundaryValue> elements)
    {
        var random = new Random(Seed);
        BoundaryValue[] usable = [.. elements.Where(static value => value.Text is not { Length: > 1_000 })];
        string type = element + "[][]";
        var values = new List<BoundaryValue> { new(type, "{{NULL,NULL}}") };
        while (values.Count < TableCount)
        {
            BoundaryValue[] rows = [.. Enumerable.Range(0, 2).Select(_ => BoundaryValue.Array([.. Enumerable.Range(0, 3).Select(_ => usable[random.Next(usable.Length)])]))];
            values.Add(new BoundaryValue(type, $"{{{string.Join(',', rows.Select(static row => row.Text))}}}", Parts: rows));
        }

        return values;
    }

    private static List<BoundaryValue> Arrays(string element, IReadOnlyList<BoundaryValue> elements)
    {
        var random = new Random(Seed);
        BoundaryValue[] usable = [.. elements.Where(static value => value.Text is not { Length: > 1_000 })];
        string type = element + "[]";
        var values = new List<BoundaryValue> { new(type, "{}"), new(type, "{NULL}"), new(type, null) };
        while (values.Count < ArrayCount)
        {
            values.Add(BoundaryValue.Array([.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => usable[random.Next(usable.Length)])]));
        }

        return values;
    }

    [GeneratedRegex("\\.\\d+")]
    private static partial Regex Fraction();
}
