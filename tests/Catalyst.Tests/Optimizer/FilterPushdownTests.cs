using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Rules;
using SqlCluster.Catalyst.Types;
using static SqlCluster.Catalyst.Tests.Optimizer.OptimizerFixture;

namespace SqlCluster.Catalyst.Tests.Optimizer;

public sealed class FilterPushdownTests
{
    private readonly OptimizerFixture _fixture = new();

    private Expression Is(string column, int value) => Equal(_fixture.Ref(column), Int(value));

    private void Pushed(string expected, LogicalPlan plan) => Assert.Equal(expected, _fixture.Apply<PushFilters>(plan).ToString().TrimEnd());

    private void Stays(LogicalPlan plan) => Assert.Same(plan, _fixture.Apply<PushFilters>(plan));

    [Fact]
    public void ScanTakesWhatItAppliesItself()
    {
        Scan scan = _fixture.Scan(new MemoryTable("t", new TableColumn("a", SqlType.Integer)) { PushesFilters = true });
        Pushed("Scan t [a] where a = 1", new Filter(Is("a", 1), scan));
    }

    [Fact]
    public void FilterThatNothingTakesKeepsItsReference() => Stays(_fixture.Table("t", "a") is var scan ? new Filter(Is("a", 1), scan) : null!);

    [Fact]
    public void InnerJoinTakesEveryConjunctToItsSide()
    {
        var join = new Join(JoinKind.Inner, _fixture.Table("t", "a"), _fixture.Table("s", "b"), Literal.True);
        Pushed(
            """
            Join Inner a = b
              Filter a = 1
                Scan t [a]
              Filter b = 2
                Scan s [b]
            """,
            new Filter(Conjunctions.AndAll(Is("a", 1), Is("b", 2), _fixture.Equal("a", "b")), join));
    }

    [Fact]
    public void LeftJoinKeepsFiltersOfItsRightSideAbove()
    {
        var join = new Join(JoinKind.LeftOuter, _fixture.Table("t", "a"), _fixture.Table("s", "b"), _fixture.Equal("a", "b"));
        Pushed(
            """
            Filter b IS NULL
              Join LeftOuter a = b
                Filter a = 1
                  Scan t [a]
                Scan s [b]
            """,
            new Filter(Conjunctions.AndAll(Is("a", 1), new IsNull(_fixture.Ref("b"))), join));
    }

    [Fact]
    public void LeftJoinConditionOverTheRightSideFiltersIt()
    {
        Scan t = _fixture.Table("t", "a"), s = _fixture.Table("s", "b");
        Pushed(
            """
            Join LeftOuter (a = b) AND (a = 1)
              Scan t [a]
              Filter b = 2
                Scan s [b]
            """,
            new Join(JoinKind.LeftOuter, t, s, Conjunctions.AndAll(_fixture.Equal("a", "b"), Is("a", 1), Is("b", 2))));
    }

    [Fact]
    public void ProjectionIsSeenThroughUnlessVolatile()
    {
        Scan t = _fixture.Table("t", "a");
        Project project = _fixture.Project(t, ("x", Scalar(TestFunctions.Plus, _fixture.Ref("a"), Int(1))), ("r", Scalar(TestFunctions.Random)));
        Pushed(
            """
            Filter r = 2
              Project [a + 1 AS x, random() AS r]
                Filter (a + 1) = 3
                  Scan t [a]
            """,
            new Filter(Conjunctions.AndAll(Is("x", 3), Is("r", 2)), project));
    }

    [Fact]
    public void GroupKeysChooseGroupsAndAggregatesDoNot()
    {
        Scan t = _fixture.Table("t", "a", "b");
        Aggregate aggregate = _fixture.Aggregate(t, ["a"], ("m", Max(_fixture.Ref("b"))));
        Pushed(
            """
            Filter m = 5
              Aggregate [a] [max(b) AS m]
                Filter a = 1
                  Scan t [a, b]
            """,
            new Filter(Conjunctions.AndAll(Is("a", 1), Is("m", 5)), aggregate));
    }

    [Fact]
    public void AggregateWithoutKeysKeepsItsRow()
    {
        Scan t = _fixture.Table("t", "a");
        Aggregate aggregate = _fixture.Aggregate(t, [], ("m", Max(_fixture.Ref("a"))));
        Stays(new Filter(Equal(new Parameter(1, SqlType.Integer), Int(1)), aggregate));
    }

    [Fact]
    public void UnionTakesFiltersIntoEveryInput()
    {
        Scan t = _fixture.Table("t", "a"), s = _fixture.Table("s", "b");
        Column column = _fixture.Ids.Column("c", SqlType.Integer, true);
        Pushed(
            """
            Union all [c]
              Filter a = 1
                Scan t [a]
              Filter b = 1
                Scan s [b]
            """,
            new Filter(Equal(new ColumnReference(column), Int(1)), new SetOperation(SetOperationKind.Union, true, [t, s], [column])));
    }

    [Fact]
    public void WindowTakesFiltersOnItsPartitionKeys()
    {
        Scan t = _fixture.Table("t", "a", "b");
        var call = new WindowCall(TestFunctions.RowNumber, [], SqlType.BigInt, [_fixture.Ref("a")], [new SortKey(_fixture.Ref("b"))], WindowFrame.Default);
        Pushed(
            """
            Filter b = 2
              Window [row_number() OVER (PARTITION BY a ORDER BY b) AS n]
                Filter a = 1
                  Scan t [a, b]
            """,
            new Filter(Conjunctions.AndAll(Is("a", 1), Is("b", 2)), new Window([_fixture.Named("n", call)], t)));
    }

    [Fact]
    public void LimitStopsFilters() => Stays(new Filter(_fixture.Table("t", "a") is var scan ? Is("a", 1) : null!, new Limit(Literal.BigInt(3), null, false, scan)));

    [Fact]
    public void TestThatMayFailStaysBehindItsGuard()
    {
        Scan t = _fixture.Table("t", "a", "d"), s = _fixture.Table("s", "b");
        Expression guard = Conjunctions.OrAll(Compare(_fixture.Ref("d"), ComparisonOperator.Greater, Int(0)), Is("b", 1));
        Expression division = Equal(Scalar(TestFunctions.Divide, _fixture.Ref("a"), _fixture.Ref("d")), Int(2));
        Pushed(
            """
            Filter (a / d) = 2
              Join Inner (d > 0) OR (b = 1)
                Scan t [a, d]
                Scan s [b]
            """,
            new Filter(Conjunctions.AndAll(guard, division), new Join(JoinKind.Inner, t, s, Literal.True)));
    }
}
