using Antlr4.Runtime;
using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Building;

/// <summary>Takes the expressions of a list as they are read, instead of their parse trees.</summary>
internal interface IExpressionList
{
    /// <param name="expression">The next one.</param>
    /// <param name="depth">How deep its tree is.</param>
    /// <param name="end">Its last token.</param>
    void Add(Expression expression, int depth, IToken end);
}
