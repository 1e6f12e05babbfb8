using System.Collections.Immutable;
using System.Text;

namespace SqlCluster.Execution.Functions.Scalar.Formatting;

/// <summary>A template of to_char and to_number for numbers (PostgreSQL's section 9.8, table 9.31), cut into patterns and plain text.</summary>
internal sealed class NumberTemplate
{
    /// <summary>Longest first where one is another's beginning; a pattern is written in capitals or in small letters throughout.</summary>
    private static readonly string[] Patterns = ["EEEE", "FM", "MI", "PL", "PR", "RN", "SG", "SP", "TH", "9", "0", ".", ",", "B", "D", "G", "L", "S", "V"];

    private readonly ImmutableArray<NumberPart> _parts;

    /// <exception cref="Parser.Errors.QueryException">Patterns that do not go together (42601).</exception>
    public NumberTemplate(string template)
    {
        var parts = ImmutableArray.CreateBuilder<NumberPart>();
        for (int i = 0; i < template.Length;)
        {
            string? pattern = Array.Find(Patterns, known => StartsWith(template.AsSpan(i), known));
            if (pattern != null)
            {
                parts.Add(new NumberPart(pattern, template.Substring(i, pattern.Length)));
                Take(pattern);
                i += pattern.Length;
            }
            else if (template[i] == '"')
            {
                i = TemplateText.Quoted(template, i, out string text);
                parts.AddRange(text.EnumerateRunes().Select(static rune => new NumberPart(null, rune.ToString())));
            }
            else
            {
                // Outside quotes a backslash counts only before a quote.
                i += template[i] == '\\' && i + 1 < template.Length && template[i + 1] == '"' ? 1 : 0;
                Rune.DecodeFromUtf16(template.AsSpan(i), out Rune rune, out int length);
                parts.Add(new NumberPart(null, rune.ToString()));
                i += length;
            }
        }

        _parts = parts.ToImmutable();
    }

    public ImmutableArray<NumberPart> Parts => _parts;

    /// <summary>Digits before the point.</summary>
    public int Whole { get; private set; }

    /// <summary>Digits after the point.</summary>
    public int Fraction { get; private set; }

    /// <summary>Digits after V: the number is multiplied by as many powers of ten.</summary>
    public int Shift { get; private set; }

    /// <summary>How many digits stand before the first 0, -1 without one.</summary>
    public int ZerosFrom { get; private set; } = -1;

    /// <summary>The place of the last 0, of whole and fraction digits counted together.</summary>
    public int ZerosTo { get; private set; }

    /// <summary>FM: no blanks, no zeros at the end.</summary>
    public bool IsTight { get; private set; }

    public bool HasPoint { get; private set; }

    public bool HasShift { get; private set; }

    public bool HasBrackets { get; private set; }

    public bool HasMinus { get; private set; }

    public bool HasPlus { get; private set; }

    public bool IsRoman { get; private set; }

    public bool IsScientific { get; private set; }

    public SignPlace Sign { get; private set; }

    /// <summary>How many whole digits stand before S.</summary>
    public int DigitsBeforeSign { get; private set; }

    private static bool StartsWith(ReadOnlySpan<char> text, string pattern) =>
        text.StartsWith(pattern, StringComparison.Ordinal) || text.StartsWith(pattern.ToLowerInvariant(), StringComparison.Ordinal);

    private void Take(string pattern)
    {
        if (IsScientific && pattern != "EEEE")
        {
            throw ExecutionErrors.NumberTemplate("\"EEEE\" must be the last pattern used");
        }

        switch (pattern)
        {
            case "9" or "0" when HasBrackets: throw ExecutionErrors.NumberTemplate($"\"{pattern}\" must be ahead of \"PR\"");
            case "9" when HasShift: Shift++; break;
            case "9" when HasPoint: Fraction++; break;
            case "9": Whole++; break;
            case "0": TakeZero(); break;
            case "." or "D":
                Refuse(HasPoint, "multiple decimal points");
                Refuse(HasShift, "cannot use \"V\" and decimal point together");
                HasPoint = true;
                break;
            case "FM": IsTight = true; break;
            case "S": TakeSign(); break;
            case "MI":
                Refuse(Sign != SignPlace.None, "cannot use \"S\" and \"MI\" together");
                HasMinus = true;
                break;
            case "PL":
                Refuse(Sign != SignPlace.None, "cannot use \"S\" and \"PL\" together");
                HasPlus = true;
                break;
            case "SG":
                Refuse(Sign != SignPlace.None, "cannot use \"S\" and \"SG\" together");
                HasMinus = HasPlus = true;
                break;
            case "PR":
                Refuse(Sign != SignPlace.None || HasPlus || HasMinus, "cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together");
                HasBrackets = true;
                break;
            case "RN": IsRoman = true; break;
            case "V":
                Refuse(HasPoint, "cannot use \"V\" and decimal point together");
                HasShift = true;
                break;
            case "EEEE":
                Refuse(IsScientific, "cannot use \"EEEE\" twice");
                if (IsTight || Sign != SignPlace.None || HasBrackets || HasMinus || HasPlus || IsRoman || HasShift)
                {
                    throw ExecutionErrors.NumberTemplate("\"EEEE\" is incompatible with other formats", "\"EEEE\" may only be used together with digit and decimal point patterns.");
                }

                IsScientific = true;
                break;
        }
    }

    private void TakeZero()
    {
        if (ZerosFrom < 0 && !HasPoint)
        {
            ZerosFrom = Whole;
        }

        Whole += HasPoint ? 0 : 1;
        Fraction += HasPoint ? 1 : 0;
        ZerosTo = Whole + Fraction;
    }

    private void TakeSign()
    {
        Refuse(Sign != SignPlace.None, "cannot use \"S\" twice");
        Refuse(HasPlus || HasMinus || HasBrackets, "cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together");
        Sign = HasPoint ? SignPlace.After : SignPlace.Before;
        DigitsBeforeSign = Whole;
    }

    private static void Refuse(bool isWrong, string message)
    {
        if (isWrong)
        {
            throw ExecutionErrors.NumberTemplate(message);
        }
    }
}

/// <summary>Where S writes the sign: just before the first or behind the last digit.</summary>
internal enum SignPlace
{
    None,
    Before,
    After,
}

/// <summary>A pattern in capitals and as it is written, or one character of plain text.</summary>
internal readonly record struct NumberPart(string? Pattern, string Text);
