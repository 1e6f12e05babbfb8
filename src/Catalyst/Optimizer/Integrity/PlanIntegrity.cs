using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Integrity;

/// <summary>Checks what must hold for every logical plan, and for a plan after a rule.</summary>
/// <remarks>Found faults are Internal errors that name the rule; the message ends with the plan.</remarks>
public static class PlanIntegrity
{
    /// <summary>Checks a rewritten plan: the same output, and all of <see cref="Check"/>.</summary>
    public static void CheckRewrite(LogicalPlan before, LogicalPlan after, string rule)
    {
        NodeList<Column> expected = before.Output, found = after.Output;
        if (expected.Count != found.Count)
        {
            throw OptimizerErrors.BrokenPlan(rule, $"{found.Count} output columns instead of {expected.Count}\n{after}");
        }

        for (int i = 0; i < expected.Count; i++)
        {
            if (expected[i].Id != found[i].Id || !expected[i].Type.Equals(found[i].Type))
            {
                throw OptimizerErrors.BrokenPlan(rule, $"output column {found[i]} {found[i].Type} instead of {expected[i]} {expected[i].Type}\n{after}");
            }
        }

        Check(after, rule);
    }

    /// <summary>Checks that every column is defined once, every reference finds its column and every CTE scan its definition.</summary>
    public static void Check(LogicalPlan plan, string rule)
    {
        var checker = new Checker(rule, plan);
        checker.Visit(plan, []);
    }

    private sealed class Checker(string rule, LogicalPlan root)
    {
        private readonly HashSet<ColumnId> _defined = [];
        private readonly Dictionary<CteId, NodeList<Column>> _ctes = [];

        /// <param name="plan">What is checked.</param>
        /// <param name="outer">Columns of enclosing queries that may be referenced.</param>
        public void Visit(LogicalPlan plan, HashSet<ColumnId> outer)
        {
            switch (plan)
            {
                case Apply apply:
                    Visit(apply.Left, outer);
                    Visit(apply.Right, [.. outer, .. apply.Left.OutputIds()]);
                    break;
                case With with:
                    Visit(with.Definition, outer);
                    _ctes[with.Id] = with.Definition.Output;
                    Visit(with.Body, outer);
                    break;
                case RecursiveUnion recursive:
                    Visit(recursive.Base, outer);
                    _ctes[recursive.Id] = recursive.Base.Output;
                    Visit(recursive.Recursive, outer);
                    break;
                default:
                    foreach (LogicalPlan child in plan.Children)
                    {
                        Visit(child, outer);
                    }

                    break;
            }

            CheckShape(plan);
            Define(plan);
            CheckExpressions(plan, outer);
        }

        private void CheckExpressions(LogicalPlan plan, HashSet<ColumnId> outer)
        {
            NodeList<Expression> expressions = plan.Expressions;
            if (expressions.IsEmpty)
            {
                return;
            }

            HashSet<ColumnId> visible = [.. outer];
            foreach (LogicalPlan child in plan.Children)
            {
                visible.UnionWith(child.OutputIds());
            }

            if (plan is Scan scan)
            {
                visible.UnionWith(scan.OutputIds());
                visible.UnionWith(scan.FilterColumns.Select(static column => column.Column.Id));
            }

            foreach (Expression expression in expressions)
            {
                expression.ForEach(part =>
                {
                    if (part is ColumnReference reference && !visible.Contains(reference.Id))
                    {
                        throw Broken($"no input of {LogicalPlanPrinter.Describe(plan)} has column {reference.Column}");
                    }

                    if (part is InputReference)
                    {
                        throw Broken("ordinals belong to physical plans");
                    }

                    if (part is And { Terms: var terms } && (terms.Count < 2 || terms.Any(static term => term is And)))
                    {
                        throw Broken($"AND is not flat: {part}");
                    }

                    if (part is SubqueryExpression subquery)
                    {
                        Visit(subquery.Plan, visible);
                    }
                });
            }
        }

