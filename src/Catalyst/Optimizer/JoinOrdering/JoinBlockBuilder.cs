using System.Numerics;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Statistics;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.JoinOrdering;

/// <summary>The joins of a block as they were written: for the cost of leaving them alone.</summary>
internal abstract record WrittenOrder
{
    public sealed record OfInput(int Input) : WrittenOrder;

    public sealed record OfJoin(WrittenOrder Left, WrittenOrder Right) : WrittenOrder;
}

/// <summary>Takes a tree of joins apart into inputs, tied joins, equal columns and other conditions.</summary>
internal sealed class JoinBlockBuilder
{
    private readonly PlanEstimator _estimator;
    private readonly Func<LogicalPlan, LogicalPlan> _inputPlan;
    private readonly List<LogicalPlan> _plans = [];
    private readonly List<(Join Join, ulong Before)?> _tied = [];
    private readonly List<Expression> _conjuncts = [];
    private readonly Dictionary<ColumnId, int> _inputOf = [];
    private readonly Dictionary<ColumnId, ColumnReference> _columns = [];

    /// <param name="estimator">Knows the common table expressions around the block.</param>
    /// <param name="inputPlan">Orders the joins within an input.</param>
    public JoinBlockBuilder(PlanEstimator estimator, Func<LogicalPlan, LogicalPlan> inputPlan)
    {
        _estimator = estimator;
        _inputPlan = inputPlan;
    }

    /// <summary>Whether a block begins here.</summary>
    public static bool IsBlock(LogicalPlan plan) => plan switch
    {
        Join join => (join.Kind == JoinKind.Inner || IsTied(join.Kind)) && IsMovable(join.Condition),
        Filter filter => IsMovable(filter.Predicate) && IsBlock(filter.Input),
        Project project => project.Items.All(static item => item.IsPass) && IsBlock(project.Input),
        _ => false,
    };

    /// <summary>Maps the inputs of a block where they are.</summary>
    public static LogicalPlan MapInputs(LogicalPlan plan, Func<LogicalPlan, LogicalPlan> map) => plan switch
    {
        Join { Kind: JoinKind.Inner } when IsBlock(plan) => plan.MapChildren(child => MapInputs(child, map)),
        Join join when IsBlock(plan) && join.Kind != JoinKind.RightOuter => WithSides(join, MapInputs(join.Left, map), map(join.Right)),
        Join join when IsBlock(plan) => WithSides(join, map(join.Left), MapInputs(join.Right, map)),
        Filter or Project when IsBlock(plan) => plan.MapChildren(child => MapInputs(child, map)),
        _ => map(plan),
    };

    /// <summary>The block that begins at a node, and its order as written; null when it is too large for the search.</summary>
    public static (JoinBlock Block, WrittenOrder Written)? Build(LogicalPlan root, PlanEstimator estimator, Func<LogicalPlan, LogicalPlan> inputPlan)
    {
        var builder = new JoinBlockBuilder(estimator, inputPlan);
        (WrittenOrder written, _) = builder.Take(root);
        return builder._plans.Count > 64 ? null : (builder.Finish(), written);
    }

    private static Join WithSides(Join join, LogicalPlan left, LogicalPlan right) =>
        ReferenceEquals(left, join.Left) && ReferenceEquals(right, join.Right) ? join : join with { Left = left, Right = right };

    private static bool IsTied(JoinKind kind) => kind switch
    {
        JoinKind.LeftOuter or JoinKind.RightOuter or JoinKind.LeftSemi or JoinKind.LeftAnti or JoinKind.LeftMark or JoinKind.LeftSingle => true,
        JoinKind.Inner or JoinKind.FullOuter or JoinKind.AsOf or JoinKind.AsOfLeft => false,
    };

    private static bool IsMovable(Expression condition) => !condition.IsVolatile() && !condition.HasSubquery();

    private (WrittenOrder Order, ulong Inputs) Take(LogicalPlan plan)
    {
        if (!IsBlock(plan))
        {
            int input = AddInput(plan);
            return (new WrittenOrder.OfInput(input), 1UL << input);
        }

        switch (plan)
        {
            case Filter filter:
                (WrittenOrder Order, ulong Inputs) filtered = Take(filter.Input);
                _conjuncts.AddRange(filter.Predicate.Conjuncts());
                return filtered;
            case Project project:
                return Take(project.Input);
            case Join { Kind: JoinKind.Inner } join:
                (WrittenOrder left, ulong leftInputs) = Take(join.Left);
                (WrittenOrder right, ulong rightInputs) = Take(join.Right);
                _conjuncts.AddRange(join.Condition.Conjuncts());
                return (new WrittenOrder.OfJoin(left, right), leftInputs | rightInputs);
            default:
                var tied = (Join)plan;
                tied = tied.Kind == JoinKind.RightOuter ? tied with { Kind = JoinKind.LeftOuter, Left = tied.Right, Right = tied.Left } : tied;
                (WrittenOrder preserved, ulong inputs) = Take(tied.Left);
                int added = AddInput(tied.Right);
                _tied[added] = (tied, inputs);
                if (tied.Mark is not null)
                {
                    AddColumn(tied.Mark, added);
                }

                return (new WrittenOrder.OfJoin(preserved, new WrittenOrder.OfInput(added)), inputs | (1UL << added));
        }
    }

