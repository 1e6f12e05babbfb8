using System.Text.RegularExpressions;
using SqlCluster.Catalyst.Analysis;
using SqlCluster.Catalyst.Tests.Trees;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Catalyst.Tests.Analysis;

/// <summary>
/// Column names, column types and SQLSTATEs of PostgreSQL 15 (psql's \gdesc), one query a line in Judged/*queries.tsv. Numerics are compared without precision and scale:
/// PostgreSQL's expressions have none.
/// </summary>
public sealed partial class PostgresJudgedTests
{
    public const string Schema = """
        create table t (a int, b int, c text, d date, n numeric(10,2), f double precision, r real, s smallint, l bigint, ts timestamp, tz timestamptz, i interval, u uuid, x boolean,
            v varchar(10), arr int[]);
        create table u (a int, b bigint, e text, n numeric(12,4));
        create table w (k int, a int);
        """;

    private static readonly CatalogForTests _catalog = new(Schema);

    public static TheoryData<string, string> Queries()
    {
        var data = new TheoryData<string, string>();
        foreach (string line in JudgedFile.Lines("queries.tsv").Concat(JudgedFile.Lines("more-queries.tsv")))
        {
            string[] parts = line.Split('\t');
            data.Add(parts[0], parts[1]);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Queries))]
    public void NamesTypesAndErrorsAreThoseOfPostgres(string sql, string expected) => Assert.Equal(WithoutModifiers(expected), WithoutModifiers(Describe(sql)));

    internal static string WithoutModifiers(string description) => Modifiers().Replace(description, "$1");

    internal static string Describe(AnalyzedQuery query)
    {
        PlanIntegrity.Check(query.Plan);
        return string.Join(" | ", query.ColumnNames.Zip(query.ColumnTypes, static (name, type) => $"{name} {type}"));
    }

    private static string Describe(string sql)
    {
        try
        {
            return Describe(_catalog.Analyze(sql));
        }
        catch (QueryException error)
        {
            return $"ERROR {error.SqlState}";
        }
    }

    [GeneratedRegex(@"(numeric|character varying|character)\([0-9,]+\)")]
    private static partial Regex Modifiers();
}

/// <summary>Files beside the tests.</summary>
internal static class JudgedFile
{
    public static string[] Lines(string name) => File.ReadAllLines(PathOf(name));

    public static string Text(string name) => File.ReadAllText(PathOf(name));

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Analysis", "Judged", name);
}
