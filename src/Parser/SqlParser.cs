using Antlr4.Runtime.Atn;
using Antlr4.Runtime.Misc;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Building;
using SqlCluster.Parser.Tokens;
using Grammar = SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser;

/// <summary>Reads SQL text into syntax trees. Safe for use by many threads; text that is not SQL is a <see cref="ParseException"/>.</summary>
/// <remarks>
/// A first attempt predicts with SLL and gives up at the first difficulty; only text that it cannot read is read again, with full LL prediction, to
/// report the error. Reading is done on the caller's stack, or on a larger one if that is short.
/// </remarks>
public static class SqlParser
{
    private const int LargeStackBytes = 64 * 1024 * 1024;

    /// <summary>Reads statements separated by semicolons; empty ones are left out.</summary>
    /// <exception cref="OperationCanceledException">Reading was given up.</exception>
    public static IReadOnlyList<Statement> ParseStatements(string sql, CancellationToken cancellation = default) =>
        Parse(sql, static parser => parser.Builder.BuildStatements(parser.statements()), cancellation);

    /// <summary>Reads exactly one statement, which may end in semicolons.</summary>
    public static Statement ParseStatement(string sql)
    {
        IReadOnlyList<Statement> statements = ParseStatements(sql);
        return statements.Count switch
        {
            1 => statements[0],
            0 => throw ParserErrors.Syntax(sql, new TextSpan(sql.Length, 0), ["statement"]),
            _ => throw ParserErrors.Misplaced(sql, statements[1].Span, "cannot take more than one statement"),
        };
    }

    public static Expression ParseExpression(string sql) =>
        Parse(sql, static parser => parser.Builder.Build(parser.singleExpression().expression()));

    public static TypeName ParseTypeName(string sql) =>
        Parse(sql, static parser => parser.Builder.Build(parser.singleType().typeName()));

    private static TResult Parse<TResult>(string sql, Func<ReducingParser, TResult> read, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sql);
        if (sql.Length > ParserLimits.MaxTextLength)
            ParserErrors.ThrowTooLong(sql.Length);
        var tokens = new SqlTokenStream(sql, cancellation);
        try
        {
            return ParseOnThisStack(tokens, read);
        }
        catch (InsufficientExecutionStackException)
        {
            return ParseOnLargeStack(tokens, read);
        }
    }

    private static TResult ParseOnThisStack<TResult>(SqlTokenStream tokens, Func<ReducingParser, TResult> read)
    {
        tokens.Seek(0);
        try
        {
            return read(new ReducingParser(tokens, new GiveUp(), PredictionMode.SLL));
        }
        catch (ParseCanceledException)
        {
            tokens.Seek(0);
            return read(new ReducingParser(tokens, new ReportFirst(tokens), PredictionMode.LL));
        }
    }

    private static TResult ParseOnLargeStack<TResult>(SqlTokenStream tokens, Func<ReducingParser, TResult> read)
    {
        TResult result = default!;
        System.Runtime.ExceptionServices.ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = ParseOnThisStack(tokens, read);
                }
                catch (Exception e)
                {
                    failure = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(e);
                }
            },
            LargeStackBytes)
        {
            Name = "SQL parser",
            IsBackground = true,
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }
}
