using SqlCluster.Parser.Tokens;

namespace SqlCluster.SqlCli.Connections;

/// <summary>What was done, in PostgreSQL's words: Flight SQL tells how many rows a command changed, not how it is called.</summary>
internal static class CommandTag
{
    private static readonly string[] Fillers = ["or", "replace", "temp", "temporary", "external", "unlogged", "global", "local", "unique", "recursive", "materialized"];

    public static string Of(string statement, long changed)
    {
        string[] words = [.. SqlTokenizer.Tokenize(statement)
            .Where(static token => token.Kind is SqlTokenKind.Keyword or SqlTokenKind.Identifier)
            .Select(token => statement.Substring(token.Span.Start, token.Span.Length).ToLowerInvariant()).Take(8)];
        long rows = Math.Max(changed, 0);
        return words switch
        {
            ["insert", ..] => $"INSERT 0 {rows}",
            ["update" or "delete" or "merge" or "copy", ..] => $"{words[0].ToUpperInvariant()} {rows}",
            ["create" or "drop" or "alter", .. var rest] => $"{words[0]} {rest.FirstOrDefault(static word => !Fillers.Contains(word))}".TrimEnd().ToUpperInvariant(),
            [var first, ..] => first.ToUpperInvariant(),
            _ => "",
        };
    }
}
