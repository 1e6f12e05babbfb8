using System.Runtime.CompilerServices;
using Antlr4.Runtime;
using Antlr4.Runtime.Atn;
using SqlCluster.Parser.Tokens;
using Grammar = SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Building;

/// <summary>Is the generated parser, made safe for large texts.</summary>
/// <remarks>
/// Each expression, statement and part of a long list becomes a piece of syntax tree as soon as it is read, and its parse tree is dropped, so that half a
/// million terms cost the memory of their syntax trees, and building recurses over one predicate's own rules only. Nesting is counted: an attack ends in
/// SQLSTATE 54001. <see cref="InsufficientExecutionStackException"/> is thrown when the thread's stack is short; the caller has a larger one.
/// </remarks>
internal sealed class ReducingParser : Grammar
{
    /// <summary>Is the most rules that nest within one level of parentheses.</summary>
    private const int RulesPerNesting = 14;

    private readonly AstBuilder _builder;
    private readonly SqlTokenStream _tokens;
    private int _depth;
    private bool _failed;

    public ReducingParser(SqlTokenStream tokens, IAntlrErrorStrategy errorStrategy, PredictionMode predictionMode)
        : base(tokens, TextWriter.Null, TextWriter.Null)
    {
        PredictBy(predictionMode);
        _tokens = tokens;
        _builder = new AstBuilder(tokens);
        ErrorHandler = errorStrategy;
        RemoveErrorListeners();
    }

    public AstBuilder Builder => _builder;

    /// <summary>Stops the building of trees: exceptions leave rules unfinished.</summary>
    public void Fail() => _failed = true;

    public override void EnterRule(ParserRuleContext localctx, int state, int ruleIndex)
    {
        base.EnterRule(localctx, state, ruleIndex);
        EndIfCancelled();
        _depth++;
        if ((_depth & 31) == 0)
            CheckDepth();
    }

    /// <summary>Reads a token. A rule may read very many of them without entering another.</summary>
    public override IToken Consume()
    {
        EndIfCancelled();
        IToken token = base.Consume();
        if (token.Type == NOT && Context is ConjunctionContext { Negations.Count: > ParserLimits.MaxTreeDepth } chain)
        {
            Fail();
            throw ParserErrors.TooDeep(_tokens.Text, ParserErrors.SpanOf(chain.Start));
        }
        return token;
    }

    public override void ExitRule()
    {
        ParserRuleContext context = Context;
        base.ExitRule();
        _depth--;
        if (_failed)
            return;
        try
        {
            Reduce(context);
        }
        catch
        {
            _failed = true;
            throw;
        }
    }

    private void EndIfCancelled()
    {
        if (!_tokens.IsCancelled)
            return;
        Fail();
        throw new OperationCanceledException();
    }

    private void Reduce(ParserRuleContext context)
    {
        switch (context.RuleIndex)
        {
            case RULE_predicate: _builder.Reduce((PredicateContext)context); break;
            case RULE_conjunction: _builder.Reduce((ConjunctionContext)context); break;
            case RULE_expression: _builder.Reduce((ExpressionContext)context); break;
            case RULE_selectItem: _builder.Reduce((SelectItemContext)context); break;
            case RULE_argument: _builder.Reduce((ArgumentContext)context); break;
            case RULE_caseBranch: _builder.Reduce((CaseBranchContext)context); break;
            case RULE_valuesRow: _builder.Reduce((ValuesRowContext)context); break;
            case RULE_simpleQuery: _builder.Reduce((SimpleQueryContext)context); break;
            case RULE_statement: _builder.Reduce((StatementContext)context); break;
            case RULE_predicateTail or RULE_boundTail or RULE_suffix or RULE_prefixOperator or RULE_negation: CheckChain((ParserRuleContext)context.Parent); break;
        }
    }

    /// <summary>Ends the reading of a chain of operators as soon as its tree would be too deep: what follows cannot make it less so.</summary>
    private void CheckChain(ParserRuleContext chain)
    {
        if (chain.ChildCount <= ParserLimits.MaxTreeDepth + 1)
            return;
        while (chain is not (PredicateContext or BoundContext))
            chain = (ParserRuleContext)chain.Parent;
        throw ParserErrors.TooDeep(_tokens.Text, ParserErrors.SpanOf(chain.Start));
    }

    private void CheckDepth()
    {
        if (_depth > ParserLimits.MaxNesting * RulesPerNesting)
        {
            _failed = true;
            throw ParserErrors.TooDeep(_tokens.Text, ParserErrors.SpanOf(CurrentToken));
        }
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            _failed = true;
            throw new InsufficientExecutionStackException();
        }
    }
}
