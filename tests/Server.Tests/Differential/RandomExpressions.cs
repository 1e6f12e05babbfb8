using System.Globalization;

namespace SqlCluster.Server.Tests.Differential;

/// <summary>Types of the columns of the random tables.</summary>
internal enum ValueKind
{
    Integer,
    Text,
    Numeric,
    Date,
    Boolean,
    Double,
}

/// <summary>Random expressions whose value and error do not depend on the order that rows and conditions are computed in.</summary>
/// <remarks>Numbers stay small and are divided by nothing that may be zero; floats are multiples of a quarter, so that sums are exact. A numeric's scale is decided by operators that have it from their operands.</remarks>
internal sealed class RandomExpressions(Random random)
{
    private static readonly string[] Words = ["", "a", "b", "ab", "Ab", "zebra", "日本", "x%y", "null", " lead", "trail "];

    /// <summary>The columns of every random table, key first.</summary>
    public static readonly (string Name, ValueKind Kind, string Type)[] Columns =
    [
        ("id", ValueKind.Integer, "integer"), ("a", ValueKind.Integer, "integer"), ("c", ValueKind.Text, "varchar(12)"), ("d", ValueKind.Numeric, "numeric(10,2)"), ("e", ValueKind.Date, "date"),
        ("f", ValueKind.Boolean, "boolean"), ("g", ValueKind.Double, "double precision"),
    ];

    public string Pick(params string[] choices) => choices[random.Next(choices.Length)];

    public bool Chance(int percent) => random.Next(100) < percent;

    public string Literal(ValueKind kind, int nullPercent = 12) => Chance(nullPercent) ? "NULL" : kind switch
    {
        ValueKind.Integer => random.Next(-20, 21).ToString(CultureInfo.InvariantCulture),
        ValueKind.Text => $"'{Pick(Words)}'",
        ValueKind.Numeric => (random.Next(-9999, 9999) / 100m).ToString("0.00", CultureInfo.InvariantCulture),
        ValueKind.Date => $"date '{2020 + random.Next(5)}-{random.Next(1, 13):00}-{random.Next(1, 29):00}'",
        ValueKind.Boolean => Pick("true", "false"),
        _ => $"{(random.Next(-80, 80) / 4.0).ToString("0.00", CultureInfo.InvariantCulture)}::float8",
    };

    /// <param name="kind">The type that comes out.</param>
    /// <param name="tables">Names or aliases of the tables at hand.</param>
    /// <param name="depth">How deep it may be nested.</param>
    public string Of(ValueKind kind, string[] tables, int depth)
    {
        if (depth == 0 || Chance(20))
        {
            return Chance(65) ? Column(kind, tables) : kind is ValueKind.Text or ValueKind.Integer or ValueKind.Numeric ? $"({Literal(kind, 0)})" : Literal(kind, 0);
        }

        string One(ValueKind other) => Of(other, tables, depth - 1);
        return kind switch
        {
            ValueKind.Integer => random.Next(10) switch
            {
                0 => $"({One(kind)} + {One(kind)})",
                1 => $"({One(kind)} - {One(kind)})",
                2 => $"({Column(kind, tables)} * {random.Next(-3, 4)})",
                3 => $"({One(kind)} / nullif({Column(kind, tables)}, 0))",
                4 => $"({One(kind)} % nullif({Column(kind, tables)}, 0))",
                5 => $"length({One(ValueKind.Text)})",
                6 => $"abs({One(kind)})",
                7 => $"extract(month from {One(ValueKind.Date)})::int",
                8 => $"({One(ValueKind.Date)} - {One(ValueKind.Date)})",
                _ => Choice(kind, tables, depth),
            },
            ValueKind.Text => random.Next(9) switch
            {
                0 => $"({One(kind)} || {One(kind)})",
                1 => $"upper({One(kind)})",
                2 => $"substr({One(kind)}, {random.Next(-1, 4)}, {random.Next(0, 4)})",
                3 => $"replace({One(kind)}, 'a', {Literal(kind, 0)})",
                4 => $"lpad({One(kind)}, {random.Next(0, 6)}, '*')",
                5 => $"concat({One(kind)}, '-', {One(ValueKind.Integer)})",
                6 => $"({One(ValueKind.Integer)})::text",
                7 => $"to_char({One(ValueKind.Date)}, '{Pick("YYYY-MM-DD", "DDth Mon", "IYYY-IW", "Q J")}')",
                _ => Choice(kind, tables, depth),
            },
            ValueKind.Numeric => random.Next(5) switch
            {
                0 => $"({Column(kind, tables)} + {Literal(kind, 0)})",
                1 => $"round({Column(kind, tables)}, 1)",
                2 => $"(-{Column(kind, tables)})",
                3 => $"abs({Column(kind, tables)})",
                _ => $"coalesce({Column(kind, tables)}, {Literal(kind, 0)})",
            },
            ValueKind.Date => random.Next(4) switch
            {
                0 => $"({Column(kind, tables)} + {random.Next(-40, 40)})",
                1 => $"date_trunc('{Pick("month", "year", "week", "quarter")}', {Column(kind, tables)})::date",
                2 => $"({Column(kind, tables)} + interval '{random.Next(-3, 4)} months')::date",
                _ => Choice(kind, tables, depth),
            },
            ValueKind.Double => random.Next(4) switch
            {
                0 => $"({Column(kind, tables)} * 2)",
                1 => $"({Column(kind, tables)} - {Column(kind, tables)})",
                2 => $"floor({Column(kind, tables)})",
                _ => $"greatest({Column(kind, tables)}, {Literal(kind, 0)})",
            },
            _ => Condition(tables, depth),
        };
    }

