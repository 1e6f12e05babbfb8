using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Tests.Kernels;
using static SqlCluster.Execution.Tests.Evaluation.Expressions;

namespace SqlCluster.Execution.Tests.Evaluation;

/// <summary>Evaluating batch after batch takes no more memory than the first ones did, and retained results stay as they are.</summary>
public sealed class BufferReuseTests
{
    [Fact]
    public void Memory_does_not_grow_with_batches()
    {
        using var account = new MemoryAccount("test");
        Vector integers = TestVectors.Fixed<int>(ArrowType.Int32, [1, null, 3, 4], account), texts = TestVectors.Text(["a", null, "a text of more than twelve bytes", "b"], account);
        Expression integer = Input(0, SqlType.Integer), text = Input(1, SqlType.Text);
        Expression isNull = new Comparison(ComparisonOperator.Equal, integer, Literal.Null(SqlType.Integer));
        CompiledExpression[] compiled = ExpressionCompiler.CompileAll(
            [
                new Or([isNull, new Like(text, Literal.Null(SqlType.Text)), new InList(Literal.Null(SqlType.Integer), [Literal.Integer(1)])]),
                new Case([new(new Comparison(ComparisonOperator.Less, integer, Literal.Integer(3)), Call("upper", text))], Call("||", text, text)),
                new Coalesce([integer, Call("length", text), Literal.Integer(0)]),
                Call("+", integer, Literal.Null(SqlType.Integer)),
            ],
            new EvaluationContext(account));
        long after = 0;
        for (int round = 0; round < 50; round++)
        {
            var batch = new Batch([integers, texts], 4);
            foreach (CompiledExpression expression in compiled)
            {
                expression.Evaluate(batch);
            }

            after = round == 4 ? account.UsedBytes : after;
        }

        Assert.Equal(after, account.UsedBytes);
    }

    [Fact]
    public void Retained_results_are_not_overwritten()
    {
        using var account = new MemoryAccount("test");
        using CompiledExpression compiled = ExpressionCompiler.Compile(Call("+", Input(0, SqlType.Integer), Literal.Integer(1)), new EvaluationContext(account));
        var first = (FixedVector)compiled.Evaluate(new Batch([TestVectors.Fixed<int>(ArrowType.Int32, [1, 2], account)], 2));
        first.Retain();
        var second = (FixedVector)compiled.Evaluate(new Batch([TestVectors.Fixed<int>(ArrowType.Int32, [10, 20], account)], 2));
        Assert.Equal([2, 3], first.Values<int>().ToArray());
        Assert.Equal([11, 21], second.Values<int>().ToArray());
        first.Release();
    }

    /// <summary>A stage may be cancelled before its query: what its expressions held is free then. With the query, its account gives back everything at once.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Only_an_abandoned_query_leaves_buffers_to_its_account(bool isAbandoned)
    {
        using var account = new MemoryAccount("test");
        using var inputs = new MemoryAccount("inputs");
        using var task = new CancellationTokenSource();
        using var query = new CancellationTokenSource();
        var context = new EvaluationContext(account) { Cancellation = task.Token, Abandonment = query.Token };
        Expression sum = Call("+", Input(0, SqlType.Integer), Literal.Integer(1));
        var batch = new Batch([TestVectors.Fixed<int>(ArrowType.Int32, [1, 2], inputs)], 2);
        CompiledExpression compiled = ExpressionCompiler.Compile(sum, context);
        CompiledPredicate predicate = ExpressionCompiler.CompilePredicate(new Comparison(ComparisonOperator.Less, sum, Literal.Integer(3)), context);
        compiled.Evaluate(batch);
        predicate.Filter(batch);
        long held = account.UsedBytes;
        task.Cancel();
        if (isAbandoned)
        {
            query.Cancel();
        }

        compiled.Dispose();
        predicate.Dispose();
        Assert.InRange(held, 1, long.MaxValue);
        Assert.Equal(isAbandoned ? held : 0, account.UsedBytes);
        account.Dispose();
        Assert.Equal(0, account.UsedBytes);
    }
}
