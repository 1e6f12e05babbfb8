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

    private static void JoinTexts(ReadOnlySpan<VectorReader> columns, ReadOnlySpan<int> rows, ResultColumn result, ref Pulse pulse)
    {
        // The separator of a row stands before its value; the first row's is not used.
        long length = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            length += columns[0].Bytes(rows[i]).Length + (i == 0 || columns[1].IsNull(rows[i]) ? 0 : columns[1].Bytes(rows[i]).Length);
            pulse.Spend(16);
        }

        if (length > 1 << 30)
        {
            throw ExecutionErrors.ProgramLimit("string_agg: a text of more than 1 GB");
        }

        Span<byte> room = result.Reserve((int)length);
        for (int i = 0; i < rows.Length; i++)
        {
            if (i > 0 && !columns[1].IsNull(rows[i]))
            {
                ReadOnlySpan<byte> separator = columns[1].Bytes(rows[i]);
                pulse.Copy(separator, room);
                room = room[separator.Length..];
            }

            ReadOnlySpan<byte> text = columns[0].Bytes(rows[i]);
            pulse.Copy(text, room);
            room = room[text.Length..];
            pulse.Spend(16);
        }

        result.CommitBytes((int)length);
    }

    private static void CollectArray(ReadOnlySpan<VectorReader> columns, ReadOnlySpan<int> rows, ResultColumn result, ref Pulse pulse)
    {
        const int RowsAtOnce = 4096;
        ColumnAppender list = result.BeginList();
        for (; !rows.IsEmpty; rows = rows[Math.Min(rows.Length, RowsAtOnce)..])
        {
            list.Append(columns[0].Source, rows[..Math.Min(rows.Length, RowsAtOnce)]);
            pulse.Spend(RowsAtOnce * 16);
        }

        result.EndList();
    }
}
