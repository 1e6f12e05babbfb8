using System.Globalization;
using System.Text;
using System.Text.Json;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Functions.Scalar.Texts;

namespace SqlCluster.Execution.Functions.Scalar.JsonPaths;

/// <summary>Reads SQL/JSON paths by recursive descent: || below &amp;&amp; below comparisons below + - below * / % below signs below accessors.</summary>
internal sealed class JsonPathParser
{
    private const int MostLevels = 500;

    /// <summary>Steps, or operands, in a row: each is a level of the tree, which is evaluated by recursion.</summary>
    private const int MostSteps = 10_000;

    private static readonly string[] Methods = ["abs", "ceiling", "double", "floor", "keyvalue", "size", "type"];
    private readonly List<PathToken> _tokens;
    private int _at;
    private int _filters;
    private int _subscripts;
    private int _depth;

    private JsonPathParser(List<PathToken> tokens) => _tokens = tokens;

    private PathToken Token => _tokens[_at];

    /// <exception cref="Parser.Errors.QueryException">42601 for text that is no path.</exception>
    public static JsonPath Parse(string text)
    {
        var parser = new JsonPathParser(JsonPathScanner.Scan(text));
        bool isStrict = parser.TakeWord("strict");
        if (!isStrict)
        {
            parser.TakeWord("lax");
        }

        PathNode root = parser.Disjunction();
        return parser.Token.Kind == PathTokenKind.End ? new JsonPath(isStrict, root) : throw parser.Unexpected();
    }

    private PathNode Disjunction()
    {
        PathNode left = Conjunction();
        int steps = 0;
        while (TakeSymbol("||"))
        {
            Lengthen(ref steps);
            left = new ConnectiveNode(false, Condition(left), Condition(Conjunction()));
        }

        return left;
    }

    private PathNode Conjunction()
    {
        PathNode left = Predicate();
        int steps = 0;
        while (TakeSymbol("&&"))
        {
            Lengthen(ref steps);
            left = new ConnectiveNode(true, Condition(left), Condition(Predicate()));
        }

        return left;
    }

    private PathNode Predicate()
    {
        if (TakeSymbol("!"))
        {
            // What ! negates stands in parentheses or is exists (…).
            return Token.IsSymbol("(") || Token.IsWord("exists") ? new NotNode(Condition(Accessors(Primary()))) : throw Unexpected();
        }

        PathNode left = Sum();
        if (Token.Kind == PathTokenKind.Symbol && Token.Value is "==" or "=" or "<>" or "!=" or "<" or "<=" or ">" or ">=")
        {
            string symbol = Token.Value switch { "=" => "==", "!=" => "<>", var other => other };
            _at++;
            return new ComparisonNode(symbol, Value(left), Value(Sum()));
        }

        if (Token.IsWord("starts"))
        {
            _at++;
            ExpectWord("with");
            PathNode beginning = Token.Kind is PathTokenKind.Text or PathTokenKind.Variable ? Primary() : throw Unexpected();
            return new StartsWithNode(Value(left), beginning);
        }

        if (TakeWord("like_regex"))
        {
            string pattern = TakeText();
            return new LikeRegexNode(Value(left), Regex(pattern, TakeWord("flag") ? TakeText() : ""));
        }

        return left;
    }

    private PathNode Sum()
    {
        PathNode left = Product();
        int steps = 0;
        while (Token.Kind == PathTokenKind.Symbol && Token.Value is "+" or "-")
        {
            Lengthen(ref steps);
            char symbol = Token.Value[0];
            _at++;
            left = new ArithmeticNode(symbol, Value(left), Value(Product()));
        }

        return left;
    }

    private PathNode Product()
    {
        PathNode left = Signed();
        int steps = 0;
        while (Token.Kind == PathTokenKind.Symbol && Token.Value is "*" or "/" or "%")
        {
            Lengthen(ref steps);
            char symbol = Token.Value[0];
            _at++;
            left = new ArithmeticNode(symbol, Value(left), Value(Signed()));
        }

        return left;
    }

    private PathNode Signed()
    {
        if (Token.Kind != PathTokenKind.Symbol || Token.Value is not ("+" or "-"))
        {
            return Accessors(Primary());
        }

        Deepen();
        char sign = Token.Value[0];
        _at++;
        var signed = new SignNode(sign, Value(Signed()));
        _depth--;
        return signed;
    }

    private void Deepen()
    {
        if (++_depth > MostLevels)
        {
            throw ExecutionErrors.JsonPathTooDeep();
        }
    }

    private static void Lengthen(ref int steps)
    {
        if (++steps > MostSteps)
        {
            throw ExecutionErrors.JsonPathTooDeep();
        }
    }

    private PathNode Primary()
    {
        Deepen();
        PathToken token = Token;
        _at++;
        PathNode node;
        switch (token.Kind)
        {
            case PathTokenKind.Text:
                node = new ConstantNode(JsonSerializer.SerializeToElement(token.Value));
                break;
            case PathTokenKind.Number:
                node = new ConstantNode(PathNumber.Parse(token.Value).ToElement());
                break;
            case PathTokenKind.Variable:
                node = new VariableNode(token.Value);
                break;
            case PathTokenKind.Word when token.Value is "true" or "false" or "null":
                node = new ConstantNode(JsonDocument.Parse(token.Value).RootElement);
                break;
            case PathTokenKind.Word when token.IsWord("last"):
                node = _subscripts > 0 ? new LastNode() : throw ExecutionErrors.JsonPathSyntax("LAST is allowed only in array subscripts");
                break;
            case PathTokenKind.Word when token.IsWord("exists"):
                ExpectSymbol("(");
                node = new ExistsNode(Value(Sum()));
                ExpectSymbol(")");
                break;
            case PathTokenKind.Symbol when token.Value == "$":
                node = new ItemNode(false);
                break;
            case PathTokenKind.Symbol when token.Value == "@":
                node = _filters > 0 ? new ItemNode(true) : throw ExecutionErrors.JsonPathSyntax("@ is not allowed in root expressions");
                break;
            case PathTokenKind.Symbol when token.Value == "(":
                node = Disjunction();
                ExpectSymbol(")");
                if (node.IsPredicate && TakeWord("is"))
                {
                    ExpectWord("unknown");
                    node = new UnknownNode(node);
                }

                break;
            default:
                _at--;
                throw Unexpected();
        }

        _depth--;
        return node;
    }

