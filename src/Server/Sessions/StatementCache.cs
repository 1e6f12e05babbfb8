using SqlCluster.Catalyst.Types;
using SqlCluster.Parser;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Tokens;
using SqlCluster.Server.Statements;

namespace SqlCluster.Server.Sessions;

/// <summary>Texts that a session has run before, with their statements and plans: applications repeat themselves. Bounded in texts and in their length.</summary>
internal sealed class StatementCache(Session session)
{
    private const int MaxTexts = 64;
    private const int MaxTextLength = 16 * 1024;

    /// <summary>Types under which one text is kept.</summary>
    private const int MaxVariants = 4;

    private readonly Dictionary<string, Text> _texts = new(StringComparer.Ordinal);
    private long _clock;

    /// <summary>The statements of a text; none for a text of blanks and comments.</summary>
    /// <param name="sql">The text.</param>
    /// <param name="cancellation">Ends the reading; not given: what cancels the session's request.</param>
    public IReadOnlyList<Statement> Parse(string sql, CancellationToken cancellation = default) => (Find(sql) ?? Add(sql, cancellation)).Statements;

    /// <summary>A query that was prepared from the same text with the same types and is still as it was; else a new one, which is kept.</summary>
    /// <param name="sql">The text, of which the query is the only statement.</param>
    /// <param name="query">The query.</param>
    /// <param name="types">Declared types of its parameters; null ones are inferred.</param>
    /// <param name="cancellation">As for <see cref="Parse"/>.</param>
    public PreparedQuery Prepare(string sql, QueryStatement query, IReadOnlyList<SqlType?> types, CancellationToken cancellation = default)
    {
        session.Transaction.Refresh();
        Text text = Find(sql) ?? Add(sql, cancellation);
        int index = text.Prepared.FindIndex(variant => variant.Types.SequenceEqual(types));
        if (index >= 0)
        {
            PreparedQuery kept = text.Prepared[index].Query;
            if (kept.IsCurrent)
            {
                return kept;
            }

            text.Prepared.RemoveAt(index);
        }

        session.Pipeline.StatementText = sql;
        PreparedQuery prepared;
        CancellationToken outer = session.Pipeline.Cancellation;
        try
        {
            if (!outer.CanBeCanceled)
            {
                // It is prepared ahead of its statement, whose own cancellation would count.
                session.Pipeline.Cancellation = cancellation.CanBeCanceled ? cancellation : session.RequestCancelled;
            }

            prepared = PreparedQuery.Create(session, query, types, sql);
        }
        finally
        {
            session.Pipeline.Cancellation = outer;
        }

        if (text.Prepared.Count == MaxVariants)
        {
            text.Prepared.RemoveAt(0);
        }

        text.Prepared.Add((types, prepared));
        return prepared;
    }

    /// <summary>Runs a query that is the only statement of its text, with the plan of the last time where that still holds.</summary>
    public StatementResult Run(string sql, QueryStatement query, CancellationToken running) =>
        Prepare(sql, query, [], running) is { ParameterTypes.IsEmpty: true } prepared ? prepared.StartAtOnce(running) : QueryStatements.Run(query.Query, session, running);

    public void Clear() => _texts.Clear();

    private Text? Find(string sql)
    {
        if (!_texts.TryGetValue(sql, out Text? text))
        {
            return null;
        }

        text.LastUse = ++_clock;
        return text;
    }

    private Text Add(string sql, CancellationToken cancellation)
    {
        var text = new Text(SqlTokenizer.IsEmpty(sql) ? [] : SqlParser.ParseStatements(sql, cancellation.CanBeCanceled ? cancellation : session.RequestCancelled)) { LastUse = ++_clock };
        if (sql.Length > MaxTextLength)
        {
            return text;
        }

        if (_texts.Count == MaxTexts)
        {
            // The half that was not used for longest goes, so that the search is rare.
            long median = _texts.Values.Select(static kept => kept.LastUse).Order().ElementAt(MaxTexts / 2);
            foreach (string old in _texts.Where(pair => pair.Value.LastUse < median).Select(static pair => pair.Key).ToArray())
            {
                _texts.Remove(old);
            }
        }

        _texts[sql] = text;
        return text;
    }

    private sealed class Text(IReadOnlyList<Statement> statements)
    {
        public IReadOnlyList<Statement> Statements { get; } = statements;

        public List<(IReadOnlyList<SqlType?> Types, PreparedQuery Query)> Prepared { get; } = [];

        public long LastUse { get; set; }
    }
}
