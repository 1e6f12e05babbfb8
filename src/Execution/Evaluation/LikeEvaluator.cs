using System.Text;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Evaluation;

/// <summary>[NOT] [I]LIKE. A constant pattern is compiled once; others are compiled as they change from row to row.</summary>
internal sealed class LikeEvaluator(Evaluator input, Evaluator pattern, char? escape, bool ignoreCase, bool negated, MemoryAccount account, CancellationToken cancellation) : Evaluator(SqlType.Boolean)
{
    private readonly ResultBuffers _result = new(account);
    private readonly VectorGatherer _flattener = new(account);
    private readonly VectorGatherer _patternFlattener = new(account);
    private readonly NullBoolean _null = new(account);
    private byte[]? _patternBytes;
    private LikePattern? _compiled;

    public override Vector Evaluate(Batch batch)
    {
        Vector texts = input.Evaluate(batch), patterns = pattern.Evaluate(batch);
        int length = batch.Length;
        if (texts is ConstantVector { IsNullConstant: true } || patterns is ConstantVector { IsNullConstant: true })
        {
            return _null.OfLength(length);
        }

        texts = _flattener.Flatten(texts);
        Span<ulong> bits = _result.ValueBits(length);
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        var reader = new VectorReader(texts);
        if (patterns is ConstantVector constant)
        {
            _result.ShareValidity(texts);
            Compile(((ViewVector)constant.Value).Bytes(0)).Run(in reader, length, batch.Selection != null, rows, negated, bits, cancellation);
            return _result.BuildBoolean(length);
        }

        patterns = _patternFlattener.Flatten(patterns);
        _result.CombineValidity(texts, patterns, length);
        var patternReader = new VectorReader(patterns);
        bits.Clear();
        int count = batch.RowCount;
        for (int i = 0; i < count; i++)
        {
            int row = batch.Selection == null ? i : rows[i];
            cancellation.ThrowIfCancellationRequested();
            if (!reader.IsNull(row) && !patternReader.IsNull(row))
            {
                bool matches = Compile(patternReader.Bytes(row)).IsMatch(reader.Bytes(row), cancellation) != negated;
                bits[row >> 6] |= (matches ? 1UL : 0) << (row & 63);
            }
        }

        return _result.BuildBoolean(length);
    }

    public override void Dispose()
    {
        input.Dispose();
        pattern.Dispose();
        _result.Dispose();
        _flattener.Dispose();
        _patternFlattener.Dispose();
    }

    private LikePattern Compile(ReadOnlySpan<byte> bytes)
    {
        if (_compiled == null || !bytes.SequenceEqual(_patternBytes))
        {
            _patternBytes = bytes.ToArray();
            _compiled = LikePattern.Compile(Encoding.UTF8.GetString(bytes), escape, ignoreCase, cancellation);
        }

        return _compiled;
    }
}
