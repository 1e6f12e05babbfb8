using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Catalyst.Tests.Optimizer;

/// <summary>Rows of tables, by table name.</summary>
internal sealed class TestData : Dictionary<string, object?[][]>;

/// <summary>Evaluates logical plans by the definition of each node, one row at a time, subqueries and dependent joins included: the judge of rewrites.</summary>
/// <remarks>Values are long, bool, string and lists. Row order is kept where SQL gives one.</remarks>
internal sealed class PlanInterpreter(TestData data)
{
    private readonly Dictionary<CteId, List<object?[]>> _ctes = [];

    /// <summary>Values of the columns that enclosing rows supply.</summary>
    private sealed class Scope(Scope? outer, NodeList<Column> columns, object?[] row)
    {
        public object? Find(ColumnId id)
        {
            for (int i = 0; i < columns.Count; i++)
            {
                if (columns[i].Id == id)
                {
                    return row[i];
                }
            }

            return outer is null ? throw new InvalidOperationException($"no value for column {id}") : outer.Find(id);
        }
    }

    public List<object?[]> Run(LogicalPlan plan) => Run(plan, null);

    public static object? Evaluate(Expression expression) => new PlanInterpreter([]).Value(expression, null);

    private List<object?[]> Run(LogicalPlan plan, Scope? outer)
    {
        switch (plan)
        {
            case Scan scan: return RunScan(scan, outer);
            case Values values: return [.. values.Rows.Select(row => (object?[])[.. row.Select(expression => Value(expression, outer))])];
            case Filter filter: return [.. Run(filter.Input, outer).Where(row => Value(filter.Predicate, new(outer, filter.Input.Output, row)) is true)];
            case Project project:
                NodeList<Column> columns = project.Input.Output;
                return [.. Run(project.Input, outer).Select(row => (object?[])[.. project.Items.Select(item => Value(item.Expression, new(outer, columns, row)))])];
            case Aggregate aggregate: return RunAggregate(aggregate, outer);
            case Window window: return RunWindow(window, outer);
            case Sort sort: return Ordered(Run(sort.Input, outer), sort.Keys, sort.Input.Output, outer);
            case Limit limit: return RunLimit(limit, outer);
            case Distinct distinct: return RunDistinct(distinct, outer);
            case Join join:
                List<object?[]> right = Run(join.Right, outer);
                return RunJoin(join.Kind, join.Left, join.Right, _ => right, join.Condition, outer);
            case Apply apply: return RunJoin(apply.Kind, apply.Left, apply.Right, row => Run(apply.Right, new(outer, apply.Left.Output, row)), apply.Condition, outer);
            case SetOperation operation: return RunSetOperation(operation, outer);
            case With with:
                _ctes[with.Id] = Run(with.Definition, outer);
                return Run(with.Body, outer);
            case CteScan scan: return _ctes[scan.Id];
            case RecursiveUnion recursive: return RunRecursive(recursive, outer);
            case TableFunctionScan functions: return RunFunctions(functions, outer);
            default: throw new NotSupportedException(plan.GetType().Name);
        }
    }

    private List<object?[]> RunScan(Scan scan, Scope? outer)
    {
        NodeList<Column> read = [.. scan.Output, .. scan.FilterColumns.Select(static column => column.Column)];
        int[] ordinals = [.. scan.Columns.Concat(scan.FilterColumns).Select(static column => column.TableOrdinal)];
        IEnumerable<object?[]> rows = data[scan.Table.Name].Select(row => (object?[])[.. ordinals.Select(ordinal => row[ordinal])])
            .Where(row => scan.Filters.All(filter => Value(filter, new(outer, read, row)) is true))
            .Select(row => row[..scan.Columns.Count]);
        return [.. scan.Limit < 0 ? rows : rows.Take((int)scan.Limit)];
    }

