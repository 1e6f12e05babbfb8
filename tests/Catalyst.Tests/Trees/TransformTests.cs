using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Tests.Trees;

public sealed class TransformTests
{
    private readonly ColumnIdSource _ids = new();

    [Fact]
    public void RewriteThatChangesNothingReturnsTheSameReference()
    {
        LogicalPlan plan = FilteredTable(out _);

        Assert.Same(plan, plan.TransformUp(static node => node));
        Assert.Same(plan, plan.TransformDown(static node => node));
        Assert.Same(plan, plan.TransformExpressionsUp(static node => node));
        Assert.Same(plan, plan.TransformUpWithSubqueries(static node => node));
        Assert.Same(plan, plan.SubstituteFree(new Dictionary<ColumnId, Expression> { [new ColumnId(99)] = Literal.True }));
    }

    [Fact]
    public void UpSeesRewrittenChildrenAndDownSeesRewrittenParents()
    {
        Expression one = new Not(new Not(Literal.True));
        Expression Strip(Expression node) => node is Not { Input: Literal { Value: bool truth } } ? Literal.Of(!truth) : node;

        Assert.Equal(Literal.True, one.TransformUp(Strip));
        Assert.Equal(new Not(Literal.False), one.TransformDown(Strip));
    }

    [Fact]
    public void FreeColumnsAreThoseNoInputProduces()
    {
        Scan outer = MemoryTable.OfIntegers("outer", "x").Scan(_ids), inner = MemoryTable.OfIntegers("inner", "y").Scan(_ids);
        var correlated = new Filter(Equal(outer.Output[0], inner.Output[0]), inner);

        Assert.Equal([outer.Output[0].Id], correlated.FreeColumns());
        Assert.True(correlated.IsCorrelated());
        Assert.False(new Filter(new ExistsSubquery(correlated), outer).IsCorrelated());
        Assert.False(new Apply(JoinKind.Inner, outer, correlated, Literal.True).IsCorrelated());
        Assert.Equal([outer.Output[0].Id], new ExistsSubquery(correlated).References());
    }

    [Fact]
    public void SubstitutionReachesCorrelatedReferencesInSubqueries()
    {
        Scan outer = MemoryTable.OfIntegers("outer", "x", "z").Scan(_ids), inner = MemoryTable.OfIntegers("inner", "y").Scan(_ids);
        var exists = new ExistsSubquery(new Filter(Equal(outer.Output[0], inner.Output[0]), inner));

        Expression replaced = exists.Substitute(new Dictionary<ColumnId, Expression> { [outer.Output[0].Id] = new ColumnReference(outer.Output[1]) });

        Assert.Equal([outer.Output[1].Id], replaced.References());
    }

    [Fact]
    public void CopyHasTheSameShapeAndNoColumnInCommon()
    {
        LogicalPlan plan = FilteredTable(out _);
        var renamed = new Dictionary<ColumnId, Column>();

        LogicalPlan copy = plan.CopyWithNewColumns(_ids, renamed);

        Assert.Equal(plan.ToString(), copy.ToString());
        Assert.Empty(copy.OutputIds().Intersect(plan.OutputIds()));
        Assert.Empty(copy.FreeColumns());
        Assert.Equal(copy.Output[0].Id, renamed[plan.Output[0].Id].Id);
    }

    [Fact]
    public void CopyKeepsCorrelatedReferencesAndRenamesItsOwnCommonTables()
    {
        Scan outer = MemoryTable.OfIntegers("outer", "x").Scan(_ids), inner = MemoryTable.OfIntegers("inner", "y").Scan(_ids);
        CteId id = _ids.NextCte();
        var scan = new CteScan(id, "c", [_ids.CopyOf(inner.Output[0])]);
        var plan = new With(id, "c", inner, null, new Filter(Equal(outer.Output[0], scan.Columns[0]), scan));

        var copy = (With)plan.CopyWithNewColumns(_ids, []);

        Assert.NotEqual(id, copy.Id);
        Assert.Equal(copy.Id, ((CteScan)((Filter)copy.Body).Input).Id);
        Assert.Equal([outer.Output[0].Id], copy.FreeColumns());
    }

    private static Comparison Equal(Column left, Column right) => new(ComparisonOperator.Equal, new ColumnReference(left), new ColumnReference(right));

    /// <summary>Project over Filter over Scan.</summary>
    private Project FilteredTable(out Scan scan)
    {
        scan = MemoryTable.OfIntegers("t", "a", "b").Scan(_ids);
        var filter = new Filter(new And([Equal(scan.Output[0], scan.Output[1]), new IsNull(new ColumnReference(scan.Output[0]), Negated: true)]), scan);
        return new Project([NamedExpression.Pass(scan.Output[0]), new(new Not(Literal.True), _ids.Column("c", SqlType.Boolean, false))], filter);
    }
}
