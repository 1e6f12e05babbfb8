using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Types;
using static SqlCluster.Catalyst.Tests.Optimizer.OptimizerFixture;

namespace SqlCluster.Catalyst.Tests.Optimizer;

public sealed class DecorrelationTests
{
    private readonly OptimizerFixture _fixture = new();

    [Fact]
    public void AggregateOverAnEqualCorrelationIsGroupedAndJoined()
    {
        // SELECT p FROM part, line WHERE lp = p AND q < (SELECT max(q2) FROM line WHERE lp2 = p): TPC-H 17
        LogicalPlan outer = new Join(JoinKind.Inner, _fixture.Table("part", "p"), _fixture.Table("line", "lp", "q"), Literal.True);
        LogicalPlan inner = new Filter(_fixture.Table("line2", "lp2", "q2") is var line2 ? _fixture.Equal("lp2", "p") : null!, line2);
        var subquery = new ScalarSubquery(_fixture.Aggregate(inner, [], ("m", Max(_fixture.Ref("q2")))));
        LogicalPlan plan = _fixture.Select(
            new Filter(Conjunctions.AndAll(_fixture.Equal("lp", "p"), Compare(_fixture.Ref("q"), ComparisonOperator.Less, subquery)), outer), "p");

        Assert.Equal(
            """
            Project [p]
              Join Inner (p = lp2) AND (q < m)
                Join Inner lp = p
                  Scan part [p]
                  Scan line [lp, q]
                Aggregate [lp2] [max(q2) AS m]
                  Scan line2 [lp2, q2]
            """,
            _fixture.Optimize(plan));
    }

    [Fact]
    public void ExistsWithInequalityIsASemiJoinWithoutDomain()
    {
        // TPC-H 21: EXISTS (... l2.o = l1.o AND l2.s <> l1.s) AND NOT EXISTS (...)
        Scan first = _fixture.Table("l1", "o1", "s1"), second = _fixture.Table("l2", "o2", "s2"), third = _fixture.Table("l3", "o3", "s3", "late");
        Expression Same(string order, string supplier) => Conjunctions.AndAll(_fixture.Equal(order, "o1"), Compare(_fixture.Ref(supplier), ComparisonOperator.NotEqual, _fixture.Ref("s1")));
        LogicalPlan plan = new Filter(
            Conjunctions.AndAll(
                new ExistsSubquery(new Filter(Same("o2", "s2"), second)),
                new Not(new ExistsSubquery(new Filter(Conjunctions.AndAll(Same("o3", "s3"), Equal(_fixture.Ref("late"), Int(1))), third)))),
            first);

        Assert.Equal(
            """
            Join LeftAnti (o3 = o1) AND (s3 <> s1)
              Join LeftSemi (o2 = o1) AND (s2 <> s1)
                Scan l1 [o1, s1]
                Scan l2 [o2, s2]
              Filter late = 1
                Scan l3 [o3, s3, late]
            """,
            _fixture.Optimize(plan));
    }

    [Fact]
    public void CountOfNoRowsIsZero()
    {
        Scan t = _fixture.Table("t", "a"), s = _fixture.Table("s", "b");
        var count = new ScalarSubquery(_fixture.Aggregate(new Filter(_fixture.Equal("b", "a"), s), [], ("n", CountAll())));
        LogicalPlan plan = _fixture.Project(t, ("x", count));

        Assert.Equal(
            """
            Project [COALESCE(n, 0) AS x]
              Join LeftOuter a = b
                Scan t [a]
                Aggregate [b] [count(*) AS n]
                  Scan s [b]
            """,
            _fixture.Optimize(plan));
    }

    [Fact]
    public void NotInIsAnAntiJoinThatNullsForbid()
    {
        Scan t = _fixture.Table("t", "a"), s = _fixture.Table("s", "b");
        LogicalPlan plan = new Filter(new QuantifiedSubquery([_fixture.Ref("a")], ComparisonOperator.NotEqual, IsAll: true, s), t);

        Assert.Equal(
            """
            Join LeftAnti (a = b) IS NOT FALSE
              Scan t [a]
              Scan s [b]
            """,
            _fixture.Optimize(plan));
    }

