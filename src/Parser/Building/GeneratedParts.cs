// The generated contexts get a place for what they were reduced to; partial classes must share the generated namespace.
namespace SqlCluster.Parser.Generated;

internal partial class SqlParser
{
    public partial class ExpressionContext
    {
        /// <summary>Holds the syntax tree once the expression was read, and the depth of that tree; the children are gone then.</summary>
        internal (Ast.Expression Node, int Depth)? Reduced { get; set; }
    }

    public partial class ValuesRowContext
    {
        /// <summary>Holds the row's expressions once it was read; the children are gone then.</summary>
        internal Collections.NodeList<Ast.Expression>? Reduced { get; set; }
    }

    public partial class StatementContext
    {
        /// <summary>Holds the syntax tree once the statement was read; the children are gone then.</summary>
        internal Ast.Statement? Reduced { get; set; }
    }
}
