using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Rules;
using SqlCluster.Catalyst.Types;
using static SqlCluster.Catalyst.Tests.Optimizer.OptimizerFixture;

namespace SqlCluster.Catalyst.Tests.Optimizer;

public sealed class SimplifyExpressionsTests
{
    private static readonly Literal NullInteger = Literal.Null(SqlType.Integer);

    private readonly OptimizerFixture _fixture = new();
    private readonly Scan _scan;
    private readonly Expression _a, _b, _n, _d, _s, _p;

    public SimplifyExpressionsTests()
    {
        _scan = _fixture.Scan(new MemoryTable(
            "t",
            new("a", SqlType.Integer),
            new("b", SqlType.Integer),
            new("n", SqlType.Integer, IsNullable: false),
            new("d", SqlType.Date),
            new("s", SqlType.Text),
            new("p", SqlType.Boolean)));
        (_a, _b, _n, _d, _s, _p) = (_fixture.Ref("a"), _fixture.Ref("b"), _fixture.Ref("n"), _fixture.Ref("d"), _fixture.Ref("s"), _fixture.Ref("p"));
    }

    /// <summary>Prints the expression as a filter's condition becomes.</summary>
    private string Condition(Expression expression) => ((Filter)_fixture.Apply<SimplifyExpressions>(new Filter(expression, _scan))).Predicate.ToString();

    /// <summary>Prints the expression as a computed column becomes, where NULL matters.</summary>
    private string Value(Expression expression) => ((Project)_fixture.Apply<SimplifyExpressions>(_fixture.Project(_scan, ("x", expression)))).Items[0].Expression.ToString();

    private static Expression Is(Expression left, int value) => Equal(left, Int(value));

    private static Literal Date(int year, int month, int day) => new((long)new DateOnly(year, month, day).DayNumber - 719_162, SqlType.Date);

    [Fact]
    public void ConstantsAreComputedUnlessTheyFail()
    {
        Assert.Equal("3", Value(Scalar(TestFunctions.Plus, Int(1), Int(2))));
        Assert.Equal("1 / 0", Value(Scalar(TestFunctions.Divide, Int(1), Int(0))));
        Assert.Equal("random()", Value(Scalar(TestFunctions.Random)));
        Assert.Equal("NULL", Value(Scalar(TestFunctions.Plus, _a, NullInteger)));
    }

    [Fact]
    public void ConstantsStandOnTheRight() => Assert.Equal("a > 1", Value(Compare(Int(1), ComparisonOperator.Less, _a)));

    [Fact]
    public void TrueAndFalseDecideOrVanish()
    {
        Assert.Equal("a = 1", Value(new And([Literal.True, Is(_a, 1)])));
        Assert.Equal("FALSE", Value(new And([Literal.False, Is(_a, 1)])));
        Assert.Equal("TRUE", Value(new Or([Is(_a, 1), Literal.True])));
        Assert.Equal("a = 1", Value(new And([Is(_a, 1), Is(_a, 1)])));
    }

    [Fact]
    public void NullDecidesOnlyConditions()
    {
        Assert.Equal("FALSE", Condition(new And([Is(_a, 1), Equal(_b, NullInteger)])));
        Assert.Equal("(a = 1) AND NULL", Value(new And([Is(_a, 1), Equal(_b, NullInteger)])));
    }

    [Fact]
    public void NotMovesInwards()
    {
        Assert.Equal("(a <> 1) AND (b <= 2)", Value(new Not(new Or([Is(_a, 1), Compare(_b, ComparisonOperator.Greater, Int(2))]))));
        Assert.Equal("a IS NOT NULL", Value(new Not(new IsNull(_a))));
        Assert.Equal("NOT p", Value(new Not(_p)));
    }

    [Fact]
    public void CommonTermsOfAnOrAreRequiredOnce()
    {
        // TPC-H 19
        Expression join = Equal(_a, _b);
        Assert.Equal("(a = b) AND (n IN (1, 2))", Condition(new Or([new And([join, Is(_n, 1)]), new And([join, Is(_n, 2)])])));
        Assert.Equal("a = b", Condition(new Or([new And([join, Is(_n, 1)]), join])));
        Assert.Equal("((a = b) AND (n = 1)) OR (n = 2)", Condition(new Or([new And([join, Is(_n, 1)]), Is(_n, 2)])));
    }

