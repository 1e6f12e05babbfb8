using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Expressions;

/// <summary>The hash of a node whose children may be hundreds of thousands.</summary>
internal static class LongHash
{
    /// <exception cref="OperationCanceledException">The statement was cancelled.</exception>
    public static int Of(Type node, NodeList<Expression> children)
    {
        var hash = new HashCode();
        hash.Add(node);
        foreach (Expression child in children)
        {
            Interruption.Ask();
            hash.Add(child);
        }

        return hash.ToHashCode();
    }
}
