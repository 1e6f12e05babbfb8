using SqlCluster.Catalyst.Explain;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>Plans of changes that do not run, for EXPLAIN.</summary>
internal static class ChangePlans
{
    /// <summary>Plans the queries that a statement, and those in its WITH, read rows by.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="session">Whose statement.</param>
    /// <param name="plan">Plans a query.</param>
    /// <param name="queries">The plans, each with the line of what it is for.</param>
    /// <returns>The statement as a tree.</returns>
    public static ExplainNode Plan(Statement statement, Session session, Func<Query, PlannedQuery> plan, out IReadOnlyList<(string Title, PlannedQuery Plan)> queries)
    {
        var planned = new List<(string, PlannedQuery)>();
        queries = planned;
        using var changes = new StatementChanges(session);
        if (ChangeStatements.WithOf(statement) is not { ChangesRows: true } clause)
        {
            return Node(statement, null);
        }

        using var with = StatementsInWith.Of(clause, statement, session);
        var inner = new List<(string, ExplainNode)>();
        foreach ((string name, Statement one) in with.Describe([.. session.Pipeline.Bound?.Types ?? NodeList<SqlType>.Empty]))
        {
            inner.Add((name, Node(one, name)));
        }

        return ExplainedRuns.Whole(Node(ChangeStatements.With(statement, with.Clause), null), inner);

        ExplainNode Node(Statement one, string? name)
        {
            ExplainedChange? change = ChangeStatements.ChangeOf(one);
            PlannedQuery[] plans = [.. ChangeStatements.QueriesOf(one, changes, session).Select(plan)];
            planned.AddRange(plans.Select(query => ($"{(name == null ? "" : $"CTE {name}: ")}{change?.Line ?? "Query"}", query)));
            ExplainNode[] nodes = [.. plans.Select(static query => ExplainNode.Of(query.Physical))];
            return change == null ? nodes[0] : ExplainNode.Of(change, null, nodes);
        }
    }
}
