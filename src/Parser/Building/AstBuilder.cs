using System.Runtime.CompilerServices;
using Antlr4.Runtime;
using Antlr4.Runtime.Tree;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Tokens;
using static SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Building;

/// <summary>Turns parse trees into the syntax tree; one file per part of the language.</summary>
/// <remarks>
/// Called by <see cref="ReducingParser"/> for each expression and statement as it is read, so sub-expressions are ready when an expression is built.
/// The depth of what is built is tracked: <see cref="_deepest"/> is the deepest tree built since the last <see cref="Enter"/>.
/// </remarks>
internal sealed partial class AstBuilder(SqlTokenStream tokens)
{
    private int _deepest;
    private Dictionary<int, int>? _positionalParameters;

    private string Text => tokens.Text;

    public void Reduce(ValuesRowContext context)
    {
        NodeList<Expression> row = context.Values.ToList();
        if (context.Parent is ValuesRowsContext rows)
            rows.Rows.Add(row, 0);
        else
            context.Reduced = row;
    }

    public void Reduce(SelectItemContext context)
    {
        _deepest = 0;
        SelectItem item = Build(context);
        ((SelectItemsContext)context.Parent).Items.Add(item, _deepest);
    }

    public void Reduce(ArgumentContext context)
    {
        _deepest = 0;
        FunctionArgument argument = Build(context);
        ((CallArgumentsContext)context.Parent).Arguments.Add(argument, _deepest);
    }

    public void Reduce(CaseBranchContext context)
    {
        _deepest = 0;
        CaseBranch branch = Build(context);
        ((CaseBranchesContext)context.Parent).Branches.Add(branch, _deepest);
    }

    public void Reduce(SimpleQueryContext context)
    {
        _deepest = 0;
        QueryExpression node = BuildParts(context);
        context.Reduced = (node, _deepest, (context as SelectContext)?.intoClause());
        context.children = null;
    }

    public void Reduce(StatementContext context)
    {
        _deepest = 0;
        context.Reduced = BuildStatement(context);
        context.children = null;
    }

    public IReadOnlyList<Statement> BuildStatements(StatementsContext context)
    {
        StatementContext[] contexts = context.statement();
        var statements = new Statement[contexts.Length];
        for (int i = 0; i < statements.Length; i++)
            statements[i] = contexts[i].Reduced!;
        return statements;
    }

    public Expression Build(ExpressionContext context)
    {
        (Expression node, int depth) = context.Reduced!.Value;
        _deepest = Math.Max(_deepest, depth);
        return node;
    }

    private Expression? BuildOptional(ExpressionContext? context) => context is null ? null : Build(context);

    private NodeList<Expression> Build(ExpressionContext[] contexts) => Map(contexts, Build);

    private NodeList<Expression> Build(ExpressionsContext? context) => context is null ? [] : Take(context.Values);

    /// <summary>Takes the parts of a list that were reduced when they were read.</summary>
    private NodeList<T> Take<T>(in Gathered<T> parts)
        where T : class
    {
        _deepest = Math.Max(_deepest, parts.Deepest);
        return parts.ToList();
    }

    /// <summary>Starts measuring a part whose depth adds to that of what is within it; returns what <see cref="Leave"/> needs.</summary>
    private int Enter()
    {
        int outer = _deepest;
        _deepest = 0;
        return outer;
    }

    /// <summary>Ends measuring: the part is so many levels deeper than what is within it.</summary>
    private void Leave(int outer, int levels, ParserRuleContext context)
    {
        _deepest = Math.Max(outer, _deepest + levels);
        CheckDepth(context);
    }

    private void CheckDepth(ParserRuleContext context)
    {
        if (_deepest > ParserLimits.MaxTreeDepth)
            throw ParserErrors.TooDeep(Text, ParserErrors.SpanOf(context.Start));
        RuntimeHelpers.EnsureSufficientExecutionStack();
    }

    private NodeList<TResult> Map<TContext, TResult>(TContext[] contexts, Func<TContext, TResult> build)
    {
        if (contexts.Length == 0)
            return [];
        var results = new TResult[contexts.Length];
        for (int i = 0; i < results.Length; i++)
        {
            tokens.ThrowIfCancelled();
            results[i] = build(contexts[i]);
        }
        return new NodeList<TResult>(results);
    }

    private static TextSpan SpanOf(ParserRuleContext context)
    {
        int start = context.Start.StartIndex;
        return new TextSpan(start, context.Stop is { } stop && stop.StopIndex >= start ? stop.StopIndex + 1 - start : 0);
    }

    private static TextSpan SpanOf(ITerminalNode node) => ParserErrors.SpanOf(node.Symbol);

    private static TextSpan Cover(SyntaxNode first, SyntaxNode last) => TextSpan.Covering(first.Span, last.Span);

    /// <summary>Makes the syntax error PostgreSQL would raise at a token that the grammar let through.</summary>
    private ParseException SyntaxError(IToken token, params IReadOnlyList<string> expected) => ParserErrors.Syntax(tokens, token, expected);

    private ParseException SyntaxErrorAfter(ParserRuleContext context, params IReadOnlyList<string> expected) =>
        SyntaxError(tokens.Get(context.Stop.TokenIndex + 1), expected);

    private string ReadString(ITerminalNode node) => ReadString(node.Symbol);

    private string ReadString(IToken token) => StringDecoder.DecodeString(Text, ParserErrors.SpanOf(token));

    private int ReadInteger(ITerminalNode node) =>
        int.TryParse(NumberText.Normalize(((SqlToken)node.Symbol).Span), out int value)
            ? value
            : throw SyntaxError(node.Symbol);

    private static IEnumerable<IToken> TokensOf(ParserRuleContext context)
    {
        for (int i = 0; i < context.ChildCount; i++)
        {
            if (context.GetChild(i) is ITerminalNode terminal)
                yield return terminal.Symbol;
        }
    }
}
