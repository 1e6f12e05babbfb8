using SqlCluster.Catalyst.Analysis.Resolvers;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>rank, dense_rank, percent_rank and cume_dist (values) WITHIN GROUP (ORDER BY keys): where a row of the values would stand among the group's rows.</summary>
/// <remarks>The first half of the arguments are the values, the second the keys, of the same types one by one.</remarks>
internal static class HypotheticalSets
{
    public static readonly AggregateFunction[] Functions =
    [
        Create(SpecialFunctions.HypotheticalRank, SqlType.BigInt, static (place, result) => result.SetLong(place.Before + 1), "rank (values) WITHIN GROUP (ORDER BY keys): the values' rank among the rows, with gaps."),
        Create(SpecialFunctions.HypotheticalDenseRank, SqlType.BigInt, static (place, result) => result.SetLong(place.DistinctBefore + 1), "dense_rank (values) WITHIN GROUP (ORDER BY keys): the values' rank among the rows, without gaps."),
        Create(
            SpecialFunctions.HypotheticalPercentRank, SqlType.DoublePrecision, static (place, result) => result.SetDouble(place.Count == 0 ? 0 : (double)place.Before / place.Count),
            "percent_rank (values) WITHIN GROUP (ORDER BY keys): the values' relative rank, from 0 to 1."),
        Create(
            SpecialFunctions.HypotheticalCumeDist, SqlType.DoublePrecision, static (place, result) => result.SetDouble((place.Before + place.Equal + 1.0) / (place.Count + 1)),
            "cume_dist (values) WITHIN GROUP (ORDER BY keys): the part of rows up to the values' place."),
    ];

    private static AggregateFunction Create(string name, SqlType type, Action<Place, ResultColumn> set, string description) => AggregateFunction.Create(
        name, [ParameterType.Any], FunctionSignature.Returns(type), null, binding => new CollectingAccumulator(binding, -1, (ReadOnlySpan<VectorReader> columns, ReadOnlySpan<int> rows, ResultColumn result, ref Pulse pulse) => set(Find(columns, rows, binding.OrderBy, ref pulse), result), result => set(default, result)), description,
        neverNull: true, isVariadic: true);

    private static Place Find(ReadOnlySpan<VectorReader> columns, ReadOnlySpan<int> rows, NodeList<SortKey> keys, ref Pulse pulse)
    {
        int width = keys.Count;
        long equal = 0;
        var before = new List<int>();
        foreach (int row in rows)
        {
            pulse.Spend(64);
            int order = 0;
            for (int i = 0; i < width && order == 0; i++)
            {
                order = Compare(in columns[width + i], row, in columns[i], rows[0], keys[i]);
            }

            equal += order == 0 ? 1 : 0;
            if (order < 0)
            {
                before.Add(row);
            }
        }

        return new Place(before.Count, Distinct(columns[width..], before, keys, ref pulse), equal, rows.Length);
    }

    private static long Distinct(ReadOnlySpan<VectorReader> columns, List<int> rows, NodeList<SortKey> keys, ref Pulse pulse)
    {
        VectorReader[] readers = columns.ToArray();
        int CompareRows(int left, int right)
        {
            int order = 0;
            for (int i = 0; i < keys.Count && order == 0; i++)
            {
                order = Compare(in readers[i], left, in readers[i], right, keys[i]);
            }

            return order;
        }

        pulse.Sort(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows), CompareRows);
        long count = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            pulse.Spend(64);
            count += i == 0 || CompareRows(rows[i - 1], rows[i]) != 0 ? 1 : 0;
        }

        return count;
    }

    private static int Compare(in VectorReader left, int leftRow, in VectorReader right, int rightRow, SortKey key)
    {
        bool isLeftNull = left.IsNull(leftRow), isRightNull = right.IsNull(rightRow);
        return isLeftNull || isRightNull ? isLeftNull == isRightNull ? 0 : isLeftNull == key.NullsFirst ? -1 : 1
            : key.Descending ? RowOrder.Compare(in right, rightRow, in left, leftRow)
            : RowOrder.Compare(in left, leftRow, in right, rightRow);
    }

    /// <summary>Rows before the values, how many different ones, rows equal to them, and all rows.</summary>
    private readonly record struct Place(long Before, long DistinctBefore, long Equal, long Count);
}
