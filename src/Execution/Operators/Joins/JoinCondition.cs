using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>A condition over left columns followed by right columns, computed for pairs of rows. Only the columns that it mentions are gathered.</summary>
internal sealed class JoinCondition : IDisposable
{
    private readonly CompiledExpression _condition;
    private readonly bool[] _mentioned;
    private readonly VectorGatherer?[] _gatherers;
    private readonly ColumnAppender _filler;
    private readonly Vector _fillerValue;
    private readonly int _leftCount;

    public JoinCondition(Expression condition, ExecPlan left, ExecPlan right, TaskContext context)
    {
        _leftCount = left.Output.Count;
        _condition = ExpressionCompiler.Compile(condition, context.Evaluation);
        _mentioned = new bool[_leftCount + right.Output.Count];
        foreach (int ordinal in Ordinals(condition))
        {
            _mentioned[ordinal] = true;
        }

        _gatherers = Array.ConvertAll(_mentioned, mentioned => mentioned ? new VectorGatherer(context.Account) : null);
        _filler = ColumnAppender.Create(Arrow.Schema.ArrowType.Boolean, context.Account);
        _filler.AppendNulls(1);
        _fillerValue = _filler.Build();
    }

    /// <summary>Input columns that an expression mentions.</summary>
    public static IEnumerable<int> Ordinals(Expression? condition)
    {
        var ordinals = new SortedSet<int>();
        condition?.ForEach(node =>
        {
            if (node is InputReference reference)
            {
                ordinals.Add(reference.Ordinal);
            }
        });
        return ordinals;
    }

    /// <summary>The condition's value for each pair: a boolean vector that may hold nulls.</summary>
    public Vector Evaluate(Vector[] left, ReadOnlySpan<int> leftRows, Vector?[] right, ReadOnlySpan<int> rightRows)
    {
        var columns = new Vector[_mentioned.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = !_mentioned[i] ? new ConstantVector(_fillerValue, leftRows.Length)
                : i < _leftCount ? _gatherers[i]!.Take(left[i], leftRows)
                : _gatherers[i]!.Take(right[i - _leftCount]!, rightRows);
        }

        return _condition.Evaluate(new Batch(columns, leftRows.Length));
    }

    /// <summary>The condition with one right row for all left rows: nothing is gathered.</summary>
    /// <param name="left">Left rows.</param>
    /// <param name="right">Right columns as constants of the batch's length; null where not mentioned.</param>
    public Vector EvaluateConstant(Batch left, Vector?[] right)
    {
        var columns = new Vector[_mentioned.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = !_mentioned[i] ? new ConstantVector(_fillerValue, left.Length) : i < _leftCount ? left.Columns[i] : right[i - _leftCount]!;
        }

        return _condition.Evaluate(new Batch(columns, left.Length, left.Selection));
    }

    public void Dispose()
    {
        _condition.Dispose();
        foreach (VectorGatherer? gatherer in _gatherers)
        {
            gatherer?.Dispose();
        }

        _filler.Dispose();
    }
}