    [Fact]
    public void BoundsMerge()
    {
        Expression low = Compare(_a, ComparisonOperator.GreaterOrEqual, Int(1)), lower = Compare(_a, ComparisonOperator.Greater, Int(0));
        Assert.Equal("a >= 1", Condition(new And([low, lower])));
        Assert.Equal("a = 3", Condition(new And([low, Is(_a, 3)])));
        Assert.Equal("FALSE", Condition(new And([low, Is(_a, 0)])));
        Assert.Equal("(a >= 1) AND (a > 0)", Value(new And([low, lower])));
    }

    [Fact]
    public void EqualSidesAreATestForNull()
    {
        Assert.Equal("a IS NOT NULL", Condition(Equal(_a, _a)));
        Assert.Equal("a = a", Value(Equal(_a, _a)));
        Assert.Equal("TRUE", Value(Equal(_n, _n)));
    }

    [Fact]
    public void NullTestsOfColumnsWithoutNullsAreKnown()
    {
        Assert.Equal("FALSE", Value(new IsNull(_n)));
        Assert.Equal("a IS NULL", Value(new IsNull(_a)));
        Assert.Equal("a = n", Value(new IsDistinctFrom(_a, _n, Negated: true)).Replace("IS NOT DISTINCT FROM", "=", StringComparison.Ordinal));
        Assert.Equal("n = 1", Value(new IsDistinctFrom(_n, Int(1), Negated: true)));
    }

    [Fact]
    public void InOfOneItemIsEquality()
    {
        Assert.Equal("a = 1", Value(new InList(_a, [Int(1), Int(1)])));
        Assert.Equal("a <> 1", Value(new InList(_a, [Int(1)], Negated: true)));
        Assert.Equal("a IN (1, 2)", Condition(new InList(_a, [Int(1), Int(2), NullInteger])));
        Assert.Equal("FALSE", Condition(new InList(_a, [Int(1), Int(2), NullInteger], Negated: true)));
    }

    [Fact]
    public void LikeWithoutWildcardsIsEquality()
    {
        Assert.Equal("s = 'abc'", Value(new Like(_s, Literal.Text("abc"))));
        Assert.Equal("s LIKE 'a_c'", Value(new Like(_s, Literal.Text("a_c"))));
        Assert.Equal("s LIKE 'a\\c'", Value(new Like(_s, Literal.Text("a\\c"))));
    }

    [Fact]
    public void DatesAreComparedAsDates()
    {
        Literal midnight = new((long)Date(1995, 3, 15).Value! * 86_400_000_000, SqlType.Timestamp), noon = new((long)midnight.Value! + 43_200_000_000, SqlType.Timestamp);
        Expression cast = new Cast(_d, SqlType.Timestamp);
        Assert.Equal("d < date '1995-03-15'", Value(Compare(cast, ComparisonOperator.Less, midnight)));
        Assert.Equal("d <= date '1995-03-15'", Value(Compare(cast, ComparisonOperator.Less, noon)));
        Assert.Equal("d > date '1995-03-15'", Value(Compare(cast, ComparisonOperator.GreaterOrEqual, noon)));
    }

    [Fact]
    public void YearsAreRangesOfDates() => Assert.Equal(
        "(d >= date '1995-01-01') AND (d < date '1996-01-01')",
        Condition(Equal(Scalar(TestFunctions.DatePart, Literal.Text("year"), _d), new Literal(1995.0, SqlType.DoublePrecision))));

    [Fact]
    public void WideningCastsAreTakenOffComparisons()
    {
        Assert.Equal("a > 7", Value(Compare(new Cast(_a, SqlType.BigInt), ComparisonOperator.Greater, Literal.BigInt(7))));
        Assert.Equal("a", Value(new Cast(new Cast(_a, SqlType.BigInt), SqlType.Integer)));
    }

    [Fact]
    public void DeadArmsAreDropped()
    {
        Assert.Equal("a", Value(new Case([new(Literal.True, _a)], _b)));
        Assert.Equal("CASE WHEN p THEN a ELSE b END", Value(new Case([new(Literal.False, _n), new(_p, _a)], _b)));
        Assert.Equal("n", Value(new Coalesce([_n, _a])));
        Assert.Equal("COALESCE(a, n)", Value(new Coalesce([_a, NullInteger, _n, _b])));
    }
}
