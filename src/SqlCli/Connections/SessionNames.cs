using SqlCluster.Parser.Errors;
using SqlCluster.Parser.Tokens;
using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Connections;

/// <summary>A table or view as SHOW TABLES lists it.</summary>
internal sealed record RelationName(string Schema, string Name, string Kind, string? Columns, string? Rows);

/// <summary>A column as DESCRIBE lists it.</summary>
internal sealed record ColumnName(string Name, string Type, bool IsNullable);

/// <summary>A signature as SHOW FUNCTIONS lists it.</summary>
internal sealed record FunctionName(string Name, string Signature, string Kind, string Description);

/// <summary>A setting as SHOW ALL lists it.</summary>
internal sealed record SettingName(string Name, string Value, string Description);

/// <summary>Asks a session what it knows, by the statements that anyone could use. Only between statements of the user.</summary>
internal sealed class SessionNames(ISqlConnection connection)
{
    private IReadOnlyList<FunctionName>? _functions;

    private static readonly Lazy<HashSet<string>> NamingKeywords =
        new(static () => [.. Keywords.All.Where(static keyword => keyword.Class is KeywordClass.Unreserved or KeywordClass.ColumnName).Select(static keyword => keyword.Word)]);

    public async Task<IReadOnlyList<RelationName>> RelationsAsync() =>
        [.. (await RowsAsync("SHOW TABLES").ConfigureAwait(false)).Select(static row => new RelationName(row[0]!, row[1]!, row[2]!, row[3], row[4]))];

    /// <summary>Every signature of every function, by name.</summary>
    public async Task<IReadOnlyList<FunctionName>> FunctionsAsync() => _functions ??=
        [.. (await RowsAsync("SHOW FUNCTIONS").ConfigureAwait(false)).Select(static row => new FunctionName(row[0]!, row[1]!, row[2]!, row[3] ?? ""))];

    public async Task<IReadOnlyList<SettingName>> SettingsAsync() =>
        [.. (await RowsAsync("SHOW ALL").ConfigureAwait(false)).Select(static row => new SettingName(row[0]!, row[1] ?? "", row[2] ?? ""))];

    public async Task<IReadOnlyList<string>> SchemasAsync() => [.. (await RowsAsync("SHOW SCHEMAS").ConfigureAwait(false)).Select(static row => row[0]!)];

    /// <summary>The columns of a table, view or file.</summary>
    /// <param name="relation">As it is written in FROM.</param>
    /// <exception cref="QueryException">There is no such relation.</exception>
    public async Task<IReadOnlyList<ColumnName>> ColumnsAsync(string relation) =>
        [.. (await RowsAsync($"DESCRIBE SELECT * FROM {relation}").ConfigureAwait(false)).Select(static row => new ColumnName(row[0]!, row[1]!, row[2] == "YES"))];

    /// <summary>The same, but nothing for what cannot be read.</summary>
    public async Task<IReadOnlyList<ColumnName>> FindColumnsAsync(string relation)
    {
        try
        {
            return await ColumnsAsync(relation).ConfigureAwait(false);
        }
        catch (QueryException)
        {
            return [];
        }
    }

    /// <summary>How a name of a table or column is written in SQL: in quotes where it must be.</summary>
    public static string Quote(string name) => Keywords.NeedsQuotes(name) && !NamingKeywords.Value.Contains(name) ? $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : name;

    /// <summary>A name as it is written in SQL, without its quotes and folded as SQL folds names.</summary>
    public static string Unquote(string name) =>
        name.StartsWith('"') ? name.Trim('"').Replace("\"\"", "\"", StringComparison.Ordinal) : name.ToLowerInvariant();

    /// <summary>The rows of a statement, as text.</summary>
    public async Task<List<string?[]>> RowsAsync(string sql)
    {
        var rows = new List<string?[]>();
        await foreach (Answer result in connection.ExecuteAsync(sql).ConfigureAwait(false))
        {
            await using (result.ConfigureAwait(false))
            {
                if (result is Answer.Rows answer)
                {
                    await foreach (string?[] row in RowReader.ReadAsync(answer, CancellationToken.None).ConfigureAwait(false))
                    {
                        rows.Add(row);
                    }
                }
            }
        }

        return rows;
    }
}
