using Antlr4.Runtime;

namespace SqlCluster.Parser.Tokens;

/// <summary>Is a token for the generated parser: type and place. Its text, line and column are found when asked for.</summary>
internal sealed class SqlToken(SqlTokenStream stream, int type, int start, int end, int index) : IToken
{
    public int Type => type;

    public int StartIndex => start;

    /// <summary>Is the offset of the last character, as ANTLR counts.</summary>
    public int StopIndex => end - 1;

    public int End => end;

    public int TokenIndex => index;

    public int Channel => TokenConstants.DefaultChannel;

    public string Text => Type == TokenConstants.EOF ? "<EOF>" : stream.Text[start..end];

    public ReadOnlySpan<char> Span => stream.Text.AsSpan(start, end - start);

    public int Line => new Ast.TextSpan(start, 0).LineAndColumn(stream.Text).Line;

    public int Column => new Ast.TextSpan(start, 0).LineAndColumn(stream.Text).Column - 1;

    public ITokenSource? TokenSource => null;

    public ICharStream? InputStream => null;
}
