using SqlCluster.Parser;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Printing;
using SqlCluster.Parser.Tokens;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>Who may read which table of a WITH: whose text has its name. Some may not read it in truth, where the name stands for something else.</summary>
internal sealed class WithReaders
{
    private readonly WithClause _with;
    private readonly int[][] _reads;
    private readonly bool[] _mainReads;

    public WithReaders(WithClause with, Statement main)
    {
        _with = with;
        _reads = [.. with.Tables.Select((table, index) => TablesNamed(SqlPrinter.Print(table.Body), index))];
        _mainReads = new bool[with.Tables.Count];
        Mark(TablesNamed(SqlPrinter.Print(ChangeStatements.With(main, null)), with.Tables.Count), _mainReads);
    }

    /// <summary>The tables that a table reads itself, all in front of it.</summary>
    public IReadOnlyList<int> Of(int table) => _reads[table];

    /// <summary>Whether the main statement reads a table, itself or through others.</summary>
    public bool MainReads(int table) => _mainReads[table];

    /// <summary>Whether several statements read a table, themselves or through queries.</summary>
    public bool IsShared(int table)
    {
        int readers = MainReads(table) ? 1 : 0;
        for (int i = table + 1; i < _reads.Length; i++)
        {
            if (_with.Tables[i].Body is not (QueryStatement or ChangingQuery))
            {
                var read = new bool[_reads.Length];
                Mark(_reads[i], read);
                readers += read[table] ? 1 : 0;
            }
        }

        return readers > 1;
    }

    private void Mark(IEnumerable<int> tables, bool[] marked)
    {
        foreach (int table in tables)
        {
            if (!marked[table])
            {
                marked[table] = true;
                Mark(_reads[table], marked);
            }
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
