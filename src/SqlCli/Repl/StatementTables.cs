using SqlCluster.Parser.Tokens;
using SqlCluster.SqlCli.Connections;

namespace SqlCluster.SqlCli.Repl;

/// <summary>A table that a statement names.</summary>
/// <param name="Relation">As it is written: a name, or a file in quotes.</param>
/// <param name="Name">What its columns are qualified with: the alias, or the name's last part.</param>
internal readonly record struct StatementTable(string Relation, string Name);

/// <summary>Finds the tables of a statement, finished or not, by its tokens.</summary>
internal static class StatementTables
{
    public static IReadOnlyList<StatementTable> Find(string text, IReadOnlyList<SqlTextToken> tokens)
    {
        var tables = new List<StatementTable>();
        for (int i = 0; i < tokens.Count; i++)
        {
            string word = Word(text, tokens[i]);
            if (word is "from" or "join" or "update" or "into")
            {
                do
                {
                    i = Read(text, tokens, i + 1, tables);
                }
                while (i < tokens.Count && Word(text, tokens[i]) == ",");
                i--;
            }
        }

        return tables;
    }

    /// <summary>A token's text, folded; strings and comments are no words.</summary>
    public static string Word(string text, SqlTextToken token) =>
        token.Kind is SqlTokenKind.Keyword or SqlTokenKind.Identifier or SqlTokenKind.Punctuation ? text.Substring(token.Span.Start, token.Span.Length).ToLowerInvariant() : "";

    /// <returns>The index behind the table.</returns>
    private static int Read(string text, IReadOnlyList<SqlTextToken> tokens, int i, List<StatementTable> tables)
    {
        if (i >= tokens.Count)
        {
            return i;
        }

        int start = tokens[i].Span.Start, last = i;
        if (tokens[i] is { Kind: SqlTokenKind.String, IsComplete: true })
        {
            i++;
        }
        else if (IsName(tokens[i]))
        {
            for (i++; i + 1 < tokens.Count && Word(text, tokens[i]) == "." && IsName(tokens[i + 1]); i += 2)
            {
                last = i + 1;
            }
        }
        else
        {
            return i;
        }

        string relation = text[start..(tokens[last].Span.Start + tokens[last].Span.Length)];
        string name = SessionNames.Unquote(text.Substring(tokens[last].Span.Start, tokens[last].Span.Length));
        int alias = i < tokens.Count && Word(text, tokens[i]) == "as" ? i + 1 : i;
        if (alias < tokens.Count && tokens[alias].Kind is SqlTokenKind.Identifier or SqlTokenKind.QuotedIdentifier)
        {
            name = SessionNames.Unquote(text.Substring(tokens[alias].Span.Start, tokens[alias].Span.Length));
            i = alias + 1;
        }

        tables.Add(new StatementTable(relation, name));
        return i;
    }

    private static bool IsName(SqlTextToken token) => token.Kind is SqlTokenKind.Identifier or SqlTokenKind.QuotedIdentifier;
}
