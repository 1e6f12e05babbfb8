namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>One step of a <see cref="RegexProgram"/>.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Characters">Read: the ASCII characters it takes, bit by bit.</param>
/// <param name="Next">Where it goes on.</param>
/// <param name="Other">Split: where it goes on too.</param>
internal readonly record struct RegexStep(RegexStepKind Kind, UInt128 Characters, int Next, int Other);

/// <summary>What a step does.</summary>
internal enum RegexStepKind
{
    Read,
    Split,
    AtStart,
    AtEnd,
    Match,
}

/// <summary>A regular expression over ASCII texts as a nondeterministic automaton (Thompson, "Regular expression search algorithm", 1968).</summary>
/// <remarks>
/// Read: characters, ., brackets with ranges and POSIX classes, \d \w \s and their opposites, groups, |, * + ? {m,n} greedy or not, ^ and $. Anything else, and whatever is not
/// ASCII, is not for it: there is no program then. It only tells whether there is a match, so which of several is the same to it.
/// </remarks>
internal sealed class RegexProgram
{
    private const int MostSteps = 2000;
    private static readonly UInt128 Any = UInt128.MaxValue;
    private static readonly UInt128 Digits = Range('0', '9');
    private static readonly UInt128 Word = Range('a', 'z') | Range('A', 'Z') | Digits | One('_');
    private static readonly UInt128 Space = One(' ') | Range('\t', '\r');
    private readonly List<RegexStep> _steps = [];
    private readonly string _pattern;
    private readonly bool _ignoreCase;
    private int _at;

    private RegexProgram(string pattern, bool ignoreCase)
    {
        _pattern = pattern;
        _ignoreCase = ignoreCase;
    }

    private delegate int Piece(int next);

    public IReadOnlyList<RegexStep> Steps => _steps;

    public int Start { get; private set; }

    /// <summary>The program of a PostgreSQL pattern, or null.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="flags">Only i, c and s have a program.</param>
    public static RegexProgram? TryMake(string pattern, string flags)
    {
        if (pattern.Length > MostSteps || pattern.StartsWith("***", StringComparison.Ordinal) || pattern.StartsWith("(?", StringComparison.Ordinal) || flags.AsSpan().ContainsAnyExcept("ics"))
        {
            return null;
        }

        var program = new RegexProgram(pattern, flags.LastIndexOf('i') > flags.LastIndexOf('c'));
        Piece? whole = program.Alternatives();
        if (whole == null || program._at < pattern.Length)
        {
            return null;
        }

        int match = program.Add(new RegexStep(RegexStepKind.Match, 0, -1, -1));
        program.Start = whole(match);
        return program._steps.Count > MostSteps ? null : program;
    }

    private static UInt128 One(char c) => UInt128.One << c;

    private static UInt128 Range(char first, char last) => (UInt128.MaxValue >> (127 - (last - first))) << first;

    private int Add(RegexStep step)
    {
        _steps.Add(step);
        return _steps.Count - 1;
    }

    private Piece? Alternatives()
    {
        Piece? first = Sequence();
        while (first != null && _at < _pattern.Length && _pattern[_at] == '|')
        {
            _at++;
            Piece left = first;
            if (Sequence() is not { } right)
            {
                return null;
            }

            first = next => Add(new RegexStep(RegexStepKind.Split, 0, left(next), right(next)));
        }

        return first;
    }

    private Piece? Sequence()
    {
        Piece all = static next => next;
        while (_at < _pattern.Length && _pattern[_at] is not ('|' or ')'))
        {
            if (Atom() is not { } atom || Repeated(atom) is not { } repeated)
            {
                return null;
            }

            Piece before = all;
            all = next => before(repeated(next));
        }

        return all;
    }

    private Piece? Atom()
    {
        char c = _pattern[_at++];
        switch (c)
        {
            case '(':
                if (_at < _pattern.Length && _pattern[_at] == '?')
                {
                    if (!_pattern.AsSpan(_at).StartsWith("?:"))
                    {
                        return null;
                    }

                    _at += 2;
                }

                Piece? group = Alternatives();
                return group != null && _at < _pattern.Length && _pattern[_at++] == ')' ? group : null;
            case '[':
                return Bracket() is { } characters ? Read(characters) : null;
            case '.':
                return Read(Any);
            case '^':
                return IsBehind("(|:") && !IsBefore("*+?{") ? next => Add(new RegexStep(RegexStepKind.AtStart, 0, next, -1)) : null;
            case '$':
                return IsBefore("*+?{") ? null : next => Add(new RegexStep(RegexStepKind.AtEnd, 0, next, -1));
            case '\\':
                return _at < _pattern.Length && Escape(_pattern[_at++]) is { } escaped ? Read(escaped) : null;
            case '*' or '+' or '?' or '{' or '}' or ']' or >= (char)128:
                return null;
            default:
                return Read(One(c));
        }
    }

    /// <summary>Whether the character just read stands at the beginning, or behind one of these.</summary>
    private bool IsBehind(string characters) => _at == 1 || characters.Contains(_pattern[_at - 2], StringComparison.Ordinal);

    private bool IsBefore(string characters) => _at < _pattern.Length && characters.Contains(_pattern[_at], StringComparison.Ordinal);

