namespace SqlCluster.Server.Catalogs;

/// <summary>Finds names that somebody may have meant.</summary>
internal static class NameDistance
{
    private const int MostNames = 3;

    /// <summary>Names within a third of the letters of <paramref name="name"/>, nearest first.</summary>
    public static IReadOnlyList<string> Nearest(string name, IEnumerable<string> names) =>
        [.. names.Distinct().Select(candidate => (candidate, distance: Levenshtein(name, candidate)))
            .Where(pair => pair.distance <= Math.Max(1, name.Length / 3)).OrderBy(static pair => pair.distance)
            .ThenBy(static pair => pair.candidate, StringComparer.Ordinal).Take(MostNames).Select(static pair => pair.candidate)];

    private static int Levenshtein(string left, string right)
    {
        var row = new int[right.Length + 1];
        for (int j = 0; j <= right.Length; j++)
        {
            row[j] = j;
        }

        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
