using System.Globalization;

namespace SqlCluster.Testing.Cancellation;

/// <summary>Statements whose time goes into single values of megabytes: every kind of function whose work grows with one value's bytes or elements.</summary>
internal static class HardValues
{
    /// <param name="share">Size of the values; 1: hundreds of milliseconds or more each.</param>
    public static IEnumerable<HardStatement> All(double share)
    {
        string Some(int count) => Math.Max(1, (int)(count * share)).ToString(CultureInfo.InvariantCulture);
        string text = $"repeat('abcdefgh', {Some(8_000_000)} + i % 2)", accents = $"repeat('äbcdefg', {Some(8_000_000)} + i % 2)", fields = $"repeat('abc,', {Some(16_000_000)} + i % 2)";
        string bytes = $"convert_to({text}, 'UTF8')", array = $"array_agg(i) FILTER (WHERE i <= {Some(4_000_000)})", texts = $"array_agg('text ' || i) FILTER (WHERE i <= {Some(2_000_000)})";
        string json = $"('[' || repeat('{{\"b\": [1, 2, 3], \"a\": \"text\"}}, ', {Some(1_000_000)} + i % 2) || '1]')";
        string wide = $"(SELECT '{{' || string_agg('\"k' || i || '\": ' || i, ', ' ORDER BY md5(i::text)) || '}}' FROM generate_series(1, {Some(600_000)}) g(i))";
        return
        [
            .. new (string Kind, string Expression)[]
            {
                ("lower", $"lower({text})"), ("upper, accents", $"upper({accents})"), ("initcap", $"initcap({text})"), ("reverse", $"reverse({accents})"),
                ("translate", $"translate({text}, 'abc', 'xy')"), ("replace", $"replace({text}, 'cd', 'x')"),
                ("replace, long part", $"replace(repeat('a', {Some(40_000_000)} + i % 2), repeat('a', {Some(100_000)}) || 'b', 'x')"), ("position, repeated", $"position(repeat('a', {Some(3_000)}) || 'b' in repeat('a', {Some(30_000_000)} + i % 2))"),
                ("lpad", $"lpad({accents}, {Some(90_000_000)}, 'äx')"), ("overlay", $"overlay({accents} placing 'x' from {Some(20_000_000)} for 10)"), ("substring", $"substring({accents} from {Some(40_000_000)})"),
                ("trim", $"trim(repeat(' ', {Some(100_000_000)} + i % 2))"), ("split_part", $"split_part({fields}, ',', {Some(15_000_000)})"), ("length", $"length({accents})"),
                ("concat", $"concat({text}, {text}, {accents})"), ("format", $"format('%s %L %I', {text}, {text}, {text})"), ("md5", $"md5({text})"), ("sha512", $"sha512({bytes})"),
                ("encode hex", $"encode({bytes}, 'hex')"), ("encode base64", $"encode({bytes}, 'base64')"), ("encode escape", $"encode({bytes}, 'escape')"), ("decode hex", $"decode(repeat('0a', {Some(30_000_000)} + i % 2), 'hex')"),
                ("decode base64", $"decode(repeat('YWJj', {Some(15_000_000)} + i % 2), 'base64')"), ("bytea text", $"{bytes}::text"), ("text bytea", $"(repeat('\\134', {Some(10_000_000)} + i % 2))::bytea"),
                ("convert_from", $"convert_from({bytes}, 'UTF8')"), ("bit_count", $"bit_count({bytes})"), ("normalize", $"normalize({accents}, NFD)"), ("quote_literal", $"quote_literal({text})"),
                ("regexp_count", $"regexp_count({text}, 'c.e')"), ("regexp_match", $"regexp_match({text}, 'x(.*)y')"), ("ILIKE", $"{accents} ILIKE '%x%'"), ("LIKE _", $"{text} LIKE '%a_c_e_x%'"),
                ("string_to_array", $"cardinality(string_to_array({fields}, ','))"), ("string_to_array, letters", $"cardinality(string_to_array({text}, NULL))"),
                ("array text", $"('{{' || repeat('1234, ', {Some(4_000_000)} + i % 2) || '1}}')::int[]"), ("array_fill", $"array_fill('abcdefghijklmnopqrst'::text, array[{Some(9_000_000)} + i % 2])"),
                ("json check", $"{json}::json"), ("jsonb", $"{json}::jsonb"), ("jsonb ->", $"{json}::jsonb -> -1"), ("json ->", $"{json}::json -> 5"), ("jsonb ||", $"{json}::jsonb || '[1]'"), ("jsonb -", $"{json}::jsonb - 1"),
                ("jsonb_set", $"jsonb_set({json}::jsonb, '{{0,a}}', '1')"), ("jsonb @>", $"{json}::jsonb @> '[{{\"a\": \"none\"}}]'"), ("jsonb_pretty", $"jsonb_pretty({json}::jsonb)"),
                ("jsonb_strip_nulls", $"jsonb_strip_nulls({json}::jsonb)"), ("jsonpath", $"jsonb_path_query_array({json}::jsonb, '$[*].b[*] ? (@ > 1)')"), ("jsonb of strings", $"jsonb_build_array({text}, {accents})"),
            }.Select(static value => new HardStatement($"value: {value.Kind}", $"SELECT {value.Expression} FROM generate_series(1, 100) g(i)")),
            new("value: jsonb keys", $"SELECT (x || left('', s))::jsonb FROM (SELECT {wide} AS x) w, generate_series(1, 20) t(s)"),
            new("value: string_to_table", $"SELECT count(*) FROM string_to_table(repeat('abc,', {Some(16_000_000)}), ',')"),
            new("value: jsonb elements", $"SELECT count(*) FROM generate_series(1, 1) g(i), jsonb_array_elements({json}::jsonb)"),
            .. new (string Kind, string Expression)[]
            {
                ("array_to_string", "array_to_string(a, ',')"), ("array_position", "array_position(a, -1)"), ("array_replace", "array_replace(a, 5, 6)"), ("ANY", "-1 = ANY(a)"), ("@>", "a @> a[1:20000]"), ("array ||", "a || a"),
                ("array compare", "a < a || 1"), ("array as text", "a::text"), ("array as text[]", "a::text[]"), ("to_json", "to_json(a)"), ("to_jsonb", "to_jsonb(a)"),
            }.Select(value => new HardStatement($"array: {value.Kind}", $"SELECT {value.Expression} FROM (SELECT {array} AS a FROM generate_series(1, 4000000) g(i)) x, generate_series(1, 20) s(j)")),
            .. new (string Kind, string Expression)[] { ("texts ||", "a || a"), ("texts as json", "to_json(a)"), ("texts joined", "array_to_string(a, ', ')"), ("texts compared", "a < a || array['x']") }
                .Select(value => new HardStatement($"array: {value.Kind}", $"SELECT {value.Expression} FROM (SELECT {texts} AS a FROM generate_series(1, 2000000) g(i)) x, generate_series(1, 20) s(j)")),
            .. new (string Kind, string Expression)[] { ("structs compared", "a < a || row(0, 'x')"), ("structs equal", "a = a || row(0, 'x')"), ("structs distinct", "count(DISTINCT a)") }
                .Select(value => new HardStatement($"array: {value.Kind}", $"SELECT {value.Expression} FROM (SELECT array_agg(row(i, 'text ' || i)) AS a FROM generate_series(1, {Some(2_000_000)}) g(i)) x, generate_series(1, 50) s(j)")),
            new("aggregate: json_agg", $"SELECT length(json_agg(i)::text) FROM generate_series(1, {Some(5_000_000)}) g(i)"),
            new("aggregate: jsonb_object_agg", $"SELECT jsonb_object_agg(i, i) FROM generate_series(1, {Some(1_000_000)}) g(i)"),
            new("aggregate: rank", $"SELECT dense_rank(9000000) WITHIN GROUP (ORDER BY i::bigint * 7919 % 10000019) FROM generate_series(1, {Some(3_000_000)}) g(i)"),
            new("aggregate: DISTINCT arrays", $"SELECT count(DISTINCT a) FROM (SELECT array_agg(i) AS a FROM generate_series(1, {Some(8_000_000)}) g(i) GROUP BY i % 400) x"),
            new("aggregate: wide table", $"SELECT {string.Join(", ", Enumerable.Range(0, 60).Select(static i => $"array_agg(i + {i})"))} FROM generate_series(1, {Some(300_000)}) g(i)"),
        ];
    }
}