    private List<object?[]> RunAggregate(Aggregate aggregate, Scope? outer)
    {
        List<object?[]> input = Run(aggregate.Input, outer);
        NodeList<Column> columns = aggregate.Input.Output;
        NodeList<NodeList<int>> sets = aggregate.GroupingSets ?? [[.. Enumerable.Range(0, aggregate.Keys.Count)]];
        var result = new List<object?[]>();
        for (int set = 0; set < sets.Count; set++)
        {
            var groups = new Dictionary<RowKey, List<object?[]>>();
            foreach (object?[] row in input)
            {
                var scope = new Scope(outer, columns, row);
                var key = new RowKey([.. aggregate.Keys.Select((item, index) => sets[set].Contains(index) ? Value(item.Expression, scope) : null)]);
                if (!groups.TryGetValue(key, out List<object?[]>? rows))
                {
                    groups[key] = rows = [];
                }

                rows.Add(row);
            }

            if (groups.Count == 0 && sets[set].IsEmpty)
            {
                groups[new RowKey(new object?[aggregate.Keys.Count])] = [];
            }

            foreach ((RowKey key, List<object?[]> rows) in groups)
            {
                object?[] id = aggregate.GroupingId is null ? [] : [(long)set];
                result.Add([.. key.Values, .. aggregate.Calls.Select(call => Aggregated((AggregateCall)call.Expression, rows, columns, outer)), .. id]);
            }
        }

        return result;
    }

    private object? Aggregated(AggregateCall call, List<object?[]> rows, NodeList<Column> columns, Scope? outer)
    {
        List<object?[]> fed = Ordered(rows, call.OrderBy, columns, outer);
        if (call.Filter is not null)
        {
            fed = [.. fed.Where(row => Value(call.Filter, new(outer, columns, row)) is true)];
        }

        if (call.Arguments.IsEmpty)
        {
            return (long)fed.Count;
        }

        IEnumerable<object?> values = fed.Select(row => Value(call.Arguments[0], new(outer, columns, row)));
        List<object?> present = [.. call.IsDistinct ? values.Distinct() : values];
        if (call.Function.Name == "array_agg")
        {
            return present.Count == 0 ? null : new NodeListOfValues(present);
        }

        present.RemoveAll(static value => value is null);
        return call.Function.Name switch
        {
            "count" => (long)present.Count,
            "sum" => present.Count == 0 ? null : present.Sum(static value => (long)value!),
            "max" => present.Count == 0 ? null : present.Max(),
            "min" => present.Count == 0 ? null : present.Min(),
            "any_value" => present.Count == 0 ? null : present[0],
            _ => throw new NotSupportedException(call.Function.Name),
        };
    }

    private List<object?[]> RunWindow(Window window, Scope? outer)
    {
        List<object?[]> input = Run(window.Input, outer);
        NodeList<Column> columns = window.Input.Output;
        List<object?[]> result = [.. input.Select(row => (object?[])[.. row, .. new object?[window.Calls.Count]])];
        for (int c = 0; c < window.Calls.Count; c++)
        {
            var call = (WindowCall)window.Calls[c].Expression;
            foreach (IGrouping<RowKey, int> partition in Enumerable.Range(0, input.Count)
                .GroupBy(index => new RowKey([.. call.PartitionBy.Select(key => Value(key, new(outer, columns, input[index])))])))
            {
                List<object?[]> ordered = Ordered([.. partition.Select(index => input[index])], call.OrderBy, columns, outer);
                object?[]? previous = null;
                long rank = 0;
                for (int i = 0; i < ordered.Count; i++)
                {
                    object?[] keys = [.. call.OrderBy.Select(key => Value(key.Expression, new(outer, columns, ordered[i])))];
                    rank = previous is not null && keys.SequenceEqual(previous) ? rank : i + 1;
                    previous = keys;
                    int at = partition.First(index => ReferenceEquals(input[index], ordered[i]));
                    result[at][columns.Count + c] = call.Function.Name switch
                    {
                        "row_number" => i + 1L,
                        "rank" => rank,
                        "count" => (long)ordered.Count,
                        _ => throw new NotSupportedException(call.Function.Name),
                    };
                }
            }
        }

        return result;
    }

    private List<object?[]> RunLimit(Limit limit, Scope? outer)
    {
        List<object?[]> rows = Run(limit.Input, outer);
        long offset = limit.Offset is null ? 0 : (long?)Value(limit.Offset, outer) ?? 0;
        long count = limit.Count is null ? long.MaxValue : (long?)Value(limit.Count, outer) ?? long.MaxValue;
        return [.. rows.Skip((int)offset).Take((int)Math.Min(count, int.MaxValue))];
    }

