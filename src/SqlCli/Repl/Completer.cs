using SqlCluster.Parser.Tokens;
using SqlCluster.SqlCli.Backslash;
using SqlCluster.SqlCli.Connections;
using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Repl;

/// <summary>Completes names, keywords, settings, commands and paths by what stands before the cursor.</summary>
internal sealed class Completer(SessionNames names)
{
    private string[]? _functions;

    public async ValueTask<Completion> CompleteAsync(string text, int cursor)
    {
        string before = text[..cursor];
        if (before.StartsWith('\\'))
        {
            return await CompleteCommandAsync(text, before).ConfigureAwait(false);
        }

        IReadOnlyList<SqlTextToken> tokens = SqlTokenizer.Tokenize(before);
        SqlTextToken? last = tokens.Count > 0 ? tokens[^1] : null;
        if (last is { IsComplete: false, Kind: SqlTokenKind.String } path && before[path.Span.Start] == '\'')
        {
            return PathCompletion.Complete(before, path.Span.Start + 1, "'");
        }

        bool isInName = last is { IsComplete: false, Kind: SqlTokenKind.QuotedIdentifier };
        if (!isInName && (last is { IsComplete: false } || (last is { Kind: SqlTokenKind.Comment } comment && comment.Span.Start + comment.Span.Length == cursor)))
        {
            return Completion.None;
        }

        int wordStart = isInName ? last!.Value.Span.Start : cursor;
        while (!isInName && wordStart > 0 && (char.IsLetterOrDigit(before[wordStart - 1]) || before[wordStart - 1] is '_' or '$'))
        {
            wordStart--;
        }

        string word = before[wordStart..].TrimStart('"');
        tokens = [.. tokens.Where(token => token.Span.Start < wordStart && token.Kind != SqlTokenKind.Comment)];
        return new Completion(wordStart, await CandidatesAsync(text, before, tokens, word).ConfigureAwait(false));
    }

    private async ValueTask<IReadOnlyList<string>> CandidatesAsync(string text, string before, IReadOnlyList<SqlTextToken> tokens, string word)
    {
        string last = tokens.Count > 0 ? StatementTables.Word(before, tokens[^1]) : ";";
        if (last == ".")
        {
            string qualifier = tokens.Count > 1 ? SessionNames.Unquote(before.Substring(tokens[^2].Span.Start, tokens[^2].Span.Length)) : "";
            return await QualifiedAsync(text, qualifier, word).ConfigureAwait(false);
        }

        if (last is "set" or "show" or "reset")
        {
            string[] objects = last == "show" ? ["tables", "views", "schemas", "functions", "columns", "all"] : [];
            return Matching((await names.SettingsAsync().ConfigureAwait(false)).Select(static setting => setting.Name).Concat(objects), word);
        }

        if (await IsTablePlaceAsync(before, tokens, last).ConfigureAwait(false))
        {
            return Matching([.. await RelationNamesAsync().ConfigureAwait(false), "read_parquet("], word);
        }

        // Columns of the statement's tables come first, then what could stand anywhere.
        var columns = new List<string>();
        foreach (StatementTable table in StatementTables.Find(text, SqlTokenizer.Tokenize(text)))
        {
            columns.Add(table.Name);
            columns.AddRange((await names.FindColumnsAsync(table.Relation).ConfigureAwait(false)).Select(static column => column.Name));
        }

        if (word.Length == 0)
        {
            return Matching(columns.Count > 0 ? columns.Select(SessionNames.Quote) : last == ";" ? StatementStarts : [], word);
        }

        IEnumerable<string> keywords = Keywords.All.Select(keyword => char.IsUpper(word[0]) ? keyword.Word.ToUpperInvariant() : keyword.Word);
        return Matching([.. columns.Select(SessionNames.Quote), .. (await FunctionsAsync().ConfigureAwait(false)).Select(static name => name + "("), .. keywords], word);
    }

