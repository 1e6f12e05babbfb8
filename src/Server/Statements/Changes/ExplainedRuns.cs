using System.Globalization;
using SqlCluster.Catalyst.Explain;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>What EXPLAIN ANALYZE is told while a change runs.</summary>
internal sealed class ExplainedRuns
{
    private readonly List<(string? Name, ExplainNode Node)> _statements = [];
    private readonly List<ExplainNode> _queries = [];

    /// <summary>Notes a query whose rows have all been read.</summary>
    public void Add(ExplainNode query) => _queries.Add(query);

    /// <summary>Notes that a statement has ended, whose queries were the last ones.</summary>
    /// <param name="name">Its name in WITH; null: the main one.</param>
    /// <param name="change">What it changed; null: it is a query.</param>
    /// <param name="result">Its result.</param>
    /// <param name="time">How long it took.</param>
    public void End(string? name, ExplainedChange? change, StatementResult result, TimeSpan time)
    {
        long rows = result is StatementResult.Rows { Tag: var tag } && long.TryParse(tag.AsSpan(tag.LastIndexOf(' ') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long count) ? count : 0;
        ExplainNode node = change == null
            ? _queries[^1]
            : ExplainNode.Of(change, new NodeMetrics(rows, 0, time, new Dictionary<string, long>()), [.. _queries]);
        _queries.Clear();
        _statements.Add((name, node));
    }

    /// <summary>The main statement with those in its WITH.</summary>
    public ExplainNode Whole() => Whole(_statements.First(static statement => statement.Name == null).Node, _statements.Where(static statement => statement.Name != null)!);

    /// <summary>A statement with those in its WITH.</summary>
    public static ExplainNode Whole(ExplainNode main, IEnumerable<(string Name, ExplainNode Node)> others) =>
        others.Reverse().Aggregate(main, static (whole, other) => ExplainNode.With(other.Name, other.Node, whole));
}
