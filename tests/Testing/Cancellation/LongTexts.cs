using System.Text;

namespace SqlCluster.Testing.Cancellation;

/// <summary>A statement that may be written as long as one likes, of one kind of part.</summary>
/// <param name="Kind">The part.</param>
/// <param name="Text">The statement with so many parts.</param>
public sealed record LongText(string Kind, Func<int, string> Text)
{
    private const int Few = 200;

    /// <summary>The statement with about so many characters.</summary>
    public string OfLength(int characters)
    {
        int fewLength = Text(Few).Length, part = Math.Max(1, (Text(2 * Few).Length - fewLength) / Few);
        string text = Text(Math.Max(1, characters / part));
        // Later parts are longer: their numbers have more digits.
        return Text((int)Math.Max(1, (long)characters * Math.Max(1, characters / part) / Math.Max(1, text.Length)));
    }

    public override string ToString() => Kind;
}

/// <summary>Every shape of text that may grow without end: each is answered or refused in time linear in it, or nearly, and may be cancelled meanwhile.</summary>
public static class LongTexts
{
    /// <summary>Statements that make what the texts read.</summary>
    public static IReadOnlyList<string> Preparation { get; } =
    [
        "CREATE TABLE long_text (a int NOT NULL, b int, c text)",
        "INSERT INTO long_text VALUES (1, 2, 'x'), (2, NULL, 'y')",
        "CREATE TABLE long_row AS SELECT 1 AS a",
    ];

