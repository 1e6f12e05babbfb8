using System.Globalization;
using System.Text;

namespace SqlCluster.Testing.Cancellation;

/// <summary>Statements that work long on files: listing them, finding out what they are, their footers, long fields, COPY FROM and ANALYZE.</summary>
internal static class HardFiles
{
    /// <param name="folder">Where <see cref="Write"/> and <see cref="Preparation"/> put the files.</param>
    /// <param name="share">Size of what is written; 1: hundreds of milliseconds or more each.</param>
    public static IEnumerable<HardStatement> All(string folder, double share) =>
    [
        new("files: listing", $"SELECT count(*) FROM read_csv('{folder}/many/*.csv')"),
        new("files: listing, deep", $"SELECT count(*) FROM read_csv('{folder}/**/x*.csv')"),
        new("files: footers", $"SELECT count(*), max(a) FROM read_parquet('{folder}/footers/*.parquet')"),
        new("files: CSV", $"SELECT count(*), max(b) FROM '{folder}/large.csv'"),
        new("files: one CSV field", $"SELECT max(length(a)) FROM read_csv('{folder}/wide.csv')"),
        new("files: CSV sniffed whole", $"SELECT count(*) FROM read_csv('{folder}/large.csv', sample_size => -1)"),
        new("files: JSON", $"SELECT count(*) FROM '{folder}/large.json'"),
        new("files: one JSON object", $"SELECT count(*) FROM '{folder}/wide.json'"),
        new("files: one JSON array", $"SELECT cardinality(a) FROM read_json('{folder}/wide.json', columns => {{'a': 'bigint[]'}})"),
        new("files: one JSON item", $"SELECT cardinality(a) FROM read_json('{folder}/wide.json', format => 'unstructured', columns => {{'a': 'bigint[]'}})"),
        new("files: Parquet page", $"SELECT max(length(b)), count(DISTINCT b), count(DISTINCT upper(b)) FROM '{folder}/page.parquet'"),
        new("copy: CSV field out", $"COPY (SELECT repeat('ab\"ä', {Math.Max(1, (int)(20_000_000 * share))} + i % 2) FROM generate_series(1, 10) g(i)) TO '{folder}/out-field.csv'"),
        new("copy: CSV in", $"COPY copied FROM '{folder}/large.csv' (FORMAT csv, HEADER)"),
        new("copy: text in", $"COPY copied_text FROM '{folder}/large.tsv'"),
        new("analyze: rows", "ANALYZE analyzed"),
        new("analyze: columns", "ANALYZE analyzed_wide"),
    ];

    /// <summary>Statements that make what cannot be written as text; run them before the others.</summary>
    public static IReadOnlyList<string> Preparation(string folder, double share)
    {
        int Some(int count) => Math.Max(1, (int)(count * share));
        return
        [
            $"COPY (SELECT i AS a, repeat(md5((i % 100)::text), 200) AS b FROM generate_series(1, {Some(100_000)}) g(i)) TO '{folder}/page.parquet'",
            $"COPY (SELECT {string.Join(", ", Enumerable.Range(0, 50).Select(static i => $"i + {i} AS c{i}"))}, i AS a FROM generate_series(1, 10) g(i)) TO '{folder}/one.parquet'",
            "CREATE TABLE copied (a bigint, b text, c timestamp, d double precision)",
            "CREATE TABLE copied_text (a bigint, b text, c timestamp, d double precision)",
            $"CREATE TABLE analyzed AS SELECT i, md5(i::text) AS m, i % 1000 AS k FROM generate_series(1, {Some(2_000_000)}) g(i)",
            $"CREATE TABLE analyzed_wide AS SELECT {string.Join(", ", Enumerable.Range(0, 60).Select(static i => $"md5((i * {i + 1})::text) AS c{i}"))} FROM generate_series(1, {Some(50_000)}) g(i)",
        ];
    }

    /// <summary>Copies the one Parquet file that was made.</summary>
    public static void WriteFooters(string folder, double share)
    {
        Directory.CreateDirectory(Path.Combine(folder, "footers"));
        for (int i = 0; i < 3000 * share; i++)
        {
            File.Copy(Path.Combine(folder, "one.parquet"), Path.Combine(folder, "footers", string.Create(CultureInfo.InvariantCulture, $"{i}.parquet")));
        }
    }

    public static void Write(string folder, double share)
    {
        for (int i = 0; i < 12_000 * share; i++)
        {
            string part = Path.Combine(folder, i < 4000 * share ? "many" : Path.Combine("deep", (i % 40).ToString(CultureInfo.InvariantCulture)));
            Directory.CreateDirectory(part);
            File.WriteAllText(Path.Combine(part, string.Create(CultureInfo.InvariantCulture, $"{(i % 3 == 0 ? "x" : "")}{i}.csv")), $"a,b\n{i},{i}\n");
        }

        Repeat(folder, "large.csv", "a,b,c,d\n", "1234567,some text in a field,2026-01-01 12:13:14,3.14159\n", (int)(2_000_000 * share));
        Repeat(folder, "large.tsv", "", "1234567\tsome text in a field\t2026-01-01 12:13:14\t3.14159\n", (int)(2_000_000 * share));
        Repeat(folder, "large.json", "", "{\"a\": 1234567, \"b\": \"some text\", \"c\": [1, 2, {\"d\": null}]}\n", (int)(1_000_000 * share));
        File.WriteAllText(Path.Combine(folder, "wide.csv"), "a,b\n\"" + new string('x', (int)(100_000_000 * share)) + "\",1\n");
        File.WriteAllText(Path.Combine(folder, "wide.json"), "{\"a\": [1" + new StringBuilder().Insert(0, ", 123456", (int)(6_000_000 * share)) + "]}\n");
    }

    private static void Repeat(string folder, string name, string first, string line, int count)
    {
        using var writer = new StreamWriter(Path.Combine(folder, name));
        writer.Write(first);
        for (int i = 0; i < Math.Max(1, count); i++)
        {
            writer.Write(line);
        }
    }
}
