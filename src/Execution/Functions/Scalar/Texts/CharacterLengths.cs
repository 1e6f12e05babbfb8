using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>Characters of texts, in a loop over views: short ones are counted as the two numbers they are.</summary>
internal sealed class CharacterLengths(CallBinding binding) : VectorFunction
{
    private const ulong LowBits = 0x0101010101010101;
    private readonly ResultBuffers _result = new(binding.Context.Account);

    public override Vector Invoke(ReadOnlySpan<Vector> arguments, int length, SelectionVector? selection)
    {
        Vector texts = arguments[0];
        var reader = new VectorReader(texts);
        Span<int> result = _result.Values<int>(length);
        ReadOnlySpan<int> rows = selection == null ? default : selection.Rows;
        int count = selection?.Count ?? length;
        bool hasNulls = texts.HasNulls;
        var pulse = new Pulse(binding.Context.Cancellation);
        for (int i = 0; i < count; i++)
        {
            int row = selection == null ? i : rows[i];
            if (hasNulls && reader.IsNull(row))
            {
                result[row] = 0;
                continue;
            }

            StringView view = reader.View(row);
            pulse.Spend(view.Length);
            result[row] = view.Length <= StringView.InlineBytes ? view.Length - Continuations(view.Head >> 32) - Continuations(view.Tail) : Utf8Text.Count(StringView.Bytes(in view));
        }

        _result.ShareValidity(texts);
        return _result.BuildFixed(ArrowType.Int32, length);
    }

    public override void Dispose() => _result.Dispose();

    /// <summary>Bytes of the form 10xxxxxx.</summary>
    private static int Continuations(ulong bytes) => System.Numerics.BitOperations.PopCount((bytes >> 7) & (~bytes >> 6) & LowBits);
}
