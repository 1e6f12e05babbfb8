using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>Which row of its group a <see cref="PickAccumulator"/> keeps.</summary>
internal enum PickRule
{
    /// <summary>The first row whose order value is not null.</summary>
    FirstPresent,
    /// <summary>The first row, null or not.</summary>
    First,
    /// <summary>The last row, null or not.</summary>
    Last,
    /// <summary>The row with the least order value that is not null.</summary>
    Least,
    /// <summary>The row with the greatest order value that is not null.</summary>
    Greatest,
}

/// <summary>Keeps one row of each group, of any type: first, last, any_value, min_by, min of text.</summary>
/// <remarks>Kept rows are appended to columns and found by number; rows that were replaced are swept out when they are the larger part.</remarks>
internal sealed class PickAccumulator : Accumulator
{
    private readonly int _valueIndex;
    private readonly int _orderIndex;
    private readonly PickRule _rule;
    private readonly MemoryAccount _account;
    private readonly VectorGatherer _valueGatherer;
    private readonly VectorGatherer _orderGatherer;
    private ColumnAppender _values;
    private ColumnAppender? _orders;
    private StateArray<int> _kept;
    private int[] _newRows = [];
    private int[] _newGroups = [];
    private int _usedGroups;

    /// <param name="binding">The call.</param>
    /// <param name="valueIndex">Argument that is the result.</param>
    /// <param name="orderIndex">Argument that decides; may be the same.</param>
    /// <param name="rule">How it decides.</param>
    public PickAccumulator(AggregateBinding binding, int valueIndex, int orderIndex, PickRule rule)
    {
        _valueIndex = valueIndex;
        _orderIndex = orderIndex;
        _rule = rule;
        _account = binding.Context.Account;
        _kept = new StateArray<int>(_account);
        _valueGatherer = new VectorGatherer(_account);
        _orderGatherer = new VectorGatherer(_account);
        _values = ColumnAppender.Create(ArrowTypes.Of(binding.ArgumentTypes[valueIndex]), _account);
        _orders = orderIndex == valueIndex ? null : ColumnAppender.Create(ArrowTypes.Of(binding.ArgumentTypes[orderIndex]), _account);
    }

    public override long ReservedBytes => _values.ReservedBytes + (_orders?.ReservedBytes ?? 0) + _kept.ReservedBytes;

    public override void Resize(int groupCount) => _kept.Resize(groupCount);

    public override void Update(ReadOnlySpan<Vector> arguments, in GroupedRows rows) => Pick(arguments[_valueIndex], arguments[_orderIndex], in rows);

    public override void Merge(ReadOnlySpan<Vector> states, in GroupedRows rows) => Pick(states[0], states[^1], in rows);

    public override void States(int start, int count, Span<Vector> states)
    {
        states[0] = Finish(start, count);
        if (states.Length > 1)
        {
            states[1] = Take(_orders!, _orderGatherer, start, count);
        }
    }

    public override Vector Finish(int start, int count) => Take(_values, _valueGatherer, start, count);

    public override void Clear()
    {
        _kept.Clear();
        _values.Reset();
        _orders?.Reset();
        _usedGroups = 0;
    }

    public override void Dispose()
    {
        _kept.Dispose();
        _values.Dispose();
        _orders?.Dispose();
        _valueGatherer.Dispose();
        _orderGatherer.Dispose();
    }

    private Vector Take(ColumnAppender column, VectorGatherer gatherer, int start, int count)
    {
        var rows = new int[count];
        ReadOnlySpan<int> kept = _kept.Values.Slice(start, count);
        for (int i = 0; i < count; i++)
        {
            rows[i] = kept[i] - 1;
        }

        return gatherer.Take(column.Build(), rows);
    }