    /// <summary>A condition over the tables' columns.</summary>
    public string Condition(string[] tables, int depth)
    {
        ValueKind kind = (ValueKind)random.Next(6);
        int below = Math.Max(depth - 1, 0);
        return random.Next(depth == 0 ? 6 : 10) switch
        {
            0 => $"{Of(kind, tables, below)} {Pick("=", "<>", "<", ">", "<=", ">=")} {Of(kind, tables, below)}",
            1 => $"{Column(kind, tables)} is {Pick("", "not ")}null",
            2 => $"{Of(ValueKind.Integer, tables, below)} {Pick("", "not ")}in ({Literal(ValueKind.Integer)}, {Literal(ValueKind.Integer)}, {Literal(ValueKind.Integer, 3)})",
            3 => $"{Of(ValueKind.Integer, tables, below)} {Pick("", "not ")}between {Literal(ValueKind.Integer, 5)} and {Literal(ValueKind.Integer, 5)}",
            4 => $"{Column(ValueKind.Text, tables)} {Pick("like", "not like", "ilike")} '{Pick("a%", "%b", "_b", "%e%", "x\\%y", "")}'",
            5 => $"{Of(kind, tables, below)} is {Pick("", "not ")}distinct from {Of(kind, tables, below)}",
            6 => $"(not ({Condition(tables, depth - 1)}))",
            7 => $"({Condition(tables, depth - 1)} or {Condition(tables, depth - 1)})",
            8 => $"({Condition(tables, depth - 1)} and {Condition(tables, depth - 1)})",
            _ => $"({Condition(tables, depth - 1)}) is {Pick("true", "not true", "unknown")}",
        };
    }

    public string Column(ValueKind kind, string[] tables)
    {
        string[] columns = [.. Columns.Where(column => column.Kind == kind).Select(static column => column.Name)];
        return $"{Pick(tables)}.{Pick(columns)}";
    }

    private string Choice(ValueKind kind, string[] tables, int depth) => random.Next(3) switch
    {
        0 => $"case when {Condition(tables, depth - 1)} then {Of(kind, tables, depth - 1)} else {Of(kind, tables, depth - 1)} end",
        1 => $"coalesce({Of(kind, tables, depth - 1)}, {Of(kind, tables, depth - 1)})",
        _ => $"nullif({Of(kind, tables, depth - 1)}, {Of(kind, tables, depth - 1)})",
    };
}
