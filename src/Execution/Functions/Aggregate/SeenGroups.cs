using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>Knows which groups have had a value that is not null. Costs nothing until the first null: every group has had a row, or it would not exist.</summary>
internal sealed class SeenGroups : IDisposable
{
    private readonly bool _groupsMayBeEmpty;
    private StateArray<byte> _seen;
    private bool _tracks;
    private int _groupCount;
    private int _settledGroups;

    public SeenGroups(bool groupsMayBeEmpty, MemoryAccount account)
    {
        _groupsMayBeEmpty = _tracks = groupsMayBeEmpty;
        _seen = new StateArray<byte>(account);
    }

    public long ReservedBytes => _seen.ReservedBytes;

    /// <summary>Whether some group may have had no value.</summary>
    public bool MayLack => _tracks;

    public void Resize(int groupCount)
    {
        _groupCount = Math.Max(_groupCount, groupCount);
        if (_tracks)
        {
            _seen.Resize(_groupCount);
        }
    }

    public bool Has(int group) => !_tracks || _seen.Values[group] != 0;

    /// <summary>Books the groups of the values that were not null.</summary>
    /// <param name="argument">The argument, nulls included.</param>
    /// <param name="groups">Groups of the values that are not null; empty: all in group 0.</param>
    /// <param name="count">How many values are not null.</param>
    public void Mark(Vector argument, ReadOnlySpan<int> groups, int count)
    {
        if (!_tracks)
        {
            if (!argument.HasNulls)
            {
                _settledGroups = _groupCount;
                return;
            }

            _tracks = true;
            _seen.Resize(_groupCount);
            _seen.Values[.._settledGroups].Fill(1);
        }

        Span<byte> seen = _seen.Values;
        if (count > 0 && groups.IsEmpty)
        {
            seen[0] = 1;
        }

        foreach (int group in groups)
        {
            seen[group] = 1;
        }
    }

    public void Clear()
    {
        _seen.Clear();
        _tracks = _groupsMayBeEmpty;
        _groupCount = _settledGroups = 0;
    }

    public void Dispose() => _seen.Dispose();
}
