namespace SqlCluster.Catalyst.Trees;

/// <summary>Maps lists of nodes; a list in which nothing changed stays the same reference.</summary>
public static class NodeListTransforms
{
    /// <summary>Maps each element; returns <paramref name="list"/> itself when each result is the very element it came from.</summary>
    public static NodeList<T> MapOrSame<T>(this NodeList<T> list, Func<T, T> map)
        where T : class
    {
        T[]? changed = null;
        bool isLong = list.Count >= Interruption.LongList;
        for (int i = 0; i < list.Count; i++)
        {
            if (isLong)
            {
                Interruption.Ask();
            }

            T before = list[i], after = map(before);
            if (changed is null && !ReferenceEquals(before, after))
            {
                changed = list.AsSpan().ToArray();
            }

            if (changed is not null)
            {
                changed[i] = after;
            }
        }

        return changed is null ? list : NodeList.Create<T>(changed);
    }
}
