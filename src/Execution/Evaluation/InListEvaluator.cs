using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Evaluation;

/// <summary>input [NOT] IN (constants): a few are compared by SIMD one after the other, many are looked up in a set, integers and what is kept as such in a bitmap where it is small.</summary>
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
    private readonly IntegerSet? _integers;
    private readonly ResultBuffers _result;
    private readonly VectorGatherer _flattener;
    private readonly ComparisonEvaluator[] _comparisons;
    private readonly NullBoolean _null;
    private Dictionary<ulong, int>? _firstByHash;
    private int[] _nextOfHash = [];
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
            _integers = IntegersOf(_items);
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
        try
        {
            column.Start(items.Length);
            for (int i = 0; i < items.Length; i++)
            {
                Interruption.Ask();
                column.MoveTo(i);
                LiteralVectors.Set(column, items[i]);
            }

            return column.Build();
        }
        catch
        {
            column.Dispose();
            throw;
        }
    }

    /// <summary>The items as integers; null when the type's values are none. Decimals of more than 64 bits are left out: no column of 64 bits has them.</summary>
    private static IntegerSet? IntegersOf(Vector items)
    {
        if (items.Type.Id is not (ArrowTypeId.Int16 or ArrowTypeId.Int32 or ArrowTypeId.Int64 or ArrowTypeId.Date32 or ArrowTypeId.Time64 or ArrowTypeId.Timestamp
            or ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128))
        {
            return null;
        }

        var reader = new VectorReader(items);
        bool isDecimal = items.Type.Id is ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128;
        var values = new List<long>(items.Length);
        for (int i = 0; i < items.Length; i++)
        {
            Int128 value = isDecimal ? reader.Decimal(i) : reader.Integer(i);
            if (value == (long)value)
            {
                values.Add((long)value);
            }
        }

        return values.Count == 0 ? null : new IntegerSet(CollectionsMarshal.AsSpan(values));
    }

    /// <summary>Looks integers up.</summary>
    /// <returns>False for a column of other values.</returns>
    private static bool TryLookUp(IntegerSet integers, Vector value, SelectionVector? selection, Span<ulong> bits)
    {
        switch (value.Type.Id)
        {
            case ArrowTypeId.Int16: Test<short>(integers, value, selection, bits); return true;
            case ArrowTypeId.Int32 or ArrowTypeId.Date32: Test<int>(integers, value, selection, bits); return true;
            case ArrowTypeId.Int64 or ArrowTypeId.Time64 or ArrowTypeId.Timestamp or ArrowTypeId.Decimal64: Test<long>(integers, value, selection, bits); return true;
            default: return false;
        }
    }

    private static void Test<T>(IntegerSet integers, Vector value, SelectionVector? selection, Span<ulong> bits)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        ReadOnlySpan<T> values = ((FixedVector)value).Values<T>();
        if (selection == null)
        {
            integers.Test(values, bits);
        }
        else
        {
            integers.Test(values, selection.Rows, bits);
        }
    }

    /// <summary>The first item of each hash; <see cref="_nextOfHash"/> chains it with the others, whose end is -1.</summary>
    private Dictionary<ulong, int> HashItems()
    {
        var hashes = new ulong[_itemCount];
        HashKernels.Hash([_items], null, hashes, _account);
        var first = new Dictionary<ulong, int>(_itemCount);
        _nextOfHash = new int[_itemCount];
        for (int i = _itemCount - 1; i >= 0; i--)
        {
            Interruption.Ask();
            ref int entry = ref CollectionsMarshal.GetValueRefOrAddDefault(first, hashes[i], out bool exists);
            _nextOfHash[i] = exists ? entry : -1;
            entry = i;
        }

        return first;
    }

    private void LookUp(Vector value, Batch batch, Span<ulong> bits)
    {
        if (_integers != null && TryLookUp(_integers, value, batch.Selection, bits))
        {
            return;
        }

        _firstByHash ??= HashItems();
        int count = batch.RowCount;
        Span<ulong> hashes = NativeBuffer.Reuse(ref _hashes, Math.Max(count, 1) * 8L, _account).Span<ulong>(0, count);
        HashKernels.Hash([value], batch.Selection, hashes, _account);
        var reader = new VectorReader(value);
        var items = new VectorReader(_items);
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        for (int i = 0; i < count; i++)
        {
            int row = batch.Selection == null ? i : rows[i];
            if (_firstByHash.TryGetValue(hashes[i], out int item) && !reader.IsNull(row))
            {
                for (; item >= 0; item = _nextOfHash[item])
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
