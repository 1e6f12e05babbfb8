using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>approx_count_distinct(x): a <see cref="HyperLogLog"/> of 2,048 registers a group, about 2.3 % standard error.</summary>
internal static class DistinctSketch
{
    public static readonly AggregateFunction[] Functions =
    [
        AggregateFunction.Create("approx_count_distinct", [ParameterType.Any], FunctionSignature.Returns(SqlType.BigInt), static _ => [SqlType.Bytea],
            static binding => new SketchAccumulator(binding.Context.Account), "About how many distinct values there are.", neverNull: true) with { IgnoresDuplicates = true },
    ];
}

/// <summary>Registers by group.</summary>
internal sealed class SketchAccumulator(MemoryAccount account) : Accumulator
{
    private const int IndexBits = 11;
    private const int Registers = 1 << IndexBits;
    private readonly ResultColumn _result = new(SqlType.BigInt, account);
    private readonly ResultColumn _state = new(SqlType.Bytea, account);
    private readonly DenseArgument _dense = new(account);
    private StateArray<byte> _registers = new(account);
    private NativeBuffer? _hashes;

    public override long ReservedBytes => _registers.ReservedBytes;

    public override void Resize(int groupCount) => _registers.Resize(checked(groupCount * Registers));

    public override void Update(ReadOnlySpan<Vector> arguments, in GroupedRows rows)
    {
        ReadOnlySpan<int> picked = _dense.Present(arguments[0], in rows, out ReadOnlySpan<int> groups, out int count);
        if (count == 0)
        {
            return;
        }

        Span<ulong> hashes = NativeBuffer.Reuse(ref _hashes, count * 8L, account).Span<ulong>(0, count);
        HashKernels.Hash([arguments[0]], picked, count, hashes, account);
        Span<byte> registers = _registers.Values;
        for (int i = 0; i < count; i++)
        {
            HyperLogLog.Add(registers.Slice((groups.IsEmpty ? 0 : groups[i]) * Registers, Registers), IndexBits, hashes[i]);
        }
    }

    public override void Merge(ReadOnlySpan<Vector> states, in GroupedRows rows)
    {
        var reader = new VectorReader(states[0]);
        for (int i = 0; i < rows.Count; i++)
        {
            HyperLogLog.Merge(_registers.Values.Slice(rows.Group(i) * Registers, Registers), reader.Bytes(rows.Row(i)));
        }
    }

    public override void States(int start, int count, Span<Vector> states)
    {
        _state.Start(count);
        for (int i = 0; i < count; i++)
        {
            _state.MoveTo(i);
            _state.SetBytes(_registers.Values.Slice((start + i) * Registers, Registers));
        }

        states[0] = _state.Build();
    }

    public override Vector Finish(int start, int count)
    {
        _result.Start(count);
        for (int i = 0; i < count; i++)
        {
            _result.MoveTo(i);
            _result.SetLong((long)Math.Round(HyperLogLog.Estimate(_registers.Values.Slice((start + i) * Registers, Registers))));
        }

        return _result.Build();
    }

    public override void Clear() => _registers.Clear();

    public override void Dispose()
    {
        _registers.Dispose();
        _result.Dispose();
        _state.Dispose();
        _dense.Dispose();
        _hashes?.Release();
        _hashes = null;
    }
}
