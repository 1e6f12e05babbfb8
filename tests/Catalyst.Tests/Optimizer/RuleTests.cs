using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer;
using SqlCluster.Catalyst.Optimizer.Rules;
using SqlCluster.Catalyst.Types;
using static SqlCluster.Catalyst.Tests.Optimizer.OptimizerFixture;

namespace SqlCluster.Catalyst.Tests.Optimizer;

public sealed class RuleTests
{
    private readonly OptimizerFixture _fixture = new();

    private Expression Is(string column, int value) => Equal(_fixture.Ref(column), Int(value));

    private void Fires<TRule>(string expected, LogicalPlan plan)
        where TRule : Rule, new() => Assert.Equal(expected, _fixture.Apply<TRule>(plan).ToString().TrimEnd());

    private void DoesNotFire<TRule>(LogicalPlan plan)
        where TRule : Rule, new() => Assert.Same(plan, _fixture.Apply<TRule>(plan));

    private Join JoinOf(JoinKind kind) => new(kind, _fixture.Table("t", "a", "c"), _fixture.Table("s", "b", "d"), _fixture.Equal("a", "b"));

    private SetOperation UnionOf(bool isAll, params NodeList<LogicalPlan> inputs) => new(SetOperationKind.Union, isAll, inputs, [_fixture.Ids.Column("u", SqlType.Integer, true)]);

    [Fact]
    public void ScansReadWhatIsNeededAndFilterColumnsApart()
    {
        Scan t = _fixture.Scan(MemoryTable.OfIntegers("t", "a", "b", "c"));
        Aggregate count = _fixture.Aggregate(t with { Filters = [Is("b", 1)] }, [], ("n", CountAll()));

        var pruned = (Scan)_fixture.Apply<PruneColumns>(count).Children[0];

        Assert.Empty(pruned.Columns);
        Assert.Equal("b", Assert.Single(pruned.FilterColumns).Column.Name);
        Assert.Same(pruned, _fixture.Apply<PruneColumns>(pruned));
    }

    [Fact]
    public void UnusedAggregatesWindowsAndUnionPositionsAreDropped()
    {
        Scan t = _fixture.Table("t", "a", "b"), s = _fixture.Table("s", "c", "d");
        var union = new SetOperation(SetOperationKind.Union, true, [t, s], [_fixture.Ids.Column("x", SqlType.Integer, true), _fixture.Ids.Column("y", SqlType.Integer, true)]);
        Fires<PruneColumns>(
            """
            Project [y]
              Union all [y]
                Scan t [b]
                Scan s [d]
            """,
            new Project([NamedExpression.Pass(union.Columns[1])], union));
    }

    [Fact]
    public void CommonTableIsPrunedToWhatItsReadersNeed()
    {
        Scan t = _fixture.Table("t", "a", "b", "c");
        CteId id = _fixture.Ids.NextCte();
        CteScan Read() => new(id, "v", t.Output.Map(_fixture.Ids.CopyOf));
        CteScan one = Read(), two = Read();
        var body = new Project([NamedExpression.Pass(one.Columns[2])], new Join(JoinKind.Inner, one, two, Equal(new ColumnReference(one.Columns[0]), new ColumnReference(two.Columns[0]))));
        Fires<PruneColumns>(
            """
            With v materialized
              Scan t [a, c]
              Project [c]
                Join Inner a = a
                  CteScan v [a, c]
                  CteScan v [a, c]
            """,
            new With(id, "v", t, true, body));
    }

    [Fact]
    public void LeftJoinThatAddsNothingIsDropped()
    {
        Scan t = _fixture.Table("t", "a"), s = _fixture.Table("s", "b", "c");
        Aggregate groups = _fixture.Aggregate(s, ["b"], ("m", Max(_fixture.Ref("c"))));
        Fires<PruneColumns>(
            """
            Project [a]
              Scan t [a]
            """,
            _fixture.Select(new Join(JoinKind.LeftOuter, t, groups, _fixture.Equal("a", "b")), "a"));
        LogicalPlan many = _fixture.Select(new Join(JoinKind.LeftOuter, _fixture.Table("t", "a"), _fixture.Table("s", "b"), _fixture.Equal("a", "b")), "a");
        DoesNotFire<PruneColumns>(many);
    }

