using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Puts common table expressions where they are read: those read once, those cheap enough to run again, those declared NOT MATERIALIZED.</summary>
/// <remarks><code>
/// With v                                  Filter x = 1
///   Scan t [x]                    =>        Project [x]
///   Filter x = 1                              Scan t [x]
///     CteScan v [x]
/// </code>
/// One that is never read is dropped. Volatile ones and MATERIALIZED ones are computed once.
/// </remarks>
public sealed class InlineCtes : Rule
{
    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context) =>
        plan.TransformUp(node => node is With with ? Inline(with, context) : node);

    private static LogicalPlan Inline(With with, OptimizerContext context)
    {
        int scans = 0;
        with.Body.ForEachWithSubqueries(node => scans += node is CteScan scan && scan.Id == with.Id ? 1 : 0);
        if (scans == 0)
        {
            return with.Body;
        }

        bool isInlined = with.IsMaterialized switch
        {
            true => false,
            false => true,
            null => scans == 1 || IsCheap(with.Definition),
        };
        return isInlined && !with.Definition.AnyExpression(static expression => expression.IsVolatile()) && !ScansInRecursion(with)
            ? CteInlining.Inline(with, context)
            : with;
    }

    /// <summary>A read within a recursive term happens once an iteration.</summary>
    private static bool ScansInRecursion(With with) => with.Body.Any(node =>
        node is RecursiveUnion recursive && recursive.Recursive.Any(inner => inner is CteScan scan && scan.Id == with.Id)) && !IsCheap(with.Definition);

    /// <summary>Rows that come straight from a table or a few constants.</summary>
    private static bool IsCheap(LogicalPlan plan) => plan switch
    {
        Scan or CteScan => true,
        Values values => values.Rows.Count <= 100,
        Filter filter => IsCheap(filter.Input),
        Project project => project.Items.All(static item => item.Expression is ColumnReference or Literal) && IsCheap(project.Input),
        _ => false,
    };
}
