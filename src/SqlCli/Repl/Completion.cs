namespace SqlCluster.SqlCli.Repl;

/// <summary>What can stand in the place of a part of the input.</summary>
/// <param name="Start">Where that part starts; it ends at the cursor.</param>
/// <param name="Candidates">In the order in which they are shown; no two are equal.</param>
internal sealed record Completion(int Start, IReadOnlyList<string> Candidates)
{
    public static readonly Completion None = new(0, []);

    /// <summary>What all candidates start with, in the letters of the first.</summary>
    public string CommonStart()
    {
        ReadOnlySpan<char> common = Candidates[0];
        foreach (string candidate in Candidates)
        {
            int length = 0;
            while (length < common.Length && length < candidate.Length && char.ToLowerInvariant(common[length]) == char.ToLowerInvariant(candidate[length]))
            {
                length++;
            }

            common = common[..length];
        }

        return common.ToString();
    }
}