    [Fact]
    public void OuterJoinIsInnerWhereNullsAreDroppedAbove()
    {
        Fires<ConvertOuterJoins>(
            """
            Filter d = 1
              Join Inner a = b
                Scan t [a, c]
                Scan s [b, d]
            """,
            JoinOf(JoinKind.LeftOuter) is var join ? new Filter(Is("d", 1), join) : null!);
    }

    [Fact]
    public void FullJoinKeepsTheSideThatNothingTests()
    {
        Fires<ConvertOuterJoins>(
            """
            Filter c = 1
              Join LeftOuter a = b
                Scan t [a, c]
                Scan s [b, d]
            """,
            JoinOf(JoinKind.FullOuter) is var join ? new Filter(Is("c", 1), join) : null!);
    }

    [Fact]
    public void OuterJoinStaysWhereNullsPass() =>
        DoesNotFire<ConvertOuterJoins>(JoinOf(JoinKind.LeftOuter) is var join ? new Filter(Conjunctions.OrAll(new IsNull(_fixture.Ref("d")), Is("d", 1)), join) : null!);

    [Fact]
    public void TestOfOneKeyIsATestOfTheOther()
    {
        Join join = JoinOf(JoinKind.LeftOuter);
        LogicalPlan filtered = join with { Left = new Filter(Is("a", 5), join.Left) };
        Fires<InferPredicates>(
            """
            Join LeftOuter a = b
              Filter a = 5
                Scan t [a, c]
              Filter b = 5
                Scan s [b, d]
            """,
            filtered);
    }

    [Fact]
    public void NothingIsInferredForTheKeptSideOfALeftJoin()
    {
        Join join = JoinOf(JoinKind.LeftOuter);
        DoesNotFire<InferPredicates>(join with { Right = new Filter(Is("b", 5), join.Right) });
    }

    [Fact]
    public void AlternativesDemandSomethingOfEachSide()
    {
        // TPC-H 7: (n1 = 1 AND n2 = 2) OR (n1 = 2 AND n2 = 1)
        Join join = JoinOf(JoinKind.Inner);
        Expression either = Conjunctions.OrAll(Conjunctions.AndAll(Is("c", 1), Is("d", 2)), Conjunctions.AndAll(Is("c", 2), Is("d", 1)));
        Fires<InferFromDisjuncts>(
            """
            Join Inner ((c = 1) AND (d = 2)) OR ((c = 2) AND (d = 1))
              Filter (c = 1) OR (c = 2)
                Scan t [a, c]
              Filter (d = 2) OR (d = 1)
                Scan s [b, d]
            """,
            join with { Condition = either });
        DoesNotFire<InferFromDisjuncts>(join with { Condition = Conjunctions.OrAll(Is("c", 1), Is("d", 2)) });
    }

    [Fact]
    public void SortBelowAnAggregateIsDroppedAndBelowLimitKept()
    {
        Scan t = _fixture.Table("t", "a");
        var sort = new Sort([new SortKey(_fixture.Ref("a"))], t);
        Fires<EliminateSorts>(
            """
            Aggregate [] [max(a) AS m]
              Scan t [a]
            """,
            _fixture.Aggregate(sort, [], ("m", Max(_fixture.Ref("a")))));
        DoesNotFire<EliminateSorts>(_fixture.Aggregate(sort, [], ("l", Call(TestFunctions.ArrayAgg, _fixture.Ref("a")))));
        DoesNotFire<EliminateSorts>(_fixture.Aggregate(new Limit(Literal.BigInt(1), null, false, sort), [], ("m", Max(_fixture.Ref("a")))));
    }

    [Fact]
    public void DistinctGroups()
    {
        Scan t = _fixture.Table("t", "a", "b");
        Fires<RewriteDistinctAsAggregate>(
            """
            Aggregate [a, b] []
              Scan t [a, b]
            """,
            new Distinct([], t));
        Aggregate groups = _fixture.Aggregate(_fixture.Table("s", "c"), ["c"]);
        Fires<RewriteDistinctAsAggregate>(
            """
            Aggregate [c] []
              Scan s [c]
            """,
            new Distinct([], groups));
    }

