using System.Globalization;

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
            "real[]" => Elements(expected.Text).Zip(Elements(actual), static (left, right) => IsSame(new BoundaryValue("real", left), right)).All(static same => same) && Elements(expected.Text).Length == Elements(actual).Length,
            "double precision[]" => Elements(expected.Text).Zip(Elements(actual), static (left, right) => IsSame(new BoundaryValue("double precision", left), right)).All(static same => same) && Elements(expected.Text).Length == Elements(actual).Length,
            _ => expected.Plain == actual,
        };
    }

    /// <summary>Elements of an array of numbers, which have no quotes.</summary>
    private static string?[] Elements(string array) => array.Length <= 2 ? [] : [.. array[1..^1].Split(',').Select(static element => element == "NULL" ? null : element)];

    private static string Show(string? text) => text == null ? "NULL" : text.Length > 80 ? text[..80] + "..." : text;
}