        private void CheckShape(LogicalPlan plan)
        {
            switch (plan)
            {
                case Filter { Predicate.Type.Kind: not Types.TypeKind.Boolean } or Join { Condition.Type.Kind: not Types.TypeKind.Boolean }:
                    throw Broken($"condition is not boolean: {LogicalPlanPrinter.Describe(plan)}");
                case Join { Kind: JoinKind.LeftMark, Mark: null } or Apply { Kind: JoinKind.LeftMark, Mark: null }:
                    throw Broken("mark join without mark");
                case SetOperation operation:
                    foreach (LogicalPlan input in operation.Inputs)
                    {
                        CheckSameTypes(operation.Columns, input.Output, plan);
                    }

                    break;
                case RecursiveUnion recursive:
                    CheckSameTypes(recursive.Columns, recursive.Base.Output, plan);
                    CheckSameTypes(recursive.Columns, recursive.Recursive.Output, plan);
                    break;
                case CteScan scan:
                    if (!_ctes.TryGetValue(scan.Id, out NodeList<Column>? definition))
                    {
                        throw Broken($"no definition for CTE {scan.Name}");
                    }

                    CheckSameTypes(scan.Columns, definition, plan);
                    break;
                case Aggregate aggregate when aggregate.Calls.Any(static call => call.Expression is not AggregateCall):
                    throw Broken($"not an aggregate call in {LogicalPlanPrinter.Describe(plan)}");
                case Window window when window.Calls.Any(static call => call.Expression is not WindowCall):
                    throw Broken($"not a window call in {LogicalPlanPrinter.Describe(plan)}");
            }
        }

        private void CheckSameTypes(NodeList<Column> expected, NodeList<Column> found, LogicalPlan plan)
        {
            if (expected.Count != found.Count)
            {
                throw Broken($"{found.Count} columns instead of {expected.Count} in {LogicalPlanPrinter.Describe(plan)}");
            }

            for (int i = 0; i < expected.Count; i++)
            {
                if (!expected[i].Type.Equals(found[i].Type))
                {
                    throw Broken($"column {expected[i]} is {found[i].Type} instead of {expected[i].Type} in {LogicalPlanPrinter.Describe(plan)}");
                }
            }
        }

        private void Define(LogicalPlan plan)
        {
            switch (plan)
            {
                case Scan scan:
                    Define(scan.Columns.Select(static column => column.Column));
                    Define(scan.FilterColumns.Select(static column => column.Column));
                    break;
                case Values values: Define(values.Columns); break;
                case CteScan scan: Define(scan.Columns); break;
                case TableFunctionScan functions:
                    Define(functions.FunctionColumns.SelectMany(static columns => columns));
                    Define(functions.Ordinality is null ? [] : [functions.Ordinality]);
                    break;
                case Project project: Define(project.Items.Where(static item => !item.IsPass).Select(static item => item.Column)); break;
                case Aggregate aggregate:
                    Define(aggregate.Keys.Where(static item => !item.IsPass).Select(static item => item.Column));
                    Define(aggregate.Calls.Select(static item => item.Column));
                    Define(aggregate.GroupingId is null ? [] : [aggregate.GroupingId]);
                    break;
                case Window window: Define(window.Calls.Select(static item => item.Column)); break;
                case Join { Mark: { } mark }: Define([mark]); break;
                case Apply { Mark: { } mark }: Define([mark]); break;
                case SetOperation operation: Define(operation.Columns); break;
                case RecursiveUnion recursive: Define(recursive.Columns); break;
            }
        }

        private void Define(IEnumerable<Column> columns)
        {
            foreach (Column column in columns)
            {
                if (!_defined.Add(column.Id))
                {
                    throw Broken($"column {column} is defined twice");
                }
            }
        }

        private Parser.Errors.QueryException Broken(string what) => OptimizerErrors.BrokenPlan(rule, $"{what}\n{root}");
    }
}