    [Fact]
    public void DistinctAggregatesTakeTwoSteps()
    {
        Scan t = _fixture.Table("t", "k", "x", "y");
        Fires<SplitDistinctAggregates>(
            """
            Aggregate [k] [count(x) AS n, max(m) AS m]
              Aggregate [k, x] [max(y) AS m]
                Scan t [k, x, y]
            """,
            _fixture.Aggregate(t, ["k"], ("n", Count(_fixture.Ref("x")) with { IsDistinct = true }), ("m", Max(_fixture.Ref("y")))));
        DoesNotFire<SplitDistinctAggregates>(
            _fixture.Aggregate(t, ["k"], ("n", Count(_fixture.Ref("x")) with { IsDistinct = true }), ("l", Sum(_fixture.Ref("y")))));
    }

    [Fact]
    public void DistinctAggregatesOfSeveralArgumentsTakeAGroupingSetEach()
    {
        Scan t = _fixture.Table("t", "k", "x", "y");
        Fires<SplitDistinctAggregates>(
            """
            Aggregate [] [count(x) FILTER (WHERE set = 0) AS n, count(y) FILTER (WHERE set = 1) AS m, max(l) AS l]
              Aggregate [x, y] [max(k) AS l] sets (x), (y)
                Scan t [k, x, y]
            """,
            _fixture.Aggregate(t, [], ("n", Count(_fixture.Ref("x")) with { IsDistinct = true }), ("m", Count(_fixture.Ref("y")) with { IsDistinct = true }), ("l", Max(_fixture.Ref("k")))));
    }

    [Fact]
    public void ManyGroupsByTextOfMostlyDistinctValuesTakeOneStep()
    {
        LogicalPlan Groups(long rows, double distinct)
        {
            var table = new MemoryTable("t", new TableColumn("k", SqlType.Text), new TableColumn("x", SqlType.Integer)) { RowCount = rows, DistinctCount = distinct };
            return _fixture.Aggregate(_fixture.Scan(table), ["k"], ("n", Count(_fixture.Ref("x")) with { IsDistinct = true }));
        }

        DoesNotFire<SplitDistinctAggregates>(Groups(100_000, 2000));
        Assert.IsType<Aggregate>(_fixture.Apply<SplitDistinctAggregates>(Groups(100_000, 100)).Children[0]);           // few groups
        Assert.IsType<Aggregate>(_fixture.Apply<SplitDistinctAggregates>(Groups(10_000_000, 2000)).Children[0]);       // many duplicates
    }

    [Fact]
    public void PlanThatOccursTwiceIsComputedOnce()
    {
        // TPC-H 11: the same join grouped by key and in all.
        MemoryTable left = MemoryTable.OfIntegers("t", "a", "x"), right = MemoryTable.OfIntegers("s", "b");
        LogicalPlan Joined() => new Join(JoinKind.LeftSemi, _fixture.Scan(left) is var t ? new Filter(Is("x", 3), t) : null!, _fixture.Scan(right), _fixture.Equal("a", "b"));
        Aggregate each = _fixture.Aggregate(Joined(), ["a"], ("m1", Max(_fixture.Ref("x"))));
        Aggregate all = _fixture.Aggregate(Joined(), [], ("m2", Max(_fixture.Ref("x"))));
        Fires<ShareCommonPlans>(
            """
            With shared materialized
              Join LeftSemi a = b
                Filter x = 3
                  Scan t [a, x]
                Scan s [b]
              Join Inner m1 = m2
                Aggregate [a] [max(x) AS m1]
                  CteScan shared [a, x]
                Aggregate [] [max(x) AS m2]
                  CteScan shared [a, x]
            """,
            new Join(JoinKind.Inner, each, all, _fixture.Equal("m1", "m2")));
        DoesNotFire<ShareCommonPlans>(each);
    }

    [Fact]
    public void LimitGoesThroughProjectionsAndIntoUnions()
    {
        SetOperation union = UnionOf(isAll: true, _fixture.Table("t", "a"), _fixture.Table("s", "b"));
        var project = new Project([_fixture.Named("y", Scalar(TestFunctions.Plus, new ColumnReference(union.Columns[0]), Int(1)))], union);
        Fires<PushLimits>(
            """
            Project [u + 1 AS y]
              Limit 5 offset 2
                Union all [u]
                  Limit 7
                    Scan t [a] limit 7
                  Limit 7
                    Scan s [b] limit 7
            """,
            new Limit(Literal.BigInt(5), Literal.BigInt(2), false, project));
    }

