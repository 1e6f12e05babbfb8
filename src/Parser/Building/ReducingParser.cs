using System.Runtime.CompilerServices;
using Antlr4.Runtime;
using Antlr4.Runtime.Atn;
using SqlCluster.Parser.Tokens;
using Grammar = SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Building;

/// <summary>Is the generated parser, made safe for large texts.</summary>
/// <remarks>
/// Each expression and statement becomes a piece of syntax tree as soon as it is read, and its parse tree is dropped, so that a list of half a million
/// numbers costs the memory of its syntax tree, and building recurses over one expression's own rules only. Nesting is counted: an attack ends in
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
        if (_tokens.IsCancelled)
        {
            Fail();
            throw new OperationCanceledException();
        }

        _depth++;
        if ((_depth & 31) == 0)
            CheckDepth();
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
            if (context is ExpressionContext expression)
                _builder.Reduce(expression);
            else if (context is ValuesRowContext row)
                _builder.Reduce(row);
            else if (context is StatementContext statement)
                _builder.Reduce(statement);
        }
        catch
        {
            _failed = true;
            throw;
        }
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
