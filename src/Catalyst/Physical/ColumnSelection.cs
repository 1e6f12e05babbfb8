using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Physical;

/// <summary>Drops and reorders a plan's columns, inside the topmost operator where it can choose its output.</summary>
internal static class ColumnSelection
{
    /// <summary>Keeps only the columns needed, when that drops any.</summary>
    public static PlannedNode Trim(PlannedNode node, IReadOnlySet<ColumnId> needed)
    {
        var kept = new bool[node.Output.Count];
        foreach ((ColumnId id, int ordinal) in node.Layout)
        {
            kept[ordinal] |= needed.Contains(id);
        }

        return Array.IndexOf(kept, false) < 0 ? node : Select(node, Places(kept).Ordinals);
    }

    /// <summary>Makes the output exactly these columns in this order.</summary>
    public static PlannedNode Exactly(PlannedNode node, IReadOnlyList<Column> columns)
    {
        var ordinals = new int[columns.Count];
        for (int i = 0; i < ordinals.Length; i++)
        {
            ordinals[i] = node.Reference(columns[i]).Ordinal;
        }

        return IsIdentity(ordinals, node.Output.Count) ? node : Select(node, ordinals);
    }

    private static PlannedNode Select(PlannedNode node, int[] ordinals)
    {
        var layout = new Dictionary<ColumnId, int>(ordinals.Length);
        int[] positions = Positions(ordinals, node.Output.Count);
        foreach ((ColumnId id, int ordinal) in node.Layout)
        {
            if (positions[ordinal] is >= 0 and var position)
            {
                layout[id] = position;
            }
        }

        return new PlannedNode(Select(node.Plan, ordinals), layout, node.Distribution, node.Rows);
    }

    private static ExecPlan Select(ExecPlan plan, int[] ordinals)
    {
        NodeList<int> Compose(NodeList<int> inner) => [.. ordinals.Select(ordinal => inner[ordinal])];
        switch (plan)
        {
            case ScanExec scan:
                return WithoutUnread(scan with { OutputOrdinals = Compose(scan.OutputOrdinals) });
            case HashJoinExec join:
                return join with { OutputOrdinals = Compose(join.OutputOrdinals) };
            case NestedLoopJoinExec join:
                return join with { OutputOrdinals = Compose(join.OutputOrdinals) };
            case AsOfJoinExec join:
                return join with { OutputOrdinals = Compose(join.OutputOrdinals) };
            case ProjectExec project:
                return project with
                {
                    Expressions = [.. ordinals.Select(ordinal => project.Expressions[ordinal])],
                    Columns = [.. ordinals.Select(ordinal => project.Columns[ordinal])],
                };
            case WithExec with:
                return with with { Body = Select(with.Body, ordinals) };
            default:
                NodeList<ExecColumn> output = plan.Output;
                NodeList<ExecColumn> columns = [.. ordinals.Select(ordinal => output[ordinal])];
                return new ProjectExec([.. ordinals.Select(ordinal => References.To(output, ordinal))], columns, plan) { EstimatedRows = plan.EstimatedRows };
        }
    }

    /// <summary>Stops reading columns that neither come out nor are filtered.</summary>
    private static ScanExec WithoutUnread(ScanExec scan)
    {
        var used = new SortedSet<int>(scan.OutputOrdinals);
        foreach (Expression filter in scan.Filters)
        {
            References.AddOrdinals(filter, used);
        }

        used.UnionWith(scan.RuntimeFilters.Select(static filter => filter.ReadOrdinal));
        if (used.Count == scan.ReadColumns.Count)
        {
            return scan;
        }

        int[] kept = [.. used];
        int[] positions = Positions(kept, scan.ReadColumns.Count);
        int Position(int ordinal) => positions[ordinal];
        return scan with
        {
            TableOrdinals = [.. kept.Select(ordinal => scan.TableOrdinals[ordinal])],
            ReadColumns = [.. kept.Select(ordinal => scan.ReadColumns[ordinal])],
            Filters = scan.Filters.Map(filter => References.Move(filter, Position)),
            OutputOrdinals = scan.OutputOrdinals.Map(Position),
            RuntimeFilters = scan.RuntimeFilters.Map(filter => filter with { ReadOrdinal = Position(filter.ReadOrdinal) }),
        };
    }

    /// <summary>The ordinals that are kept, in order, and for each ordinal its place among them, -1 for those that are dropped.</summary>
    public static (int[] Ordinals, int[] Places) Places(bool[] kept)
    {
        var ordinals = new List<int>(kept.Length);
        for (int i = 0; i < kept.Length; i++)
        {
            if (kept[i])
            {
                ordinals.Add(i);
            }
        }

        int[] all = [.. ordinals];
        return (all, Positions(all, kept.Length));
    }

    /// <summary>Where each of so many ordinals is first; -1: nowhere.</summary>
    private static int[] Positions(int[] ordinals, int count)
    {
        var positions = new int[count];
        Array.Fill(positions, -1);
        for (int i = ordinals.Length - 1; i >= 0; i--)
        {
            positions[ordinals[i]] = i;
        }

        return positions;
    }

    private static bool IsIdentity(int[] ordinals, int count)
    {
        if (ordinals.Length != count)
        {
            return false;
        }

        for (int i = 0; i < count; i++)
        {
            if (ordinals[i] != i)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Positions inside bound expressions.</summary>
internal static class References
{
    public static InputReference To(NodeList<ExecColumn> columns, int ordinal) => new(ordinal, columns[ordinal].Name, columns[ordinal].Type, columns[ordinal].IsNullable);

    public static void AddOrdinals(Expression expression, ISet<int> ordinals)
    {
        if (expression is InputReference reference)
        {
            ordinals.Add(reference.Ordinal);
        }

        foreach (Expression child in expression.Children)
        {
            AddOrdinals(child, ordinals);
        }
    }

    public static Expression Move(Expression expression, Func<int, int> position) => expression is InputReference reference
        ? reference with { Ordinal = position(reference.Ordinal) }
        : expression.Children.IsEmpty ? expression : expression.WithChildren(expression.Children.Map(child => Move(child, position)));
}