    [Fact]
    public void LimitStaysOnItsSort()
    {
        Scan t = _fixture.Table("t", "a");
        DoesNotFire<PushLimits>(new Limit(Literal.BigInt(5), null, false, new Sort([new SortKey(_fixture.Ref("a"))], t)));
    }

    [Fact]
    public void CommonTableReadOnceIsInlinedAndMaterializedOneIsNot()
    {
        Aggregate groups = _fixture.Aggregate(_fixture.Table("t", "a"), ["a"]);
        CteId id = _fixture.Ids.NextCte();
        var read = new CteScan(id, "v", groups.Output.Map(_fixture.Ids.CopyOf));
        Fires<InlineCtes>(
            """
            Aggregate [a] []
              Scan t [a]
            """,
            new With(id, "v", groups, null, read));
        DoesNotFire<InlineCtes>(new With(id, "v", groups, true, read));
        var twice = new SetOperation(SetOperationKind.Union, true, [read, read with { Columns = read.Columns.Map(_fixture.Ids.CopyOf) }], [_fixture.Ids.Column("u", SqlType.Integer, true)]);
        DoesNotFire<InlineCtes>(new With(id, "v", groups, null, twice));
    }

    [Fact]
    public void CommonTableIsFilteredByWhatAllItsReadersTest()
    {
        Aggregate groups = _fixture.Aggregate(_fixture.Table("t", "a", "b"), ["a"], ("m", Max(_fixture.Ref("b"))));
        CteId id = _fixture.Ids.NextCte();
        CteScan one = new(id, "v", groups.Output.Map(_fixture.Ids.CopyOf)), two = new(id, "v", groups.Output.Map(_fixture.Ids.CopyOf));
        Expression Test(CteScan scan, int column, int value) => Equal(new ColumnReference(scan.Columns[column]), Int(value));
        Join Read(LogicalPlan left, LogicalPlan right) => new(JoinKind.Inner, left, right, Equal(new ColumnReference(one.Columns[1]), new ColumnReference(two.Columns[1])));
        Filter tested = new(Test(one, 0, 1), one);

        // The month of each reader passes the grouping; the maximum is tested by one of them only.
        Fires<PushFiltersIntoCtes>(
            """
            With v
              Aggregate [a] [max(b) AS m]
                Filter (a = 1) OR (a = 2)
                  Scan t [a, b]
              Join Inner m = m
                Filter a = 1
                  CteScan v [a, m]
                Filter (a = 2) AND (m = 7)
                  CteScan v [a, m]
            """,
            new With(id, "v", groups, null, Read(tested, new Filter(Conjunctions.AndAll(Test(two, 0, 2), Test(two, 1, 7)), two))));
        DoesNotFire<PushFiltersIntoCtes>(new With(id, "v", groups, null, Read(tested, two)));
        DoesNotFire<PushFiltersIntoCtes>(new With(id, "v", groups, null, Read(tested, new Filter(Test(two, 1, 7), two))));
        DoesNotFire<PushFiltersIntoCtes>(new With(id, "v", groups, true, Read(tested, new Filter(Test(two, 0, 2), two))));
        Project random = _fixture.Project(groups, ("x", _fixture.Ref("a")), ("r", Scalar(TestFunctions.Random)));
        DoesNotFire<PushFiltersIntoCtes>(new With(id, "v", random, null, Read(tested, new Filter(Test(two, 0, 2), two))));
    }

    [Fact]
    public void EmptyInputEmptiesWhatDependsOnIt()
    {
        Join join = JoinOf(JoinKind.Inner);
        Fires<PropagateEmptyRelations>("Values [a, c, b, d] 0 rows", join with { Right = new Filter(Literal.False, join.Right) });
        Scan t = _fixture.Table("t", "a");
        Fires<PropagateEmptyRelations>(
            """
            Aggregate [] [count(*) AS n]
              Values [a] 0 rows
            """,
            _fixture.Aggregate(new Filter(Literal.False, t), [], ("n", CountAll())));
    }

