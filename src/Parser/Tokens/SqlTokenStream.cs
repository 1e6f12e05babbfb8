using System.Runtime.InteropServices;
using Antlr4.Runtime;
using Antlr4.Runtime.Misc;
using SqlTokens = SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Tokens;

/// <summary>Holds all tokens of a text for the generated parser. Seeking and looking ahead are array accesses.</summary>
/// <remarks>A token is three numbers; the objects that ANTLR wants are made when they are looked at, and the garbage collector has no million of them to follow.</remarks>
internal sealed class SqlTokenStream : ITokenStream
{
    /// <summary>Tokens between two looks at the cancellation.</summary>
    private const int TokensPerCheck = 256;

    /// <summary>Token objects that stay at hand, a power of two: rules look at the same few tokens again and again.</summary>
    private const int Window = 16;

    private readonly List<Lexeme> _lexemes;
    private readonly SqlToken?[] _window = new SqlToken?[Window];
    private readonly CancellationToken _cancellation;
    private Dictionary<int, string>? _faults;
    private int _position;

    /// <param name="text">SQL.</param>
    /// <param name="cancellation">Ends the reading of a long text.</param>
    public SqlTokenStream(string text, CancellationToken cancellation = default)
    {
        _cancellation = cancellation;
        Text = text;
        _lexemes = new List<Lexeme>(16 + text.Length / 5);
        var scanner = new Scanner(text);
        int type;
        do
        {
            if (_lexemes.Count % TokensPerCheck == 0)
                cancellation.ThrowIfCancellationRequested();
            type = scanner.Next();
            if (type == SqlTokens.INVALID)
                (_faults ??= []).Add(_lexemes.Count, scanner.Fault!);
            _lexemes.Add(new Lexeme(type, scanner.Start, scanner.End));
        }
        while (type != TokenConstants.EOF);
        LookAhead();
    }

    public string Text { get; }

    /// <summary>Whether the reading is to end.</summary>
    public bool IsCancelled => _cancellation.IsCancellationRequested;

    /// <exception cref="OperationCanceledException">The reading is to end.</exception>
    public void ThrowIfCancelled() => _cancellation.ThrowIfCancellationRequested();

    public int Index => _position;

    public int Size => _lexemes.Count;

    public string SourceName => "SQL";

    public ITokenSource? TokenSource => null;

    public void Consume() => _position++;

    public int LA(int offset) => _lexemes[IndexOf(offset)].Type;

    public IToken LT(int offset) => TokenAt(IndexOf(offset));

    public IToken Get(int index) => TokenAt(index);

    public int Mark() => 0;

    public void Release(int marker)
    {
    }

    public void Seek(int index) => _position = index;

    /// <summary>Says what is wrong with an INVALID token.</summary>
    public string FaultOf(IToken token) => _faults![token.TokenIndex];

    public string GetText(Interval interval) => Text[_lexemes[interval.a].Start.._lexemes[interval.b].End];

    public string GetText() => Text;

    public string GetText(RuleContext context) => GetText(context.SourceInterval);

    public string GetText(IToken start, IToken stop) => Text[start.StartIndex..(stop.StopIndex + 1)];

    private int IndexOf(int offset) => Math.Min(offset > 0 ? _position + offset - 1 : Math.Max(0, _position + offset), _lexemes.Count - 1);

    private SqlToken TokenAt(int index)
    {
        ref SqlToken? token = ref _window[index & (Window - 1)];
        if (token is null || token.TokenIndex != index)
        {
            Lexeme lexeme = _lexemes[index];
            token = new SqlToken(this, lexeme.Type, lexeme.Start, lexeme.End, index);
        }
        return token;
    }

