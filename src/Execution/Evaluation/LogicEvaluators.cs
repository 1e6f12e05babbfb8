using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Evaluation;

/// <summary>A term of AND or OR; a guarded one is only evaluated for rows that earlier terms leave undecided, since it may fail or costs much.</summary>
internal readonly record struct LogicTerm(Evaluator Evaluator, bool IsGuarded);

/// <summary>AND and OR of any number of terms, in three-valued logic on bitmaps.</summary>
/// <remarks>AND is false where a term is false and true where all are true; OR the other way round: one class, with the two truths swapped.</remarks>
internal sealed class AndOrEvaluator(LogicTerm[] terms, bool isAnd, MemoryAccount account, CancellationToken cancellation) : Evaluator(SqlType.Boolean)
{
    private readonly ResultBuffers _result = new(account);
    private readonly Narrowing _narrowing = new(account);
    private ScratchBitmap _decided = new(account);
    private ScratchBitmap _agreed = new(account);
    private ScratchBitmap _part = new(account);

    public override Vector Evaluate(Batch batch)
    {
        int length = batch.Length;
        Span<ulong> decided = _decided.Words(length), agreed = _agreed.Words(length), part = _part.Words(length);
        decided.Clear();
        agreed.Fill(ulong.MaxValue);
        bool isAllDecided = false;
        foreach (LogicTerm term in terms)
        {
            cancellation.ThrowIfCancellationRequested();
            Batch rows = batch;
            if (term.IsGuarded)
            {
                Bitmaps.Not(decided, part);
                rows = _narrowing.Narrow(batch, part);
                isAllDecided = rows.RowCount == 0;
                if (isAllDecided)
                {
                    break;
                }
            }

            Vector value = term.Evaluator.Evaluate(rows);

            // Undecided rows outside the narrowed selection do not exist; decided ones stay decided whatever garbage their slots hold.
            Split(value, !isAnd, part);
            Bitmaps.Or(decided, part, decided);
            Split(value, isAnd, part);
            Bitmaps.And(agreed, part, agreed);
        }

        Span<ulong> values = _result.ValueBits(length), validity = _result.Validity(length);
        Bitmaps.AndNot(agreed, decided, agreed);
        if (isAnd)
        {
            agreed.CopyTo(values);
        }
        else
        {
            decided.CopyTo(values);
        }

        Bitmaps.Or(agreed, decided, validity);
        if (isAllDecided)
        {
            validity.Fill(ulong.MaxValue);
        }

        _result.CountNulls(length);
        return _result.BuildBoolean(length);
    }

    public override void Dispose()
    {
        foreach (LogicTerm term in terms)
        {
            term.Evaluator.Dispose();
        }

        _result.Dispose();
        _narrowing.Dispose();
        _decided.Dispose();
        _agreed.Dispose();
        _part.Dispose();
    }

    private static void Split(Vector value, bool truth, Span<ulong> result)
    {
        if (truth)
        {
            TruthBits.True(value, result);
        }
        else
        {
            TruthBits.False(value, result);
        }
    }
}

/// <summary>NOT.</summary>
internal sealed class NotEvaluator(Evaluator input, MemoryAccount account) : Evaluator(SqlType.Boolean)
{
    private readonly ResultBuffers _result = new(account);

    public override Vector Evaluate(Batch batch)
    {
        Vector value = input.Evaluate(batch);
        if (value is ConstantVector { IsNullConstant: true })
        {
            return value;
        }

        TruthBits.True(value, _result.ValueBits(batch.Length));
        Span<ulong> bits = _result.ValueBits(batch.Length);
        Bitmaps.Not(bits, bits);
        _result.ShareValidity(value);
        return _result.BuildBoolean(batch.Length);
    }

    public override void Dispose()
    {
        input.Dispose();
        _result.Dispose();
    }
}

/// <summary>IS [NOT] NULL.</summary>
internal sealed class IsNullEvaluator(Evaluator input, bool negated, MemoryAccount account) : Evaluator(SqlType.Boolean)
{
    private readonly ResultBuffers _result = new(account);

    public override Vector Evaluate(Batch batch)
    {
        Vector value = input.Evaluate(batch);
        Span<ulong> bits = _result.ValueBits(batch.Length);
        if (value.ValidityBuffer == null)
        {
            bool isNull = value is ConstantVector { IsNullConstant: true };
            bits.Fill(isNull != negated ? ulong.MaxValue : 0);
        }
        else if (negated)
        {
            Bitmaps.ValidityWords(value)[..bits.Length].CopyTo(bits);
        }
        else
        {
            Bitmaps.Not(Bitmaps.ValidityWords(value)[..bits.Length], bits);
        }

        _result.AllValid();
        return _result.BuildBoolean(batch.Length);
    }

    public override void Dispose()
    {
        input.Dispose();
        _result.Dispose();
    }
}

/// <summary>IS [NOT] TRUE | FALSE.</summary>
internal sealed class IsTruthEvaluator(Evaluator input, bool truth, bool negated, MemoryAccount account) : Evaluator(SqlType.Boolean)
{
    private readonly ResultBuffers _result = new(account);

    public override Vector Evaluate(Batch batch)
    {
        Vector value = input.Evaluate(batch);
        Span<ulong> bits = _result.ValueBits(batch.Length);
        if (truth)
        {
            TruthBits.True(value, bits);
        }
        else
        {
            TruthBits.False(value, bits);
        }

        if (negated)
        {
            Bitmaps.Not(bits, bits);
        }

        _result.AllValid();
        return _result.BuildBoolean(batch.Length);
    }

    public override void Dispose()
    {
        input.Dispose();
        _result.Dispose();
    }
}
