using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Drops projections that compute nothing, and computes stacked ones at once.</summary>
/// <remarks><code>
/// Join Inner a = b                        Join Inner a = b
///   Project [a]                             Scan t [a, c]
///     Scan t [a, c]               =>        Scan s [b]
///   Scan s [b]
///
/// Project [y + 1 AS z]                    Project [2 * x + 1 AS z]       (where y is used once)
///   Project [2 * x AS y]          =>        Scan t [x]
///     Scan t [x]
/// </code>
/// Renamings go too: expressions above read the column itself. Columns that are passed on though not needed cost nothing: scans read only what is used in the end (<see cref="PruneColumns"/>). Where the exact output counts (the root, set
/// operations, common table expressions), the projection stays.
/// </remarks>
public sealed class EliminateProjects : Rule
{
    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context) => new Elimination().Run(plan, isExact: true);

    private sealed class Elimination
    {
        /// <summary>Columns of dropped projections and the columns that they renamed.</summary>
        private readonly Dictionary<ColumnId, Column> _renamed = [];

        /// <summary>The plan with at least its columns, some renamed; exactly as it was if <paramref name="isExact"/>.</summary>
        public LogicalPlan Run(LogicalPlan plan, bool isExact)
        {
            LogicalPlan changed = plan is Project project ? RunProject(project, isExact) : RunOther(plan, isExact);
            if (_renamed.Count > 0)
            {
                // A node that puts out a renamed column under its old id (group keys, Restore) ends the renaming.
                foreach (Column column in changed.Output)
                {
                    _renamed.Remove(column.Id);
                }
            }

            return changed;
        }

        private LogicalPlan RunOther(LogicalPlan plan, bool isExact)
        {
            LogicalPlan changed = plan switch
            {
                SetOperation or RecursiveUnion or Distinct { On.IsEmpty: true } => plan.MapChildren(child => Run(child, true)),
                With with => RunWith(with, isExact),
                _ => plan.MapChildren(child => Run(child, false)),
            };
            changed = changed.MapExpressions(Rename);
            return isExact && !ReferenceEquals(changed, plan) ? Restore(changed, plan.Output) : changed;
        }

        private With RunWith(With with, bool isExact)
        {
            LogicalPlan definition = Run(with.Definition, true), body = Run(with.Body, isExact);
            return ReferenceEquals(definition, with.Definition) && ReferenceEquals(body, with.Body) ? with : with with { Definition = definition, Body = body };
        }

        private LogicalPlan RunProject(Project original, bool isExact)
        {
            LogicalPlan input = Run(original.Input, false);
            var project = (Project)original.MapExpressions(Rename);
            if (isExact ? project.Items.All(static item => item.IsPass) && input.Output.Equals(project.Output) : project.Items.All(static item => item.Expression is ColumnReference))
            {
                foreach (NamedExpression item in project.Items)
                {
                    if (!item.IsPass)
                    {
                        _renamed[item.Column.Id] = ((ColumnReference)item.Expression).Column;
                    }
                }

                return input;
            }

            return input is Project inner && Merge(project, inner) is { } merged
                ? merged
                : ReferenceEquals(input, project.Input) ? project : project with { Input = input };
        }

        private Expression Rename(Expression expression) => _renamed.Count == 0 ? expression : expression.TransformUp(node =>
            node is ColumnReference reference && _renamed.TryGetValue(reference.Id, out Column? column)
                ? new ColumnReference(column with { IsNullable = reference.Column.IsNullable })
                : node);

        /// <summary>Gives the plan its former output again, under the former ids.</summary>
        private LogicalPlan Restore(LogicalPlan plan, NodeList<Column> output)
        {
            NodeList<Column> present = plan.Output;
            return present.Equals(output)
                ? plan
                : new Project(output.Map(column => _renamed.ContainsKey(column.Id) ? new(Rename(new ColumnReference(column)), column) : NamedExpression.Pass(column)), plan);
        }
    }

    /// <summary>One projection for two; null where an expression would be computed more often than now.</summary>
    private static Project? Merge(Project outer, Project inner)
    {
        var uses = new Dictionary<ColumnId, int>();
        foreach (NamedExpression item in outer.Items)
        {
            item.Expression.ForEach(part =>
            {
                if (part is ColumnReference reference)
                {
                    uses[reference.Id] = uses.GetValueOrDefault(reference.Id) + 1;
                }
            });
        }

        var replacements = new Dictionary<ColumnId, Expression>();
        foreach (NamedExpression item in inner.Items)
        {
            bool isCheap = item.Expression is ColumnReference or Literal;
            if (item.Expression.IsVolatile() || (!isCheap && uses.GetValueOrDefault(item.Column.Id) > 1))
            {
                return null;
            }

            if (!item.IsPass)
            {
                replacements[item.Column.Id] = item.Expression;
            }
        }

        return new Project(outer.Items.Map(item => item with { Expression = item.Expression.Substitute(replacements) }), inner.Input);
    }
}
