using System.Globalization;
using System.Text;
using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Execution.Functions.Scalar.Formatting;

/// <summary>A to_char template for numbers: 9 0 . D , G FM S MI PL SG PR L and plain text.</summary>
internal sealed class NumberTemplate
{
    private readonly List<(char Kind, char Text)> _slots = [];
    private readonly bool _fill = true;
    private readonly bool _brackets;
    private readonly bool _signFirst;
    private readonly bool _signLast;
    private readonly bool _minusLast;
    private readonly int _integerDigits;
    private readonly int _fractionDigits;

    public NumberTemplate(string template)
    {
        bool afterPoint = false;
        for (int i = 0; i < template.Length; i++)
        {
            string two = i + 1 < template.Length ? template.Substring(i, 2).ToUpperInvariant() : "";
            switch (template[i] == '"' ? "" : two)
            {
                case "FM": _fill = false; i++; continue;
                case "PR": _brackets = true; i++; continue;
                case "MI": _minusLast = _slots.Count > 0; _signFirst |= !_minusLast; i++; continue;
                case "SG": _slots.Add(('S', 'S')); i++; continue;
                case "PL" or "RN" or "TH" or "EE": throw ExecutionErrors.Unsupported($"number template pattern {two}");
            }

            char c = char.ToUpperInvariant(template[i]);
            if (c == '"')
            {
                int end = template.IndexOf('"', i + 1) is var found && found < 0 ? template.Length : found;
                _slots.AddRange(template[(i + 1)..end].Select(static plain => ('t', plain)));
                i = end;
                continue;
            }

            switch (c)
            {
                case 'S' when _slots.Count > 0: _signLast = true; continue;
                case 'S': _signFirst = true; continue;
                case 'V': throw ExecutionErrors.Unsupported("number template pattern V");
                case '9' or '0':
                    _integerDigits += afterPoint ? 0 : 1;
                    _fractionDigits += afterPoint ? 1 : 0;
                    _slots.Add((c, c));
                    continue;
                case '.' or 'D':
                    afterPoint = true;
                    _slots.Add(('.', '.'));
                    continue;
                case ',' or 'G': _slots.Add((',', ',')); continue;
                case 'L': _slots.Add(('L', ' ')); continue;
                default: _slots.Add(('t', template[i])); continue;
            }
        }
    }

    /// <summary>A number as text; one with more digits before the point than the template is shown as #.</summary>
    public string Format(Int128 unscaled, int scale)
    {
        Int128 rounded = DecimalMath.Rescale(unscaled, scale, _fractionDigits);
        bool isNegative = rounded < 0;
        string digits = LiteralPrinter.Decimal(Int128.Abs(rounded), _fractionDigits);
        int point = digits.IndexOf('.', StringComparison.Ordinal);
        string integer = (point < 0 ? digits : digits[..point]).TrimStart('0'), fraction = point < 0 ? "" : digits[(point + 1)..];
        bool isOverflow = integer.Length > _integerDigits;
        integer = isOverflow ? new string('#', _integerDigits) : integer.PadLeft(_integerDigits, ' ');
        var body = new StringBuilder();
        bool hasDigit = false, zeroSeen = false;
        int integerIndex = 0, fractionIndex = 0;
        bool afterPoint = false;
        int lastZeroSlot = _fill ? -1 : _slots.FindLastIndex(static slot => slot.Kind == '0');
        for (int i = 0; i < _slots.Count; i++)
        {
            (char slot, char plain) = _slots[i];
            switch (slot)
            {
                case '9' or '0' when !afterPoint:
                    char digit = integer[integerIndex++];
                    zeroSeen |= slot == '0';
                    bool isLast = integerIndex == _integerDigits;
                    if (digit == ' ' && (zeroSeen || (isLast && _fractionDigits == 0 && !hasDigit)))
                    {
                        digit = '0';
                    }

                    hasDigit |= digit != ' ';
                    body.Append(digit == ' ' && !_fill ? "" : digit.ToString());
                    break;
                case '9' or '0':
                    char fractionDigit = isOverflow ? '#' : fraction[fractionIndex++];
                    bool isTrailingZero = !_fill && i > lastZeroSlot && !isOverflow && fraction.AsSpan(fractionIndex - 1).TrimStart('0').IsEmpty;
                    body.Append(isTrailingZero ? "" : fractionDigit.ToString());
                    break;
                case '.':
                    afterPoint = true;
                    body.Append('.');
                    break;
                case ',':
                    body.Append(hasDigit ? "," : _fill ? " " : "");
                    break;
                case 'S':
                    body.Append(isNegative ? '-' : '+');
                    break;
                default:
                    body.Append(plain);
                    break;
            }
        }

        return Signed(body.ToString(), isNegative);
    }

    /// <summary>Puts the sign just before the first digit, or where the template says.</summary>
    private string Signed(string body, bool isNegative)
    {
        if (_slots.Exists(static slot => slot.Kind == 'S'))
        {
            return body;
        }

        string trimmed = body.TrimStart(' ');
        string blanks = body[..(body.Length - trimmed.Length)];
        if (_brackets)
        {
            return isNegative ? $"{blanks}<{trimmed}>" : _fill ? $" {body} " : trimmed;
        }

        if (_signLast)
        {
            return body + (isNegative ? "-" : "+");
        }

        if (_minusLast)
        {
            return body + (isNegative ? "-" : _fill ? " " : "");
        }

        return _signFirst ? $"{blanks}{(isNegative ? '-' : '+')}{trimmed}" : isNegative ? $"{blanks}-{trimmed}" : _fill ? " " + body : trimmed;
    }

    /// <summary>The number in a text, of which the template says the number of fraction digits.</summary>
    public static Int128 Parse(string text, string template, Catalyst.Types.SqlType type)
    {
        var digits = new StringBuilder();
        bool isNegative = text.Contains('-', StringComparison.Ordinal) || (text.Contains('<', StringComparison.Ordinal) && template.Contains("PR", StringComparison.OrdinalIgnoreCase));
        foreach (char c in text)
        {
            if (char.IsAsciiDigit(c) || c == '.')
            {
                digits.Append(c);
            }
        }

        return digits.Length == 0
            ? throw ExecutionErrors.InvalidText("numeric", text.Trim())
            : Casts.NumberForms.ParseDecimal((isNegative ? "-" : "") + digits.ToString(), type);
    }
}