    private PathNode Accessors(PathNode input)
    {
        int steps = 0;
        while (true)
        {
            Lengthen(ref steps);
            if (TakeSymbol("?"))
            {
                ExpectSymbol("(");
                _filters++;
                PathNode predicate = Condition(Disjunction());
                _filters--;
                ExpectSymbol(")");
                input = new FilterNode(input, predicate);
            }
            else if (TakeSymbol("["))
            {
                input = Subscripts(input);
            }
            else if (TakeSymbol("."))
            {
                input = Member(input);
            }
            else
            {
                return input;
            }
        }
    }

    private ElementNode Subscripts(PathNode input)
    {
        if (Token.IsSymbol("*") && _tokens[_at + 1].IsSymbol("]"))
        {
            _at += 2;
            return new ElementNode(input, null);
        }

        var subscripts = new List<(PathNode, PathNode?)>();
        _subscripts++;
        do
        {
            PathNode from = Value(Sum());
            subscripts.Add((from, TakeWord("to") ? Value(Sum()) : null));
        }
        while (TakeSymbol(","));
        _subscripts--;
        ExpectSymbol("]");
        return new ElementNode(input, subscripts);
    }

    private PathNode Member(PathNode input)
    {
        PathToken token = Token;
        _at++;
        switch (token.Kind)
        {
            case PathTokenKind.Symbol when token.Value == "*":
                return new MemberNode(input, null);
            case PathTokenKind.Symbol when token.Value == "**":
                return Descendants(input);
            case PathTokenKind.Text:
                return new MemberNode(input, token.Value);
            case PathTokenKind.Word when Token.IsSymbol("(") && Methods.Contains(token.Value.ToLowerInvariant()):
                _at++;
                ExpectSymbol(")");
                return new MethodNode(input, token.Value.ToLowerInvariant(), null);
            case PathTokenKind.Word when Token.IsSymbol("(") && token.IsWord("datetime"):
                _at++;
                string? template = Token.Kind == PathTokenKind.Text ? TakeText() : null;
                ExpectSymbol(")");
                return new MethodNode(input, "datetime", template);
            case PathTokenKind.Word:
                return new MemberNode(input, token.Value);
            default:
                _at--;
                throw Unexpected();
        }
    }

    private DescendantNode Descendants(PathNode input)
    {
        if (!TakeSymbol("{"))
        {
            return new DescendantNode(input, 0, int.MaxValue);
        }

        int first = Level(), last = TakeWord("to") ? Level() : first;
        ExpectSymbol("}");
        return new DescendantNode(input, first, last);
    }

    private int Level()
    {
        if (TakeWord("last"))
        {
            return int.MaxValue;
        }

        return Token.Kind == PathTokenKind.Number && int.TryParse(Token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int level) && ++_at > 0 ? level : throw Unexpected();
    }

    /// <summary>like_regex has XQuery's flags; q takes the pattern literally.</summary>
    private static CheckedRegex Regex(string pattern, string flags)
    {
        var translated = new StringBuilder();
        foreach (char flag in flags)
        {
            translated.Append(flag switch
            {
                'i' => "i",
                's' => "",
                'm' => "n",
                'q' => "q",
                'x' => throw ExecutionErrors.Unsupported("XQuery \"x\" flag (expanded regular expressions)"),
                _ => throw ExecutionErrors.JsonPathSyntax($"unrecognized flag character \"{flag}\" in LIKE_REGEX predicate"),
            });
        }

        // Without s a dot matches no line break; PostgreSQL's flag p says just that.
        bool isLiteral = flags.Contains('q', StringComparison.Ordinal);
        string postgres = translated.Replace("q", "").ToString() + (flags.Contains('s', StringComparison.Ordinal) || flags.Contains('m', StringComparison.Ordinal) || isLiteral ? "" : "p");
        return RegexTranslation.Compile(isLiteral ? System.Text.RegularExpressions.Regex.Escape(pattern) : pattern, postgres);
    }

    private PathNode Condition(PathNode node) => node.IsPredicate ? node : throw Unexpected();

    private PathNode Value(PathNode node) => node.IsPredicate ? throw Unexpected() : node;

    private string TakeText() => Token.Kind == PathTokenKind.Text ? _tokens[_at++].Value : throw Unexpected();

    private bool TakeWord(string word)
    {
        bool isThere = Token.IsWord(word);
        _at += isThere ? 1 : 0;
        return isThere;
    }

    private bool TakeSymbol(string symbol)
    {
        bool isThere = Token.IsSymbol(symbol);
        _at += isThere ? 1 : 0;
        return isThere;
    }

    private void ExpectWord(string word)
    {
        if (!TakeWord(word))
        {
            throw Unexpected();
        }
    }

    private void ExpectSymbol(string symbol)
    {
        if (!TakeSymbol(symbol))
        {
            throw Unexpected();
        }
    }

    private Parser.Errors.QueryException Unexpected() => ExecutionErrors.JsonPathSyntax(
        Token.Kind == PathTokenKind.End ? "syntax error at end of jsonpath input" : $"syntax error at or near \"{Token.Value}\" of jsonpath input");
}
