using SqlCluster.Catalyst.Tests.Trees;

namespace SqlCluster.Catalyst.Tests.Analysis;

/// <summary>What plans come out: written by hand from SQL's meaning.</summary>
public sealed class PlanShapeTests
{
    private static readonly CatalogForTests _catalog = new("""
        create table t (a int, b int, c text, n numeric(10,2));
        create table u (a int, b bigint);
        create table m (id int not null, tags text[], name text);
        create view v as select a, count(*) as n from t group by a;
        create view named (x, y) as select a, b from t;
        create view endless as select * from endless;
        """);

    [Fact]
    public void SortColumnsThatAreNotSelectedAreDroppedAtTheEnd() => Check("select a as k from t order by b desc limit 2", """
        Project [k]
          Limit 2
            Sort [b DESC]
              Project [a AS k, b]
                Scan t [a, b, c, n]
        """);

    [Fact]
    public void GroupingStandsBetweenWhereAndHaving() => Check("select a + 1 as k, sum(n) * 2 from t where c = 'x' group by a + 1 having count(*) > 1 order by 2", """
        Sort [?column?]
          Project [k, sum * 2 AS ?column?]
            Filter count > 1
              Aggregate [a + 1 AS k] [sum(n) AS sum, count(*) AS count]
                Filter c = 'x'
                  Scan t [a, b, c, n]
        """);

    [Fact]
    public void EqualAggregatesAreComputedOnce() => Check("select sum(a), sum(a) + 1 from t having sum(a) > 0", """
        Project [sum, sum + 1 AS ?column?]
          Filter sum > 0
            Aggregate [] [sum(a) AS sum]
              Scan t [a, b, c, n]
        """);

    [Fact]
    public void WindowsRunOverAggregates() => Check("select a, rank() over (order by sum(b)) from t group by a qualify rank = 1", """
        Filter rank = 1
          Window [rank() OVER (ORDER BY sum) AS rank]
            Aggregate [a] [sum(b) AS sum]
              Scan t [a, b, c, n]
        """, "Project [a, rank]");

    [Fact]
    public void CorrelatedSubqueriesSeeGroupKeysOfTheOuterQuery() => Check("select a, (select max(u.b) from u where u.a = t.a) from t group by a", """
        Project [a, (scalar subquery) AS max]
          Subquery (scalar subquery)
            Aggregate [] [max(b) AS max]
              Filter a = a
                Scan u [a, b]
          Aggregate [a] []
            Scan t [a, b, c, n]
        """);

    [Fact]
    public void AnAggregateOfOuterColumnsBelongsToTheOuterQuery() => Check("select a from t group by a having exists (select 1 from u where u.b = max(t.b))", """
        Project [a]
          Filter EXISTS (subquery)
            Subquery EXISTS (subquery)
              Project [1 AS ?column?]
                Filter b = CAST(max AS bigint)
                  Scan u [a, b]
            Aggregate [a] [max(b) AS max]
              Scan t [a, b, c, n]
        """);

    [Fact]
    public void InIsAnyAndNotInIsAll() => Check("select a from t where a in (select a from u) and b not in (select b from u)", """
        Project [a]
          Filter a = ANY (subquery) AND CAST(b AS bigint) <> ALL (subquery)
        """, startsWith: true);

    [Fact]
    public void LateralBecomesApplyOnlyWhenItLooksLeft()
    {
        Check("select t.a, q.m from t, lateral (select max(b) as m from u where u.a = t.a) q", "Apply Inner TRUE", contains: true);
        Check("select t.a, q.m from t left join lateral (select max(b) as m from u where u.a = t.a) q on q.m > 1", "Apply LeftOuter m > 1", contains: true);
        Check("select t.a, q.m from t, lateral (select max(b) as m from u) q", "Join Inner TRUE", contains: true);
    }

    [Fact]
    public void FunctionsOfLeftColumnsRunOverTheLeftRows()
    {
        Check("select id, tag, o from m, unnest(m.tags) with ordinality as f(tag, o)", """
            Project [id, f AS tag, ordinality AS o]
              TableFunctionScan [unnest(tags)] with ordinality
                Scan m [id, tags, name]
            """);
        Check("select id, tag from m left join unnest(m.tags) as tag on true", "TableFunctionScan [unnest(tags)] outer", contains: true);
        Check("select id, g from m, generate_series(1, 2) g", "Join Inner TRUE", contains: true);
    }

    [Fact]
    public void SetReturningFunctionsOfTheSelectListRunSideBySide() => Check("select id, unnest(tags), generate_series(1, 3) + 1 as g from m", """
        Project [id, unnest, generate_series + 1 AS g]
          TableFunctionScan [unnest(tags), generate_series(1, 3)]
            Scan m [id, tags, name]
        """);

