using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Trees;

/// <summary>Copies plans so that one may stand beside the original: the same rows under new column ids.</summary>
public static class PlanCopies
{
    /// <summary>Copies a plan with new ids for all columns and common table expressions defined within it. References to columns and CTEs from outside stay.</summary>
    /// <param name="plan">What is copied; unchanged.</param>
    /// <param name="ids">Where new ids come from.</param>
    /// <param name="renamed">Takes old id to new column for everything renamed; may hold renamings to start with.</param>
    /// <param name="wanted">New columns for some old ids, to be used instead of further new ones; null: none.</param>
    public static LogicalPlan CopyWithNewColumns(
        this LogicalPlan plan, ColumnIdSource ids, Dictionary<ColumnId, Column> renamed, IReadOnlyDictionary<ColumnId, Column>? wanted = null) =>
        new Copier(ids, renamed, wanted).Copy(plan);

    private sealed class Copier(ColumnIdSource ids, Dictionary<ColumnId, Column> renamed, IReadOnlyDictionary<ColumnId, Column>? wanted)
    {
        private readonly Dictionary<CteId, CteId> _ctes = [];

        public LogicalPlan Copy(LogicalPlan plan)
        {
            if (plan is With with)
            {
                _ctes[with.Id] = ids.NextCte();
            }
            else if (plan is RecursiveUnion recursive)
            {
                _ctes[recursive.Id] = ids.NextCte();
            }

            LogicalPlan defined = Define(plan.MapChildren(Copy));
            return defined.MapExpressions(Copy);
        }

        private Expression Copy(Expression expression) => expression.TransformUp(
            node => node is ColumnReference reference && renamed.TryGetValue(reference.Id, out Column? column)
                ? new ColumnReference(column with { IsNullable = reference.Column.IsNullable })
                : node,
            Copy);

        /// <summary>Renames the columns that the node itself defines; its inputs are done already.</summary>
        private LogicalPlan Define(LogicalPlan plan) => plan switch
        {
            Scan scan => scan with { Columns = scan.Columns.Map(Rename), FilterColumns = scan.FilterColumns.Map(Rename) },
            Values values => values with { Columns = values.Columns.Map(Rename) },
            CteScan scan => scan with { Columns = scan.Columns.Map(Rename), Id = Renamed(scan.Id) },
            TableFunctionScan functions => functions with
            {
                FunctionColumns = functions.FunctionColumns.Map(columns => columns.Map(Rename)),
                Ordinality = functions.Ordinality is null ? null : Rename(functions.Ordinality),
            },
            Project project => project with { Items = project.Items.Map(Rename) },
            Aggregate aggregate => aggregate with
            {
                Keys = aggregate.Keys.Map(Rename),
                Calls = aggregate.Calls.Map(Rename),
                GroupingId = aggregate.GroupingId is null ? null : Rename(aggregate.GroupingId),
            },
            Window window => window with { Calls = window.Calls.Map(Rename) },
            Join { Mark: { } mark } join => join with { Mark = Rename(mark) },
            Apply { Mark: { } mark } apply => apply with { Mark = Rename(mark) },
            SetOperation operation => operation with { Columns = operation.Columns.Map(Rename) },
            RecursiveUnion recursive => recursive with { Columns = recursive.Columns.Map(Rename), Id = Renamed(recursive.Id) },
            With with => with with { Id = Renamed(with.Id) },
            _ => plan,
        };

        private CteId Renamed(CteId id) => _ctes.GetValueOrDefault(id, id);

        private ScanColumn Rename(ScanColumn column) => column with { Column = Rename(column.Column) };

        /// <summary>An item that passes a column on goes on doing so, under the column's new id.</summary>
        private NamedExpression Rename(NamedExpression item) => item.IsPass && renamed.TryGetValue(item.Column.Id, out Column? column)
            ? item with { Column = item.Column with { Id = column.Id } }
            : item.IsPass && !renamed.ContainsKey(item.Column.Id) ? item : item with { Column = Rename(item.Column) };

        private Column Rename(Column column)
        {
            Column copy = wanted is not null && wanted.TryGetValue(column.Id, out Column? given)
                ? column with { Id = given.Id, Name = given.Name }
                : column with { Id = ids.Next() };
            renamed[column.Id] = copy;
            return copy;
        }
    }
}
