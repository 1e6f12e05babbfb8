using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Evaluation;

/// <summary>An expression ready to run on batches; one thread, one batch at a time.</summary>
internal sealed class CompiledExpression : IDisposable
{
    private readonly Evaluator _evaluator;
    private readonly BatchClock _clock;

    private readonly CancellationToken _abandonment;

    internal CompiledExpression(Expression expression, Evaluator evaluator, BatchClock clock, CancellationToken abandonment)
    {
        _abandonment = abandonment;
        Expression = expression;
        _evaluator = evaluator;
        _clock = clock;
    }

    public Expression Expression { get; }

    public SqlType Type => Expression.Type;

    /// <summary>The value of every row of the batch; slots of unselected rows hold anything. May be any encoding; an input column comes out as it is.</summary>
    /// <returns>Valid until the next call with another batch.</returns>
    public Vector Evaluate(Batch batch)
    {
        if (!ReferenceEquals(_clock.Root, batch))
        {
            _clock.Advance(batch);
        }

        return _evaluator.Evaluate(batch);
    }

    /// <summary>Gives the evaluators' memory back. Of an abandoned statement its account does that: sooner than a walk over all of them.</summary>
    public void Dispose()
    {
        if (!_abandonment.IsCancellationRequested)
        {
            _evaluator.Dispose();
        }
    }
}
