using System.Collections.Frozen;
using System.Globalization;

namespace SqlCluster.Server.PgCatalog;

/// <summary>A row of pg_type: one of PostgreSQL's built-in types, as PostgreSQL has it.</summary>
internal sealed record PgType(long Oid, string Name, short Length, bool IsByValue, char Kind, char Category, bool IsPreferred, long Element, long Array)
{
    public long Input { get; private init; }

    public long Output { get; private init; }

    public long Receive { get; private init; }

    public long Send { get; private init; }

    public long ModifierInput { get; private init; }

    public long ModifierOutput { get; private init; }

    public char Alignment { get; private init; }

    public char Storage { get; private init; }

    public long Collation { get; private init; }

    /// <summary>All types, by id.</summary>
    public static readonly FrozenDictionary<long, PgType> ByOid = CatalogFacts.Lines("types.txt").Select(Parse).ToFrozenDictionary(static type => type.Oid);

    /// <summary>In the order of their ids.</summary>
    public static readonly IReadOnlyList<PgType> All = [.. ByOid.Values.OrderBy(static type => type.Oid)];

    private static readonly FrozenDictionary<string, PgType> ByName = All.ToFrozenDictionary(static type => type.Name, StringComparer.Ordinal);

    /// <summary>A type by PostgreSQL's internal name (int4, _int4), or null.</summary>
    public static PgType? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>Whether values are arrays of another type (vectors such as oidvector are not).</summary>
    public bool IsArray => Element != 0 && Name[0] == '_';

    /// <summary>The name in SQL, with modifiers as format_type prints them.</summary>
    /// <param name="oid">The type.</param>
    /// <param name="modifier">pg_attribute.atttypmod; -1: none.</param>
    public static string Format(long oid, int modifier = -1)
    {
        if (oid == 0)
        {
            return "-";
        }

        if (!ByOid.TryGetValue(oid, out PgType? type))
        {
            return "???";
        }

        return type.IsArray ? $"{Format(type.Element, modifier)}[]" : type.Name switch
        {
            "bool" => "boolean",
            "int2" => "smallint",
            "int4" => "integer",
            "int8" => "bigint",
            "float4" => "real",
            "float8" => "double precision",
            "char" => "\"char\"",
            "any" => "\"any\"",
            "bpchar" => modifier < 0 ? "character" : $"character{InParentheses(modifier)}",
            "varchar" => $"character varying{InParentheses(modifier)}",
            "bit" => $"bit{(modifier < 0 ? "" : $"({modifier})")}",
            "varbit" => $"bit varying{(modifier < 0 ? "" : $"({modifier})")}",
            "numeric" => modifier < 4 ? "numeric" : string.Create(CultureInfo.InvariantCulture, $"numeric({((modifier - 4) >> 16) & 0xffff},{(modifier - 4) & 0x7ff})"),
            "time" => $"time{Digits(modifier)} without time zone",
            "timetz" => $"time{Digits(modifier)} with time zone",
            "timestamp" => $"timestamp{Digits(modifier)} without time zone",
            "timestamptz" => $"timestamp{Digits(modifier)} with time zone",
            "interval" => $"interval{(modifier < 0 || (modifier & 0xffff) == 0xffff ? "" : Digits(modifier & 0xffff))}",
            var name => name,
        };
    }

    private static string InParentheses(int modifier) => modifier < 4 ? "" : string.Create(CultureInfo.InvariantCulture, $"({modifier - 4})");

    private static string Digits(int modifier) => modifier < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"({modifier})");

    private static PgType Parse(string line)
    {
        string[] parts = line.Split(' ');
        long Id(int index) => long.Parse(parts[index], CultureInfo.InvariantCulture);
        return new PgType(Id(0), parts[1], (short)Id(2), parts[3] == "t", parts[4][0], parts[5][0], parts[6] == "t", Id(7), Id(8))
        {
            Input = Id(9), Output = Id(10), Receive = Id(11), Send = Id(12), ModifierInput = Id(13), ModifierOutput = Id(14),
            Alignment = parts[15][0], Storage = parts[16][0], Collation = Id(17),
        };
    }
}
