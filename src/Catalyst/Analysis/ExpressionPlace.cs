namespace SqlCluster.Catalyst.Analysis;

/// <summary>Where an expression stands that is no part of a query; decides what it may name and call.</summary>
public enum ExpressionPlace
{
    /// <summary>A value or condition, with subqueries.</summary>
    Value,
    ExecuteParameter,

    /// <summary>DEFAULT of a column: neither columns nor parameters.</summary>
    Default,

    /// <summary>CHECK: a boolean.</summary>
    Check,

    /// <summary>GENERATED ALWAYS AS.</summary>
    Generated,
}
