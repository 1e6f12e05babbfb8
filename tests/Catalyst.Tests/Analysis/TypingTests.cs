using SqlCluster.Catalyst.Analysis;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Catalyst.Tests.Analysis;

/// <summary>Precision and scale of numerics, where literals are converted, and the types of parameters.</summary>
public sealed class TypingTests
{
    private static readonly CatalogForTests _catalog = new("""
        create table t (a int, s smallint, l bigint, n numeric(15,2), f float, r real, c varchar(10), ch char(5), d date, ts timestamp, x boolean, arr int[], u uuid);
        """);

    [Theory]
    [InlineData("0.05", "numeric(2,2)")]
    [InlineData("100.00", "numeric(5,2)")]
    [InlineData("n * (1 - n)", "numeric(31,4)")]
    [InlineData("n + 1", "numeric(16,2)")]
    [InlineData("n + a", "numeric(16,2)")]
    [InlineData("n * a", "numeric(25,2)")]
    [InlineData("n / 3", "numeric(29,16)")]
    [InlineData("a / 2.0", "numeric(27,16)")]
    [InlineData("sum(n)", "numeric(38,2)")]
    [InlineData("avg(n)", "numeric(38,16)")]
    [InlineData("case when x then n else 0 end", "numeric(15,2)")]
    [InlineData("coalesce(n, 0.125)", "numeric(16,3)")]
    [InlineData("cast(a as numeric)", "numeric(10,0)")]
    [InlineData("1.50::numeric", "numeric(3,2)")]
    [InlineData("'12.345'::numeric", "numeric(5,3)")]
    [InlineData("'12.345'::numeric(10,2)", "numeric(10,2)")]
    public void NumericsKeepTheirDigits(string expression, string type) => Assert.Equal(type, _catalog.Analyze($"select {expression} from t").ColumnTypes[0].ToString());

    [Theory]
    [InlineData("a = 5", "a = 5")]
    [InlineData("s = 5", "s = 5")]
    [InlineData("s > 100000", "CAST(s AS integer) > 100000")]
    [InlineData("l = 5", "l = 5")]
    [InlineData("n < 24", "n < 24.00")]
    [InlineData("n < 0.125", "n < 0.125")]
    [InlineData("f < 0.5", "f < 0.5")]
    [InlineData("a > 0.5", "CAST(a AS numeric(10,0)) > 0.5")]
    [InlineData("d >= '1994-01-01'", "d >= date '1994-01-01'")]
    [InlineData("d < date '1994-01-01' + interval '1 year'", "CAST(d AS timestamp without time zone) < (date '1994-01-01' + interval '0 months 0 days 0 seconds')")]
    [InlineData("c = 'x'", "c = 'x'")]
    [InlineData("ch = 'x  '", "CAST(ch AS text) = 'x'")]
    [InlineData("a in (1, 2)", "a IN (1, 2)")]
    [InlineData("l in (1, 2)", "l IN (1, 2)")]
    [InlineData("n in (1, 2.5)", "n IN (1.00, 2.50)")]
    [InlineData("n in (0.125)", "CAST(n AS numeric(16,3)) IN (0.125)")]
    [InlineData("a between 1 and 3", "(a >= 1) AND (a <= 3)")]
    [InlineData("a not between 1 and 3", "(a < 1) OR (a > 3)")]
    [InlineData("a = any (array[1, 2])", "a IN (1, 2)")]
    [InlineData("a = any ('{1,2}')", "a IN (1, 2)")]
    [InlineData("a <> all (array[1, 2])", "a NOT IN (1, 2)")]
    [InlineData("(a, s) < (1, 2)", "(a < 1) OR ((a = 1) AND (s < 2))")]
    [InlineData("(x and x) and (x and x)", "x AND x AND x AND x")]
    [InlineData("c like 'a!%' escape '!'", "c LIKE 'a!%'")]
    public void ConditionsAreWritten(string condition, string expected)
    {
        LogicalPlan plan = _catalog.Analyze($"select 1 from t where {condition}").Plan;

        expected = expected.Replace("interval '0 months 0 days 0 seconds'", new Literal(new IntervalValue(12, 0, 0), SqlType.Interval).ToString(), StringComparison.Ordinal);
        Assert.Equal(expected, ((Filter)((Project)plan).Input).Predicate.ToString());
    }

