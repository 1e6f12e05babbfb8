using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Printing;

/// <summary>Reports a node kind that a printer has no case for: our bug, found by the round-trip tests.</summary>
internal static class Unprintable
{
    public static InvalidOperationException Node(SyntaxNode node) => new($"the printer has no case for {node.GetType().Name}");
}
