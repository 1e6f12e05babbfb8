using SqlCluster.Parser.Ast;
using SqlTokens = SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Tokens;

/// <summary>Says what a token is, for highlighting and completion.</summary>
public enum SqlTokenKind
{
    Keyword,
    Identifier,
    QuotedIdentifier,
    String,
    Number,
    Parameter,
    Operator,

    /// <summary>Is a parenthesis, bracket, brace, comma, semicolon, dot or colon.</summary>
    Punctuation,
    Comment,

    /// <summary>Is text that starts no token, or a number with letters glued to it.</summary>
    Invalid,
}

/// <summary>Is a piece of SQL text; one that is not complete is a string, name or comment whose end is missing.</summary>
public readonly record struct SqlTextToken(SqlTokenKind Kind, TextSpan Span, bool IsComplete = true);

/// <summary>Cuts SQL text, finished or not, for an editor. Never fails.</summary>
public static class SqlTokenizer
{
    /// <summary>Lists all tokens, comments included; whitespace lies between them.</summary>
    public static IReadOnlyList<SqlTextToken> Tokenize(string sql)
    {
        var tokens = new List<SqlTextToken>();
        var scanner = new Scanner(sql) { ReturnComments = true };
        for (int type = scanner.Next(); type != Scanner.EndOfText; type = scanner.Next())
        {
            var span = new TextSpan(scanner.Start, scanner.End - scanner.Start);
            bool complete = scanner.Fault is null || !scanner.Fault.StartsWith("unterminated", StringComparison.Ordinal);
            tokens.Add(new SqlTextToken(complete ? KindOf(type) : KindOfUnfinished(scanner.Fault!), span, complete));
        }
        return tokens;
    }

    /// <summary>Tells whether the text ends in a semicolon that is not within a string or comment, so that it can be run.</summary>
    public static bool IsComplete(string sql)
    {
        var scanner = new Scanner(sql);
        int last = Scanner.EndOfText;
        for (int type = scanner.Next(); type != Scanner.EndOfText; type = scanner.Next())
            last = type;
        return last == SqlTokens.SEMICOLON;
    }

    /// <summary>Tells whether there is no statement in the text: nothing but blanks, comments and semicolons.</summary>
    public static bool IsEmpty(string sql)
    {
        var scanner = new Scanner(sql);
        int type;
        do
            type = scanner.Next();
        while (type == SqlTokens.SEMICOLON);
        return type == Scanner.EndOfText;
    }

    /// <summary>Finds where each statement stands, without semicolons and surrounding whitespace; statements without any token are left out.</summary>
    public static IReadOnlyList<TextSpan> SplitStatements(string sql)
    {
        var statements = new List<TextSpan>();
        var scanner = new Scanner(sql);
        TextSpan statement = TextSpan.None;
        int type;
        do
        {
            type = scanner.Next();
            if (type is SqlTokens.SEMICOLON or Scanner.EndOfText)
            {
                if (statement.IsKnown)
                    statements.Add(statement);
                statement = TextSpan.None;
            }
            else
            {
                statement = TextSpan.Covering(statement, new TextSpan(scanner.Start, scanner.End - scanner.Start));
            }
        }
        while (type != Scanner.EndOfText);
        return statements;
    }

    /// <summary>Finds the first backslash that is in no string, name or comment: a command of a client, which is no SQL.</summary>
    /// <param name="sql">Any text.</param>
    /// <param name="from">Where to begin; at a place where no string or comment is open.</param>
    /// <param name="statement">Where the statement before it starts that no semicolon has ended; -1: there is none.</param>
    /// <returns>Its index, or -1.</returns>
    public static int FindBackslash(string sql, int from, out int statement)
    {
        statement = -1;
        if (sql.IndexOf('\\', from) < 0)
            return -1;
        var scanner = new Scanner(sql.AsSpan(from));
        for (int type = scanner.Next(); type != Scanner.EndOfText; type = scanner.Next())
        {
            if (sql[from + scanner.Start] == '\\')
                return from + scanner.Start;
            statement = type == SqlTokens.SEMICOLON ? -1 : statement < 0 ? from + scanner.Start : statement;
        }
        return -1;
    }

    private static SqlTokenKind KindOf(int type) => type switch
    {
        Scanner.Comment => SqlTokenKind.Comment,
        SqlTokens.IDENTIFIER => SqlTokenKind.Identifier,
        SqlTokens.QUOTED_IDENTIFIER => SqlTokenKind.QuotedIdentifier,
        SqlTokens.STRING or SqlTokens.BIT_STRING or SqlTokens.HEX_STRING => SqlTokenKind.String,
        SqlTokens.INTEGER_NUMBER or SqlTokens.DECIMAL_NUMBER or SqlTokens.FLOAT_NUMBER => SqlTokenKind.Number,
        SqlTokens.PARAMETER => SqlTokenKind.Parameter,
        SqlTokens.INVALID => SqlTokenKind.Invalid,
        >= SqlTokens.ALL and <= SqlTokens.ZONE => SqlTokenKind.Keyword,
        >= SqlTokens.LEFT_PAREN and <= SqlTokens.COLON => SqlTokenKind.Punctuation,
        _ => SqlTokenKind.Operator,
    };

    private static SqlTokenKind KindOfUnfinished(string fault) =>
        fault.Contains("comment", StringComparison.Ordinal) ? SqlTokenKind.Comment
        : fault.Contains("identifier", StringComparison.Ordinal) ? SqlTokenKind.QuotedIdentifier
        : SqlTokenKind.String;
}