    [Fact]
    public void ProjectionsThatComputeNothingVanishAndOthersMerge()
    {
        Scan t = _fixture.Table("t", "a", "b");
        Project renamed = _fixture.Project(t, ("x", _fixture.Ref("a")));
        Fires<EliminateProjects>(
            """
            Project [x + 1 AS y]
              Filter a = 1
                Scan t [a, b]
            """.Replace("[x + 1", "[a + 1", StringComparison.Ordinal),
            _fixture.Project(new Filter(Is("x", 1), renamed), ("y", Scalar(TestFunctions.Plus, _fixture.Ref("x"), Int(1)))));
        Project volatileOne = _fixture.Project(t, ("r", Scalar(TestFunctions.Random)));
        DoesNotFire<EliminateProjects>(_fixture.Project(volatileOne, ("z", Scalar(TestFunctions.Plus, _fixture.Ref("r"), _fixture.Ref("r")))));
    }

    [Fact]
    public void LongListsOfRowsAreLookedUp()
    {
        Scan t = _fixture.Table("t", "a", "b"), s = _fixture.Table("s", "c");
        Expression Row(int i) => i % 2 == 0 ? Conjunctions.AndAll(Is("a", i), Is("b", i + 1)) : Conjunctions.AndAll(Equal(Int(i + 1), _fixture.Ref("b")), Is("a", i));
        Expression List(int count) => Conjunctions.OrAll([.. Enumerable.Range(0, count).Select(Row)]);
        Fires<RewriteRowListsAsSemiJoins>(
            """
            Join LeftSemi (a = column1) AND (b = column2)
              Filter b > 2
                Scan t [a, b]
              Values [column1, column2] 8 rows
            """,
            new Filter(Conjunctions.AndAll(List(8), Compare(_fixture.Ref("b"), ComparisonOperator.Greater, Int(2))), t));
        Fires<RewriteRowListsAsSemiJoins>(
            """
            Join LeftSemi (a = column1) AND (b = column2)
              Scan t [a, b]
              Values [column1, column2] 9 rows
            """,
            t with { Filters = [List(9)] });
        Fires<RewriteRowListsAsSemiJoins>(
            """
            Join LeftSemi (a = column1) AND (c = column2)
              Join Inner b = c
                Scan t [a, b]
                Scan s [c]
              Values [column1, column2] 8 rows
            """,
            new Join(JoinKind.Inner, t, s, Conjunctions.AndAll(_fixture.Equal("b", "c"), Conjunctions.OrAll([.. Enumerable.Range(0, 8).Select(i => Conjunctions.AndAll(Is("a", i), Is("c", i)))]))));

        Expression[] seven = [.. Enumerable.Range(0, 7).Select(Row)];
        DoesNotFire<RewriteRowListsAsSemiJoins>(new Filter(List(7), t));
        DoesNotFire<RewriteRowListsAsSemiJoins>(new Filter(Conjunctions.OrAll([.. seven, Is("a", 9)]), t));
        DoesNotFire<RewriteRowListsAsSemiJoins>(new Filter(Conjunctions.OrAll([.. seven, Conjunctions.AndAll(Is("a", 1), Is("a", 2))]), t));
        DoesNotFire<RewriteRowListsAsSemiJoins>(new Filter(Conjunctions.OrAll([.. seven, Conjunctions.AndAll(Is("a", 1), _fixture.Equal("a", "b"))]), t));
        DoesNotFire<RewriteRowListsAsSemiJoins>(new Filter(Conjunctions.OrAll([.. seven, Conjunctions.AndAll(Is("a", 1), Equal(_fixture.Ref("b"), Literal.BigInt(1)))]), t));
        DoesNotFire<RewriteRowListsAsSemiJoins>(new Filter(new Not(List(8)), t));
    }

    [Fact]
    public void RulesCanBeDisabledByNameExceptRequiredOnes()
    {
        Scan t = _fixture.Table("t", "a");
        LogicalPlan plan = new Filter(new Not(new ExistsSubquery(new Filter(Is("a", 1), _fixture.Table("s", "b")))), t);
        _fixture.Settings = new OptimizerSettings { DisabledRules = new HashSet<string> { "SimplifyExpressions", "DecorrelateApplies" } };

        string printed = _fixture.Optimize(plan);

        Assert.DoesNotContain("Apply", printed, StringComparison.Ordinal);
        Assert.Contains(_fixture.Trace.Steps, static step => step.Rule == "DecorrelateApplies" && step.Microseconds > 0);
        Assert.DoesNotContain(_fixture.Trace.Steps, static step => step.Rule == "SimplifyExpressions");
    }
}
