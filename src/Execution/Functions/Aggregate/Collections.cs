using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Scalar.Nested;
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
            static binding => new CollectingAccumulator(binding, -1, binding.ArgumentTypes[0] is { Kind: TypeKind.Array, Variant: TypeVariant.None } inner ? ArraysOf(inner) : CollectArray),
            "All values as an array, nulls included. Of arrays, those must be of equal dimensions.")
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

    /// <summary>Collects arrays, which PostgreSQL wants to be of the same dimensions, neither null nor empty. DuckDB's list() takes any.</summary>
    private static CollectedBody ArraysOf(SqlType inner) => (ReadOnlySpan<VectorReader> columns, ReadOnlySpan<int> rows, ResultColumn result, ref Pulse pulse) =>
    {
        Span<int> first = stackalloc int[16], lengths = stackalloc int[16];
        VectorReader arrays = columns[0];
        int dimensions = -1;
        foreach (int row in rows)
        {
            pulse.Spend(32);
            if (arrays.IsNull(row))
            {
                throw ExecutionErrors.NullArray();
            }

            int count = ArrayShapes.Lengths((ListVector)arrays.Flat, arrays.Slot(row), inner, lengths);
            if (lengths[0] == 0)
            {
                throw ExecutionErrors.WrongDimensions("cannot accumulate empty arrays");
            }

            if (dimensions < 0)
            {
                dimensions = count;
                lengths[..count].CopyTo(first);
            }
            else if (!first[..dimensions].SequenceEqual(lengths[..count]))
            {
                throw ExecutionErrors.WrongDimensions("cannot accumulate arrays of different dimensionality");
            }
        }

        CollectArray(columns, rows, result, ref pulse);
    };

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
