using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Physical;

/// <summary>A join with its planned inputs, either way round.</summary>
internal sealed class JoinSides
{
    private readonly PhysicalPlanner _planner;
    private readonly IReadOnlySet<ColumnId> _required;
    private readonly bool _isMirrored;

    /// <param name="planner">The planner at work.</param>
    /// <param name="join">The logical join; once mirrored, only its sides and estimates are used, not its kind.</param>
    /// <param name="left">Probe side.</param>
    /// <param name="right">Build side.</param>
    /// <param name="required">Columns used above the join.</param>
    /// <param name="neededBelow">Columns used by the join or above it.</param>
    public JoinSides(PhysicalPlanner planner, Join join, PlannedNode left, PlannedNode right, IReadOnlySet<ColumnId> required, IReadOnlySet<ColumnId> neededBelow)
        : this(planner, join, left, right, required, neededBelow, isMirrored: false)
    {
    }

    private JoinSides(
        PhysicalPlanner planner, Join join, PlannedNode left, PlannedNode right, IReadOnlySet<ColumnId> required, IReadOnlySet<ColumnId> neededBelow, bool isMirrored)
    {
        _planner = planner;
        Join = join;
        Left = left;
        Right = right;
        _required = required;
        _isMirrored = isMirrored;
        NeededBelow = neededBelow;
    }

    public Join Join { get; }

    public PlannedNode Left { get; }

    public PlannedNode Right { get; }

    /// <summary>The logical probe side.</summary>
    public LogicalPlan LogicalLeft => _isMirrored ? Join.Right : Join.Left;

    /// <summary>The logical build side.</summary>
    public LogicalPlan LogicalRight => _isMirrored ? Join.Left : Join.Right;

    /// <summary>Columns used by the join or above it.</summary>
    public IReadOnlySet<ColumnId> NeededBelow { get; }

    public ExecJoinKind ExecKind => _isMirrored ? MirroredKind(Join.Kind) : KindOf(Join.Kind);

    public JoinSides Mirrored() => new(_planner, Join, Right, Left, _required, NeededBelow, !_isMirrored);

    /// <summary>Which of both inputs' columns come out, and where.</summary>
    public JoinOutputLayout OutputOf(PlannedNode left, PlannedNode right)
    {
        bool hasLeft = ExecKind is not (ExecJoinKind.RightSemi or ExecJoinKind.RightAnti);
        bool hasRight = ExecKind is not (ExecJoinKind.LeftSemi or ExecJoinKind.LeftAnti or ExecJoinKind.LeftMark);
        int mark = left.Output.Count + right.Output.Count;
        var kept = new bool[mark + 1];
        var positions = new List<(ColumnId Id, int Position)>(kept.Length);
        void Keep(PlannedNode side, int offset)
        {
            foreach ((ColumnId id, int ordinal) in side.Layout)
            {
                if (_required.Contains(id))
                {
                    kept[offset + ordinal] = true;
                    positions.Add((id, offset + ordinal));
                }
            }
        }

        if (hasLeft)
        {
            Keep(left, 0);
        }

        if (hasRight)
        {
            Keep(right, left.Output.Count);
        }

        if (Join.Mark is not null && _required.Contains(Join.Mark.Id))
        {
            kept[mark] = true;
            positions.Add((Join.Mark.Id, mark));
        }

        (int[] ordinals, int[] places) = ColumnSelection.Places(kept);
        var layout = new Dictionary<ColumnId, int>(positions.Count);
        foreach ((ColumnId id, int position) in positions)
        {
            layout.TryAdd(id, places[position]);
        }

        return new JoinOutputLayout([.. ordinals], layout, left, right);
    }

