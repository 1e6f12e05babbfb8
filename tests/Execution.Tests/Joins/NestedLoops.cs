using SqlCluster.Catalyst.Physical;

namespace SqlCluster.Execution.Tests.Joins;

/// <summary>Every kind of join by its definition, over boxed rows: left columns, right columns, mark.</summary>
internal static class NestedLoops
{
    public static IEnumerable<object?[]> Join(
        ExecJoinKind kind, IReadOnlyList<object?[]> left, IReadOnlyList<object?[]> right, int leftCount, int rightCount, Func<object?[], object?[], bool?> condition)
    {
        var noLeft = new object?[leftCount];
        var noRight = new object?[rightCount];
        var matched = new bool[right.Count];
        foreach (object?[] l in left)
        {
            bool found = false, unknown = false;
            for (int r = 0; r < right.Count; r++)
            {
                bool? value = condition(l, right[r]);
                unknown |= value == null;
                if (value == true)
                {
                    found = matched[r] = true;
                    if (kind is ExecJoinKind.Inner or ExecJoinKind.LeftOuter or ExecJoinKind.RightOuter or ExecJoinKind.FullOuter or ExecJoinKind.LeftSingle)
                    {
                        yield return [.. l, .. right[r], null];
                    }
                }
            }

            switch (kind)
            {
                case ExecJoinKind.LeftOuter or ExecJoinKind.FullOuter or ExecJoinKind.LeftSingle when !found:
                case ExecJoinKind.LeftSemi when found:
                case ExecJoinKind.LeftAnti when !found:
                    yield return [.. l, .. noRight, null];
                    break;
                case ExecJoinKind.LeftMark:
                    yield return [.. l, .. noRight, found ? true : unknown ? null : false];
                    break;
            }
        }

        for (int r = 0; r < right.Count; r++)
        {
            bool comes = kind switch
            {
                ExecJoinKind.RightOuter or ExecJoinKind.FullOuter or ExecJoinKind.RightAnti => !matched[r],
                ExecJoinKind.RightSemi => matched[r],
                _ => false,
            };
            if (comes)
            {
                yield return [.. noLeft, .. right[r], null];
            }
        }
    }
}
