using System.Globalization;

namespace SqlCluster.Clients.Tests.BoundaryValues;

/// <summary>Values of the types of PostgreSQL's catalogs: letters, numbers that are names of objects, transactions, places of rows, addresses, log positions, vectors.</summary>
public static class BoundaryCatalog
{
    private const int Count = 2_000;
    private const int Seed = 20240415;

    /// <summary>Objects that every server has, with the ids they have everywhere; "-" is none.</summary>
    private static readonly Dictionary<string, (string Name, uint Oid)[]> Objects = new(StringComparer.Ordinal)
    {
        ["regclass"] = [("-", 0), ("pg_class", 1259), ("pg_type", 1247), ("pg_attribute", 1249), ("pg_proc", 1255), ("pg_namespace", 2615), ("pg_database", 1262)],
        ["regtype"] = [("-", 0), ("integer", 23), ("text", 25), ("character varying", 1043), ("timestamp with time zone", 1184), ("integer[]", 1007), ("\"char\"", 18), ("name", 19), ("record", 2249)],
        ["regproc"] = [("-", 0), ("now", 1299), ("pg_backend_pid", 2026), ("current_database", 861)],
        ["regprocedure"] = [("-", 0), ("now()", 1299), ("length(text)", 1317), ("lower(text)", 870)],
        ["regnamespace"] = [("-", 0), ("pg_catalog", 11), ("public", 2200)],
        ["regcollation"] = [("-", 0), ("\"C\"", 950), ("\"POSIX\"", 951)],
        ["regrole"] = [("-", 0)],
        ["regconfig"] = [("-", 0)],
        ["regdictionary"] = [("-", 0)],
        ["regoper"] = [("0", 0)],
        ["regoperator"] = [("0", 0)],
    };

    /// <summary>Types whose values print as names.</summary>
    public static IEnumerable<string> ObjectTypes => Objects.Keys;

    /// <summary>Families by name.</summary>
    public static readonly IReadOnlyDictionary<string, Func<IReadOnlyList<BoundaryValue>>> Families = Make();

    private static Dictionary<string, Func<IReadOnlyList<BoundaryValue>>> Make()
    {
        var families = new Dictionary<string, Func<IReadOnlyList<BoundaryValue>>>(StringComparer.Ordinal)
        {
            ["\"char\""] = static () => [new("\"char\"", ""), .. Enumerable.Range(1, 127).Select(static letter => new BoundaryValue("\"char\"", $"{(char)letter}")), new("\"char\"", null)],
            ["xid"] = static () => BoundaryLists.Integers("xid", 0, uint.MaxValue),
            ["cid"] = static () => BoundaryLists.Integers("cid", 0, uint.MaxValue),
            ["tid"] = static () => Random("tid", ["(0,0)", "(4294967295,65535)", "(2147483648,32768)"], static random => $"({random.NextInt64(1L << 32)},{random.Next(1 << 16)})"),
            ["inet"] = static () => [new("inet", "::1.2.3.4", "::102:304"), new("inet", "::ffff:1.2.3.4", "::ffff:102:304"), .. Random("inet", ["0.0.0.0", "255.255.255.255", "10.1.2.3/0", "10.1.2.3/31", "::", "::1", "1::", "::fffe:1:2", "1:0:2:3:4:5:6:7", "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"], Address)],
            ["pg_lsn"] = static () => Random("pg_lsn", ["0/0", "0/A", "A/0", "FFFFFFFF/FFFFFFFF", "7FFFFFFF/80000000", "80000000/7FFFFFFF"], static random => string.Create(CultureInfo.InvariantCulture, $"{random.NextInt64(1L << 32):X}/{random.NextInt64(1L << 32):X}")),
            // Empty vectors are left out: PostgreSQL reads none in binary.
            ["oidvector"] = static () => Random("oidvector", ["0", "4294967295"], static random => string.Join(' ', Enumerable.Range(0, random.Next(1, 8)).Select(_ => random.NextInt64(1L << 32)))),
            ["int2vector"] = static () => Random("int2vector", ["0", "-32768 32767"], static random => string.Join(' ', Enumerable.Range(0, random.Next(1, 8)).Select(_ => random.Next(-32768, 32768)))),
        };
        foreach (string type in Objects.Keys)
        {
            families[type] = () => Names(type);
        }

        return families;
    }

    private static List<BoundaryValue> Random(string type, string[] first, Func<Random, string> make)
    {
        var random = new Random(Seed);
        return [.. first.Concat(Enumerable.Range(0, Count).Select(_ => make(random))).Distinct(StringComparer.Ordinal).Select(text => new BoundaryValue(type, text)), new(type, null)];
    }

    /// <summary>Objects, and numbers above those that any server gives to one: they print as numbers.</summary>
    private static List<BoundaryValue> Names(string type)
    {
        var random = new Random(Seed);
        IEnumerable<uint> numbers = ((uint[])[uint.MaxValue, uint.MaxValue - 1, (1u << 31) + 1, 1u << 31]).Concat(Enumerable.Range(0, Count).Select(_ => (uint)random.NextInt64(3_000_000_000, 1L << 32))).Distinct();
        return
        [
            .. Objects[type].Select(item => new BoundaryValue(type, item.Name, $"{item.Oid}")),
            .. numbers.Select(number => new BoundaryValue(type, $"{number}", $"{number}")), new(type, null),
        ];
    }

    /// <summary>Of four bytes; of eight words without zeros; or with one zero; or with a run of zeros, which is "::".</summary>
    private static string Address(Random random)
    {
        string bits = random.Next(2) == 0 ? "" : "/" + random.Next(32);
        if (random.Next(2) == 0)
        {
            return string.Join('.', Enumerable.Range(0, 4).Select(_ => random.Next(256))) + bits;
        }

        string[] words = [.. Enumerable.Range(0, 8).Select(_ => random.Next(1, 0xffff).ToString("x", CultureInfo.InvariantCulture))];
        int start = random.Next(0, 6), length = random.Next(0, Math.Min(5, 8 - start) + 1);
        if (length == 1)
        {
            words[start] = "0";
        }

        return (length < 2 ? string.Join(':', words) : $"{string.Join(':', words[..start])}::{string.Join(':', words[(start + length)..])}") + bits;
    }
}