    private static ExecJoinKind KindOf(JoinKind kind) => kind switch
    {
        JoinKind.Inner or JoinKind.AsOf => ExecJoinKind.Inner,
        JoinKind.LeftOuter or JoinKind.AsOfLeft => ExecJoinKind.LeftOuter,
        JoinKind.RightOuter => ExecJoinKind.RightOuter,
        JoinKind.FullOuter => ExecJoinKind.FullOuter,
        JoinKind.LeftSemi => ExecJoinKind.LeftSemi,
        JoinKind.LeftAnti => ExecJoinKind.LeftAnti,
        JoinKind.LeftMark => ExecJoinKind.LeftMark,
        JoinKind.LeftSingle => ExecJoinKind.LeftSingle,
    };

    private static ExecJoinKind MirroredKind(JoinKind kind) => kind switch
    {
        JoinKind.Inner => ExecJoinKind.Inner,
        JoinKind.LeftOuter => ExecJoinKind.RightOuter,
        JoinKind.RightOuter => ExecJoinKind.LeftOuter,
        JoinKind.FullOuter => ExecJoinKind.FullOuter,
        JoinKind.LeftSemi => ExecJoinKind.RightSemi,
        JoinKind.LeftAnti => ExecJoinKind.RightAnti,
        JoinKind.LeftMark or JoinKind.LeftSingle or JoinKind.AsOf or JoinKind.AsOfLeft => throw new InvalidOperationException($"{kind} has no mirror image"),
    };
}

/// <summary>Output positions of a join, and where its conditions find columns of the inputs.</summary>
internal sealed record JoinOutputLayout(NodeList<int> Ordinals, Dictionary<ColumnId, int> Layout, PlannedNode Left, PlannedNode Right)
{
    /// <summary>Binds a residual's column: left columns, then right columns.</summary>
    public InputReference Reference(Column column)
    {
        if (Left.Has(column.Id))
        {
            return Left.Reference(column);
        }

        InputReference reference = Right.Reference(column);
        return reference with { Ordinal = Left.Output.Count + reference.Ordinal };
    }
}

/// <summary>How a join's rows are spread.</summary>
internal static class JoinDistribution
{
    /// <summary>Each probe row stays where it is; build rows that come out at the end may come out of any task.</summary>
    public static Distribution OfBroadcast(ExecJoinKind kind, Distribution probe, IReadOnlyList<JoinKey> keys) => kind switch
    {
        ExecJoinKind.Inner or ExecJoinKind.LeftSemi => Equated(probe, keys),
        ExecJoinKind.LeftOuter or ExecJoinKind.LeftAnti or ExecJoinKind.LeftMark or ExecJoinKind.LeftSingle => probe,
        ExecJoinKind.RightOuter or ExecJoinKind.FullOuter or ExecJoinKind.RightSemi or ExecJoinKind.RightAnti => probe.IsSingle ? probe : Distribution.Any,
    };

    /// <summary>Both sides hashed alike: the keys of the side that has no made-up nulls tell where a row is.</summary>
    public static Distribution OfPartitioned(ExecJoinKind kind, Distribution left, Distribution right, IReadOnlyList<JoinKey> keys) => kind switch
    {
        ExecJoinKind.Inner => Equated(left, keys),
        ExecJoinKind.LeftOuter or ExecJoinKind.LeftSemi or ExecJoinKind.LeftAnti or ExecJoinKind.LeftMark or ExecJoinKind.LeftSingle => left,
        ExecJoinKind.RightOuter or ExecJoinKind.RightSemi or ExecJoinKind.RightAnti => right,
        ExecJoinKind.FullOuter => Distribution.Any,
    };

    /// <summary>Behind an inner join, either side's key column stands for the key.</summary>
    private static Distribution Equated(Distribution distribution, IReadOnlyList<JoinKey> keys)
    {
        if (distribution.Kind != DistributionKind.Hash)
        {
            return distribution;
        }

        var aliases = new List<(ColumnId Alias, ColumnId Original)>();
        foreach (JoinKey key in keys)
        {
            if (key is { Left: ColumnReference left, Right: ColumnReference right } && left.Type == right.Type)
            {
                aliases.Add((right.Id, left.Id));
            }
        }

        return distribution.WithAliases(aliases);
    }
}
