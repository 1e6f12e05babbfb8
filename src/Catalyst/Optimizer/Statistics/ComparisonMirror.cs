using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Optimizer.Statistics;

/// <summary>Comparison operators seen from the other side.</summary>
internal static class ComparisonMirror
{
    /// <summary>a op b is b op.Mirrored() a.</summary>
    public static ComparisonOperator Mirrored(this ComparisonOperator op) => op switch
    {
        ComparisonOperator.Equal => ComparisonOperator.Equal,
        ComparisonOperator.NotEqual => ComparisonOperator.NotEqual,
        ComparisonOperator.Less => ComparisonOperator.Greater,
        ComparisonOperator.LessOrEqual => ComparisonOperator.GreaterOrEqual,
        ComparisonOperator.Greater => ComparisonOperator.Less,
        ComparisonOperator.GreaterOrEqual => ComparisonOperator.LessOrEqual,
    };
}
