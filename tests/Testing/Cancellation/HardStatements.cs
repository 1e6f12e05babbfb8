using System.Globalization;
using System.Text;

namespace SqlCluster.Testing.Cancellation;

/// <summary>A statement that works long at one place, where a cancellation must be heard too.</summary>
/// <param name="Kind">The place.</param>
/// <param name="Sql">Runs for hundreds of milliseconds at least on a fast machine.</param>
public sealed record HardStatement(string Kind, string Sql)
{
    public override string ToString() => Kind;
}

/// <summary>Statements that try to work for long without looking up: planning of large texts, single values of megabytes, quadratic functions, backtracking, files, sorts and hash tables.</summary>
public static class HardStatements
{
    /// <param name="folder">A folder that <see cref="PrepareAsync"/> has filled.</param>
    /// <param name="share">Size of everything; 1: hundreds of milliseconds or more each.</param>
    public static IReadOnlyList<HardStatement> All(string folder, double share = 1)
    {
        int Some(int count) => Math.Max(1, (int)(count * share));
        return
        [
            new("parse: IN list", $"SELECT 1 WHERE 7 IN ({List(Some(400_000), static i => i.ToString(CultureInfo.InvariantCulture))})"),
            new("parse: many columns", $"SELECT {List(Some(60_000), static i => $"{i} + x.a * {i % 7} AS c{i}")} FROM (VALUES (1)) x(a)"),
            new("plan: many ORs", $"SELECT count(*) FROM generate_series(1, 10) g(a) WHERE {string.Join(" OR ", Enumerable.Range(0, Some(40_000)).Select(static i => $"a = {i * 3} AND a <> {i}"))}"),
            new("plan: deep arithmetic", $"SELECT {string.Join(" + ", Enumerable.Range(0, Some(60_000)).Select(static i => $"a * {i}"))} FROM generate_series(1, 10) g(a)"),
            new("plan: many joins", $"SELECT count(*) FROM {string.Join(" JOIN ", Enumerable.Range(0, Some(120)).Select(static i => i == 0 ? "(VALUES (1)) t0(a)" : $"(VALUES (1), (2)) t{i}(a) ON t{i}.a = t{i - 1}.a"))}"),
            new("plan: many unions", string.Join(" UNION ALL ", Enumerable.Range(0, Some(6_000)).Select(static i => $"SELECT {i} AS a, 'x{i}' AS b"))),
            new("plan: many VALUES", $"SELECT count(*) FROM (VALUES {List(Some(120_000), static i => $"({i}, 'v{i}')")}) v(a, b)"),
            new("plan: many CASE arms", $"SELECT CASE a {string.Join(' ', Enumerable.Range(0, Some(60_000)).Select(static i => $"WHEN {i} THEN {i * 2}"))} END FROM generate_series(1, 10) g(a)"),
            new("fold: repeat", $"SELECT length(repeat('x', {Some(900_000_000)}))"),
            new("fold: nested repeat", $"SELECT md5(repeat(repeat('ab', 1000), {Some(300_000)}))"),
            new("fold: replace", $"SELECT length(replace(repeat('ab', {Some(60_000_000)}), 'b', 'ccc'))"),
            new("fold: reverse", $"SELECT length(reverse(repeat('ab', {Some(60_000_000)})))"),
            new("fold: upper", $"SELECT length(upper(repeat('äb', {Some(60_000_000)})))"),
            new("fold: backtracking", $"SELECT repeat('a', {Some(30)}) || 'b' ~ '^(a|aa)+(?=c)\\1$'"),
            new("regex: backtracking", $"SELECT count(*) FROM generate_series(1, 100000) g(i) WHERE repeat('a', 28 + i % 3) || '!' ~ '^(a|a?)+(?=x)\\1'"),
            new("regex: long text", $"SELECT length(regexp_replace(repeat('abc def ', {Some(6_000_000)}), '[aeiou]+', '<\\&>', 'g')) FROM generate_series(1, 100) g(i)"),
            new("regex: split", $"SELECT count(*) FROM regexp_split_to_table(repeat('abc def ', {Some(4_000_000)}), ' ')"),
            new("regex: split to array", $"SELECT cardinality(regexp_split_to_array(repeat('abc def ', {Some(3_000_000)}), ' ')) FROM generate_series(1, 100) g(i)"),
            new("text: string_to_array", $"SELECT cardinality(string_to_array(repeat('abc,', {Some(20_000_000)}), ',')) FROM generate_series(1, 100) g(i)"),
            new("text: string_agg", $"SELECT length(string_agg(repeat('x', 10), ',')) FROM generate_series(1, {Some(20_000_000)}) g(i)"),
            new("text: LIKE", $"SELECT count(*) FROM generate_series(1, 1000) g(i) WHERE repeat('ab', {Some(4_000_000)} + i) LIKE '%a%b%a%b%a%c'"),
            new("json: parse", $"SELECT jsonb_array_length(('[' || repeat('{{\"a\": [1, 2, 3], \"b\": \"text\"}}, ', {Some(1_500_000)}) || '1]')::jsonb) FROM generate_series(1, 100) g(i)"),
            new("array: sort", $"SELECT cardinality(array_agg(i::bigint * 7919 % 1000003 ORDER BY i::bigint * 7919 % 1000003)) FROM generate_series(1, {Some(4_000_000)}) g(i)"),
            new("array: percentile", $"SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY i::bigint * 7919 % 1000003), mode() WITHIN GROUP (ORDER BY i % 1003) FROM generate_series(1, {Some(5_000_000)}) g(i)"),
            new("array: median", $"SELECT median(i::bigint * 7919 % 1000003) FROM generate_series(1, {Some(5_000_000)}) g(i)"),
            new("array: unnest", $"SELECT count(*) FROM unnest((SELECT array_agg(i) FROM generate_series(1, {Some(10_000_000)}) g(i))) u(a)"),
            new("distinct: table grows", $"SELECT count(DISTINCT i::bigint * 7919), count(DISTINCT i::text) FROM generate_series(1, {Some(20_000_000)}) g(i)"),
            new("group: table grows", $"SELECT count(*) FROM (SELECT i::bigint * 7919 % 100000007 AS k, count(*) FROM generate_series(1, {Some(20_000_000)}) g(i) GROUP BY 1) x"),
            new("sort: in memory", $"SELECT max(a) FROM (SELECT i::bigint * 7919 % 100000007 AS a, row_number() OVER (ORDER BY md5(i::text)) FROM generate_series(1, {Some(3_000_000)}) g(i)) x"),
            new("window: wide frames", $"SELECT max(s) FROM (SELECT array_agg(i) OVER (ORDER BY i ROWS 3000 PRECEDING) AS s FROM generate_series(1, {Some(200_000)}) g(i)) x"),
            new("window: one partition", $"SELECT max(s) FROM (SELECT avg(i) OVER (ORDER BY i % 1009 RANGE BETWEEN 5 PRECEDING AND 5 FOLLOWING) AS s FROM generate_series(1, {Some(3_000_000)}) g(i)) x"),
            new("join: build", $"SELECT count(*) FROM generate_series(1, {Some(10_000_000)}) a(i) JOIN generate_series(1, {Some(10_000_000)}) b(i) ON a.i::bigint * 3 = b.i::bigint * 2"),
            new("join: one key", $"SELECT count(*) FROM generate_series(1, {Some(200_000)}) a(i) JOIN generate_series(1, 200000) b(i) ON a.i % 2 = b.i % 2 AND a.i::bigint * 7 % 1000 < b.i % 3"),
            new("recursion", $"WITH RECURSIVE r(i) AS (SELECT 1 UNION SELECT i + 1 FROM r WHERE i < {Some(100_000_000)}) SELECT count(*) FROM r"),
            new("insert: VALUES", $"CREATE TABLE hard_{Guid.NewGuid():N} AS SELECT * FROM (VALUES {List(Some(100_000), static i => $"({i}, 'v{i}')")}) v(a, b)"),
            new("insert: rows", $"CREATE TABLE hard_{Guid.NewGuid():N} AS SELECT i, md5(i::text) AS m FROM generate_series(1, {Some(10_000_000)}) g(i)"),
            new("copy: CSV out", $"COPY (SELECT i, md5(i::text) FROM generate_series(1, {Some(10_000_000)}) g(i)) TO '{folder}/out.csv'"),
            new("copy: Parquet out", $"COPY (SELECT i, md5(i::text) FROM generate_series(1, {Some(10_000_000)}) g(i)) TO '{folder}/out.parquet'"),
            .. HardFiles.All(folder, share),
            .. HardValues.All(share),
        ];
    }

    /// <summary>Makes the files and tables that the statements read; <paramref name="run"/> runs one statement.</summary>
    public static async Task PrepareAsync(string folder, double share, Func<string, Task> run)
    {
        HardFiles.Write(folder, share);
        foreach (string sql in HardFiles.Preparation(folder, share))
        {
            await run(sql).ConfigureAwait(false);
        }

        HardFiles.WriteFooters(folder, share);
    }

    private static string List(int count, Func<int, string> item)
    {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++)
        {
            text.Append(i == 0 ? "" : ", ").Append(item(i));
        }

        return text.ToString();
    }
}
