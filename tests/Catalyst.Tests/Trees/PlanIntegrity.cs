using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Tests.Trees;

/// <summary>Checks what every analyzed plan promises: ids defined once, references resolved, no unknown types, set operation types equal.</summary>
internal static class PlanIntegrity
{
    public static void Check(LogicalPlan plan)
    {
        Assert.Empty(plan.FreeColumns());
        var defined = new HashSet<ColumnId>();
        plan.ForEachWithSubqueries(node =>
        {
            foreach (Column column in Defined(node))
            {
                Assert.True(defined.Add(column.Id), $"{column} is defined twice in\n{plan}");
            }

            foreach (Column column in node.Output)
            {
                Assert.True(column.Type.Kind != TypeKind.Unknown, $"{column} has no type in\n{plan}");
            }

            Assert.Equal(node.Output.Count, node.Output.Select(static column => column.Id).Distinct().Count());
            foreach (Expression expression in node.Expressions)
            {
                expression.ForEach(part => Assert.True(part.Type.Kind != TypeKind.Unknown, $"{part} has no type in\n{plan}"));
                expression.ForEach(CheckFlat);
            }

            if (node is SetOperation operation)
            {
                Assert.All(operation.Inputs, input => Assert.Equal(operation.Columns.Map(static column => column.Type), input.Output.Map(static column => column.Type)));
            }

            if (node is Project project)
            {
                Assert.All(project.Items, item => Assert.Equal(item.Column.Type, item.Expression.Type));
            }
        });
    }

    private static void CheckFlat(Expression expression)
    {
        if (expression is And and)
        {
            Assert.DoesNotContain(and.Terms, static term => term is And);
        }
        else if (expression is Or or)
        {
            Assert.DoesNotContain(or.Terms, static term => term is Or);
        }
        else if (expression is Comparison comparison)
        {
            Assert.True(comparison.Left.Type.Kind == comparison.Right.Type.Kind || (comparison.Left.Type.IsText && comparison.Right.Type.IsText), $"{comparison}: {comparison.Left.Type}, {comparison.Right.Type}");
        }
    }

    private static IEnumerable<Column> Defined(LogicalPlan node) => node switch
    {
        Scan scan => scan.Columns.Concat(scan.FilterColumns).Select(static column => column.Column),
        Values values => values.Columns,
        CteScan scan => scan.Columns,
        TableFunctionScan functions => functions.FunctionColumns.SelectMany(static columns => columns).Concat(functions.Ordinality is null ? [] : [functions.Ordinality]),
        Project project => project.Items.Where(static item => !item.IsPass).Select(static item => item.Column),
        Aggregate aggregate => aggregate.Keys.Where(static key => !key.IsPass).Select(static key => key.Column)
            .Concat(aggregate.Calls.Select(static call => call.Column)).Concat(aggregate.GroupingId is null ? [] : [aggregate.GroupingId]),
        Window window => window.Calls.Select(static call => call.Column),
        SetOperation operation => operation.Columns,
        RecursiveUnion recursive => recursive.Columns,
        _ => [],
    };
}