    private static readonly string[] StatementStarts =
        ["select", "with", "explain", "describe", "summarize", "show", "set", "copy", "create", "drop", "insert", "update", "delete", "values"];

    /// <summary>Columns of an alias or table, or relations of a schema.</summary>
    private async ValueTask<IReadOnlyList<string>> QualifiedAsync(string text, string qualifier, string word)
    {
        foreach (StatementTable table in StatementTables.Find(text, SqlTokenizer.Tokenize(text)))
        {
            if (table.Name == qualifier)
            {
                return Matching((await names.FindColumnsAsync(table.Relation).ConfigureAwait(false)).Select(static column => SessionNames.Quote(column.Name)), word);
            }
        }

        return Matching((await names.RelationsAsync().ConfigureAwait(false)).Where(relation => relation.Schema == qualifier).Select(static relation => SessionNames.Quote(relation.Name)), word);
    }

    /// <summary>Whether a table's name is expected: behind FROM and the like, and behind a comma of a FROM clause.</summary>
    private async ValueTask<bool> IsTablePlaceAsync(string before, IReadOnlyList<SqlTextToken> tokens, string last)
    {
        if (last is "from" or "join" or "into" or "update" or "table" or "describe" or "summarize" or "view" or "desc")
        {
            return true;
        }

        for (int i = tokens.Count - 1; last == "," && i >= 0; i--)
        {
            switch (StatementTables.Word(before, tokens[i]))
            {
                case "from":
                    return (await names.RelationsAsync().ConfigureAwait(false)).Count > 0;
                case "select" or "where" or "by" or "having" or "on" or "(" or ")" or "set" or ";":
                    return false;
            }
        }

        return false;
    }

    private async ValueTask<IEnumerable<string>> RelationNamesAsync() => (await names.RelationsAsync().ConfigureAwait(false))
        .Select(static relation => relation.Schema is "public" or "pg_temp" ? SessionNames.Quote(relation.Name) : $"{SessionNames.Quote(relation.Schema)}.{SessionNames.Quote(relation.Name)}");

    private async ValueTask<string[]> FunctionsAsync() =>
        _functions ??= [.. (await names.FunctionsAsync().ConfigureAwait(false)).Select(static function => function.Name).Where(static name => char.IsLetter(name[0])).Distinct().Order(StringComparer.Ordinal)];

    private async ValueTask<Completion> CompleteCommandAsync(string text, string before)
    {
        int space = before.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0)
        {
            return new Completion(0, Matching(BackslashCommands.Names, before));
        }

        string command = before[..space];
        int start = before.LastIndexOf(' ') + 1;
        string word = before[start..];
        return command switch
        {
            "\\i" or "\\o" => PathCompletion.Complete(before, start, ""),
            "\\format" => new Completion(start, Matching(ResultFormats.Names, word)),
            "\\set" => new Completion(start, Matching((await names.SettingsAsync().ConfigureAwait(false)).Select(static setting => setting.Name), word)),
            "\\x" or "\\timing" => new Completion(start, Matching(command == "\\x" ? ["on", "off", "auto"] : ["on", "off"], word)),
            "\\d" or "\\dt" or "\\dv" => new Completion(start, Matching(await RelationNamesAsync().ConfigureAwait(false), word)),
            "\\df" => new Completion(start, Matching(await FunctionsAsync().ConfigureAwait(false), word)),
            "\\explain" => await CompleteAsync(text[(space + 1)..], before.Length - space - 1).ConfigureAwait(false) is var inner ? inner with { Start = inner.Start + space + 1 } : Completion.None,
            _ => Completion.None,
        };
    }

    /// <summary>Names in quotes are found without them too.</summary>
    private static IReadOnlyList<string> Matching(IEnumerable<string> candidates, string word) =>
        [.. candidates.Where(candidate => candidate.TrimStart('"').StartsWith(word, StringComparison.OrdinalIgnoreCase)).DistinctBy(static candidate => candidate.TrimEnd('('), StringComparer.OrdinalIgnoreCase)];
}