    private void Pick(Vector value, Vector order, in GroupedRows rows)
    {
        if (_newRows.Length < rows.Count)
        {
            _newRows = new int[rows.Count];
            _newGroups = new int[rows.Count];
        }

        // Within the batch the best row so far is remembered as ~row; rows of earlier batches as number + 1.
        Span<int> kept = _kept.Values;
        ColumnAppender orders = _orders ?? _values;
        bool compares = _rule is PickRule.Least or PickRule.Greatest;
        var reader = new VectorReader(order);
        var keptReader = compares ? new VectorReader(orders.Build()) : default;
        bool skipsNulls = _rule is not (PickRule.First or PickRule.Last);
        int touched = 0;
        bool isOneOfTexts = compares && rows.IsOneGroup && (reader.Id is ArrowTypeId.Utf8 or ArrowTypeId.Binary);
        if (isOneOfTexts && BestText(in reader, in rows, in keptReader) is >= 0 and var best)
        {
            _newGroups[touched++] = 0;
            _usedGroups += kept[0] == 0 ? 1 : 0;
            kept[0] = ~best;
        }

        for (int i = isOneOfTexts ? rows.Count : 0; i < rows.Count; i++)
        {
            int row = rows.Row(i), group = rows.Group(i);
            if (skipsNulls && reader.IsNull(row))
            {
                continue;
            }

            int current = kept[group];
            bool takes = current == 0 || _rule switch
            {
                PickRule.Last => true,
                PickRule.Least => (current < 0 ? RowOrder.Compare(in reader, row, in reader, ~current) : RowOrder.Compare(in reader, row, in keptReader, current - 1)) < 0,
                PickRule.Greatest => (current < 0 ? RowOrder.Compare(in reader, row, in reader, ~current) : RowOrder.Compare(in reader, row, in keptReader, current - 1)) > 0,
                _ => false,
            };
            if (!takes)
            {
                continue;
            }

            if (current >= 0)
            {
                _newGroups[touched++] = group;
                _usedGroups += current == 0 ? 1 : 0;
            }

            kept[group] = ~row;
        }

        if (touched == 0)
        {
            return;
        }

        for (int k = 0; k < touched; k++)
        {
            ref int slot = ref kept[_newGroups[k]];
            _newRows[k] = ~slot;
            slot = _values.Count + k + 1;
        }

        _values.Append(value, _newRows.AsSpan(0, touched));
        _orders?.Append(order, _newRows.AsSpan(0, touched));
        if (_values.Count > 4096 && _values.Count > 3L * _usedGroups)
        {
            Sweep();
        }
    }

    /// <summary>The row that is before, or behind, all others and the one kept so far; negative: there is none. Most texts lose by their first four bytes.</summary>
    private int BestText(in VectorReader reader, in GroupedRows rows, in VectorReader keptReader)
    {
        bool isLeast = _rule == PickRule.Least, hasBest = _kept.Values[0] != 0;
        StringView best = hasBest ? keptReader.View(_kept.Values[0] - 1) : default;
        uint prefix = best.OrderedPrefix;
        int found = -1;
        for (int i = 0; i < rows.Count; i++)
        {
            int row = rows.Row(i);
            if (reader.IsNull(row))
            {
                continue;
            }

            StringView view = reader.View(row);
            if (hasBest)
            {
                uint own = view.OrderedPrefix;
                if (isLeast ? own > prefix : own < prefix)
                {
                    continue;
                }

                int order = StringView.Compare(in view, in best);
                if (isLeast ? order >= 0 : order <= 0)
                {
                    continue;
                }
            }

            (best, prefix, found, hasBest) = (view, view.OrderedPrefix, row, true);
        }

        return found;
    }

    /// <summary>Copies the rows still in use to new columns.</summary>
    private void Sweep()
    {
        var rows = new int[_usedGroups];
        Span<int> kept = _kept.Values;
        int count = 0;
        for (int group = 0; group < kept.Length; group++)
        {
            if (kept[group] > 0)
            {
                rows[count++] = kept[group] - 1;
                kept[group] = count;
            }
        }

        _values = Copy(_values, rows);
        if (_orders != null)
        {
            _orders = Copy(_orders, rows);
        }
    }

    private ColumnAppender Copy(ColumnAppender column, int[] rows)
    {
        ColumnAppender copy = ColumnAppender.Create(column.Type, _account);
        copy.Append(column.Build(), rows);
        column.Dispose();
        return copy;
    }
}