    public static IReadOnlyList<LongText> All { get; } =
    [
        Where("IN", ", ", "a IN (", ")", static i => $"{i * 3}"),
        Where("IN texts", ", ", "c IN (", ")", static i => $"'x{i}'"),
        Where("IN expressions", ", ", "a IN (", ")", static i => $"b + {i}"),
        Where("IN mixed numbers", ", ", "a IN (", ")", static i => i % 2 == 0 ? $"{i}" : $"{i}.5"),
        Where("OR of equalities", " OR ", "", "", static i => $"a = {i}"),
        Where("OR of pairs", " OR ", "", "", static i => $"(a = {i} AND b = {i + 1})"),
        Where("OR of bounds", " OR ", "", "", static i => $"a + b > {i}"),
        Where("OR of LIKE", " OR ", "", "", static i => $"c LIKE '%x{i}%'"),
        Where("OR of BETWEEN", " OR ", "", "", static i => $"a BETWEEN {i} AND {i + 1}"),
        Where("OR of quotients", " OR ", "", "", static i => $"{i} / a > b"),
        Where("AND of unequals", " AND ", "", "", static i => $"a <> {i}"),
        Where("AND of bounds", " AND ", "", "", static i => $"a < {i}"),
        Where("AND of sums", " AND ", "", "", static i => $"a + {i} <> b"),
        Where("AND of quotients", " AND ", "", "", static i => $"{i} / a > b"),
        Where("AND of ORs", " AND ", "", "", static i => $"(a = {i} OR b = {i})"),
        Where("AND of random()", " AND ", "", "", static i => $"random() < {i}"),
        Where("NOT", "", "", "true", static _ => "NOT "),
        new("two long ANDs, ORed", static count => $"SELECT count(*) FROM long_text WHERE ({List(" AND ", count / 2, static i => $"a <> {i}")}) OR ({List(" AND ", count / 2, static i => $"a <> {i + 7}")})"),
        Of("join with ORs", " OR ", "SELECT count(*) FROM long_text x JOIN long_text y ON ", "", static i => $"(x.a = {i} AND y.b = {i})"),
        Of("join with ANDs", " AND ", "SELECT count(*) FROM long_text x JOIN long_text y ON ", "", static i => $"x.a + y.b <> {i}"),
        Of("join with quotients", " AND ", "SELECT count(*) FROM long_text x JOIN long_text y ON ", "", static i => $"{i} / x.a <> y.b"),
        Of("join with keys", " AND ", "SELECT count(*) FROM long_text x JOIN long_text y ON ", "", static i => $"x.a + {i} = y.a + {i}"),
        Of("join with bounds", " AND ", "SELECT count(*) FROM long_text x JOIN long_text y ON ", "", static i => $"x.a + {i} > y.b - {i}"),
        Of("having", " AND ", "SELECT a FROM long_text GROUP BY a HAVING ", "", static i => $"sum(b) <> {i}"),
        Of("columns", ", ", "SELECT ", " FROM long_text", static i => $"a AS c{i}"),
        Of("sums", ", ", "SELECT ", " FROM long_text", static i => $"a + b * {i} AS c{i}"),
        Of("constants", ", ", "SELECT ", "", static i => $"{i}"),
        Of("calls", ", ", "SELECT ", " FROM long_text", static i => $"substr(c, {i})"),
        Of("stars", ", ", "SELECT ", " FROM long_text", static _ => "*"),
        Of("unknown column of many", ", ", "SELECT nosuch FROM (SELECT ", ") x", static i => $"1 AS c{i}"),
        Of("unknown columns", ", ", "SELECT ", " FROM long_text", static i => $"nosuch{i}"),
        Of("inner columns", ", ", "SELECT count(*) FROM (SELECT ", " FROM long_text) x", static i => $"a + {i} AS c{i}"),
        Of("UNION ALL", " UNION ALL ", "", "", static i => $"SELECT {i} AS a, b FROM long_text"),
        Of("UNION", " UNION ", "", "", static i => $"SELECT {i}"),
        Of("EXCEPT", " EXCEPT ", "", "", static i => $"SELECT {i}"),
        Of("UNION and INTERSECT", " ", "SELECT 0 ", "", static i => i % 2 == 0 ? $"UNION SELECT {i}" : $"INTERSECT SELECT {i}"),
        Of("tables", ", ", "SELECT count(*) FROM ", "", static i => $"long_row t{i}"),
        new("tables and keys", static count => $"SELECT count(*) FROM {List(", ", count + 1, static i => $"long_text t{i}")} WHERE {List(" AND ", count, static i => $"t{i}.a = t{i + 1}.a")}"),
        Of("joins", " ", "SELECT count(*) FROM long_text t0 ", "", static i => $"JOIN long_text t{i + 1} ON t{i + 1}.a = t{i}.a"),
        Of("left joins", " ", "SELECT count(*) FROM long_text t0 ", "", static i => $"LEFT JOIN long_text t{i + 1} ON t{i + 1}.a = t0.b"),
        Of("natural joins", " ", "SELECT count(*) FROM long_text t ", "", static i => $"NATURAL JOIN long_text t{i}"),
        Of("lateral joins", ", ", "SELECT count(*) FROM long_text t, ", "", static i => $"LATERAL (SELECT t.a + {i}) x{i}"),
        Of("table functions", ", ", "SELECT count(*) FROM ", "", static i => $"generate_series(1, 1) g{i}"),
        Of("CTEs", ", ", "WITH ", " SELECT count(*) FROM c0", static i => $"c{i} AS (SELECT {i} AS a)"),
        Of("CTEs in a chain", ", ", "WITH c0 AS (SELECT 1 AS a), ", " SELECT 1", static i => $"c{i + 1} AS (SELECT a + 1 AS a FROM c{i})"),
        new("CTEs in a chain, read", static count => $"WITH c0 AS (SELECT 1 AS a), {List(", ", count, static i => $"c{i + 1} AS (SELECT a + 1 AS a FROM c{i})")} SELECT * FROM c{count}"),
        new("CTEs that double", static count => $"WITH c0 AS (SELECT 1 AS a), {List(", ", count, static i => $"c{i + 1} AS (SELECT x.a FROM c{i} x JOIN c{i} y ON x.a = y.a)")} SELECT * FROM c{count}"),
        Of("VALUES", ", ", "SELECT count(*) FROM (VALUES ", ") v", static i => $"({i}, 'v{i}')"),
        Of("VALUES, mixed", ", ", "SELECT count(*) FROM (VALUES ", ") v", static i => i % 3 == 0 ? $"({i}, NULL)" : i % 3 == 1 ? $"({i}.5, 'x')" : $"({i} + 1, 'y')"),
        Of("VALUES, wide", ", ", "SELECT count(*) FROM (VALUES (", ")) v", static i => $"{i}"),
        Of("INSERT", ", ", "INSERT INTO long_text SELECT * FROM (VALUES ", ") v(a, b, c) WHERE a < 0", static i => $"({i}, {i}, 'v{i}')"),
        Of("INSERT VALUES", ", ", "EXPLAIN INSERT INTO long_text VALUES ", "", static i => $"({i}, {i}, 'v{i}')"),
        Of("CASE", " ", "SELECT CASE a ", " END FROM long_text", static i => $"WHEN {i} THEN {i * 2}"),
        Of("CASE WHEN", " ", "SELECT CASE ", " END FROM long_text", static i => $"WHEN a > {i} AND b < {i} THEN c"),
        Of("CASE of aggregates", " ", "SELECT CASE ", " END FROM long_text", static i => $"WHEN sum(a) > {i} THEN max(c)"),
        Of("coalesce", ", ", "SELECT coalesce(", ") FROM long_text", static i => $"b + {i}"),
        Of("greatest", ", ", "SELECT greatest(", ") FROM long_text", static i => $"b + {i}"),
        Of("concat", ", ", "SELECT concat(", ") FROM long_text", static i => $"b + {i}"),
        Of("ARRAY", ", ", "SELECT ARRAY[", "] FROM long_text", static i => $"a + {i}"),
        Of("ARRAY of constants", ", ", "SELECT ARRAY[", "]", static i => $"{i}"),
        Of("ROW", ", ", "SELECT ROW(", ") FROM long_text", static i => $"a + {i}"),
        Of("ROW IN", ", ", "SELECT count(*) FROM long_text WHERE (a, b) IN (", ")", static i => $"({i}, {i})"),
        Of("any of an array", ", ", "SELECT count(*) FROM long_text WHERE a = ANY (ARRAY[", "])", static i => $"{i}"),
        Of("array text", ",", "SELECT '{", "}'::int[]", static i => $"{i}"),
        Of("||", " || ", "SELECT ", " FROM long_text", static i => $"c || 'x{i}'"),
        Of("+", " + ", "SELECT ", " FROM long_text", static i => $"a * {i}"),
        Of("- - -", " ", "SELECT ", " 1", static _ => "-"),
        Of("parentheses", "", "SELECT ", "1", static _ => "("),
        Of("brackets", "", "SELECT ARRAY", "", static _ => "["),
        Of("subscripts", "", "SELECT ARRAY[1]", "", static _ => "[1]"),
        Of("casts", "", "SELECT 1", "", static i => i % 2 == 0 ? "::bigint" : "::int"),
        Of("derived tables", "", "SELECT * FROM ", "", static _ => "(SELECT * FROM "),
        Of("GROUP BY", ", ", "SELECT count(*) FROM long_text GROUP BY ", "", static i => $"a + {i}"),
        new("GROUP BY, selected", static count => $"SELECT {List(", ", count, static i => $"a + {i}")} FROM long_text GROUP BY {List(", ", count, static i => $"a + {i}")}"),
        new("GROUP BY positions", static count => $"SELECT {List(", ", count, static i => $"a + {i}")} FROM long_text GROUP BY {List(", ", count, static i => $"{i + 1}")}"),
        Of("GROUPING SETS", ", ", "SELECT count(*) FROM long_text GROUP BY GROUPING SETS (", ")", static i => i % 2 == 0 ? "(a)" : "(a, b)"),
        Of("CUBE", ", ", "SELECT count(*) FROM long_text GROUP BY CUBE (", ")", static i => $"a + {i}"),
        Of("ROLLUP", ", ", "SELECT count(*) FROM long_text GROUP BY ROLLUP (", ")", static i => $"a + {i}"),
        Of("CUBE times CUBE", ", ", "SELECT count(*) FROM long_text GROUP BY ", "", static i => $"ROLLUP (a, b, a + {i})"),
        Of("ORDER BY", ", ", "SELECT a FROM long_text ORDER BY ", "", static i => $"a + {i}"),
        Of("DISTINCT ON", ", ", "SELECT DISTINCT ON (", ") a FROM long_text", static i => $"a + {i}"),
        Of("aggregates", ", ", "SELECT ", " FROM long_text", static i => $"sum(a + {i})"),
        Of("DISTINCT aggregates", ", ", "SELECT ", " FROM long_text", static i => $"count(DISTINCT a + {i})"),
        Of("filtered aggregates", ", ", "SELECT ", " FROM long_text", static i => $"count(*) FILTER (WHERE a > {i})"),
        Of("window calls", ", ", "SELECT ", " FROM long_text", static i => $"sum(a + {i}) OVER (ORDER BY b)"),
        Of("windows", ", ", "SELECT ", " FROM long_text", static i => $"rank() OVER (ORDER BY a + {i})"),
        Of("named windows", ", ", "SELECT sum(a) OVER w0 FROM long_text WINDOW ", "", static i => $"w{i} AS (ORDER BY a)"),
        Of("subqueries", ", ", "SELECT ", "", static i => $"(SELECT {i})"),
        Of("subqueries of rows", ", ", "SELECT ", "", static i => $"(SELECT max(a) + {i} FROM long_text)"),
        Of("correlated subqueries", ", ", "SELECT ", " FROM long_text t", static i => $"(SELECT count(*) FROM long_text s WHERE s.a = t.b + {i})"),
        Of("EXISTS", " AND ", "SELECT count(*) FROM long_text t WHERE ", "", static i => $"EXISTS (SELECT FROM long_text s WHERE s.a = t.a AND s.b <> {i})"),
        Of("EXISTS or", " OR ", "SELECT count(*) FROM long_text t WHERE ", "", static i => $"EXISTS (SELECT FROM long_text s WHERE s.a = t.a AND s.b = {i})"),
        Of("IN queries", " AND ", "SELECT count(*) FROM long_text t WHERE ", "", static i => $"a IN (SELECT b + {i} FROM long_text)"),
        Of("statements", "; ", "", "", static i => $"SELECT {i}"),
        Of("semicolons", "", "SELECT 1", "", static _ => ";"),
        Of("string", "", "SELECT length('", "')", static _ => "abcdefghij"),
        Of("escapes", "", "SELECT length(E'", "')", static _ => "\\u00e4\\n"),
        Of("strings in a row", "\n", "SELECT ", "", static i => $"'x{i}'"),
        Of("number", "", "SELECT 1", "", static i => $"{i % 10}"),
        Of("name", "", "SELECT 1 AS a", "", static _ => "abcdefghij"),
        Of("comment", "", "SELECT 1 /*", "*/", static _ => " abc *"),
        Of("nested comments", "", "SELECT 1 ", "", static _ => "/* "),
        Of("spaces", "", "SELECT 1", "", static _ => "          "),
        Of("words", " ", "", "", static _ => "select"),
        Of("error at the end", ", ", "SELECT ", ", FROM", static i => $"{i}"),
        Of("error of a type at the end", ", ", "SELECT ", ", 1 + true", static i => $"{i}"),
        Of("CREATE TABLE", ", ", "EXPLAIN CREATE TABLE long_made AS SELECT ", "", static i => $"{i} AS c{i}"),
        Of("columns of a table", ", ", "CREATE TEMP TABLE long_made (", ", c0 int)", static i => $"c{i} int"),
        Of("UPDATE", ", ", "UPDATE long_text SET ", " WHERE a < 0", static i => $"b = {i}"),
        Of("DROP", ", ", "DROP TABLE IF EXISTS ", "", static i => $"nosuch{i}"),
        Of("named columns", ", ", "SELECT * FROM long_text AS t(", ")", static i => $"c{i}"),
        Of("EXCLUDE", ", ", "SELECT * EXCLUDE (", ") FROM long_text", static i => $"c{i}"),
        Of("qualified name", ".", "SELECT ", " FROM long_text", static i => $"a{i}"),
        Of("JSON text", ",", "SELECT jsonb_array_length('[", "]'::jsonb)", static i => $"{{\"a\": {i}}}"),
        Of("pattern", "|", "SELECT 'abc' ~ '", "'", static i => $"x{i}"),
        Of("pattern nested", "", "SELECT 'abc' ~ '", "'", static _ => "(a"),
        Of("LIKE pattern", "", "SELECT c LIKE '", "' FROM long_text", static _ => "%x_"),
        Of("format", "", "SELECT format('", "', 1)", static _ => "%1$s"),
        Of("JSON path", "", "SELECT jsonb_path_query('{}'::jsonb, '$", "')", static i => $".a{i}"),
        Of("interval", " ", "SELECT interval '", "'", static i => $"{i} days"),
    ];

    private static LongText Where(string kind, string separator, string before, string after, Func<int, string> part) =>
        Of(kind, separator, $"SELECT count(*) FROM long_text WHERE {before}", after, part);

    private static LongText Of(string kind, string separator, string before, string after, Func<int, string> part) =>
        new(kind, count => before + List(separator, count, part) + after);

    private static string List(string separator, int count, Func<int, string> part)
    {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++)
        {
            text.Append(i == 0 ? "" : separator).Append(part(i));
        }

        return text.ToString();
    }
}
