using System.Globalization;
using System.Text;
using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Execution.Functions.Scalar.Formatting;

/// <summary>Writes one number by a template, place by place (what PostgreSQL's NUM_processor does for to_char).</summary>
internal sealed class NumberWriter
{
    private const int DoubleDigits = 15;
    private static readonly string[][] Roman =
    [
        ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"],
        ["", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX", "XC"],
        ["", "C", "CC", "CCC", "CD", "D", "DC", "DCC", "DCCC", "CM"],
        ["", "M", "MM", "MMM"],
    ];

    private readonly NumberTemplate _template;

    /// <summary>The digits without sign, rounded to the template's fraction; a whole number has no point.</summary>
    private readonly string _number;
    private readonly bool _isNegative;

    /// <summary>Places of the template that have no digit of their own.</summary>
    private readonly int _blanks;

    /// <summary>FM: the last character of the number that is shown; -1 when all are.</summary>
    private readonly int _lastShown = -1;
    private readonly bool _hasBrackets;
    private readonly SignPlace _sign;
    private readonly int _lastPlace;
    private readonly StringBuilder _text = new();
    private bool _signWritten;
    private bool _inNumber;
    private int _place;
    private int _next;

    private NumberWriter(NumberTemplate template, string number, bool isNegative, int fractionDigits)
    {
        int point = number.IndexOf('.', StringComparison.Ordinal), wholeDigits = point < 0 ? number.Length : point, places = template.Whole + template.Shift;
        if (wholeDigits > places)
        {
            number = new string('#', places) + "." + new string('#', fractionDigits);
            point = places;
        }

        (_template, _number, _isNegative, _blanks) = (template, number, isNegative, Math.Max(places - wholeDigits, 0));
        _hasBrackets = template.HasBrackets && (isNegative || !template.IsTight);
        _signWritten = template.HasPlus || template.HasMinus
            ? !template.HasPlus || template.HasMinus
            : !isNegative && template.IsTight && template.Sign == SignPlace.None;
        _sign = template.Sign == SignPlace.Before && !template.HasPlus && !template.HasMinus && places == template.DigitsBeforeSign ? SignPlace.After : template.Sign;
        if (template is { IsTight: true, HasPoint: true } && point >= 0)
        {
            _lastShown = number.AsSpan(point + 1).LastIndexOfAnyExcept('0') is var last and >= 0 ? point + 1 + last : point;
            if (template.ZerosTo > _blanks)
            {
                _lastShown = Math.Max(_lastShown, Math.Min(number.Length - 1, template.ZerosTo - _blanks));
            }
        }

        int count = fractionDigits + places - 1 + (!_signWritten && _blanks == 0 ? 1 : 0);
        _lastPlace = count + (_blanks > 0 ? 1 : 0) + (template.HasPoint ? 1 : 0);
    }

    private bool IsPointShownLast => _lastShown >= 0 && _number[_lastShown] == '.';

    /// <summary>Whether a zero before the point stays blank: 9.9 writes 0.1 as .1.</summary>
    private bool IsBlankZero => _template.ZerosFrom < 0 && _next == 0 && _number[0] == '0' && _template.Fraction != 0;

    public static string Write(NumberTemplate template, Int128 unscaled, int scale)
    {
        if (template.IsRoman)
        {
            return WriteRoman(template, DecimalMath.Rescale(unscaled, scale, 0) is var whole && whole > 0 && whole < 4000 ? (int)whole : 0);
        }

        if (template.IsScientific)
        {
            return Scientific(unscaled, scale, template.Fraction);
        }

        Int128 shifted = template.Shift > 38 ? throw ExecutionErrors.OutOfRange("numeric") : DecimalMath.Rescale(unscaled, scale, scale + template.Shift);
        bool isNegative = DecimalMath.Rescale(shifted, scale, template.Fraction) < 0;
        string number = LiteralPrinter.Decimal(Int128.Abs(DecimalMath.Rescale(shifted, scale, template.Fraction)), template.Fraction);
        return new NumberWriter(template, number, isNegative, template.Fraction).Write();
    }

    /// <param name="template">The template.</param>
    /// <param name="value">The number.</param>
    /// <param name="digits">How many digits count: 15, of a real 6.</param>
    public static string Write(NumberTemplate template, double value, int digits = DoubleDigits)
    {
        if (template.IsRoman)
        {
            return WriteRoman(template, Math.Round(value, MidpointRounding.ToEven) is var whole and > 0 and < 4000 ? (int)whole : 0);
        }

        if (template.IsScientific)
        {
            return double.IsFinite(value)
                ? SignedExponent(value.ToString($"e{template.Fraction}", CultureInfo.InvariantCulture))
                : " " + new string('#', template.Whole) + "." + new string('#', template.Fraction + 4);
        }

        double shifted = template.Shift > 0 ? value * Math.Pow(10, template.Shift) : value;
        if (!double.IsFinite(shifted))
        {
            // The names of these values go through the places like digits.
            return new NumberWriter(template, double.IsNaN(shifted) ? "NaN" : "Infinity", shifted < 0, template.Fraction).Write();
        }

        int wholeDigits = Math.Abs(shifted).ToString("F0", CultureInfo.InvariantCulture).Length;
        int fraction = Math.Clamp(digits - wholeDigits, 0, template.Fraction);
        string number = shifted.ToString("F" + fraction, CultureInfo.InvariantCulture);
        return new NumberWriter(template, number.TrimStart('-'), number[0] == '-', fraction).Write();
    }

    private string Write()
    {
        foreach (NumberPart part in _template.Parts)
        {
            switch (part.Pattern)
            {
                case null: _text.Append(part.Text); break;
                case "9" or "0" or "." or "D": WritePlace(part.Pattern); break;
                case "," or "G":
                    _text.Append(_inNumber ? "," : _template.IsTight ? "" : " ");
                    break;
                case "L": _text.Append(' '); break;
                case "MI": _text.Append(_isNegative ? "-" : _template.IsTight ? "" : " "); break;
                case "PL": _text.Append(!_isNegative ? "+" : _template.IsTight ? "" : " "); break;
                case "SG": _text.Append(_isNegative ? '-' : '+'); break;
                case "TH" when _number[0] != '#' && !_isNegative && !_template.HasPoint:
                    _text.Append(char.IsAsciiDigit(_number[^1]) ? TemplateText.Ordinal(_number, part.Text) : throw ExecutionErrors.NotANumber(_number));
                    break;
            }
        }

        // A place beyond the digits that are known ends the text.
        string text = _text.ToString();
        int end = text.IndexOf('\0', StringComparison.Ordinal);
        return end < 0 ? text : text[..end];
    }

    private void WritePlace(string pattern)
    {
        _inNumber = false;
        bool isFilledWithZeros = _template.ZerosFrom >= 0;
        if (!_signWritten && (_place >= _blanks || (isFilledWithZeros && _template.ZerosFrom == _place)) && (!IsBlankZero || IsPointShownLast))
        {
            WriteSign();
        }

        char digit = _next < _number.Length ? _number[_next] : '\0';
        if (_place < _blanks)
        {
            _inNumber = isFilledWithZeros && _template.ZerosFrom <= _place;
            _text.Append(_inNumber ? "0" : _template.IsTight ? "" : " ");
        }
        else
        {
            WriteDigit(pattern, digit);
            _next += digit == '\0' ? 0 : 1;
        }

        int end = _lastShown >= 0 && _lastShown == _next ? _place : _lastPlace;
        if (_place + 1 == end)
        {
            _text.Append(_signWritten && _hasBrackets ? (_isNegative ? ">" : " ") : _sign == SignPlace.After ? (_isNegative ? "-" : "+") : "");
        }

        _place++;
    }

    private void WriteDigit(string pattern, char digit)
    {
        if (digit == '.')
        {
            _text.Append(digit);
        }
        else if (_lastShown >= 0 && _next > _lastShown && pattern != "0")
        {
        }
        else if (IsBlankZero)
        {
            _text.Append(!_template.IsTight ? " " : IsPointShownLast ? "0" : "");
        }
        else
        {
            _text.Append(digit);
            _inNumber = true;
        }
    }

    private void WriteSign()
    {
        if (_template.Sign != SignPlace.None)
        {
            if (_sign == SignPlace.Before)
            {
                _text.Append(_isNegative ? '-' : '+');
                _signWritten = true;
            }

            return;
        }

        _text.Append(_hasBrackets ? (_isNegative ? "<" : " ") : _isNegative ? "-" : _template.IsTight ? "" : " ");
        _signWritten = true;
    }

    private static string WriteRoman(NumberTemplate template, int number)
    {
        string digits = number.ToString(CultureInfo.InvariantCulture);
        string roman = number == 0 ? new string('#', 15) : string.Concat(digits.Select((digit, i) => Roman[digits.Length - 1 - i][digit - '0']));
        string padded = template.IsTight ? roman : roman.PadLeft(15);
        return string.Concat(template.Parts.Select(part => part.Pattern switch
        {
            null => part.Text,
            "RN" => part.Text == "RN" ? padded : padded.ToLowerInvariant(),
            "L" => " ",
            "," or "G" or "MI" or "PL" => template.IsTight ? "" : " ",
            _ => "",
        }));
    }

    private static string Scientific(Int128 unscaled, int scale, int fraction)
    {
        string digits = Int128.Abs(unscaled).ToString(CultureInfo.InvariantCulture);
        int exponent = unscaled == 0 ? 0 : digits.Length - 1 - scale;
        Int128 mantissa = DecimalMath.Rescale(Int128.Abs(unscaled), digits.Length - 1, fraction);
        if (mantissa >= DecimalMath.PowerOfTen(Math.Min(fraction + 1, 38)))
        {
            (mantissa, exponent) = (mantissa / 10, exponent + 1);
        }

        return $"{(unscaled < 0 ? '-' : ' ')}{LiteralPrinter.Decimal(mantissa, fraction)}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    /// <summary>From .NET's 1.5e+003 to C's 1.5e+03, with a blank where the minus would stand.</summary>
    private static string SignedExponent(string text)
    {
        int mark = text.IndexOf('e', StringComparison.Ordinal);
        int exponent = int.Parse(text.AsSpan(mark + 1), CultureInfo.InvariantCulture);
        return $"{(text[0] == '-' ? "" : " ")}{text[..mark]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }
}
