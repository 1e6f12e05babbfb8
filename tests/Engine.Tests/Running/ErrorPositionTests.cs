using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Running;

/// <summary>Q4: an error says which character of the statement it is about. SQLSTATEs and positions are PostgreSQL 15's.</summary>
public sealed class ErrorPositionTests
{
    [Theory]
    [InlineData("select nosuch", "42703", 8)]
    [InlineData("select 1, t.nosuch from (values (1)) t(a)", "42703", 11)]
    [InlineData("select '😀😀', nosuch", "42703", 14)]
    [InlineData("select a + 'x'::text from (values (1)) t(a)", "42883", 10)]
    [InlineData("select lenght('a')", "42883", 8)]
    [InlineData("select length(1, 2)", "42883", 8)]
    [InlineData("select * from nosuch", "42P01", 15)]
    [InlineData("select '😀' as \"日本\", (select nosuch.a)", "42P01", 29)]
    [InlineData("select 1 where 5", "42804", 16)]
    [InlineData("select a from (values (1)) t(a) group by b", "42703", 42)]
    [InlineData("select a, count(*) from (values (1,2)) t(a,b) group by b", "42803", 8)]
    [InlineData("select 'abc'::integer", "22P02", 8)]
    [InlineData("select sum(sum(1))", "42803", 12)]
    [InlineData("select 1 union select 'x'", "22P02", 23)]
    [InlineData("select case when true then 1 else 'a' end", "22P02", 35)]
    [InlineData("select a from (values (1)) t(a), (values (1)) u(a)", "42702", 8)]
    [InlineData("select 1 from (values (1)) t(a) order by nosuch", "42703", 42)]
    [InlineData("select row_number() from (values (1)) t(a)", "42809", 8)]
    [InlineData("select x.y.z from (values (1)) t(a)", "42P01", 8)]
    [InlineData("select array[1,'a'::date]", "22007", 16)]
    [InlineData("select t.* from (values (1)) u(a)", "42P01", 8)]
    [InlineData("select (select 1, 2)", "42601", 8)]
    [InlineData("select coalesce(1, 'a'::date)", "22007", 20)]
    [InlineData("select not 5", "42804", 12)]
    [InlineData("select -'a'::text", "42883", 8)]
    [InlineData("select 1 limit 'x'", "22P02", 16)]
    [InlineData("select sum(a) over w from (values (1)) t(a)", "42704", 20)]
    [InlineData("with x as (select 1 as a) select b from x", "42703", 34)]
    [InlineData("select extract(foo from date '2020-01-01')", "22023", 0)]
    public async Task PositionsAreThoseOfPostgreSql(string sql, string sqlState, int position)
    {
        using var engine = new Engine();
        using Session session = engine.OpenSession();
        QueryException error = await Assert.ThrowsAnyAsync<QueryException>(() => ResultReader.ReadAsync(session, sql, TestContext.Current.CancellationToken));
        Assert.Equal((sqlState, position), (error.SqlState, error.Position));
    }

    /// <summary>What was prepared stands in another text, so there is nothing to point at.</summary>
    [Fact]
    public async Task PreparedStatementsHaveNoPosition()
    {
        using var engine = new Engine();
        using Session session = engine.OpenSession();
        await ResultReader.ReadAsync(session, "CREATE TABLE t (a integer); PREPARE p AS SELECT 1, a FROM t; DROP TABLE t", TestContext.Current.CancellationToken);
        QueryException error = await Assert.ThrowsAnyAsync<QueryException>(() => ResultReader.ReadAsync(session, "EXECUTE p", TestContext.Current.CancellationToken));
        Assert.Equal(("42P01", 0), (error.SqlState, error.Position));
    }
}
