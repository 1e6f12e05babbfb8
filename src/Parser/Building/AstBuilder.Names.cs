using Antlr4.Runtime;
using Antlr4.Runtime.Tree;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Tokens;
using static SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Building;

internal sealed partial class AstBuilder
{
    // A name is one token, whatever rule it was read by.
    private Identifier Name(ParserRuleContext context) => Name(context.Start);

    private Identifier Name(ITerminalNode node) => Name(node.Symbol);

    private Identifier Name(IToken token)
    {
        TextSpan span = ParserErrors.SpanOf(token);
        return token.Type == QUOTED_IDENTIFIER
            ? new Identifier(StringDecoder.DecodeIdentifier(Text, span), Quoted: true) { Span = span }
            : new Identifier(Fold(((SqlToken)token).Span)) { Span = span };
    }

    private Identifier? OptionalName(ParserRuleContext? context) => context is null ? null : Name(context);

    private NodeList<Identifier> Names(IdentifierContext[] contexts) => Map(contexts, Name);

    private NodeList<Identifier> Names(ColumnNamesContext? context) => context is null ? [] : Names(context.identifier());

    private QualifiedName Build(QualifiedNameContext context) => Qualified(context, context.identifier(), context.label());

    private QualifiedName? BuildOptional(QualifiedNameContext? context) => context is null ? null : Build(context);

    private QualifiedName Build(RelationNameContext context) => Qualified(context, context, context.label());

    private QualifiedName Qualified(ParserRuleContext whole, ParserRuleContext first, LabelContext[] rest)
    {
        var parts = new Identifier[1 + rest.Length];
        parts[0] = Name(first);
        for (int i = 0; i < rest.Length; i++)
            parts[i + 1] = Name(rest[i]);
        return new QualifiedName(new NodeList<Identifier>(parts)) { Span = SpanOf(whole) };
    }

    /// <summary>Lists the words after dots, and null for <c>.*</c>.</summary>
    private List<Identifier?> Fields(FieldsContext? context)
    {
        if (context is null)
            return [];
        var parts = new List<Identifier?>(context.ChildCount / 2);
        for (int i = 1; i < context.ChildCount; i += 2)
            parts.Add(context.GetChild(i) is LabelContext label ? Name(label) : null);
        return parts;
    }

    /// <summary>Reads a word and fields as a column or, if they end in a star, as all columns of a table.</summary>
    private Expression NameExpression(IToken first, FieldsContext? context, TextSpan span)
    {
        List<Identifier?> fields = Fields(context);
        bool star = fields.Count > 0 && fields[^1] is null;
        QualifiedName name = DottedName(first, star ? fields[..^1] : fields, span);
        return star ? new Star(name) { Span = span } : new ColumnReference(name) { Span = span };
    }

    private QualifiedName DottedName(IToken first, List<Identifier?> fields, TextSpan span)
    {
        var parts = new Identifier[1 + fields.Count];
        parts[0] = Name(first);
        for (int i = 0; i < fields.Count; i++)
            parts[i + 1] = fields[i] ?? throw ParserErrors.Misplaced(Text, span, "improper use of \"*\"");
        return new QualifiedName(new NodeList<Identifier>(parts)) { Span = span };
    }

    private OperatorName Build(AnyOperatorContext context) => Operator(context, context.operatorSymbol(), context.identifier());

    private OperatorName Build(OtherOperatorContext context) =>
        context.OPERATOR_SYMBOL() is { } symbol ? Operator(symbol.Symbol) : Operator(context, context.operatorSymbol(), context.identifier());

    private OperatorName Operator(ParserRuleContext whole, OperatorSymbolContext symbol, IdentifierContext[] schema) =>
        Operator(symbol.Start) with
        {
            Schema = schema.Length == 0 ? null : new QualifiedName(Names(schema)) { Span = SpanOf(schema[0]) },
            Span = SpanOf(whole),
        };

    private static OperatorName Operator(IToken token) =>
        new(token.Type == NOT_EQUALS ? "<>" : SharedWords.Of(((SqlToken)token).Span)) { Span = ParserErrors.SpanOf(token) };

    /// <summary>Folds ASCII letters to lower case, as PostgreSQL does; other letters stay.</summary>
    private static string Fold(ReadOnlySpan<char> word) => word.ContainsAnyInRange('A', 'Z')
        ? string.Create(word.Length, word, static (target, source) =>
        {
            for (int i = 0; i < target.Length; i++)
                target[i] = char.IsAsciiLetterUpper(source[i]) ? (char)(source[i] | 0x20) : source[i];
        })
        : SharedWords.Of(word);

    /// <summary>Joins the words of a context in lower case: "access share".</summary>
    private static string Words(ParserRuleContext context) =>
        string.Join(' ', Leaves(context).Select(token => token.Text.ToLowerInvariant()));

    private static IEnumerable<IToken> Leaves(IParseTree tree)
    {
        if (tree is ITerminalNode terminal)
            return [terminal.Symbol];
        return Enumerable.Range(0, tree.ChildCount).SelectMany(i => Leaves(tree.GetChild(i)));
    }
}