    [Fact]
    public void NotInWithoutNullsIsAPlainAntiJoin()
    {
        Scan t = _fixture.TableWithoutNulls("t", "a"), s = _fixture.TableWithoutNulls("s", "b");
        LogicalPlan plan = new Filter(new QuantifiedSubquery([_fixture.Ref("a")], ComparisonOperator.NotEqual, IsAll: true, s), t);

        Assert.Equal(
            """
            Join LeftAnti a = b
              Scan t [a]
              Scan s [b]
            """,
            _fixture.Optimize(plan));
    }

    [Fact]
    public void InUnderOrIsAMarkJoin()
    {
        Scan t = _fixture.Table("t", "a", "c"), s = _fixture.Table("s", "b", "d");
        var plan = new Filter(
            Conjunctions.OrAll(
                new QuantifiedSubquery([_fixture.Ref("a")], ComparisonOperator.Equal, IsAll: false, _fixture.Select(new Filter(_fixture.Equal("d", "c"), s), "b")),
                Equal(_fixture.Ref("a"), Int(1))),
            t);

        Assert.Equal(
            """
            Project [a, c]
              Filter mark OR (a = 1)
                Join LeftMark ((d = c) IS TRUE) AND (a = b) mark mark
                  Scan t [a, c]
                  Scan s [b, d]
            """,
            _fixture.Optimize(plan));
    }

    [Fact]
    public void InequalityBelowAnAggregateNeedsTheDomain()
    {
        Scan t = _fixture.Table("t", "a"), s = _fixture.Table("s", "b");
        var sum = new ScalarSubquery(_fixture.Aggregate(new Filter(Compare(_fixture.Ref("b"), ComparisonOperator.Less, _fixture.Ref("a")), s), [], ("n", Sum(_fixture.Ref("b")))));
        LogicalPlan plan = _fixture.Project(t, ("x", sum));

        Assert.Equal(
            """
            With shared materialized
              Aggregate [a] []
                Scan t [a]
              Project [n AS x]
                Join LeftOuter a IS NOT DISTINCT FROM a
                  Scan t [a]
                  Join LeftOuter a IS NOT DISTINCT FROM a
                    CteScan shared [a]
                    Aggregate [a] [sum(b) AS n]
                      Join Inner b < a
                        CteScan shared [a]
                        Scan s [b]
            """,
            _fixture.Optimize(plan));
    }

    [Fact]
    public void LimitInACorrelatedSubqueryNumbersRows()
    {
        Scan t = _fixture.Table("t", "a"), s = _fixture.Table("s", "b", "c");
        LogicalPlan top = new Limit(Literal.BigInt(1), null, false, new Sort([new SortKey(_fixture.Ref("c"))], new Filter(_fixture.Equal("b", "a"), s)));
        LogicalPlan plan = _fixture.Project(t, ("x", new ScalarSubquery(_fixture.Select(top, "c"))));

        string printed = _fixture.Optimize(plan);

        Assert.Contains("Filter number <= 1", printed, StringComparison.Ordinal);
        Assert.Contains("row_number() OVER (PARTITION BY b ORDER BY c", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("Distinct", printed, StringComparison.Ordinal);
    }

    [Fact]
    public void UncorrelatedValueIsAPlainJoin()
    {
        Scan t = _fixture.Table("t", "a"), s = _fixture.Table("s", "b");
        Assert.Equal(
            """
            Project [a]
              Join Inner a = b
                Scan t [a]
                Join LeftSingle TRUE
                  Values [] 1 row
                  Scan s [b]
            """,
            _fixture.Optimize(new Filter(Equal(_fixture.Ref("a"), new ScalarSubquery(s)), t)));
    }

    [Fact]
    public void NullDefaultsNeedNoMarker()
    {
        // TPC-H 17 and 20: q < (SELECT 2 + max(b) ...)
        Scan t = _fixture.Table("t", "a", "q"), s = _fixture.Table("s", "b", "c");
        Aggregate max = _fixture.Aggregate(new Filter(_fixture.Equal("b", "a"), s), [], ("m", Max(_fixture.Ref("c"))));
        Project sum = _fixture.Project(max, ("v", Scalar(TestFunctions.Plus, _fixture.Ref("m"), Int(2))));
        Assert.Equal(
            """
            Project [a, q]
              Join Inner (a = b) AND (q < v)
                Scan t [a, q]
                Project [m + 2 AS v, b]
                  Aggregate [b] [max(c) AS m]
                    Scan s [b, c]
            """,
            _fixture.Optimize(new Filter(Compare(_fixture.Ref("q"), ComparisonOperator.Less, new ScalarSubquery(sum)), t)));
    }
}
