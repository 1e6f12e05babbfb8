namespace SqlCluster.Catalyst.Explain;

/// <summary>A change of a table as EXPLAIN names it: PostgreSQL's ModifyTable.</summary>
/// <param name="Operation">Insert, Update, Delete or Merge.</param>
/// <param name="Table">The table.</param>
/// <param name="Alias">Its name in the statement.</param>
public sealed record ExplainedChange(string Operation, string Table, string Alias)
{
    /// <summary>The node's line.</summary>
    public string Line => Alias == Table ? $"{Operation} on {Table}" : $"{Operation} on {Table} {Alias}";
}
