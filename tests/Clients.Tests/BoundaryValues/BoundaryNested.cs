namespace SqlCluster.Clients.Tests.BoundaryValues;

/// <summary>Values within values: records of fields of every type, records and arrays within each other, maps. Queries make them from the tables of the lists, so they are only read.</summary>
/// <param name="lists">The lists that have tables.</param>
/// <param name="isPostgreSql">PostgreSQL is asked, which has no maps: jsonb_build_object gives what stands for them.</param>
/// <param name="isArrow">The client shows maps as {key=value}.</param>
internal sealed class BoundaryNested(IReadOnlyList<BoundaryWork> lists, bool isPostgreSql = false, bool isArrow = false)
{
    /// <summary>Fields that every client reads; dates and times in years of four digits.</summary>
    public static readonly string[] PlainFields =
    [
        "bigint", "boolean", "smallint", "integer", "real", "double precision", "numeric(9,2)", "numeric(18,6)", "text", "varchar(40)", "name", "oid", "bytea",
        "date", "time", "timestamp", "timestamptz", "uuid", "json", "jsonb",
    ];

    /// <summary>Fields with values that the types of many languages do not hold.</summary>
    public static readonly string[] OtherFields = ["integer", "interval", "numeric(38,0)", "date", "timestamp", "timestamptz", "interval[]", "date[]", "timestamptz[]", "time[]"];

    /// <summary>Fields of more digits than .NET's decimal has.</summary>
    public static readonly string[] LongNumbers = ["integer", "numeric(38,10)", "numeric(38,10)[]", "numeric(38,0)"];

    /// <summary>Fields that are arrays, and a number.</summary>
    public static readonly string[] ArrayFields = ["bigint", "smallint[]", "real[]", "text[]", "jsonb[]", "bytea[]", "uuid[]", "boolean[]"];

    /// <summary>How many of each; all under SQLCLUSTER_SLOW_TESTS.</summary>
    private static readonly int Share = Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1" ? 10_000 : 500;

    /// <summary>What ends each query.</summary>
    public static string End { get; } = $" LIMIT {Share}";

    public IEnumerable<BoundaryWork> Works() =>
    [
        Records("record", ["bigint", "varchar(40)", "text[]"]), Records("record of plain fields", PlainFields), Records("record of other fields", OtherFields), Records("record of long numbers", LongNumbers),
        Records("record of arrays", ArrayFields),
        RecordsWithin(), ArraysOfRecords(), Maps("text", "jsonb"), Maps("integer", "text"), Maps("uuid", "numeric(38,10)"), MapsOfArrays(), ArraysOfMaps(), RecordsOfMaps(),
    ];

    /// <summary>As many as the first list has values; where another has fewer there is NULL.</summary>
    private BoundaryWork Records(string family, string[] fields)
    {
        BoundaryWork[] of = [.. fields.Select(List)];
        bool isPlain = fields == PlainFields;
        string[] columns = [.. of.Select((list, index) => isPlain && list.Type is "date" or "timestamp" or "timestamptz" ? $"CASE WHEN v{index}.{list.YearsOfFourDigits()} THEN v{index}.v END" : $"v{index}.v")];
        string joins = string.Concat(of.Skip(1).Select(static (list, index) => $" LEFT JOIN {list.Table} v{index + 1} ON v{index + 1}.i = v0.i"));
        return Work(family, "record", $"SELECT ROW({string.Join(", ", columns)}) AS v FROM {of[0].Table} v0{joins} ORDER BY v0.i",
            of[0].Values.Select((_, row) => BoundaryValue.Record([.. of.Select(list => row >= list.Values.Count || (isPlain && !list.HasYearOfFourDigits(list.Values[row])) ? new BoundaryValue(list.Type, null) : list.Values[row])])));
    }

    private BoundaryWork RecordsWithin()
    {
        (BoundaryWork number, BoundaryWork text, BoundaryWork json) = (List("bigint"), List("varchar(40)"), List("json"));
        return Work("record of a record", "record", $"SELECT ROW(a.i, ROW(a.v, ROW(b.v, c.v)), b.v) AS v {From(number, text, json)} ORDER BY a.i",
            number.Values.Zip(text.Values, json.Values).Select(static (row, index) => BoundaryValue.Record(new BoundaryValue("integer", $"{index}"), BoundaryValue.Record(row.First, BoundaryValue.Record(row.Second, row.Third)), row.Second)));
    }

