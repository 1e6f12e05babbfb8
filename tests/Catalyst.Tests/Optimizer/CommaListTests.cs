using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Rules;
using static SqlCluster.Catalyst.Tests.Optimizer.OptimizerFixture;

namespace SqlCluster.Catalyst.Tests.Optimizer;

/// <summary>Joins written as comma lists, with the optimizer off.</summary>
public sealed class CommaListTests
{
    private readonly OptimizerFixture _fixture = new();

    private Join CrossJoin => new(JoinKind.Inner, new Join(JoinKind.Inner, _fixture.Table("r", "a", "x"), _fixture.Table("s", "b"), Literal.True), _fixture.Table("t", "c"), Literal.True);

    private void Rewritten(string expected, LogicalPlan plan) => Assert.Equal(expected, _fixture.Apply<RewriteCrossJoinsAsEquiJoins>(plan).ToString().TrimEnd());

    [Fact]
    public void EqualitiesBecomeConditionsInTheOrderWritten()
    {
        Join cross = CrossJoin;
        Rewritten(
            """
            Join Inner b = c
              Join Inner a = b
                Filter x = 1
                  Scan r [a, x]
                Scan s [b]
              Scan t [c]
            """,
            new Filter(Conjunctions.AndAll(_fixture.Equal("b", "c"), _fixture.Equal("a", "b"), Equal(_fixture.Ref("x"), Int(1))), cross));
    }

    [Fact]
    public void EqualityThatEveryAlternativeDemandsIsACondition()
    {
        Join cross = CrossJoin;
        Expression Alternative(int value) => Conjunctions.AndAll(_fixture.Equal("a", "b"), Equal(_fixture.Ref("x"), Int(value)), Equal(_fixture.Ref("b"), Int(value + 1)));
        Rewritten(
            """
            Join Inner TRUE
              Filter ((x = 1) AND (b = 2)) OR ((x = 2) AND (b = 3))
                Join Inner a = b
                  Scan r [a, x]
                  Scan s [b]
              Scan t [c]
            """,
            new Filter(Conjunctions.OrAll([Alternative(1), Alternative(2)]), cross));
    }

    [Fact]
    public void OtherJoinsAndOtherTestsStay()
    {
        var outer = new Join(JoinKind.LeftOuter, _fixture.Table("r", "a"), _fixture.Table("s", "b"), Literal.True);
        LogicalPlan plan = new Filter(_fixture.Equal("a", "b"), outer);
        Assert.Same(plan, _fixture.Apply<RewriteCrossJoinsAsEquiJoins>(plan));
    }
}
