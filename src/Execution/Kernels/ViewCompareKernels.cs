using SqlCluster.Arrow.Memory;

namespace SqlCluster.Execution.Kernels;

/// <summary>Comparisons of text views to bitmaps.</summary>
internal static class ViewCompareKernels
{
    /// <summary>Bit i = (views[i] = constant) xor negate.</summary>
    public static void Equal(ReadOnlySpan<StringView> views, StringView constant, bool negate, Span<ulong> result)
    {
        ulong flip = negate ? ulong.MaxValue : 0, head = constant.Head, tail = constant.Tail;
        bool isShort = constant.Length <= StringView.InlineBytes;
        for (int start = 0; start < views.Length; start += 64)
        {
            ulong word = 0;
            int count = Math.Min(64, views.Length - start);
            ReadOnlySpan<StringView> part = views.Slice(start, count);
            if (isShort)
            {
                for (int i = 0; i < part.Length; i++)
                {
                    word |= ((part[i].Head ^ head) | (part[i].Tail ^ tail)) == 0 ? 1UL << i : 0;
                }
            }
            else
            {
                for (int i = 0; i < part.Length; i++)
                {
                    word |= part[i].Head == head && StringView.Equal(in part[i], in constant) ? 1UL << i : 0;
                }
            }

            result[start >> 6] = word ^ flip;
        }
    }

    /// <summary>Bit i = (order of left and right is among those asked for), for two readers of text rows.</summary>
    /// <param name="rows">Rows to compare; others come out 0.</param>
    public static void Compare(in VectorReader left, in VectorReader right, int length, bool isSelected, ReadOnlySpan<int> rows, bool less, bool equal, bool greater, Span<ulong> result)
    {
        result.Clear();
        int count = isSelected ? rows.Length : length;
        for (int i = 0; i < count; i++)
        {
            int row = isSelected ? rows[i] : i;
            bool holds;
            if (less == greater)
            {
                holds = StringView.Equal(left.View(row), right.View(row)) == equal;
            }
            else
            {
                int order = StringView.Compare(left.View(row), right.View(row));
                holds = order < 0 ? less : order > 0 ? greater : equal;
            }

            result[row >> 6] |= (holds ? 1UL : 0) << (row & 63);
        }
    }
}
