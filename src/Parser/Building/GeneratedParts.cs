using Antlr4.Runtime;
using Antlr4.Runtime.Tree;
using SqlCluster.Parser.Building;
using SqlCluster.Parser.Collections;

// The generated contexts get a place for what they were reduced to; partial classes must share the generated namespace.
namespace SqlCluster.Parser.Generated;

/// <remarks>
/// Contexts of lists and chains hold the syntax trees of their parts. They take neither the parts' own contexts nor separators as children: a million
/// terms cost the memory of their syntax trees.
/// </remarks>
internal partial class SqlParser
{
    public partial class ConjunctionContext
    {
        internal Gathered<Ast.Expression> Operands;

        /// <summary>Holds the NOTs before the predicate that comes next.</summary>
        internal Stack<IToken>? Negations { get; private set; }

        internal int MostNegations { get; set; }

        public override void AddChild(RuleContext ruleInvocation)
        {
        }

        public override ITerminalNode? AddChild(IToken matchedToken)
        {
            if (matchedToken.Type == SqlParser.NOT)
                (Negations ??= []).Push(matchedToken);
            return null;
        }
    }

    public partial class ExpressionContext
    {
        internal Gathered<Ast.Expression> Operands;

        /// <summary>Holds the syntax tree once the expression was read, and the depth of that tree; expressions of a list are held there instead.</summary>
        internal (Ast.Expression Node, int Depth)? Reduced { get; set; }

        public override void AddChild(RuleContext ruleInvocation)
        {
        }

        public override ITerminalNode? AddChild(IToken matchedToken) => null;
    }

    public partial class ExpressionsContext : IExpressionList
    {
        internal Gathered<Ast.Expression> Values;

        void IExpressionList.Add(Ast.Expression expression, int depth, IToken end) => Values.Add(expression, depth);

        public override void AddChild(RuleContext ruleInvocation)
        {
        }

        public override ITerminalNode? AddChild(IToken matchedToken) => null;
    }

    public partial class ParenthesizedBodyContext : IExpressionList
    {
        internal Gathered<Ast.Expression> Values;

        /// <summary>Names the last token of the first expression.</summary>
        internal int FirstEnd { get; private set; }

        void IExpressionList.Add(Ast.Expression expression, int depth, IToken end)
        {
            if (Values.Count == 0)
                FirstEnd = end.TokenIndex;
            Values.Add(expression, depth);
        }

        public override void AddChild(RuleContext ruleInvocation)
        {
            if (ruleInvocation is not ExpressionContext)
                base.AddChild(ruleInvocation);
        }

        public override ITerminalNode? AddChild(IToken matchedToken) => null;
    }

    public partial class ValuesRowContext : IExpressionList
    {
        internal Gathered<Ast.Expression> Values;

        /// <summary>Holds the row's expressions once it was read, if it is not one of many.</summary>
        internal NodeList<Ast.Expression>? Reduced { get; set; }

        void IExpressionList.Add(Ast.Expression expression, int depth, IToken end) => Values.Add(expression, depth);

        public override void AddChild(RuleContext ruleInvocation)
        {
        }

        public override ITerminalNode? AddChild(IToken matchedToken) => null;
    }

    public partial class ValuesRowsContext
    {
        internal Gathered<NodeList<Ast.Expression>> Rows;

        public override void AddChild(RuleContext ruleInvocation)
        {
        }

        public override ITerminalNode? AddChild(IToken matchedToken) => null;
    }

    public partial class SelectItemsContext
    {
        internal Gathered<Ast.SelectItem> Items;

        public override void AddChild(RuleContext ruleInvocation)
        {
        }

        public override ITerminalNode? AddChild(IToken matchedToken) => null;
    }

    public partial class CaseBranchesContext
    {
        internal Gathered<Ast.CaseBranch> Branches;

        public override void AddChild(RuleContext ruleInvocation)
        {
        }
    }

    public partial class CallArgumentsContext
    {
        internal Gathered<Ast.FunctionArgument> Arguments;

        public override void AddChild(RuleContext ruleInvocation)
        {
            if (ruleInvocation is not ArgumentContext)
                base.AddChild(ruleInvocation);
        }

        public override ITerminalNode? AddChild(IToken matchedToken) => matchedToken.Type == SqlParser.COMMA ? null : base.AddChild(matchedToken);
    }

    public partial class SubstringArgumentsContext
    {
        /// <summary>Holds what stands behind ESCAPE, which the pattern's predicate reads: only the builder can tell it from LIKE's.</summary>
        internal Ast.Expression? Escape { get; set; }
    }

    public partial class SimpleQueryContext
    {
        /// <summary>Holds the syntax tree once the query was read, its depth, and its INTO clause; the children are gone then.</summary>
        internal (Ast.QueryExpression Node, int Depth, IntoClauseContext? Into)? Reduced { get; set; }
    }

    public partial class StatementContext
    {
        /// <summary>Holds the syntax tree once the statement was read; the children are gone then.</summary>
        internal Ast.Statement? Reduced { get; set; }
    }
}
