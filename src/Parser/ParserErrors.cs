using System.Diagnostics.CodeAnalysis;
using Antlr4.Runtime;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;
using SqlCluster.Parser.Tokens;

namespace SqlCluster.Parser;

/// <summary>Makes every error of this project.</summary>
internal static class ParserErrors
{
    private const string SyntaxError = "42601";
    private const string StatementTooComplex = "54001";
    private const string ProgramLimitExceeded = "54000";
    private const string InvalidEscapeSequence = "22025";
    private const string WindowingError = "42P20";
    private const string FeatureNotSupported = "0A000";
    private const string InvalidTableDefinition = "42P16";
    private const string UndefinedParameter = "42P02";

    /// <summary>Makes the error for the first token that nothing can continue.</summary>
    public static ParseException Syntax(SqlTokenStream tokens, IToken offending, IReadOnlyList<string> expected)
    {
        TextSpan span = SpanOf(offending);
        if (offending.Type == Generated.SqlParser.INVALID)
        {
            string text = tokens.Text.Substring(span.Start, span.Length);
            return new ParseException(SyntaxError, $"{tokens.FaultOf(offending)} at or near \"{text}\"", tokens.Text, span, []);
        }
        return Syntax(tokens.Text, span, expected);
    }

    public static ParseException Syntax(string text, TextSpan span, IReadOnlyList<string> expected) => span.Length == 0
        ? new ParseException(SyntaxError, "syntax error at end of input", text, span, expected)
        : new ParseException(SyntaxError, $"syntax error at or near \"{text.Substring(span.Start, span.Length)}\"", text, span, expected);

    /// <summary>Makes the error for a rule of the language that the grammar itself doesn't express.</summary>
    public static ParseException Misplaced(string text, TextSpan span, string message) => new(SyntaxError, message, text, span, []);

    /// <summary>Makes the error for $0, and for numbers beyond all parameters.</summary>
    public static ParseException MissingParameter(string text, TextSpan span) => new(UndefinedParameter, $"there is no parameter {text.Substring(span.Start, span.Length)}", text, span, []);

    /// <summary>Makes the error for what PostgreSQL's language has and this one has not.</summary>
    public static ParseException Unsupported(string text, TextSpan span, string feature) => new(FeatureNotSupported, $"{feature} is not supported", text, span, []);

    public static ParseException InvalidEscape(string text, TextSpan span, string message) => new(InvalidEscapeSequence, message, text, span, []);

    /// <summary>Makes the error for bytes of a string that are no UTF-8; PostgreSQL gives it no place.</summary>
    public static QueryException InvalidBytes(ReadOnlySpan<byte> bytes)
    {
        string list = string.Join(' ', Convert.ToHexStringLower(bytes).Chunk(2).Select(static digits => $"0x{new string(digits)}"));
        return new QueryException("22021", ErrorKind.User, $"invalid byte sequence for encoding \"UTF8\": {list}");
    }

    public static ParseException WindowFrame(string text, TextSpan span, string message) => new(WindowingError, message, text, span, []);

    public static ParseException ColumnOfSet(string text, TextSpan span, string column) =>
        new(InvalidTableDefinition, $"column \"{column}\" cannot be declared SETOF", text, span, []);

    public static ParseException TooDeep(string text, TextSpan span) =>
        new(StatementTooComplex, $"statement is nested too deeply (limit {ParserLimits.MaxTreeDepth} levels)", text, span, []);

    [DoesNotReturn]
    public static void ThrowTooLong(int length) => throw new ParseException(
        ProgramLimitExceeded, $"statement text is too long: {length} characters (limit {ParserLimits.MaxTextLength})", "", new TextSpan(0, 0), []);

    public static TextSpan SpanOf(IToken token) => token.Type == TokenConstants.EOF
        ? new(token.StartIndex, 0)
        : new(token.StartIndex, token.StopIndex + 1 - token.StartIndex);
}
