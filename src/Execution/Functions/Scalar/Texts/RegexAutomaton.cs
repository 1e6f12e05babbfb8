using System.Buffers;
using System.Runtime.InteropServices;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>Tells whether an ASCII text has a match, byte by byte, in an automaton made deterministic as texts ask for it (as RE2 does: Cox, "Regular Expression Matching in the Wild", 2010).</summary>
/// <remarks><code>
/// byte ── class ──▶ next state = transitions[state * classes + class]      made from the set of program steps when first asked for
/// </code>
/// Bytes that no step tells apart are one class. A byte beyond ASCII, and a program with too many states, end in "not known". One thread.
/// </remarks>
internal sealed class RegexAutomaton
{
    private const int MostStates = 1 << 12;
    private const int Unmade = -1;
    private const int Matched = -2;
    private const int Unknown = -3;
    private readonly RegexProgram _program;
    private readonly byte[] _classes = new byte[256];
    private readonly UInt128[] _samples;
    private readonly Dictionary<string, int> _numbers = [];
    private readonly List<int[]> _sets = [];
    private readonly List<bool> _matchesAtEnd = [];
    private readonly SearchValues<byte>? _firsts;
    private readonly int _start;
    private readonly int _restart;
    private int[] _transitions = [];

    private RegexAutomaton(RegexProgram program)
    {
        _program = program;
        _samples = MakeClasses();
        _start = NumberOf(Closure([program.Start], atStart: true, atEnd: false));
        _restart = NumberOf(Closure([program.Start], atStart: false, atEnd: false));
        _firsts = _start == _restart && _start >= 0 ? FirstBytes() : null;
    }

    /// <summary>The automaton of a pattern; null when it says what only the general way can tell.</summary>
    public static RegexAutomaton? TryMake(string pattern, string flags) => RegexProgram.TryMake(pattern, flags) is { } program ? new RegexAutomaton(program) : null;

    /// <summary>Whether a text has a match; null when that is not known here.</summary>
    public bool? IsMatch(ReadOnlySpan<byte> text)
    {
        int state = _start, classes = _samples.Length;
        byte[] classOf = _classes;
        for (int i = 0; i < text.Length; i++)
        {
            if (state < 0)
            {
                break;
            }

            if (state == _restart && _firsts != null)
            {
                // Nothing begins before one of these; they include all bytes beyond ASCII.
                int skipped = text[i..].IndexOfAny(_firsts);
                if (skipped < 0)
                {
                    break;
                }

                i += skipped;
            }

            byte read = text[i];
            if (read >= 128)
            {
                return null;
            }

            int next = _transitions[(state * classes) + classOf[read]];
            state = next == Unmade ? Make(state, classOf[read]) : next;
        }

        return state switch
        {
            Matched => true,
            Unknown => null,
            _ => _matchesAtEnd[state],
        };
    }

    /// <summary>Gives bytes that every step treats alike one number.</summary>
    /// <returns>One character of each class, as a bit.</returns>
    private UInt128[] MakeClasses()
    {
        var samples = new List<UInt128>();
        var known = new Dictionary<string, byte>();
        UInt128[] reads = [.. _program.Steps.Where(static step => step.Kind == RegexStepKind.Read).Select(static step => step.Characters).Distinct()];
        for (int c = 0; c < 128; c++)
        {
            string taken = string.Concat(reads.Select(set => (set >> c & 1) != 0 ? '1' : '0'));
            if (!known.TryGetValue(taken, out byte number))
            {
                known[taken] = number = (byte)samples.Count;
                samples.Add(UInt128.One << c);
            }

            _classes[c] = number;
        }

        return [.. samples];
    }

    /// <summary>The bytes at which the state of nothing begun is left, where they are few enough to look for.</summary>
    private SearchValues<byte>? FirstBytes()
    {
        var firsts = new List<byte>();
        for (int c = 0; c < 128; c++)
        {
            if (Make(_restart, _classes[c]) != _restart)
            {
                firsts.Add((byte)c);
            }
        }

        return firsts.Count > 16 ? null : SearchValues.Create([.. firsts, .. Enumerable.Range(128, 128).Select(static value => (byte)value)]);
    }

    private int Make(int state, byte characterClass)
    {
        var reached = new List<int>();
        foreach (int step in _sets[state])
        {
            if (_program.Steps[step] is { Kind: RegexStepKind.Read } read && (read.Characters & _samples[characterClass]) != 0)
            {
                reached.Add(read.Next);
            }
        }

        // A match may begin at the next byte too.
        reached.Add(_program.Start);
        int next = NumberOf(Closure(reached, atStart: false, atEnd: false));
        return _transitions[(state * _samples.Length) + characterClass] = next;
    }

    /// <summary>Steps that read, wait for the end or match, reached from some without reading.</summary>
    private int[] Closure(IEnumerable<int> from, bool atStart, bool atEnd)
    {
        var seen = new HashSet<int>();
        var open = new Stack<int>(from);
        var reached = new SortedSet<int>();
        while (open.TryPop(out int number))
        {
            if (!seen.Add(number))
            {
                continue;
            }

            RegexStep step = _program.Steps[number];
            switch (step.Kind)
            {
                case RegexStepKind.Split:
                    open.Push(step.Next);
                    open.Push(step.Other);
                    break;
                case RegexStepKind.AtStart when atStart:
                case RegexStepKind.AtEnd when atEnd:
                    open.Push(step.Next);
                    break;
                case RegexStepKind.AtStart:
                    break;
                default:
                    reached.Add(number);
                    break;
            }
        }

        return [.. reached];
    }

    private bool HasMatch(int[] set) => Array.Exists(set, step => _program.Steps[step].Kind == RegexStepKind.Match);

    private int NumberOf(int[] set)
    {
        if (HasMatch(set))
        {
            return Matched;
        }

        string key = new(MemoryMarshal.Cast<int, char>(set));
        if (_numbers.TryGetValue(key, out int number))
        {
            return number;
        }

        if (_sets.Count == MostStates)
        {
            return Unknown;
        }

        number = _sets.Count;
        _numbers[key] = number;
        _sets.Add(set);
        _matchesAtEnd.Add(HasMatch(Closure(set, atStart: false, atEnd: true)));
        int used = _sets.Count * _samples.Length;
        if (_transitions.Length < used)
        {
            int before = _transitions.Length;
            Array.Resize(ref _transitions, Math.Max(used, 2 * before));
            _transitions.AsSpan(before).Fill(Unmade);
        }

        return number;
    }
}