    /// <summary>Gives keywords whose meaning depends on the next word a type of their own (SqlLexer.g4 lists them).</summary>
    private void LookAhead()
    {
        Span<Lexeme> lexemes = CollectionsMarshal.AsSpan(_lexemes);
        for (int i = 0; i + 1 < lexemes.Length; i++)
        {
            ref Lexeme token = ref lexemes[i];
            int next = lexemes[i + 1].Type;
            switch (token.Type)
            {
                case SqlTokens.WITH when next is SqlTokens.TIME or SqlTokens.ORDINALITY:
                    token.Type = SqlTokens.WITH_LA;
                    break;
                case SqlTokens.WITHOUT when next == SqlTokens.TIME:
                    token.Type = SqlTokens.WITHOUT_LA;
                    break;
                case SqlTokens.NOT when next is SqlTokens.BETWEEN or SqlTokens.IN or SqlTokens.LIKE or SqlTokens.ILIKE or SqlTokens.SIMILAR && !PrecedesOperand(i):
                    token.Type = SqlTokens.NOT_LA;
                    break;
                case SqlTokens.NULLS when next is SqlTokens.FIRST or SqlTokens.LAST:
                    token.Type = SqlTokens.NULLS_LA;
                    break;
                case SqlTokens.GROUPING when next == SqlTokens.SETS:
                    token.Type = SqlTokens.GROUPING_LA;
                    break;
                case SqlTokens.ON when next == SqlTokens.CONFLICT && lexemes[i + 2].Type is SqlTokens.LEFT_PAREN or SqlTokens.DO or SqlTokens.ON:
                    token.Type = SqlTokens.ON_LA;
                    break;
                case SqlTokens.IGNORE when next == SqlTokens.NULLS && lexemes[i + 2].Type == SqlTokens.OVER:
                    token.Type = SqlTokens.IGNORE_LA;
                    break;
                case SqlTokens.RESPECT when next == SqlTokens.NULLS && lexemes[i + 2].Type == SqlTokens.OVER:
                    token.Type = SqlTokens.RESPECT_LA;
                    break;
                case SqlTokens.PARAMETER when i > 0 && IsQuestionMark(token) && EndsOperand(lexemes[i - 1]):
                    token.Type = SqlTokens.OPERATOR_SYMBOL;
                    break;
                case >= SqlTokens.EXTRACT and <= SqlTokens.XMLTABLE when next != SqlTokens.LEFT_PAREN:
                case SqlTokens.EXISTS when next != SqlTokens.LEFT_PAREN && !FollowsIf(i):
                // A type, or a function with arguments, of that name.
                case SqlTokens.CURRENT_SCHEMA when next == SqlTokens.STRING || (next == SqlTokens.LEFT_PAREN && lexemes[i + 2].Type != SqlTokens.RIGHT_PAREN && (PrecedesOperand(i) || lexemes[i - 1].Type == SqlTokens.FROM)):
                case SqlTokens.CURRENT_SCHEMA when i > 0 && (lexemes[i - 1].Type == SqlTokens.DOUBLE_COLON || (lexemes[i - 1].Type == SqlTokens.AS && next == SqlTokens.RIGHT_PAREN)):
                    token.Type = SqlTokens.IDENTIFIER;
                    break;
                // Words that mean something at one place only are names at all others.
                case SqlTokens.IGNORE or SqlTokens.RESPECT when next != SqlTokens.NULLS:
                case SqlTokens.ESCAPE when EndsSelectItem(next):
                case SqlTokens.BETWEEN when !FollowsName(i) && (i == 0 || lexemes[i - 1].Type != SqlTokens.NOT_LA):
                case SqlTokens.VALUES when next != SqlTokens.LEFT_PAREN && i > 0 && !FollowsName(i):
                case SqlTokens.QUALIFY when !FollowsName(i) || !StartsExpression(next, lexemes[Math.Min(i + 2, lexemes.Length - 1)].Type):
                case SqlTokens.SYSTEM_USER when FollowsName(i) || (i > 0 && next is SqlTokens.DOT or SqlTokens.LEFT_PAREN):
                case SqlTokens.RECURSIVE when next is SqlTokens.AS or SqlTokens.LEFT_PAREN || i == 0 || !PrecedesRecursive(lexemes[i - 1].Type):
                case SqlTokens.SETOF when i == 0 || !(lexemes[i - 1].Type is SqlTokens.DOUBLE_COLON or SqlTokens.AS || FollowsName(i)) || next is not (SqlTokens.QUOTED_IDENTIFIER or SqlTokens.IDENTIFIER or >= SqlTokens.AUTHORIZATION):
                case SqlTokens.NATIONAL when !IsCharacter(lexemes[i + 1]):
                case SqlTokens.SEMI or SqlTokens.ANTI when next != SqlTokens.JOIN:
                case SqlTokens.ASOF when next is not (SqlTokens.JOIN or SqlTokens.INNER or SqlTokens.LEFT or SqlTokens.RIGHT or SqlTokens.FULL or SqlTokens.SEMI or SqlTokens.ANTI):
                case SqlTokens.EXCLUDE or SqlTokens.REPLACE when EndsSelectItem(next) && (i == 0 || lexemes[i - 1].Type != SqlTokens.STAR):
                    token.Type = SqlTokens.IDENTIFIER;
                    break;
                case SqlTokens.COLLATION when next == SqlTokens.FOR:
                    token.Type = SqlTokens.COLLATION_LA;
                    break;
                case SqlTokens.SIMILAR when next != SqlTokens.TO:
                    token.Type = SqlTokens.SIMILAR_LA;
                    break;
            }
        }
    }

