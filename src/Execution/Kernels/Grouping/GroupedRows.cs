namespace SqlCluster.Execution.Kernels.Grouping;

/// <summary>Rows of a batch and the group that each belongs to.</summary>
/// <remarks>Position i stands for row <see cref="Row"/>(i), which belongs to <see cref="Group"/>(i). Without groups, every row belongs to group 0.</remarks>
internal readonly ref struct GroupedRows
{
    /// <param name="groups">Group of each position; empty: all in group 0.</param>
    /// <param name="rows">Row of each position, ascending; empty: position i is row i.</param>
    /// <param name="count">Positions.</param>
    /// <param name="groupCount">Groups that exist: more than any number in <paramref name="groups"/>.</param>
    /// <param name="maskedGroups">Group of each row of the batch, -1 for rows that do not count; empty: not known.</param>
    public GroupedRows(ReadOnlySpan<int> groups, ReadOnlySpan<int> rows, int count, int groupCount, ReadOnlySpan<int> maskedGroups = default)
    {
        MaskedGroups = maskedGroups;
        Groups = groups;
        Rows = rows;
        Count = count;
        GroupCount = groupCount;
    }

    public ReadOnlySpan<int> Groups { get; }

    public ReadOnlySpan<int> Rows { get; }

    /// <summary>Group of each row of the batch, -1 for rows that do not count: for kernels that take whole vectors, when few rows do not count. Empty: not known.</summary>
    public ReadOnlySpan<int> MaskedGroups { get; }

    public bool IsMasked => !MaskedGroups.IsEmpty;

    public int Count { get; }

    public int GroupCount { get; }

    public bool IsOneGroup => Groups.IsEmpty;

    public int Row(int position) => Rows.IsEmpty ? position : Rows[position];

    public int Group(int position) => Groups.IsEmpty ? 0 : Groups[position];
}
