using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Evaluation;

/// <summary>Searched CASE: each condition is evaluated for the rows still open, each result for the rows that chose it.</summary>
internal sealed class CaseEvaluator(SqlType type, (Evaluator Condition, Evaluator Result)[] arms, Evaluator otherwise, MemoryAccount account, CancellationToken cancellation) : Evaluator(type)
{
    private readonly VectorMerger _merger = new(type, account);
    private readonly Narrowing[] _open = [new(account), new(account)];
    private readonly Narrowing _chosen = new(account);
    private readonly ScratchRows _all = new(account);
    private ScratchBitmap _bits = new(account);

    public override Vector Evaluate(Batch batch)
    {
        int length = batch.Length;
        _merger.Start(length);
        Batch open = batch;
        for (int i = 0; i < arms.Length && open.RowCount > 0; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            Vector condition = arms[i].Condition.Evaluate(open);
            Span<ulong> bits = _bits.Words(length);
            TruthBits.True(condition, bits);
            Batch chosen = _chosen.Narrow(open, bits);
            if (chosen.RowCount == 0)
            {
                continue;
            }

            Put(arms[i].Result.Evaluate(chosen), chosen);
            if (chosen.RowCount == open.RowCount)
            {
                return _merger.Build();
            }

            bits = _bits.Words(length);
            TruthBits.True(condition, bits);
            Bitmaps.Not(bits, bits);
            open = _open[i & 1].Narrow(open, bits);
        }

        if (open.RowCount > 0)
        {
            Vector rest = otherwise.Evaluate(open);
            if (ReferenceEquals(open, batch))
            {
                return rest;
            }

            Put(rest, open);
        }

        return _merger.Build();
    }

    public override void Dispose()
    {
        foreach ((Evaluator condition, Evaluator result) in arms)
        {
            condition.Dispose();
            result.Dispose();
        }

        otherwise.Dispose();
        _merger.Dispose();
        _open[0].Dispose();
        _open[1].Dispose();
        _chosen.Dispose();
        _all.Dispose();
        _bits.Dispose();
    }

    private void Put(Vector source, Batch rows) => _merger.Put(source, rows.Selection == null ? _all.UpTo(rows.Length) : rows.Selection.Rows);
}

/// <summary>COALESCE: later arguments are evaluated for the rows still null.</summary>
internal sealed class CoalesceEvaluator(SqlType type, Evaluator[] arguments, MemoryAccount account) : Evaluator(type)
{
    private readonly VectorMerger _merger = new(type, account);
    private readonly Narrowing[] _open = [new(account), new(account)];
    private readonly Narrowing _found = new(account);
    private readonly ScratchRows _all = new(account);
    private ScratchBitmap _bits = new(account);

    public override Vector Evaluate(Batch batch)
    {
        int length = batch.Length;
        Vector first = arguments[0].Evaluate(batch);
        if (!first.HasNulls)
        {
            return first;
        }

        _merger.Start(length);
        Batch open = batch;
        Vector value = first;
        for (int i = 0; ; i++)
        {
            if (value is not ConstantVector { IsNullConstant: true })
            {
                Span<ulong> bits = _bits.Words(length);
                if (value.HasNulls)
                {
                    Bitmaps.ValidityWords(value)[..bits.Length].CopyTo(bits);
                }
                else
                {
                    bits.Fill(ulong.MaxValue);
                }

                Batch found = _found.Narrow(open, bits);
                _merger.Put(value, found.Selection == null ? _all.UpTo(length) : found.Selection.Rows);
                Bitmaps.Not(bits, bits);
                open = _open[i & 1].Narrow(open, bits);
            }

            if (i + 1 == arguments.Length || open.RowCount == 0)
            {
                return _merger.Build();
            }

            value = arguments[i + 1].Evaluate(open);
        }
    }

    public override void Dispose()
    {
        foreach (Evaluator argument in arguments)
        {
            argument.Dispose();
        }

        _merger.Dispose();
        _open[0].Dispose();
        _open[1].Dispose();
        _found.Dispose();
        _all.Dispose();
        _bits.Dispose();
    }
}

/// <summary>The row numbers 0, 1, 2 and so on.</summary>
internal sealed class ScratchRows(MemoryAccount account) : IDisposable
{
    private NativeBuffer? _rows;
    private int _filled;

    public ReadOnlySpan<int> UpTo(int length)
    {
        if (_filled < length)
        {
            Span<int> rows = NativeBuffer.Reuse(ref _rows, length * 4L, account).Span<int>(0, length);
            for (int i = 0; i < length; i++)
            {
                rows[i] = i;
            }

            _filled = length;
        }

        return length == 0 ? default : _rows!.Span<int>(0, length);
    }

    public void Dispose()
    {
        _rows?.Release();
        _rows = null;
        _filled = 0;
    }
}