    private List<object?[]> RunDistinct(Distinct distinct, Scope? outer)
    {
        NodeList<Column> columns = distinct.Input.Output;
        return [.. Run(distinct.Input, outer).DistinctBy(row =>
            new RowKey(distinct.On.IsEmpty ? row : [.. distinct.On.Select(key => Value(key, new(outer, columns, row)))]))];
    }

    private List<object?[]> RunJoin(JoinKind kind, LogicalPlan leftPlan, LogicalPlan rightPlan, Func<object?[], List<object?[]>> rightOf, Expression condition, Scope? outer)
    {
        List<object?[]> left = Run(leftPlan, outer), result = [];
        NodeList<Column> both = [.. leftPlan.Output, .. rightPlan.Output];
        object?[] noLeft = new object?[leftPlan.Output.Count], noRight = new object?[rightPlan.Output.Count];
        var matched = new HashSet<object?[]>(ReferenceEqualityComparer.Instance);
        foreach (object?[] row in left)
        {
            bool unknown = false;
            var partners = new List<object?[]>();
            foreach (object?[] candidate in rightOf(row))
            {
                object? holds = Value(condition, new(outer, both, [.. row, .. candidate]));
                unknown |= holds is null;
                if (holds is true)
                {
                    partners.Add(candidate);
                    matched.Add(candidate);
                }
            }

            switch (kind)
            {
                case JoinKind.LeftSemi when partners.Count > 0: result.Add(row); break;
                case JoinKind.LeftAnti when partners.Count == 0: result.Add(row); break;
                case JoinKind.LeftSemi or JoinKind.LeftAnti: break;
                case JoinKind.LeftMark: result.Add([.. row, partners.Count > 0 ? true : unknown ? null : false]); break;
                case JoinKind.LeftSingle when partners.Count > 1: throw new QueryException("21000", ErrorKind.User, "more than one row returned by a subquery used as an expression");
                case JoinKind.Inner or JoinKind.RightOuter: result.AddRange(partners.Select(partner => (object?[])[.. row, .. partner])); break;
                default: result.AddRange((partners.Count == 0 ? [noRight] : partners).Select(partner => (object?[])[.. row, .. partner])); break;
            }
        }

        if (kind is JoinKind.RightOuter or JoinKind.FullOuter)
        {
            result.AddRange(rightOf([]).Where(row => !matched.Contains(row)).Select(row => (object?[])[.. noLeft, .. row]));
        }

        return result;
    }

    private List<object?[]> RunSetOperation(SetOperation operation, Scope? outer)
    {
        List<List<object?[]>> inputs = [.. operation.Inputs.Select(input => Run(input, outer))];
        if (operation.Kind == SetOperationKind.Union)
        {
            IEnumerable<object?[]> all = inputs.SelectMany(static rows => rows);
            return [.. operation.IsAll ? all : all.DistinctBy(static row => new RowKey(row))];
        }

        Dictionary<RowKey, int> counts = inputs[1].GroupBy(static row => new RowKey(row)).ToDictionary(static group => group.Key, static group => group.Count());
        var result = new List<object?[]>();
        foreach (object?[] row in operation.IsAll ? inputs[0] : inputs[0].DistinctBy(static row => new RowKey(row)))
        {
            int left = counts.GetValueOrDefault(new RowKey(row));
            if (operation.IsAll)
            {
                counts[new RowKey(row)] = left - 1;
            }

            if (left > 0 == (operation.Kind == SetOperationKind.Intersect))
            {
                result.Add(row);
            }
        }

        return result;
    }

    private List<object?[]> RunRecursive(RecursiveUnion recursive, Scope? outer)
    {
        List<object?[]> all = Run(recursive.Base, outer), last = all;
        while (last.Count > 0)
        {
            _ctes[recursive.Id] = last;
            last = Run(recursive.Recursive, outer);
            all = [.. all, .. last];
        }

        return all;
    }