    private int AddInput(LogicalPlan plan)
    {
        LogicalPlan ordered = _inputPlan(plan);
        _plans.Add(ordered);
        _tied.Add(null);
        foreach (Column column in ordered.Output)
        {
            AddColumn(column, _plans.Count - 1);
        }

        return _plans.Count - 1;
    }

    private void AddColumn(Column column, int input)
    {
        _inputOf[column.Id] = input;
        _columns[column.Id] = new ColumnReference(column);
    }

    private JoinBlock Finish()
    {
        var needs = new ulong[_plans.Count];
        RelationEstimate all = Merged(Enumerable.Range(0, _plans.Count));
        var tied = new TiedJoin?[_plans.Count];
        for (int i = 0; i < _plans.Count; i++)
        {
            // Inputs were taken left to right: what a tied join needs has been seen.
            needs[i] = 1UL << i;
            if (_tied[i] is var (join, before))
            {
                tied[i] = Tie(join, before, i, needs);
                needs[i] |= tied[i]!.Left;
            }
        }

        var classes = new List<EqualColumns>();
        var conditions = new List<BlockCondition>();
        var filters = new List<Expression>?[_plans.Count];
        foreach (Expression conjunct in _conjuncts)
        {
            ulong inputs = InputsOf(conjunct, needs);
            if (BitOperations.IsPow2(inputs))
            {
                (filters[BitOperations.TrailingZeroCount(inputs)] ??= []).Add(conjunct);
            }
            else if (conjunct is Comparison { Operator: ComparisonOperator.Equal, Left: ColumnReference left, Right: ColumnReference right }
                && tied[_inputOf[left.Id]] is null && tied[_inputOf[right.Id]] is null && left.Type.Kind == right.Type.Kind)
            {
                Equate(classes, left, right);
            }
            else
            {
                conditions.Add(Condition(conjunct, inputs == 0 ? AllInputs : inputs, needs, all));
            }
        }

        EquateWithinInputs(classes, filters);
        var planned = new List<JoinInput>();
        for (int i = 0; i < _plans.Count; i++)
        {
            LogicalPlan plan = filters[i] is { } terms ? new Filter(Conjunctions.AndAll(terms), _plans[i]) : _plans[i];
            planned.Add(new JoinInput(plan, Math.Max(_estimator.Rows(plan), 1e-3), _estimator.Rows(_plans[i])));
        }

        return new JoinBlock(planned, tied, classes.FindAll(static columns => !BitOperations.IsPow2(columns.Inputs)), conditions);
    }

    private ulong AllInputs => _plans.Count == 64 ? ulong.MaxValue : (1UL << _plans.Count) - 1;

    private TiedJoin Tie(Join join, ulong before, int right, ulong[] needs)
    {
        HashSet<ColumnId> references = join.Condition.References();
        ulong left = 0;
        foreach (ColumnId id in references)
        {
            if (_inputOf.TryGetValue(id, out int input) && input != right)
            {
                left |= needs[input];
            }
        }

        // A single join fails on a second partner: it must not see rows that the joins before it drop.
        left = join.Kind == JoinKind.LeftSingle || left == 0 ? before : left;
        RelationEstimate preserved = Merged(Enumerable.Range(0, right).Where(input => (left >> input & 1) == 1)), other = _estimator.Estimate(_plans[right]);
        NodeList<Column> leftColumns = [.. _columns.Values.Select(static reference => reference.Column).Where(column => (left >> _inputOf[column.Id] & 1) == 1)];
        double rows = JoinEstimator.Estimate(join.Kind, preserved, leftColumns, other, join.Right.Output, join.Condition, join.Mark).Rows;
        var rightIds = join.Right.OutputIds();
        bool isHashed = join.Condition.Conjuncts().Any(conjunct => conjunct is Comparison { Operator: ComparisonOperator.Equal } equality && JoinEstimator.Sides(equality.Left, equality.Right, rightIds) is not null);
        return new TiedJoin(join, left, preserved.Rows <= 0 ? 1 : rows / preserved.Rows, isHashed);
    }

