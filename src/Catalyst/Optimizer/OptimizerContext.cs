using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Optimizer;

/// <summary>What rules may use besides the plan. One for each query; not thread-safe.</summary>
/// <param name="ids">New column and CTE ids: the source that analysis used.</param>
/// <param name="functions">Functions that rewrites introduce.</param>
/// <param name="evaluator">Computes constants with the real kernels.</param>
public sealed class OptimizerContext(ColumnIdSource ids, IFunctionCatalog functions, IConstantEvaluator evaluator)
{
    public ColumnIdSource Ids => ids;

    public IFunctionCatalog Functions => functions;

    public IConstantEvaluator Evaluator => evaluator;

    public OptimizerSettings Settings { get; init; } = OptimizerSettings.Default;

    /// <summary>Ends the work on a large plan, between rules.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Conditions that were inferred before; each is inferred once in a query.</summary>
    internal HashSet<Expression> Inferred { get; } = [];

    /// <summary>Collects what rules did; null: nobody wants to know.</summary>
    public OptimizerTrace? Trace { get; init; }
}
