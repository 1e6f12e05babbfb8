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
    Update,
    Returning,
    MergeWhen,

    /// <summary>EXECUTE's parameters, and then what is declared about tables: expressions that are no part of a query.</summary>
    ExecuteParameter,
    Default,
    Check,
    Generated,
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
        Clause.Update => "UPDATE",
        Clause.Returning => "RETURNING",
        Clause.MergeWhen => "MERGE WHEN conditions",
        Clause.ExecuteParameter => "EXECUTE parameters",
        Clause.Default => "DEFAULT expressions",
        Clause.Check => "check constraints",
        Clause.Generated => "column generation expressions",
    };

    /// <summary>The name of one expression of a clause that takes no subqueries; null for clauses of queries.</summary>
    public static string? NameOfOne(Clause clause) => clause switch
    {
        Clause.ExecuteParameter => "EXECUTE parameter",
        Clause.Default => "DEFAULT expression",
        Clause.Check => "check constraint",
        Clause.Generated => "column generation expression",
        _ => null,
    };

    public static Clause Of(Parser.Ast.SelectItemsPlace place) => place switch
    {
        Parser.Ast.SelectItemsPlace.Default => Clause.SelectList,
        Parser.Ast.SelectItemsPlace.Update => Clause.Update,
        Parser.Ast.SelectItemsPlace.Returning => Clause.Returning,
        Parser.Ast.SelectItemsPlace.MergeWhen => Clause.MergeWhen,
    };

    public static Clause Of(ExpressionPlace place) => place switch
    {
        ExpressionPlace.Value => Clause.Where,
        ExpressionPlace.ExecuteParameter => Clause.ExecuteParameter,
        ExpressionPlace.Default => Clause.Default,
        ExpressionPlace.Check => Clause.Check,
        ExpressionPlace.Generated => Clause.Generated,
    };

    public static bool AllowsAggregates(Clause clause) =>
        clause is Clause.SelectList or Clause.Having or Clause.Qualify or Clause.OrderBy or Clause.DistinctOn or Clause.Window;

    public static bool AllowsWindows(Clause clause) => clause is Clause.SelectList or Clause.OrderBy or Clause.DistinctOn or Clause.Qualify;

    public static bool AllowsSets(Clause clause) => clause is Clause.SelectList or Clause.GroupBy or Clause.OrderBy or Clause.DistinctOn;
}
