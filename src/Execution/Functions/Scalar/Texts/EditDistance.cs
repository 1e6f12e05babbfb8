using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>levenshtein: edits between two texts, as PostgreSQL's fuzzystrmatch and DuckDB have it.</summary>
internal static class EditDistance
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        ScalarFunction.OfRows("levenshtein", [SqlType.Text, SqlType.Text], SqlType.Integer, static row => row.Set(Between(row.Text(0), row.Text(1), row.Pulse)), "Characters to insert, delete or replace to make one text of the other", ("levenshtein('kitten', 'sitting')", "3")),
    ];

    /// <summary>By one row of the table of Wagner and Fischer ("The String-to-String Correction Problem", 1974) at a time.</summary>
    private static long Between(string left, string right, Pulse pulse)
    {
        int[] a = CodePoints(left), b = CodePoints(right), costs = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = costs[0];
            costs[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = costs[j];
                costs[j] = Math.Min(Math.Min(above, costs[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }

            pulse.Spend(b.Length * 8);
        }

        return costs[b.Length];
    }

    private static int[] CodePoints(string text) => [.. text.EnumerateRunes().Select(static rune => rune.Value)];
}
