using System.Text;

namespace SqlCluster.Execution.Functions.Scalar.Formatting;

/// <summary>Reads a number from a text as a template's patterns ask for it (what PostgreSQL's NUM_processor does for to_number).</summary>
internal sealed class NumberReader
{
    private readonly NumberTemplate _template;
    private readonly string _text;
    private readonly StringBuilder _number = new();
    private char _sign = ' ';
    private int _at;
    private int _wholeDigits;
    private int _fractionDigits;
    private bool _pointRead;

    private NumberReader(NumberTemplate template, string text) => (_template, _text) = (template, text);

    private bool IsAtEnd => _at >= _text.Length;

    private char Current => _text[_at];

    /// <summary>The digits with point and sign, as the input of numeric takes them.</summary>
    /// <exception cref="Parser.Errors.QueryException">Roman numbers and exponents (0A000).</exception>
    public static string Read(NumberTemplate template, string text)
    {
        if (template.IsScientific || template.IsRoman)
        {
            throw ExecutionErrors.NotForInput(template.IsScientific ? "EEEE" : "RN");
        }

        return new NumberReader(template, text).Read();
    }

    private string Read()
    {
        foreach (NumberPart part in _template.Parts)
        {
            if (IsAtEnd)
            {
                break;
            }

            switch (part.Pattern)
            {
                // Plain text skips as many characters, whatever they are.
                case null: _at += char.IsHighSurrogate(Current) ? 2 : 1; break;
                case "9" or "0" or "." or "D":
                    ReadPlace(isDigit: part.Pattern is "9" or "0");
                    _at++;
                    break;
                case "," or "G":
                    _at += Current == ',' && !_template.IsTight ? 1 : 0;
                    break;
                case "L": Skip(1); break;
                case "TH" when !_template.HasPoint: Skip(2); break;
                case "MI": ReadSign(canBePlus: false); break;
                case "PL": ReadSign(canBeMinus: false); break;
                case "SG": ReadSign(); break;
            }
        }

        string digits = _number.ToString().TrimEnd('.');
        int wholeDigits = digits.AsSpan(0, _wholeDigits).TrimStart('0').Length, room = _template.Whole + _template.Shift;
        return wholeDigits > room ? throw ExecutionErrors.NumericFieldOverflow(room + _fractionDigits, _fractionDigits) : _sign + digits;
    }

    private void ReadSign(bool canBePlus = true, bool canBeMinus = true)
    {
        if ((Current == '-' && canBeMinus) || (Current == '+' && canBePlus))
        {
            _sign = Current;
            _at++;
        }
        else
        {
            Skip(1);
        }
    }

    /// <summary>Skips characters that cannot be of a number.</summary>
    private void Skip(int count)
    {
        while (count-- > 0 && !IsAtEnd && !"0123456789.,+-".Contains(Current, StringComparison.Ordinal))
        {
            _at += char.IsHighSurrogate(Current) ? 2 : 1;
        }
    }

    /// <summary>Reads a digit, or the point; signs stand just before the first and behind the last of them. Leaves the position on what it read.</summary>
    private void ReadPlace(bool isDigit)
    {
        _at += Current == ' ' ? 1 : 0;
        if (IsAtEnd)
        {
            return;
        }

        if (_sign == ' ' && isDigit && _wholeDigits + _fractionDigits == 0
            && (Current is '-' or '+' || (_template.HasBrackets && Current == '<')))
        {
            _sign = Current == '+' ? '+' : '-';
            _at++;
        }

        if (IsAtEnd)
        {
            return;
        }

        bool isRead = false;
        if (char.IsAsciiDigit(Current))
        {
            if (_pointRead && _fractionDigits == _template.Fraction)
            {
                return;
            }

            _number.Append(Current);
            _fractionDigits += _pointRead ? 1 : 0;
            _wholeDigits += _pointRead ? 0 : 1;
            isRead = true;
        }
        else if (_template.HasPoint && !_pointRead && Current == '.')
        {
            _number.Append('.');
            _pointRead = isRead = true;
        }

        if (_sign != ' ' || _wholeDigits + _fractionDigits == 0)
        {
            return;
        }

        if (_template.Sign != SignPlace.None)
        {
            if (isRead && _at + 1 < _text.Length && _text[_at + 1] is '-' or '+')
            {
                _sign = _text[++_at];
            }
        }
        else if (!isRead && (_template.HasPlus || _template.HasMinus) && Current is '-' or '+')
        {
            _sign = Current;
        }
    }
}