    [Fact]
    public void CommonTablesAreDefinedAboveTheirReadersAndDroppedWithoutReader()
    {
        Check("with x as materialized (select a from t), unused as (select 1) select x.a, y.a from x, x y", """
            With x materialized
              Project [a]
                Scan t [a, b, c, n]
              Join Inner TRUE
                CteScan x [a]
                CteScan x [a]
            """);
        Check("with x as not materialized (select a from t) select a from x", "With x not materialized", contains: true);
    }

    [Fact]
    public void RecursionReadsTheWorkingTable() => Check("with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) select n from r", """
        With r
          RecursiveUnion all [n]
            Project [1 AS ?column?]
              Values [] 1 row
            Project [n + 1 AS ?column?]
              Filter n < 5
                CteScan r [n] working table
          CteScan r [n]
        """);

    [Fact]
    public void GroupingSetsCarryAnIdAndGroupingReadsIt() => Check("select a, grouping(a, b), count(*) from t group by rollup (a, b)", """
        Project [a, CASE WHEN grouping_id = 0 THEN 0 WHEN grouping_id = 1 THEN 1 ELSE 3 END AS grouping, count]
          Aggregate [a, b] [count(*) AS count] sets (a, b), (a), ()
            Scan t [a, b, c, n]
        """);

    [Theory]
    [InlineData("group by cube (a, b)", "sets (a, b), (a), (b), ()")]
    [InlineData("group by a, grouping sets ((b), ())", "sets (a, b), (a)")]
    [InlineData("group by rollup (a), rollup (b)", "sets (a, b), (a), (b), ()")]
    [InlineData("group by grouping sets (a, rollup (b, c))", "sets (a), (b, c), (b), ()")]
    [InlineData("group by distinct rollup (a, b), rollup (a)", "sets (a, b), (a), ()")]
    public void GroupingSetsMultiply(string clause, string sets) => Check($"select count(*) from t {clause}", sets, contains: true);

    [Theory]
    [InlineData("select a, b, sum(n) from t group by all", "Aggregate [a, b] [sum(n) AS sum]")]
    [InlineData("select a, b from t order by all", "Sort [a, b]")]
    [InlineData("select * exclude (b, c) from t", "Project [a, n]")]
    [InlineData("select * replace (a + 1 as a) from t", "Project [a + 1 AS a, b, c, n]")]
    [InlineData("select t.* from t natural join u", "Project [a, b, c, n]")]
    [InlineData("select * from t natural join u", "Join Inner (a = a) AND (CAST(b AS bigint) = b)")]
    [InlineData("select * from t full join u using (a)", "COALESCE(a, a) AS a")]
    [InlineData("select * from 'data/x.parquet'", "Scan data/x.parquet [file_column, other]")]
    [InlineData("select x.other from 'data/x.parquet'", "Scan data/x.parquet [file_column, other]")]
    [InlineData("select * from read_parquet(['a', 'b'], union_by_name = true)", "Scan ARRAY['a', 'b'] union_by_name=TRUE [file_column]")]
    [InlineData("select n from v where a = 1", "Aggregate [a] [count(*) AS count]")]
    [InlineData("select x + y from named", "Project [a + b AS ?column?]")]
    [InlineData("select a from t union select a from u union select 3", "Distinct")]
    [InlineData("select a from t except select a from u except select 3", "Except [a]")]
    [InlineData("select a, c from t union all by name select c, a from t", "Union all [a, c]")]
    [InlineData("select a from t semi join u using (a)", "Join LeftSemi a = a")]
    [InlineData("select t.a from t asof join u on t.b = u.b and t.a >= u.a", "Join AsOf")]
    [InlineData("select distinct on (a) a, b from t order by a, n", "Distinct on [a]")]
    public void Others(string sql, string part) => Check(sql, part, contains: true);

    [Fact]
    public void ViewsThatContainThemselvesEndInAnError()
    {
        var error = Assert.ThrowsAny<Parser.Errors.QueryException>(() => _catalog.Analyze("select * from endless"));

        Assert.Equal("54001", error.SqlState);
    }

    private static void Check(string sql, string expected, string? above = null, bool contains = false, bool startsWith = false)
    {
        Catalyst.Analysis.AnalyzedQuery query = _catalog.Analyze(sql);
        PlanIntegrity.Check(query.Plan);
        string plan = query.Plan.ToString().TrimEnd();
        if (contains)
        {
            Assert.Contains(expected, plan);
        }
        else if (startsWith)
        {
            Assert.StartsWith(expected, plan);
        }
        else
        {
            string whole = above is null ? expected : $"{above}\n{string.Join('\n', expected.Split('\n').Select(static line => "  " + line))}";
            Assert.Equal(whole, plan);
        }
    }
}
