namespace SqlCluster.Catalyst.Analysis.Scopes;

/// <summary>Finds the names that a misspelt one may have meant.</summary>
public static class SimilarNames
{
    /// <summary>At most <paramref name="count"/> names within a third of the name's length in edits, nearest first.</summary>
    public static IReadOnlyList<string> Nearest(string name, IEnumerable<string> candidates, int count)
    {
        int limit = Math.Max(1, name.Length / 3);
        return [.. candidates
            .Where(candidate => candidate.Length > 0 && Math.Abs(candidate.Length - name.Length) <= limit)
            .Distinct()
            .Select(candidate => (Name: candidate, Distance: Distance(name, candidate)))
            .Where(pair => pair.Distance <= limit)
            .OrderBy(static pair => pair.Distance)
            .ThenBy(static pair => pair.Name, StringComparer.Ordinal)
            .Take(count)
            .Select(static pair => pair.Name)];
    }

    /// <summary>Levenshtein's distance, letter case aside.</summary>
    private static int Distance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int substituted = diagonal + (char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
