using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>string_agg and array_agg: all values of a group in one.</summary>
internal static class Collections
{
    public static readonly AggregateFunction[] Functions =
    [
        AggregateFunction.Create("string_agg", [SqlType.Text, SqlType.Text], FunctionSignature.Returns(SqlType.Text), null,
            static binding => new CollectingAccumulator(binding, 0, JoinTexts), "The values that are not null, with the second argument between them.")
            with { IsOrderSensitive = true },
        AggregateFunction.Create("string_agg", [SqlType.Bytea, SqlType.Bytea], FunctionSignature.Returns(SqlType.Bytea), null,
            static binding => new CollectingAccumulator(binding, 0, JoinTexts), "The values that are not null, with the second argument between them.")
            with { IsOrderSensitive = true },
        AggregateFunction.Create("array_agg", [ParameterType.AnyElement], static types => SqlType.Array(types[0]), null,
            static binding => new CollectingAccumulator(binding, -1, CollectArray), "All values as an array, nulls included.")
            with { IsOrderSensitive = true },
        AggregateFunction.Create("list", [ParameterType.AnyElement], static types => SqlType.Array(types[0]), null,
            static binding => new CollectingAccumulator(binding, -1, CollectArray), "All values as an array, nulls included.")
            with { IsOrderSensitive = true },
    ];

    private static void JoinTexts(ReadOnlySpan<VectorReader> columns, ReadOnlySpan<int> rows, ResultColumn result)
    {
        // The separator of a row stands before its value; the first row's is not used.
        long length = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            length += columns[0].Bytes(rows[i]).Length + (i == 0 || columns[1].IsNull(rows[i]) ? 0 : columns[1].Bytes(rows[i]).Length);
        }

        if (length > 1 << 30)
        {
            throw ExecutionErrors.ProgramLimit("string_agg: a text of more than 1 GB");
        }

        Span<byte> target = result.Reserve((int)length);
        int written = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            if (i > 0 && !columns[1].IsNull(rows[i]))
            {
                Write(columns[1].Bytes(rows[i]), target, ref written);
            }

            Write(columns[0].Bytes(rows[i]), target, ref written);
        }

        result.CommitBytes(written);
    }

    private static void Write(ReadOnlySpan<byte> bytes, Span<byte> target, ref int written)
    {
        bytes.CopyTo(target[written..]);
        written += bytes.Length;
    }

    private static void CollectArray(ReadOnlySpan<VectorReader> columns, ReadOnlySpan<int> rows, ResultColumn result)
    {
        result.BeginList().Append(columns[0].Source, rows);
        result.EndList();
    }
}
