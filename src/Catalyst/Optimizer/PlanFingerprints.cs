using System.Globalization;
using System.Text;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer;

/// <summary>Numbers plans so that two have one number when they differ only in column ids and names: same rows, same output positions.</summary>
/// <remarks>References are written as positions in the inputs' outputs. Plans that reference outer columns, read common tables or are volatile have no number.</remarks>
internal sealed class PlanFingerprints
{
    private readonly Dictionary<LogicalPlan, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<object, int> _objects = new(ReferenceEqualityComparer.Instance);

    /// <summary>The plan's number, or -1.</summary>
    public int Of(LogicalPlan plan)
    {
        if (!_numbers.TryGetValue(plan, out int number))
        {
            string? text = Write(plan);
            if (text is null)
            {
                number = -1;
            }
            else if (!_known.TryGetValue(text, out number))
            {
                number = _known.Count;
                _known.Add(text, number);
            }

            _numbers.Add(plan, number);
        }

        return number;
    }

    private string? Write(LogicalPlan plan)
    {
        var text = new StringBuilder();
        text.Append(plan.GetType().Name);
        var read = new HashSet<ColumnId>();
        foreach (Expression expression in plan.Expressions)
        {
            expression.AddReferences(read);
        }

        var positions = new Dictionary<ColumnId, int>(read.Count);
        int next = 0;
        foreach (LogicalPlan child in plan.Children)
        {
            int number = Of(child);
            if (number < 0)
            {
                return null;
            }

            text.Append(CultureInfo.InvariantCulture, $" {number}");
            foreach (Column column in child.Output)
            {
                if (read.Contains(column.Id))
                {
                    positions.TryAdd(column.Id, next);
                }

                next++;
            }
        }

        switch (plan)
        {
            case Scan scan:
                text.Append(CultureInfo.InvariantCulture, $" table {Number(scan.Table)} limit {scan.Limit}");
                foreach (ScanColumn column in scan.Columns.Concat(scan.FilterColumns))
                {
                    positions.TryAdd(column.Column.Id, positions.Count);
                    text.Append(CultureInfo.InvariantCulture, $" {column.TableOrdinal}");
                }

                text.Append(CultureInfo.InvariantCulture, $" of {scan.Columns.Count}");
                break;
            case Join join: text.Append(CultureInfo.InvariantCulture, $" {join.Kind}"); break;
            case SetOperation operation: text.Append(CultureInfo.InvariantCulture, $" {operation.Kind} {operation.IsAll}"); break;
            case Aggregate aggregate when aggregate.GroupingSets is null: text.Append(CultureInfo.InvariantCulture, $" {aggregate.Keys.Count}"); break;
            case Project or Filter or Window or Distinct { On.IsEmpty: true }: break;
            default: return null;
        }

        foreach (Expression expression in plan.Expressions)
        {
            text.Append(" | ");
            if (!Write(text, expression, positions))
            {
                return null;
            }
        }

        return text.ToString();
    }

    private bool Write(StringBuilder text, Expression expression, Dictionary<ColumnId, int> positions)
    {
        Interruption.Ask();
        switch (expression)
        {
            case ColumnReference reference:
                bool isOwn = positions.TryGetValue(reference.Id, out int position);
                text.Append(CultureInfo.InvariantCulture, $"#{position}");
                return isOwn;
            case Literal literal: text.Append(literal).Append(' ').Append(literal.Type); return true;
            case Comparison comparison: text.Append(comparison.Operator); break;
            case IsNull test: text.Append(test.Negated); break;
            case IsTruth truth: text.Append(truth.Truth).Append(truth.Negated); break;
            case IsDistinctFrom distinct: text.Append(distinct.Negated); break;
            case InList list: text.Append(list.Negated); break;
            case Like like: text.Append(like.Negated).Append(like.IgnoreCase).Append(like.Escape); break;
            case Cast cast: text.Append(cast.Target).Append(cast.IsTry); break;
            case Parameter parameter: text.Append(parameter.Index); return true;
            case Call call when call.Function.Volatility != Catalog.Volatility.Volatile: text.Append(Number(call.Function)); break;
            case AggregateCall { OrderBy.IsEmpty: true } call: text.Append(Number(call.Function)).Append(call.IsDistinct).Append(call.Filter is not null); break;
            case And or Or or Not or Case or Coalesce: break;
            default: return false;
        }

        text.Append(expression.GetType().Name).Append('(');
        foreach (Expression child in expression.Children)
        {
            if (!Write(text, child, positions))
            {
                return false;
            }

            text.Append(',');
        }

        text.Append(')');
        return true;
    }

    /// <summary>Numbers objects that compare by reference.</summary>
    private int Number(object item)
    {
        if (!_objects.TryGetValue(item, out int number))
        {
            number = _objects.Count;
            _objects.Add(item, number);
        }

        return number;
    }
}