    private BlockCondition Condition(Expression conjunct, ulong inputs, ulong[] needs, RelationEstimate all)
    {
        (Expression First, Expression Second, bool IsEquality)? sides = conjunct switch
        {
            Comparison comparison => (comparison.Left, comparison.Right, comparison.Operator == ComparisonOperator.Equal),
            IsDistinctFrom same => (same.Left, same.Right, same.Negated),
            _ => null,
        };
        double selectivity = new SelectivityEstimator(all).Of(conjunct);
        if (sides is not var (one, other, isEquality))
        {
            return new BlockCondition(conjunct, inputs, selectivity, 0, 0, false);
        }

        ulong first = InputsOf(one, needs), second = InputsOf(other, needs);
        return first == 0 || second == 0 || (first & second) != 0
            ? new BlockCondition(conjunct, inputs, selectivity, 0, 0, false)
            : new BlockCondition(conjunct, inputs, selectivity, first, second, isEquality);
    }

    private ulong InputsOf(Expression expression, ulong[] needs)
    {
        ulong inputs = 0;
        foreach (ColumnId id in expression.References())
        {
            inputs |= needs[_inputOf[id]];
        }

        return inputs;
    }

    private void Equate(List<EqualColumns> classes, ColumnReference left, ColumnReference right)
    {
        EqualColumns? ofLeft = classes.Find(columns => columns.Members.Exists(member => member.Column.Id == left.Id));
        EqualColumns? ofRight = classes.Find(columns => columns.Members.Exists(member => member.Column.Id == right.Id));
        EqualColumns merged = ofLeft ?? ofRight ?? new EqualColumns();
        if (ofLeft is null && ofRight is null)
        {
            classes.Add(merged);
        }
        else if (ofLeft is not null && ofRight is not null && ofLeft != ofRight)
        {
            merged.Members.AddRange(ofRight.Members);
            merged.Inputs |= ofRight.Inputs;
            merged.Written.UnionWith(ofRight.Written);
            classes.Remove(ofRight);
        }

        merged.Written.Add((left.Id, right.Id));
        foreach (ColumnReference column in new[] { left, right })
        {
            if (!merged.Members.Exists(member => member.Column.Id == column.Id))
            {
                int input = _inputOf[column.Id];
                AddMember(merged, input, _columns[column.Id]);
            }
        }
    }

    private void AddMember(EqualColumns columns, int input, ColumnReference column)
    {
        RelationEstimate rows = _estimator.Estimate(_plans[input]);
        ColumnEstimate estimate = rows.Of(column.Column);
        for (int i = 0; i < columns.Members.Count; i++)
        {
            (int Input, ColumnReference Column, ColumnEstimate Estimate) other = columns.Members[i];
            if (JoinEstimator.AreSameKey(estimate, rows.Rows, other.Estimate, _estimator.Rows(_plans[other.Input])))
            {
                double domain = Math.Min(estimate.DomainCount, other.Estimate.DomainCount);
                estimate = estimate with { DomainCount = domain };
                columns.Members[i] = (other.Input, other.Column, other.Estimate with { DomainCount = domain });
            }
        }

        columns.Members.Add((input, column, estimate));
        columns.Inputs |= 1UL << input;
    }

    /// <summary>Two columns of one input in a class: the join conditions with others make them equal, so the input may drop rows where they are not.</summary>
    private static void EquateWithinInputs(List<EqualColumns> classes, List<Expression>?[] filters)
    {
        foreach (EqualColumns columns in classes)
        {
            foreach (IGrouping<int, (int Input, ColumnReference Column, ColumnEstimate Estimate)> group in columns.Members.GroupBy(static member => member.Input))
            {
                (int Input, ColumnReference Column, ColumnEstimate Estimate)[] members = [.. group];
                for (int i = 1; i < members.Length; i++)
                {
                    (filters[group.Key] ??= []).Add(new Comparison(ComparisonOperator.Equal, members[0].Column, members[i].Column));
                    columns.Written.Add((members[0].Column.Id, members[i].Column.Id));
                }
            }
        }
    }

    private RelationEstimate Merged(IEnumerable<int> inputs)
    {
        var columns = new Dictionary<ColumnId, ColumnEstimate>();
        double rows = 1;
        foreach (int input in inputs)
        {
            RelationEstimate estimate = _estimator.Estimate(_plans[input]);
            rows = Math.Max(rows, estimate.Rows);
            foreach (Column column in _plans[input].Output)
            {
                columns[column.Id] = estimate.Of(column);
            }
        }

        return new RelationEstimate(rows, columns);
    }
}
