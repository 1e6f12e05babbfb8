using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Dictionaries that grow: a delta's values follow those that were there.</summary>
internal static class DictionaryDelta
{
    /// <summary>All values in new buffers, which the caller owns.</summary>
    public static Vector Append(Vector former, Vector added, MemoryAccount account)
    {
        VectorBuilder whole = VectorBuilder.Create(former.Type, account);
        foreach (Vector part in (ReadOnlySpan<Vector>)[former, added])
        {
            for (int row = 0; row < part.Length; row++)
            {
                whole.Append(VectorValues.Get(part, row));
            }
        }

        return whole.Build();
    }
}
