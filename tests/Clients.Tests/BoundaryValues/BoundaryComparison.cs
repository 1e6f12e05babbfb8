using System.Globalization;
using System.Text;

namespace SqlCluster.Clients.Tests.BoundaryValues;

/// <summary>Compares what a client gave with the list: floats by their bits, all else as text.</summary>
public static class BoundaryComparison
{
    /// <summary>The values in the order of the list.</summary>
    public static string Query(string table) => $"SELECT v FROM {table} ORDER BY i";

    /// <summary>Statements that make a table of an ordinal and the value.</summary>
    public static IEnumerable<string> Setup(string table, IReadOnlyList<BoundaryValue> values)
    {
        yield return $"CREATE TABLE {table} (i int, v {values[0].Type})";
        for (int start = 0; start < values.Count; start += 500)
        {
            yield return $"INSERT INTO {table} VALUES {string.Join(", ", values.Skip(start).Take(500).Select((value, index) => $"({start + index}, {value.Sql})"))}";
        }
    }

    /// <summary>The first difference, or null.</summary>
    public static string? Difference(IReadOnlyList<BoundaryValue> expected, IReadOnlyList<string?> actual)
    {
        if (expected.Count != actual.Count)
        {
            return $"{expected.Count} values expected, {actual.Count} came";
        }

        for (int i = 0; i < expected.Count; i++)
        {
            if (!IsSame(expected[i], actual[i]))
            {
                return $"value {i} of {expected[i].Type}: expected {Show(expected[i].Text)}, came {Show(actual[i])}";
            }
        }

        return null;
    }

    private static bool IsSame(BoundaryValue expected, string? actual)
    {
        if (expected.Text == actual || expected.Text == null || actual == null)
        {
            return expected.Text == actual;
        }

        return expected.Type switch
        {
            "real" => float.TryParse(actual, CultureInfo.InvariantCulture, out float value)
                && BitConverter.SingleToInt32Bits(value) == BitConverter.SingleToInt32Bits(float.Parse(expected.Text, CultureInfo.InvariantCulture)),
            "double precision" => double.TryParse(actual, CultureInfo.InvariantCulture, out double value)
                && BitConverter.DoubleToInt64Bits(value) == BitConverter.DoubleToInt64Bits(double.Parse(expected.Text, CultureInfo.InvariantCulture)),
            _ when expected.Parts is { } parts => PartsOf(actual, expected.Type == "record") is { } found && found.Count == parts.Count && parts.Zip(found, IsSame).All(static same => same),
            _ => expected.Plain == actual,
        };
    }

    /// <summary>Elements of an array, or fields of a record, as PostgreSQL writes them; null: it is none.</summary>
    private static List<string?>? PartsOf(string text, bool isRecord)
    {
        if (text.Length < 2 || (text[0], text[^1]) != (isRecord ? ('(', ')') : ('{', '}')))
        {
            return null;
        }

        var parts = new List<string?>();
        var part = new StringBuilder();
        bool isQuoted = false, wasQuoted = false;
        int depth = 0;
        for (int i = 1; i < text.Length; i++)
        {
            char unit = text[i];
            if (depth > 0 && isQuoted && unit == '\\')
            {
                part.Append(unit).Append(text[++i]);
            }
            else if (depth > 0 && unit == '"')
            {
                isQuoted = !isQuoted;
                part.Append(unit);
            }
            else if (unit == '"' && isRecord && isQuoted && text[i + 1] == '"')
            {
                part.Append(text[i++]);
            }
            else if (unit == '"')
            {
                (isQuoted, wasQuoted) = (!isQuoted, true);
            }
            else if (unit == '\\' && isQuoted)
            {
                part.Append(text[++i]);
            }
            else if (!isQuoted && depth == 0 && (unit == ',' || i == text.Length - 1))
            {
                string found = part.ToString();
                parts.Add(!wasQuoted && (isRecord ? found.Length == 0 : found == "NULL") ? null : found);
                part.Clear();
                wasQuoted = false;
            }
            else
            {
                depth += isQuoted || isRecord ? 0 : unit == '{' ? 1 : unit == '}' ? -1 : 0;
                part.Append(unit);
            }
        }

        return parts;
    }

    private static string Show(string? text) => text == null ? "NULL" : text.Length > 80 ? text[..80] + "..." : text;
}
