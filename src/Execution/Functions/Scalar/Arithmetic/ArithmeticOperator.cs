using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Arithmetic;

/// <summary>The five operators that have kernels for every number type.</summary>
internal enum ArithmeticOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

/// <summary>What arithmetic on two vectors shares: flattened operands, result buffers, the rows to compute one by one.</summary>
internal abstract class BinaryVectorFunction(CallBinding binding) : VectorFunction
{
    private readonly VectorGatherer _leftFlattener = new(binding.Context.Account);
    private readonly VectorGatherer _rightFlattener = new(binding.Context.Account);

    protected CallBinding Binding { get; } = binding;

    protected MemoryAccount Account { get; } = binding.Context.Account;

    protected ResultBuffers Result { get; } = new(binding.Context.Account);

    public sealed override Vector Invoke(ReadOnlySpan<Vector> arguments, int length, SelectionVector? selection)
    {
        Vector left = arguments[0] is DictionaryVector ? _leftFlattener.Flatten(arguments[0]) : arguments[0];
        Vector right = arguments[1] is DictionaryVector ? _rightFlattener.Flatten(arguments[1]) : arguments[1];
        Result.CombineValidity(left, right, length);
        return Compute(left, right, length, selection);
    }

    public override void Dispose()
    {
        _leftFlattener.Dispose();
        _rightFlattener.Dispose();
        Result.Dispose();
    }

    /// <param name="left">Flat, or a constant that is not null.</param>
    /// <param name="right">Flat, or a constant that is not null; not both constants.</param>
    protected abstract Vector Compute(Vector left, Vector right, int length, SelectionVector? selection);
}