    /// <summary>Tells whether a word before this token is the last one of a select list's item.</summary>
    private static bool EndsSelectItem(int next) =>
        next is SqlTokens.COMMA or SqlTokens.FROM or SqlTokens.RIGHT_PAREN or SqlTokens.SEMICOLON or SqlTokens.INTO or SqlTokens.WHERE or SqlTokens.UNION or TokenConstants.EOF;

    /// <summary>Tells whether an expression, a name or a table ends before a token.</summary>
    private bool FollowsName(int index) =>
        index > 0 && (EndsName(_lexemes[index - 1].Type) || (index > 1 && _lexemes[index - 2].Type == SqlTokens.DOT && _lexemes[index - 1].Type != SqlTokens.STAR));

    /// <summary>Tells whether an operand must begin at a token: NOT before a test's word is no part of a test there, and the word a name (NOT between, NOT like(a, b)).</summary>
    private bool PrecedesOperand(int index)
    {
        int last = index > 0 ? _lexemes[index - 1].Type : TokenConstants.EOF, before = index > 1 ? _lexemes[index - 2].Type : TokenConstants.EOF;
        return before != SqlTokens.DOT && last switch
        {
            SqlTokens.SELECT or SqlTokens.DISTINCT or SqlTokens.WHERE or SqlTokens.HAVING or SqlTokens.ON or SqlTokens.WHEN or SqlTokens.THEN or SqlTokens.ELSE or SqlTokens.CASE => true,
            SqlTokens.AND or SqlTokens.OR or SqlTokens.NOT or SqlTokens.COMMA or SqlTokens.LEFT_PAREN or SqlTokens.LEFT_BRACKET or SqlTokens.RETURNING or SqlTokens.LIMIT or SqlTokens.OFFSET => true,
            SqlTokens.BY => before is SqlTokens.ORDER or SqlTokens.GROUP or SqlTokens.PARTITION,
            SqlTokens.ALL => before == SqlTokens.SELECT,
            _ => false,
        };
    }

    private bool FollowsIf(int index) =>
        index > 0 && (_lexemes[index - 1].Type == SqlTokens.IF || (index > 1 && _lexemes[index - 1].Type == SqlTokens.NOT && _lexemes[index - 2].Type == SqlTokens.IF));

