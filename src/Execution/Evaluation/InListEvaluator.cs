using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Evaluation;

/// <summary>input [NOT] IN (constants): a few are compared by SIMD one after the other, many are looked up in a set.</summary>
/// <remarks>A null among the constants makes the result null where nothing matches.</remarks>
internal sealed class InListEvaluator : Evaluator
{
    private const int LargestScan = 8;

    private readonly Evaluator _input;
    private readonly bool _negated;
    private readonly bool _hasNull;
    private readonly MemoryAccount _account;
    private readonly Vector _items;
    private readonly ResultColumn _itemColumn;
    private readonly LiteralEvaluator[] _literals;
    private readonly int _itemCount;
    private readonly Dictionary<ulong, List<int>> _byHash = [];
    private readonly ResultBuffers _result;
    private readonly VectorGatherer _flattener;
    private readonly ComparisonEvaluator[] _comparisons;
    private readonly NullBoolean _null;
    private NativeBuffer? _hashes;

    public InListEvaluator(Evaluator input, Literal[] items, bool negated, MemoryAccount account)
        : base(SqlType.Boolean)
    {
        _input = input;
        _negated = negated;
        _account = account;
        _null = new NullBoolean(account);
        _hasNull = items.Any(static item => item.IsNull);
        Literal[] values = [.. items.Where(static item => !item.IsNull).Select(item => Rescaled(item, input.Type)).OfType<Literal>()];
        _itemCount = values.Length;
        _result = new ResultBuffers(account);
        _flattener = new VectorGatherer(account);
        _items = MakeItems(values, input.Type, account, out _itemColumn);
        _literals = values.Length > LargestScan ? [] : [.. values.Select(value => new LiteralEvaluator(value, account))];
        _comparisons = values.Length > LargestScan
            ? []
            : [.. _literals.Select(literal => new ComparisonEvaluator(ComparisonOperator.Equal, input, literal, account))];
        if (values.Length > LargestScan)
        {
            var hashes = new ulong[values.Length];
            HashKernels.Hash([_items], null, hashes, account);
            for (int i = 0; i < hashes.Length; i++)
            {
                if (!_byHash.TryGetValue(hashes[i], out List<int>? rows))
                {
                    _byHash[hashes[i]] = rows = [];
                }

                rows.Add(i);
            }
        }
    }

    public override Vector Evaluate(Batch batch)
    {
        Vector value = _input.Evaluate(batch);
        int length = batch.Length;
        if (value is ConstantVector { IsNullConstant: true })
        {
            return _null.OfLength(length);
        }

        value = _flattener.Flatten(value);
        Span<ulong> bits = _result.ValueBits(length);
        bits.Clear();
        if (_itemCount > LargestScan)
        {
            LookUp(value, batch, bits);
        }
        else
        {
            foreach (ComparisonEvaluator comparison in _comparisons)
            {
                var matches = (BooleanVector)comparison.Compare(value, comparison.RightConstant(length), length, batch.Selection);
                Bitmaps.Or(bits, Bitmaps.Words(matches.Values)[..bits.Length], bits);
            }
        }

        _result.ShareValidity(value);
        if (_hasNull)
        {
            // Rows without a match become null.
            Span<ulong> validity = _result.Validity(length);
            bits.CopyTo(validity);
            if (value.HasNulls)
            {
                Bitmaps.And(validity, Bitmaps.ValidityWords(value), validity);
            }

            _result.CountNulls(length);
        }

        if (_negated)
        {
            Bitmaps.Not(bits, bits);
        }

        return _result.BuildBoolean(length);
    }

    public override void Dispose()
    {
        _input.Dispose();
        _result.Dispose();
        _flattener.Dispose();
        _itemColumn.Dispose();
        Array.ForEach(_literals, static literal => literal.Dispose());
        _hashes?.Release();
        _hashes = null;
    }

    /// <summary>An item at the input's scale; null when the input cannot equal it.</summary>
    private static Literal? Rescaled(Literal item, SqlType type)
    {
        if (type.Kind != TypeKind.Numeric || item.Type.Scale == type.Scale)
        {
            return item;
        }

        var value = (Int128)item.Value!;
        return DecimalMath.TryRescale(value, item.Type.Scale, type.Scale, out Int128 scaled)
            && DecimalMath.Compare(value, item.Type.Scale, scaled, type.Scale) == 0
            ? new Literal(scaled, SqlType.Numeric(SqlType.MaxPrecision, type.Scale))
            : null;
    }

    private static Vector MakeItems(Literal[] items, SqlType type, MemoryAccount account, out ResultColumn column)
    {
        column = new ResultColumn(type.Kind == TypeKind.Numeric ? SqlType.Numeric(SqlType.MaxPrecision, type.Scale) : type, account);
        column.Start(items.Length);
        for (int i = 0; i < items.Length; i++)
        {
            column.MoveTo(i);
            LiteralVectors.Set(column, items[i]);
        }

        return column.Build();
    }

    private void LookUp(Vector value, Batch batch, Span<ulong> bits)
    {
        int count = batch.RowCount;
        Span<ulong> hashes = NativeBuffer.Reuse(ref _hashes, Math.Max(count, 1) * 8L, _account).Span<ulong>(0, count);
        HashKernels.Hash([value], batch.Selection, hashes, _account);
        var reader = new VectorReader(value);
        var items = new VectorReader(_items);
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        for (int i = 0; i < count; i++)
        {
            int row = batch.Selection == null ? i : rows[i];
            if (_byHash.TryGetValue(hashes[i], out List<int>? candidates) && !reader.IsNull(row))
            {
                foreach (int item in candidates)
                {
                    if (RowEquality.ValuesEqual(in reader, row, in items, item))
                    {
                        bits[row >> 6] |= 1UL << (row & 63);
                        break;
                    }
                }
            }
        }
    }
}
