using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Analysis.Resolvers;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Sampling;

/// <summary>Draws the rows of TABLESAMPLE: percentage, seed or NULL, then columns of the row.</summary>
internal static class TableSamples
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        Of(SpecialFunctions.SampleRows, "Draws each row with a probability in percent", isByBatch: false),
        Of(SpecialFunctions.SampleBatches, "Draws each batch of rows with a probability in percent", isByBatch: true),
    ];

    private static ScalarFunction Of(string name, string description, bool isByBatch) => new(
        new FunctionSignature
        {
            Name = name, Parameters = [SqlType.DoublePrecision, SqlType.DoublePrecision, ParameterType.Any], IsVariadic = true, ReturnType = FunctionSignature.Returns(SqlType.Boolean),
            Volatility = Volatility.Volatile, IsStrict = false, NeverNull = true, MayFail = true, Description = description,
        },
        binding => new Draw(binding, isByBatch));

    private sealed class Draw(CallBinding binding, bool isByBatch) : VectorFunction
    {
        private readonly ResultColumn _result = new(SqlType.Boolean, binding.Context.Account);
        private ulong[] _hashes = [];

        public override Vector Invoke(ReadOnlySpan<Vector> arguments, int length, SelectionVector? selection)
        {
            _result.Start(length);
            int count = selection?.Rows.Length ?? length;
            if (count > 0)
            {
                int first = selection is null ? 0 : selection.Rows[0];
                double share = Share(new VectorReader(arguments[0]), first);
                var seed = new VectorReader(arguments[1]);
                if (seed.IsNull(first))
                {
                    DrawByChance(share, selection, count);
                }
                else
                {
                    DrawByHash(share, BitConverter.DoubleToUInt64Bits(seed.Double(first)), arguments[2..], selection, count);
                }
            }

            return _result.Build();
        }

        public override void Dispose() => _result.Dispose();

        private void DrawByChance(double share, SelectionVector? selection, int count)
        {
            Random random = binding.Context.Random;
            bool isBatchDrawn = isByBatch && random.NextDouble() < share;
            for (int i = 0; i < count; i++)
            {
                Set(selection, i, isByBatch ? isBatchDrawn : random.NextDouble() < share);
            }
        }

        private void DrawByHash(double share, ulong seed, ReadOnlySpan<Vector> columns, SelectionVector? selection, int count)
        {
            _hashes = _hashes.Length < count ? new ulong[count] : _hashes;
            HashKernels.Hash(columns, selection, _hashes, binding.Context.Account);
            for (int i = 0; i < count; i++)
            {
                Set(selection, i, (HashKernels.Mix(_hashes[i] ^ HashKernels.Mix(seed)) >> 11) * (1.0 / (1UL << 53)) < share);
            }
        }

        private void Set(SelectionVector? selection, int index, bool isDrawn)
        {
            _result.MoveTo(selection is null ? index : selection.Rows[index]);
            _result.SetBoolean(isDrawn);
        }

        private static double Share(VectorReader percentage, int row) => percentage.IsNull(row) ? throw ExecutionErrors.InvalidSample(isNull: true)
            : percentage.Double(row) is >= 0 and <= 100 and var percent ? percent / 100
            : throw ExecutionErrors.InvalidSample(isNull: false);
    }
}
