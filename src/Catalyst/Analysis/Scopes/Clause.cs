namespace SqlCluster.Catalyst.Analysis.Scopes;

/// <summary>The part of a query that is being resolved; decides whether aggregates, window functions and set-returning functions may stand there.</summary>
internal enum Clause
{
    SelectList,
    From,
    JoinCondition,
    Where,
    GroupBy,
    Having,
    Window,
    Qualify,
    OrderBy,
    DistinctOn,
    Limit,
    Filter,
    Values,
}

internal static class Clauses
{
    public static string NameOf(Clause clause) => clause switch
    {
        Clause.SelectList => "SELECT",
        Clause.From => "functions in FROM",
        Clause.JoinCondition => "JOIN conditions",
        Clause.Where => "WHERE",
        Clause.GroupBy => "GROUP BY",
        Clause.Having => "HAVING",
        Clause.Window => "window definitions",
        Clause.Qualify => "QUALIFY",
        Clause.OrderBy => "ORDER BY",
        Clause.DistinctOn => "DISTINCT ON",
        Clause.Limit => "LIMIT",
        Clause.Filter => "FILTER",
        Clause.Values => "VALUES",
    };

    public static bool AllowsAggregates(Clause clause) =>
        clause is Clause.SelectList or Clause.Having or Clause.Qualify or Clause.OrderBy or Clause.DistinctOn or Clause.Window;

    public static bool AllowsWindows(Clause clause) => clause is Clause.SelectList or Clause.OrderBy or Clause.DistinctOn or Clause.Qualify;

    public static bool AllowsSets(Clause clause) => clause is Clause.SelectList or Clause.OrderBy or Clause.DistinctOn;
}