    /// <summary>Tells whether an expression, a name or a table can end here, so that what follows may be an alias or a clause.</summary>
    private static bool EndsName(int type) =>
        type is SqlTokens.IDENTIFIER or SqlTokens.QUOTED_IDENTIFIER or SqlTokens.STRING or SqlTokens.PARAMETER or SqlTokens.RIGHT_PAREN or SqlTokens.RIGHT_BRACKET or SqlTokens.RIGHT_BRACE
            or SqlTokens.INTEGER_NUMBER or SqlTokens.DECIMAL_NUMBER or SqlTokens.FLOAT_NUMBER or SqlTokens.BIT_STRING or SqlTokens.HEX_STRING
            or SqlTokens.NULL or SqlTokens.TRUE or SqlTokens.FALSE or SqlTokens.UNKNOWN or SqlTokens.END or SqlTokens.ISNULL or SqlTokens.NOTNULL or SqlTokens.DEFAULT
            or SqlTokens.INSERT or SqlTokens.VALUE or SqlTokens.ALL
            or (>= SqlTokens.CURRENT_CATALOG and <= SqlTokens.CURRENT_USER) or SqlTokens.LOCALTIME or SqlTokens.LOCALTIMESTAMP or SqlTokens.SESSION_USER or SqlTokens.USER
        || (type >= SqlTokens.BETWEEN && type is not (SqlTokens.BY or SqlTokens.BETWEEN or SqlTokens.ESCAPE) && type <= SqlTokens.ZONE);

    private static bool PrecedesRecursive(int type) =>
        type is SqlTokens.WITH or SqlTokens.WITH_LA or SqlTokens.CREATE or SqlTokens.REPLACE or SqlTokens.TEMP or SqlTokens.TEMPORARY;

    /// <summary>Tells whether a token and the one behind it can begin an expression that follows another one.</summary>
    private static bool StartsExpression(int type, int next) => type switch
    {
        >= SqlTokens.IDENTIFIER and <= SqlTokens.PARAMETER or SqlTokens.OPERATOR_SYMBOL or SqlTokens.LEFT_PAREN or SqlTokens.LEFT_BRACKET or SqlTokens.LEFT_BRACE => true,
        SqlTokens.PLUS or SqlTokens.MINUS or SqlTokens.NOT or SqlTokens.NULL or SqlTokens.TRUE or SqlTokens.FALSE or SqlTokens.CASE or SqlTokens.CAST or SqlTokens.ARRAY => true,
        SqlTokens.SET or SqlTokens.AT or SqlTokens.ASOF or SqlTokens.SEMI or SqlTokens.ANTI => false,
        >= SqlTokens.CURRENT_CATALOG and <= SqlTokens.CURRENT_USER or SqlTokens.LOCALTIME or SqlTokens.LOCALTIMESTAMP or SqlTokens.SESSION_USER or SqlTokens.USER => true,
        >= SqlTokens.AUTHORIZATION and <= SqlTokens.VERBOSE => next == SqlTokens.LEFT_PAREN,
        _ => type >= SqlTokens.BETWEEN && type <= SqlTokens.ZONE,
    };

    private bool IsCharacter(Lexeme token) =>
        token.Type == SqlTokens.IDENTIFIER && Text.AsSpan()[token.Start..token.End] is var word
        && (word.Equals("character", StringComparison.OrdinalIgnoreCase) || word.Equals("char", StringComparison.OrdinalIgnoreCase));

    /// <summary>Tells whether an operand ends here, so that a question mark is jsonb's operator and no parameter.</summary>
    private bool EndsOperand(Lexeme token) =>
        token.Type is SqlTokens.IDENTIFIER or SqlTokens.QUOTED_IDENTIFIER or SqlTokens.STRING or SqlTokens.RIGHT_PAREN or SqlTokens.RIGHT_BRACKET
        || (token.Type == SqlTokens.PARAMETER && !IsQuestionMark(token));

    private bool IsQuestionMark(Lexeme token) => token.End - token.Start == 1 && Text[token.Start] == '?';

    /// <summary>A token: its type, the offset of its first character and of the one behind its last.</summary>
    private record struct Lexeme(int Type, int Start, int End);
}
