using SqlCluster.Parser.Tokens;

namespace SqlCluster.SqlCli.Commands;

/// <summary>Tells statements that begin or end transactions by their first word, right or wrong as the rest may be.</summary>
internal static class TransactionControl
{
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase) { "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE" };

    public static bool Is(string statement)
    {
        foreach (SqlTextToken token in SqlTokenizer.Tokenize(statement))
        {
            if (token.Kind is SqlTokenKind.Keyword or SqlTokenKind.Identifier)
            {
                return Words.Contains(statement.Substring(token.Span.Start, token.Span.Length));
            }

            if (token.Kind == SqlTokenKind.Punctuation)
            {
                return false;
            }
        }

        return false;
    }
}