    private List<object?[]> RunFunctions(TableFunctionScan functions, Scope? outer)
    {
        var result = new List<object?[]>();
        foreach (object?[] row in Run(functions.Input, outer))
        {
            var scope = new Scope(outer, functions.Input.Output, row);
            Call call = functions.Functions[0];
            if (call.Function.Name != "generate_series" || functions.Functions.Count != 1)
            {
                throw new NotSupportedException(call.Function.Name);
            }

            bool any = false;
            if (Value(call.Arguments[0], scope) is long first && Value(call.Arguments[1], scope) is long last)
            {
                for (long value = first; value <= last; value++, any = true)
                {
                    result.Add([.. row, value]);
                }
            }

            if (!any && functions.IsOuter)
            {
                result.Add([.. row, null]);
            }
        }

        return result;
    }

    private List<object?[]> Ordered(List<object?[]> rows, NodeList<SortKey> keys, NodeList<Column> columns, Scope? outer)
    {
        IEnumerable<object?[]> ordered = rows;
        foreach (SortKey key in keys.Reverse())
        {
            var comparer = Comparer<object?>.Create((left, right) =>
                left is null || right is null ? (left is null ? 1 : 0) - (right is null ? 1 : 0) is var nulls && key.NullsFirst ? -nulls : (left is null ? 1 : 0) - (right is null ? 1 : 0)
                : key.Descending ? Comparer<object>.Default.Compare(right, left) : Comparer<object>.Default.Compare(left, right));
            ordered = ordered.OrderBy(row => Value(key.Expression, new(outer, columns, row)), comparer);
        }

        return [.. ordered];
    }

    private object? Value(Expression expression, Scope? scope)
    {
        switch (expression)
        {
            case ColumnReference reference: return scope!.Find(reference.Id);
            case Literal literal: return literal.Value is NodeList<Literal> items ? new NodeListOfValues([.. items.Select(static item => item.Value)]) : literal.Value;
            case And and: return Fold(and.Terms, scope, decides: false);
            case Or or: return Fold(or.Terms, scope, decides: true);
            case Not not: return Value(not.Input, scope) is bool negated ? !negated : null;
            case IsNull test: return Value(test.Input, scope) is null != test.Negated;
            case IsTruth truth: return (Value(truth.Input, scope) is bool value && value == truth.Truth) != truth.Negated;
            case IsDistinctFrom distinct: return Equals(Value(distinct.Left, scope), Value(distinct.Right, scope)) == distinct.Negated;
            case Comparison comparison: return Compare(comparison.Operator, Value(comparison.Left, scope), Value(comparison.Right, scope));
            case InList list:
                bool?[] found = [.. list.Items.Select(item => Compare(ComparisonOperator.Equal, Value(list.Input, scope), Value(item, scope)))];
                bool? within = found.Contains(true) ? true : found.Contains(null) ? null : false;
                return list.Negated ? !within : within;
            case Coalesce coalesce: return coalesce.Arguments.Select(argument => Value(argument, scope)).FirstOrDefault(static value => value is not null);
            case Case @case:
                foreach (CaseArm arm in @case.Arms)
                {
                    if (Value(arm.Condition, scope) is true)
                    {
                        return Value(arm.Result, scope);
                    }
                }

                return Value(@case.Otherwise, scope);
            case Cast cast: return ValueOfCast(Value(cast.Input, scope), cast);
            case Call call: return ValueOfCall(call, [.. call.Arguments.Select(argument => Value(argument, scope))]);
            case ScalarSubquery scalar:
                List<object?[]> rows = Run(scalar.Plan, scope);
                return rows.Count > 1
                    ? throw new QueryException("21000", ErrorKind.User, "more than one row returned by a subquery used as an expression")
                    : rows.Count == 0 ? null : rows[0][0];
            case ExistsSubquery exists: return Run(exists.Plan, scope).Count > 0 != exists.Negated;
            case ArraySubquery array: return new NodeListOfValues([.. Run(array.Plan, scope).Select(static row => row[0])]);
            case QuantifiedSubquery quantified: return ValueOfQuantified(quantified, scope);
            default: throw new NotSupportedException(expression.GetType().Name);
        }
    }

    private object? ValueOfQuantified(QuantifiedSubquery quantified, Scope? scope)
    {
        object?[] values = [.. quantified.Values.Select(value => Value(value, scope))];
        List<bool?> holds = [.. Run(quantified.Plan, scope).Select(row => CompareRows(quantified.Operator, values, row))];
        return quantified.IsAll ? holds.Contains(false) ? false : holds.Contains(null) ? null : true
            : holds.Contains(true) ? true : holds.Contains(null) ? null : false;
    }