    [Theory]
    [InlineData("select $1 + 1", "integer")]
    [InlineData("select a from t limit $1", "bigint")]
    [InlineData("select a from t where a in ($1, $2)", "integer, integer")]
    [InlineData("select a from t where n = $1", "numeric(38,16)")]
    [InlineData("select a from t where a = any ($1)", "integer[]")]
    [InlineData("select a from t where c like $1", "text")]
    [InlineData("select a from t where c = $1", "text")]
    [InlineData("select $1::int, $1 + 1", "integer")]
    [InlineData("select $1, $1 + 1", "integer")]
    [InlineData("select $1", "text")]
    [InlineData("select a from t where $1 is null or a = $1", "integer")]
    [InlineData("select a from t where d between $1 and $2", "date, date")]
    [InlineData("select case when a = 1 then $1 else ts end from t", "timestamp without time zone")]
    [InlineData("select coalesce($2, a) from t", "text, integer")]
    [InlineData("select a from t union select $1", "integer")]
    [InlineData("select upper($1)", "text")]
    [InlineData("select a from t where u = $1", "uuid")]
    [InlineData("select * from (values ($1, 2), (3, $2)) v", "integer, integer")]
    public void ParametersTakeTheTypeOfTheirContext(string sql, string types)
    {
        AnalyzedQuery query = _catalog.Analyze(sql);
        Trees.PlanIntegrity.Check(query.Plan);

        Assert.Equal(types, string.Join(", ", query.ParameterTypes));
    }

    [Fact]
    public void DeclaredParameterTypesAreKept()
    {
        AnalyzedQuery query = _catalog.Analyze("select a from t where l = $1", AnalyzerSettings.Default with { ParameterTypes = [SqlType.Integer] });

        Assert.Equal("integer", query.ParameterTypes[0].ToString());
    }

    [Theory]
    [InlineData("select a, n from t", "t.0, t.3")]
    [InlineData("select a as k, a + 1, n from (select * from t) q", "t.0, , t.3")]
    public void OriginsTellTheTableColumn(string sql, string origins) =>
        Assert.Equal(origins, string.Join(", ", _catalog.Analyze(sql).Origins.Select(static origin => origin is null ? "" : $"{origin.Table.Name}.{origin.TableOrdinal}")));

    [Fact]
    public void ChainsOfAHundredThousandTermsAreFlat()
    {
        string or = string.Join(" or ", Enumerable.Range(0, 100_000).Select(static i => $"a = {i}"));
        Assert.Equal(100_000, ((Or)((Filter)((Project)_catalog.Analyze($"select 1 from t where {or}").Plan).Input).Predicate).Terms.Count);

        string list = string.Join(", ", Enumerable.Range(0, 500_000));
        Assert.Equal(500_000, ((InList)((Filter)((Project)_catalog.Analyze($"select 1 from t where a in ({list})").Plan).Input).Predicate).Items.Count);

        string union = string.Join(" union all ", Enumerable.Repeat("select a from t", 5_000));
        Assert.Equal(5_000, _catalog.Analyze(union).Plan.Children.Count);
    }

    [Fact]
    public void DeepExpressionsAreAnsweredNotOverflowed()
    {
        string sum = string.Join(" + ", Enumerable.Repeat("a", 900));
        Assert.Equal("integer", _catalog.Analyze($"select {sum} from t group by {sum}").ColumnTypes[0].ToString());

        string nested = string.Concat(Enumerable.Repeat("(select ", 300)) + "1" + new string(')', 300);
        Assert.Equal("integer", _catalog.Analyze($"select {nested}").ColumnTypes[0].ToString());
    }

    /// <summary>A lambda with a subquery becomes a query over the elements: what was found out about it inside is not found out again by every call around it.</summary>
    [Fact]
    public void NestedLambdasWithSubqueriesAreNotAnalyzedTwiceALevel()
    {
        Allocated(2);
        long six = Allocated(6);
        long twelve = Allocated(12);
        Assert.True(twelve < 16 * six, $"{twelve} bytes for 12 levels, {six} for 6; doubling a level would be 64 times as much");

        static long Allocated(int levels)
        {
            string list = "arr";
            for (int level = 0; level < levels; level++)
            {
                list = $"list_transform({list}, x -> x + (select max(a) from t))";
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Equal("integer[]", _catalog.Analyze($"select {list} from t").ColumnTypes[0].ToString());
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Theory]
    [InlineData("select d + 1 from t where d > 'tomorow'", "22007")]
    [InlineData("select '2020-02-30'::date", "22008")]
    [InlineData("select 1::numeric(50,2)", "22023")]
    [InlineData("select 'x'::nosuch", "42704")]
    [InlineData("select '99999'::smallint", "22003")]
    [InlineData("select '{1,x}'::int[]", "22P02")]
    [InlineData("select '12345678.999'::numeric(5,2)", "22003")]
    public void WrongLiteralsAndTypesHaveTheirStates(string sql, string sqlState) => Assert.Equal(sqlState, Assert.ThrowsAny<QueryException>(() => _catalog.Analyze(sql)).SqlState);
}