    private BoundaryWork ArraysOfRecords()
    {
        (BoundaryWork number, BoundaryWork text) = (List("bigint"), List("varchar(40)"));
        return Work("record[]", "record[]", $"SELECT ARRAY[ROW(a.v, b.v), ROW(a.v, NULL::varchar)] AS v {From(number, text)} ORDER BY a.i",
            number.Values.Zip(text.Values).Select(static row => BoundaryValue.Array(BoundaryValue.Record(row.First, row.Second), BoundaryValue.Record(row.First, new BoundaryValue("varchar", null)))));
    }

    /// <summary>Of two entries, the shorter key behind the longer: jsonb sorts them.</summary>
    private BoundaryWork Maps(string key, string value)
    {
        (BoundaryWork keys, BoundaryWork values) = (List(key), List(value));
        return Work($"map({key}, {value})", "jsonb", $"SELECT {Map("a.v", "b.v")} AS v {From(keys, values)} WHERE a.v IS NOT NULL ORDER BY a.i",
            keys.Values.Zip(values.Values).Where(static row => row.First.Text != null).Select(row => new BoundaryValue("jsonb", MapText(row.First.Text!, row.Second))));
    }

    private BoundaryWork MapsOfArrays()
    {
        (BoundaryWork number, BoundaryWork text) = (List("bigint"), List("varchar(40)"));
        return Work("map of arrays", "jsonb", $"SELECT {Map("'key'", "ARRAY[b.v, NULL]")} AS v {From(number, text)} ORDER BY a.i",
            number.Values.Zip(text.Values).Select(row => new BoundaryValue("jsonb", isArrow ? $"{{key={BoundaryComposites.ArrayText([row.Second.Text, null])}}}" : $"{{\"key\": [{Json(row.Second)}, null]}}")));
    }

    private BoundaryWork ArraysOfMaps()
    {
        (BoundaryWork number, BoundaryWork text) = (List("bigint"), List("varchar(40)"));
        return Work("array of maps", "jsonb[]", $"SELECT ARRAY[{Map("'key'", "a.v")}, {Map("'other'", "a.v")}] AS v {From(number, text)} ORDER BY a.i",
            number.Values.Zip(text.Values).Select(row => BoundaryValue.Array(new BoundaryValue("jsonb", MapText("key", row.First)), new BoundaryValue("jsonb", MapText("other", row.First)))));
    }

    private BoundaryWork RecordsOfMaps()
    {
        (BoundaryWork number, BoundaryWork text) = (List("bigint"), List("varchar(40)"));
        return Work("record of a map", "record", $"SELECT ROW(a.v, {Map("'key'", "b.v")}, ARRAY[{Map("'key'", "a.v")}]) AS v {From(number, text)} ORDER BY a.i",
            number.Values.Zip(text.Values).Select(row => BoundaryValue.Record(row.First, new BoundaryValue("jsonb", MapText("key", row.Second)), BoundaryValue.Array(new BoundaryValue("jsonb", MapText("key", row.First))))));
    }

    private string Map(string key, string value) => isPostgreSql ? $"jsonb_build_object({key}, {value})" : $"MAP {{{key}: {value}}}";

    private string MapText(string key, BoundaryValue value) => isArrow ? $"{{{key}={value.Text ?? "NULL"}}}" : $"{{{BoundaryComposites.Quoted(key)}: {Json(value)}}}";

    /// <summary>A value within a document.</summary>
    private static string Json(BoundaryValue value) => value switch
    {
        { Text: null } => "null",
        { Type: "bigint" or "jsonb" } or { Type: ['n', 'u', 'm', ..] } => value.Text,
        _ => BoundaryComposites.Quoted(value.Text),
    };

    private static string From(params BoundaryWork[] of) =>
        $"FROM {of[0].Table} a" + string.Concat(of.Skip(1).Select(static (list, index) => $" JOIN {list.Table} {(char)('b' + index)} ON {(char)('b' + index)}.i = a.i"));

    private BoundaryWork List(string family) => lists.Single(list => list.Family == family);

    private static BoundaryWork Work(string family, string type, string query, IEnumerable<BoundaryValue> values) => new(family, type, query + End, null, [.. values.Take(Share)]);
}
