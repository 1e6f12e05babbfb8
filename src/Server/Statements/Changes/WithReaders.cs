using SqlCluster.Parser;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Printing;
using SqlCluster.Parser.Tokens;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>Who may read which table of a WITH: whose text has its name. Some may not read it in truth, where the name stands for something else.</summary>
internal sealed class WithReaders
{
    private readonly WithClause _with;
    private readonly int[][][] _reads;
    private readonly int[][] _mainReads;
    private readonly bool[] _isRead;

    public WithReaders(WithClause with, Statement main)
    {
        _with = with;
        _reads = [.. with.Tables.Select((table, index) => Parts(table.Body).Select(text => TablesNamed(text, index)).ToArray())];
        _mainReads = [.. Parts(ChangeStatements.With(main, null)).Select(text => TablesNamed(text, with.Tables.Count))];
        _isRead = new bool[with.Tables.Count];
        Mark(_mainReads.SelectMany(static part => part), _isRead);
    }

    /// <summary>Whether a table of a statement's WITH is read by several of the queries that the statement is made of.</summary>
    public static bool AnyIsShared(Statement statement, WithClause with)
    {
        var readers = new WithReaders(with, statement);
        return Enumerable.Range(0, with.Tables.Count).Any(readers.IsShared);
    }

    /// <summary>The tables that a table reads itself, all in front of it.</summary>
    public IEnumerable<int> Of(int table) => _reads[table].SelectMany(static part => part).Distinct();

    /// <summary>Whether a table's own statement reads or changes a table of its name.</summary>
    public bool NamesItself(int table)
    {
        string sql = SqlPrinter.Print(_with.Tables[table].Body);
        string before = "";
        foreach (SqlTextToken token in SqlTokenizer.Tokenize(sql))
        {
            string text = sql.Substring(token.Span.Start, token.Span.Length);
            if (token.Kind is SqlTokenKind.Identifier or SqlTokenKind.QuotedIdentifier or SqlTokenKind.Keyword
                && before.ToUpperInvariant() is "FROM" or "JOIN" or "INTO" or "UPDATE" or "ONLY" or "USING"
                && (token.Kind == SqlTokenKind.QuotedIdentifier ? text[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : text) == _with.Tables[table].Name.Value)
            {
                return true;
            }

            before = string.IsNullOrWhiteSpace(text) ? before : text;
        }

        return false;
    }

    /// <summary>Whether the main statement reads a table, itself or through others.</summary>
    public bool MainReads(int table) => _isRead[table];

    /// <summary>Whether several queries read a table that are run one by one, themselves or through other tables.</summary>
    public bool IsShared(int table) => _mainReads.Concat(_reads.Where((_, index) => _with.Tables[index].Body is not (QueryStatement or ChangingQuery)).SelectMany(static parts => parts)).Count(part =>
    {
        var read = new bool[_reads.Length];
        Mark(part, read);
        return read[table];
    }) > 1;

    private void Mark(IEnumerable<int> tables, bool[] marked)
    {
        foreach (int table in tables)
        {
            if (!marked[table])
            {
                marked[table] = true;
                Mark(Of(table), marked);
            }
        }
    }

    /// <summary>The texts of the queries that a statement is made of, or more than them.</summary>
    private static IEnumerable<string> Parts(Statement statement)
    {
        switch (statement)
        {
            case Insert insert:
                yield return SqlPrinter.Print(insert with { OnConflict = null, Returning = [] });
                if (insert.OnConflict != null)
                {
                    yield return SqlPrinter.Print(insert with { Source = null, Returning = [] });
                }

                break;
            case Update update: yield return SqlPrinter.Print(update with { Returning = [] }); break;
            case Delete delete: yield return SqlPrinter.Print(delete with { Returning = [] }); break;
            case Merge merge:
                yield return SqlPrinter.Print(merge);
                if (merge.Branches.Any(static branch => branch.Action is MergeDelete) && merge.Branches.Any(static branch => branch.Action is MergeUpdate or MergeInsert))
                {
                    yield return SqlPrinter.Print(merge);
                }

                break;
            default: yield return SqlPrinter.Print(statement); break;
        }

        NodeList<SelectItem> items = statement switch
        {
            Insert insert => insert.Returning,
            Update update => update.Returning,
            Delete delete => delete.Returning,
            _ => [],
        };
        if (!items.IsEmpty)
        {
            yield return SqlPrinter.Print(new QueryStatement(new Query(new Select(items))));
        }
    }

    /// <summary>The tables in front of one whose names a text has.</summary>
    private int[] TablesNamed(string sql, int before)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (SqlTextToken token in SqlTokenizer.Tokenize(sql))
        {
            ReadOnlySpan<char> text = sql.AsSpan(token.Span.Start, token.Span.Length);
            switch (token.Kind)
            {
                case SqlTokenKind.Identifier or SqlTokenKind.Keyword: names.Add(text.ToString()); break;
                case SqlTokenKind.QuotedIdentifier: names.Add(text[1..^1].ToString().Replace("\"\"", "\"", StringComparison.Ordinal)); break;
            }
        }

        return [.. Enumerable.Range(0, Math.Min(before, _with.Tables.Count)).Where(index => names.Contains(_with.Tables[index].Name.Value))];
    }
}