    private static bool? CompareRows(ComparisonOperator sign, object?[] left, object?[] right)
    {
        if (sign is ComparisonOperator.Equal or ComparisonOperator.NotEqual)
        {
            bool?[] equal = [.. left.Zip(right, static (a, b) => Compare(ComparisonOperator.Equal, a, b))];
            bool? all = equal.Contains(false) ? false : equal.Contains(null) ? null : true;
            return sign == ComparisonOperator.Equal ? all : !all;
        }

        for (int i = 0; i < left.Length; i++)
        {
            if (left[i] is null || right[i] is null)
            {
                return null;
            }

            if (!Equals(left[i], right[i]) || i == left.Length - 1)
            {
                return Compare(sign, left[i], right[i]);
            }
        }

        return null;
    }

    private object? Fold(NodeList<Expression> terms, Scope? scope, bool decides)
    {
        bool unknown = false;
        foreach (Expression term in terms)
        {
            switch (Value(term, scope))
            {
                case bool value when value == decides: return decides;
                case null: unknown = true; break;
            }
        }

        return unknown ? null : !decides;
    }

    private static bool? Compare(ComparisonOperator sign, object? left, object? right)
    {
        if (left is null || right is null)
        {
            return null;
        }

        int order = left is string text ? string.CompareOrdinal(text, (string)right) : Comparer<object>.Default.Compare(left, right);
        return sign switch
        {
            ComparisonOperator.Equal => order == 0,
            ComparisonOperator.NotEqual => order != 0,
            ComparisonOperator.Less => order < 0,
            ComparisonOperator.LessOrEqual => order <= 0,
            ComparisonOperator.Greater => order > 0,
            ComparisonOperator.GreaterOrEqual => order >= 0,
        };
    }

    private static object? ValueOfCast(object? value, Cast cast) => (cast.Input.Type.Kind, cast.Target.Kind) switch
    {
        _ when value is null => null,
        (TypeKind.Date, TypeKind.Timestamp) => (long)value * 86_400_000_000,
        (TypeKind.Timestamp, TypeKind.Date) => (long)Math.Floor((long)value / 86_400_000_000m),
        var (from, to) when cast.Input.Type.IsInteger && cast.Target.IsInteger && from != to => value,
        _ => throw new NotSupportedException(cast.ToString()),
    };

    private static object? ValueOfCall(Call call, object?[] arguments) => call.Function.Name switch
    {
        _ when call.Function.IsStrict && arguments.Contains(null) => null,
        "+" => (long)arguments[0]! + (long)arguments[1]!,
        "/" => (long)arguments[1]! == 0 ? throw new QueryException("22012", ErrorKind.User, "division by zero") : (long)arguments[0]! / (long)arguments[1]!,
        "single_row" => (long?)arguments[1] > 1 ? throw new QueryException("21000", ErrorKind.User, "more than one row returned by a subquery used as an expression") : arguments[0],
        _ => throw new NotSupportedException(call.Function.Name),
    };


    /// <summary>An array value that compares by its items.</summary>
    private sealed class NodeListOfValues(List<object?> items) : IEquatable<NodeListOfValues>
    {
        private readonly List<object?> _items = items;

        public bool Equals(NodeListOfValues? other) => other is not null && _items.SequenceEqual(other._items);

        public override bool Equals(object? obj) => Equals(obj as NodeListOfValues);

        public override int GetHashCode() => _items.Count;

        public override string ToString() => $"{{{string.Join(",", _items)}}}";
    }

    /// <summary>A row as a key: nulls are equal.</summary>
    private sealed class RowKey(object?[] values) : IEquatable<RowKey>
    {
        public object?[] Values => values;

        public bool Equals(RowKey? other) => other is not null && Values.SequenceEqual(other.Values);

        public override bool Equals(object? obj) => Equals(obj as RowKey);

        public override int GetHashCode() => Values.Aggregate(17, static (hash, value) => (hash * 31) + (value?.GetHashCode() ?? 0));
    }
}
