using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Functions;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>The conjuncts of a scan that use the same columns, compiled for one task.</summary>
internal sealed class ScanFilter : IDisposable
{
    private readonly CompiledPredicate _predicate;
    private readonly Vector[] _columns;

    private ScanFilter(Expression predicate, int[] ordinals, EvaluationContext context)
    {
        Predicate = predicate;
        Ordinals = ordinals;
        MayFail = ExpressionTraits.MayFail(predicate);
        _columns = new Vector[ordinals.Length];
        _predicate = ExpressionCompiler.CompilePredicate(Renumber(predicate, ordinals), context);
    }

    /// <summary>Gets the conjuncts over the scan's read columns.</summary>
    public Expression Predicate { get; }

    /// <summary>Gets the read columns that the conjuncts use, ascending.</summary>
    public int[] Ordinals { get; }

    /// <summary>Gets whether a row that earlier filters reject could end the query here.</summary>
    public bool MayFail { get; }

    /// <summary>Groups conjuncts by their columns: fewer columns first, those that may fail last and in their given order.</summary>
    public static ScanFilter[] Compile(NodeList<Expression> conjuncts, EvaluationContext context)
    {
        List<(int[] Ordinals, List<Expression> Terms, bool MayFail)> groups = [];
        foreach (Expression conjunct in conjuncts)
        {
            SortedSet<int> used = [];
            CollectInputs(conjunct, used);
            int[] ordinals = [.. used];
            bool mayFail = ExpressionTraits.MayFail(conjunct);
            int known = mayFail ? -1 : groups.FindIndex(group => !group.MayFail && group.Ordinals.AsSpan().SequenceEqual(ordinals));
            if (known >= 0)
                groups[known].Terms.Add(conjunct);
            else
                groups.Add((ordinals, [conjunct], mayFail));
        }

        return
        [
            .. groups.OrderBy(static group => group.MayFail ? int.MaxValue : group.Ordinals.Length)
                .Select(group => new ScanFilter(group.Terms.Count == 1 ? group.Terms[0] : new And([.. group.Terms]), group.Ordinals, context)),
        ];
    }

    /// <summary>Finds the rows that count and satisfy the filter.</summary>
    /// <param name="columns">The read columns; those of <see cref="Ordinals"/> are set.</param>
    /// <param name="rowCount">Rows of the batch.</param>
    /// <param name="selection">Rows that count; null: all.</param>
    /// <returns>Null: every row. Valid until the next call.</returns>
    public SelectionVector? Apply(Vector?[] columns, int rowCount, SelectionVector? selection)
    {
        for (int i = 0; i < _columns.Length; i++)
            _columns[i] = columns[Ordinals[i]]!;
        return _predicate.Filter(new Batch(_columns, rowCount, selection));
    }

    /// <summary>Tells whether any entry of the dictionary of the filter's one column satisfies it.</summary>
    public bool AcceptsAny(Vector dictionary)
    {
        _columns[0] = dictionary;
        return _predicate.Filter(new Batch(_columns, dictionary.Length)) is not { Count: 0 };
    }

    public void Dispose() => _predicate.Dispose();

    private static void CollectInputs(Expression expression, SortedSet<int> ordinals)
    {
        if (expression is InputReference input)
            ordinals.Add(input.Ordinal);
        foreach (Expression child in expression.Children)
            CollectInputs(child, ordinals);
    }

    private static Expression Renumber(Expression expression, int[] ordinals)
    {
        if (expression is InputReference input)
            return input with { Ordinal = Array.IndexOf(ordinals, input.Ordinal) };
        return expression.Children.IsEmpty ? expression : expression.WithChildren(expression.Children.Map(child => Renumber(child, ordinals)));
    }
}