    /// <summary>The quantifier behind an atom; one alone, since two are an error.</summary>
    private Piece? Repeated(Piece atom)
    {
        int least, most;
        switch (_at < _pattern.Length ? _pattern[_at] : '\0')
        {
            case '*': (least, most) = (0, -1); break;
            case '+': (least, most) = (1, -1); break;
            case '?': (least, most) = (0, 1); break;
            case '{':
                int end = _pattern.IndexOf('}', _at);
                if (end < 0 || !TryBounds(_pattern.AsSpan(_at + 1, end - _at - 1), out least, out most))
                {
                    return null;
                }

                _at = end;
                break;
            default: return atom;
        }

        _at += _at + 1 < _pattern.Length && _pattern[_at + 1] == '?' ? 2 : 1;
        return _at < _pattern.Length && _pattern[_at] is '*' or '+' or '?' or '{' ? null : next => Repeat(atom, least, most, next);
    }

    private static bool TryBounds(ReadOnlySpan<char> text, out int least, out int most)
    {
        int comma = text.IndexOf(',');
        most = -1;
        bool isRight = int.TryParse(comma < 0 ? text : text[..comma], System.Globalization.NumberStyles.None, null, out least)
            && (comma == text.Length - 1 || int.TryParse(text[(comma + 1)..], System.Globalization.NumberStyles.None, null, out most));
        return isRight && least <= 255 && most <= 255 && (most < 0 || least <= most);
    }

    private int Repeat(Piece atom, int least, int most, int next)
    {
        int start = next;
        if (most < 0)
        {
            int loop = Add(default);
            _steps[loop] = new RegexStep(RegexStepKind.Split, 0, atom(loop), next);
            start = loop;
        }

        for (int i = least; i < most && _steps.Count <= MostSteps; i++)
        {
            start = Add(new RegexStep(RegexStepKind.Split, 0, atom(start), next));
        }

        for (int i = 0; i < least && _steps.Count <= MostSteps; i++)
        {
            start = atom(start);
        }

        return start;
    }

    private Piece Read(UInt128 characters)
    {
        UInt128 taken = _ignoreCase ? EitherCase(characters) : characters;
        return next => Add(new RegexStep(RegexStepKind.Read, taken, next, -1));
    }

    private static UInt128 EitherCase(UInt128 characters)
    {
        UInt128 upper = Range('A', 'Z'), lower = Range('a', 'z');
        return characters | ((characters & upper) << 32) | ((characters & lower) >> 32);
    }

    /// <summary>Characters of a bracket whose [ has been read.</summary>
    private UInt128? Bracket()
    {
        bool isNegated = _at < _pattern.Length && _pattern[_at] == '^';
        _at += isNegated ? 1 : 0;
        UInt128 characters = 0;
        for (bool isFirst = true; _at < _pattern.Length && (isFirst || _pattern[_at] != ']'); isFirst = false)
        {
            char c = _pattern[_at++];
            if (c == '[' && _at < _pattern.Length && _pattern[_at] is ':' or '.' or '=')
            {
                int end = _pattern.IndexOf(":]", _at + 1, StringComparison.Ordinal);
                if (_pattern[_at] != ':' || end < 0 || Posix(_pattern[(_at + 1)..end]) is not { } named)
                {
                    return null;
                }

                characters |= named;
                _at = end + 2;
                continue;
            }

            if (c == '\\')
            {
                if (_at == _pattern.Length || Escape(_pattern[_at++]) is not { } escaped)
                {
                    return null;
                }

                characters |= escaped;
                if (_at < _pattern.Length && _pattern[_at] == '-' && (_at + 1 == _pattern.Length || _pattern[_at + 1] != ']'))
                {
                    return null;
                }

                continue;
            }

            char last = c;
            if (_at + 1 < _pattern.Length && _pattern[_at] == '-' && _pattern[_at + 1] != ']')
            {
                last = _pattern[_at + 1];
                _at += 2;
            }

            if (c >= 128 || last >= 128 || last < c || last is '[' or '\\')
            {
                return null;
            }

            characters |= Range(c, last);
        }

        if (_at >= _pattern.Length)
        {
            return null;
        }

        _at++;
        characters = _ignoreCase ? EitherCase(characters) : characters;
        return isNegated ? ~characters : characters;
    }

    private static UInt128? Escape(char c) => c switch
    {
        'd' => Digits,
        'D' => ~Digits,
        'w' => Word,
        'W' => ~Word,
        's' => Space,
        'S' => ~Space,
        't' => One('\t'),
        'n' => One('\n'),
        'r' => One('\r'),
        _ => c < 128 && !char.IsAsciiLetterOrDigit(c) ? One(c) : null,
    };

    private static UInt128? Posix(string name) => name switch
    {
        "alpha" => Range('a', 'z') | Range('A', 'Z'),
        "digit" => Digits,
        "alnum" => Word & ~One('_'),
        "upper" => Range('A', 'Z'),
        "lower" => Range('a', 'z'),
        "space" => Space,
        "blank" => One(' ') | One('\t'),
        "punct" => Range('!', '/') | Range(':', '@') | Range('[', '`') | Range('{', '~'),
        "xdigit" => Digits | Range('A', 'F') | Range('a', 'f'),
        _ => null,
    };
}
