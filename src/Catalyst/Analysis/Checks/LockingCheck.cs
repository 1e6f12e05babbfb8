using SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Checks;

/// <summary>Checks FOR UPDATE and its like. Nothing is locked (there is nothing to lock against); what PostgreSQL refuses is refused.</summary>
internal static class LockingCheck
{
    public static void Check(Query query, AnalysisContext context)
    {
        foreach (LockingClause locking in query.Locking)
        {
            string strength = locking.Strength switch
            {
                LockStrength.Update => "FOR UPDATE",
                LockStrength.NoKeyUpdate => "FOR NO KEY UPDATE",
                LockStrength.Share => "FOR SHARE",
                LockStrength.KeyShare => "FOR KEY SHARE",
            };
            string? obstacle = query.Body switch
            {
                SetOperation => "UNION/INTERSECT/EXCEPT",
                ValuesQuery => "VALUES",
                Select { Distinct: not null } => "DISTINCT clause",
                Select { GroupBy: not null } => "GROUP BY clause",
                Select { Having: not null } => "HAVING clause",
                Select select when select.Items.Any(item => Calls(item.Expression, context, Catalog.FunctionKind.Aggregate)) => "aggregate functions",
                Select select when select.Items.Any(item => item.Expression is FunctionCall { Over: not null }) => "window functions",
                _ => null,
            };
            if (obstacle is not null)
            {
                throw AnalyzerErrors.LockNotAllowed(strength, obstacle);
            }

            foreach (QualifiedName name in locking.Of)
            {
                if (query.Body is Select from && !from.From.Any(table => Names(table, name.Last.Value)))
                {
                    throw AnalyzerErrors.MissingLockedRelation(name.ToString(), strength, context.Position(name));
                }
            }
        }
    }

    private static bool Calls(Expression expression, AnalysisContext context, Catalog.FunctionKind kind) =>
        expression is FunctionCall { Over: null } call && context.Functions.Find(call.Name.Last.Value) is { Count: > 0 } found && found.All(signature => signature.Kind == kind);

    private static bool Names(TableReference table, string name) => table switch
    {
        JoinTable join => join.Alias?.Name.Value == name || Names(join.Left, name) || Names(join.Right, name),
        NamedTable named => (named.Alias?.Name.Value ?? named.Name.Last.Value) == name,
        _ => table.Alias?.Name.Value == name,
    };
}
