using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>The entries of one map: keys and values lie side by side, at the same slots.</summary>
internal readonly struct MapEntries
{
    /// <param name="reader">Of maps.</param>
    /// <param name="row">Of one that is not null.</param>
    public MapEntries(in VectorReader reader, int row)
    {
        var list = (ListVector)reader.Flat;
        int slot = reader.Slot(row);
        var entries = (StructVector)list.Child;
        Keys = new VectorReader(entries.Children[0]);
        Values = new VectorReader(entries.Children[1]);
        (First, End) = (list.Offsets[slot], list.Offsets[slot + 1]);
    }

    public VectorReader Keys { get; }

    public VectorReader Values { get; }

    /// <summary>Slot of the first entry.</summary>
    public int First { get; }

    /// <summary>Slot behind the last entry.</summary>
    public int End { get; }
}
