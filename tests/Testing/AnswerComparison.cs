using System.Globalization;
using System.Numerics;
using System.Text;

namespace SqlCluster.Testing;

/// <summary>Compares result rows with expected ones: numbers by value, everything else by text.</summary>
/// <remarks>
/// Numbers agree within 1e-9 relative (1e-9 absolute near zero), or within half a unit of the last decimal place of the side that shows fewer, if that
/// is at least the fourth: judges round quotients differently, nobody rounds integers and money.
/// Other values agree as text, trailing blanks and a midnight time aside. NULL agrees with NULL only.
/// </remarks>
public static class AnswerComparison
{
    /// <summary>The first difference in words, or null when the rows agree.</summary>
    /// <param name="expected">Rows; null is NULL.</param>
    /// <param name="actual">Rows; null is NULL.</param>
    /// <param name="isOrdered">Whether the order counts; otherwise rows are compared as a multiset.</param>
    public static string? Difference(IReadOnlyList<string?[]> expected, IReadOnlyList<string?[]> actual, bool isOrdered)
    {
        if (expected.Count != actual.Count)
        {
            return $"{expected.Count} rows expected, {actual.Count} came";
        }

        IReadOnlyList<string?[]> left = isOrdered ? expected : Sorted(expected), right = isOrdered ? actual : Sorted(actual);
        for (int row = 0; row < left.Count; row++)
        {
            if (!SameRow(left[row], right[row]))
            {
                return $"row {row + 1}: expected ({Show(left[row])}), came ({Show(right[row])})";
            }
        }

        return null;
    }

    /// <summary>Whether two values agree.</summary>
    public static bool SameValue(string? left, string? right)
    {
        if (left == null || right == null)
        {
            return left == right;
        }

        return left == right || (TryNumber(left, out BigInteger leftDigits, out int leftScale) && TryNumber(right, out BigInteger rightDigits, out int rightScale)
            ? SameNumber(left, leftDigits, leftScale, right, rightDigits, rightScale)
            : Normal(left) == Normal(right));
    }

    /// <summary>Reads a CSV file with a header line; \N and empty unquoted fields are NULL.</summary>
    public static List<string?[]> ReadCsv(string path)
    {
        string text = File.ReadAllText(path);
        var rows = new List<string?[]>();
        var row = new List<string?>();
        var field = new StringBuilder();
        bool quoted = false, wasQuoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quoted)
            {
                if (c != '"')
                {
                    field.Append(c);
                }
                else if (i + 1 < text.Length && text[i + 1] == '"')
                {
                    field.Append(text[++i]);
                }
                else
                {
                    quoted = false;
                }
            }
            else if (c == '"')
            {
                quoted = wasQuoted = true;
            }
            else if (c is ',' or '\n')
            {
                row.Add(Field(field, wasQuoted));
                wasQuoted = false;
                if (c == '\n')
                {
                    rows.Add([.. row]);
                    row.Clear();
                }
            }
            else if (c != '\r')
            {
                field.Append(c);
            }
        }

        if (row.Count > 0 || field.Length > 0)
        {
            row.Add(Field(field, wasQuoted));
            rows.Add([.. row]);
        }

        return rows.Count == 0 ? rows : rows[1..];
    }

    private static string? Field(StringBuilder field, bool wasQuoted)
    {
        string value = field.ToString();
        field.Clear();
        return !wasQuoted && value is "" or "\\N" ? null : value;
    }

    private static bool SameRow(string?[] left, string?[] right) =>
        left.Length == right.Length && left.Zip(right).All(static pair => SameValue(pair.First, pair.Second));

    private static bool SameNumber(string left, BigInteger leftDigits, int leftScale, string right, BigInteger rightDigits, int rightScale)
    {
        double a = double.Parse(left, NumberStyles.Float, CultureInfo.InvariantCulture), b = double.Parse(right, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (double.IsNaN(a) || double.IsNaN(b) || Math.Abs(a - b) <= 1e-9 * Math.Max(1, Math.Max(Math.Abs(a), Math.Abs(b))))
        {
            return double.IsNaN(a) == double.IsNaN(b);
        }

        int common = Math.Max(leftScale, rightScale), fewer = Math.Min(leftScale, rightScale);
        if (fewer < 4)
        {
            return false;
        }

        BigInteger gap = BigInteger.Abs((leftDigits * BigInteger.Pow(10, common - leftScale)) - (rightDigits * BigInteger.Pow(10, common - rightScale)));
        return gap * 2 <= BigInteger.Pow(10, common - fewer);
    }

    private static bool TryNumber(string text, out BigInteger digits, out int scale)
    {
        scale = 0;
        digits = default;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        {
            return false;
        }

        int exponentAt = text.IndexOfAny(['e', 'E']);
        string mantissa = exponentAt < 0 ? text : text[..exponentAt];
        int exponent = exponentAt < 0 ? 0 : int.Parse(text[(exponentAt + 1)..], CultureInfo.InvariantCulture);
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        scale = (point < 0 ? 0 : mantissa.Length - point - 1) - exponent;
        if (!BigInteger.TryParse(mantissa.Replace(".", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out digits))
        {
            return true;   // NaN and infinities: decided by the doubles
        }

        if (scale < 0)
        {
            digits *= BigInteger.Pow(10, Math.Min(-scale, 400));
            scale = 0;
        }

        return true;
    }

    private static string Normal(string text)
    {
        text = text.TrimEnd();
        foreach (string midnight in new[] { " 00:00:00+00", " 00:00:00" })
        {
            if (text.EndsWith(midnight, StringComparison.Ordinal))
            {
                return text[..^midnight.Length];
            }
        }

        return text switch { "true" => "t", "false" => "f", _ => text };
    }

    /// <summary>Sorts by the values that compare exactly first, so that numbers which differ in their last digits do not shuffle rows.</summary>
    private static List<string?[]> Sorted(IReadOnlyList<string?[]> rows) =>
        [.. rows.OrderBy(static row => string.Join('\u0001', row.Select(Key)), StringComparer.Ordinal)];

    private static string Key(string? value) => value == null ? "\u0002"
        : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number.ToString("E6", CultureInfo.InvariantCulture) : Normal(value);

    private static string Show(string?[] row) => string.Join(" | ", row.Select(static value => value ?? "NULL"));
}
