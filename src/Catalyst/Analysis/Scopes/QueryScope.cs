using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Analysis.Scopes;

/// <summary>Names and collected calls of one SELECT. Subqueries see it as their parent.</summary>
/// <remarks>
/// Aggregates, window functions and set-returning functions are taken out of expressions as they are resolved: the expression keeps a reference to a new column, the
/// scope keeps the call. The plan is then stacked: FROM, WHERE, Aggregate, HAVING, Window, QUALIFY, set-returning functions, select list.
/// </remarks>
internal sealed class QueryScope(QueryScope? parent, CteScope? ctes)
{
    public QueryScope? Parent => parent;

    /// <summary>0 for the outermost query.</summary>
    public int Depth { get; } = parent is null ? 0 : parent.Depth + 1;

    public CteScope? Ctes => ctes;

    public FromScope From { get; set; } = FromScope.Empty;

    public Clause Clause { get; set; } = Clause.SelectList;

    /// <summary>Columns that may not be named, because they are computed; null: there are none.</summary>
    public IReadOnlySet<ColumnId>? Generated { get; init; }

    /// <summary>Aggregates of this query, wherever they were written (subqueries included).</summary>
    public List<NamedCall<AggregateCall>> Aggregates { get; } = [];

    /// <summary>Columns of the calls as written that may be shared: equal calls have one.</summary>
    public Dictionary<Expression, Column> CallColumns { get; } = [];

    public List<NamedCall<WindowCall>> WindowCalls { get; } = [];

    /// <summary>Set-returning functions of the select list.</summary>
    public List<SetCall> SetCalls { get; } = [];

    /// <summary>GROUPING(...) calls by the column that stands for them.</summary>
    public Dictionary<ColumnId, NodeList<Expression>> GroupingCalls { get; } = [];

    /// <summary>While QUALIFY is resolved: output columns, whose names it may use.</summary>
    public IReadOnlyList<Resolvers.SelectOutput>? Outputs { get; set; }

    /// <summary>WINDOW w AS (...).</summary>
    public Dictionary<string, Parser.Ast.WindowSpecification> Windows { get; } = new(StringComparer.Ordinal);

    /// <summary>While an aggregate's or window function's arguments are resolved: what they reference.</summary>
    public ArgumentUse? Use { get; set; }

    /// <summary>A scope for a query within this one.</summary>
    public QueryScope Inner(CteScope? innerCtes) => new(this, innerCtes);

    /// <summary>Sets the clause for the duration of a call.</summary>
    public T In<T>(Clause clause, Func<T> resolve)
    {
        Clause before = Clause;
        Clause = clause;
        try
        {
            return resolve();
        }
        finally
        {
            Clause = before;
        }
    }
}

/// <summary>A call and the column that carries its value.</summary>
internal sealed record NamedCall<T>(T Call, Column Column)
    where T : Expression;

/// <summary>A set-returning call and its column.</summary>
internal sealed record SetCall(Call Call, Column Column);

/// <summary>What the arguments of an aggregate or window function reference, as far as it decides where the call belongs.</summary>
internal sealed class ArgumentUse
{
    /// <summary>Innermost depth among the columns referenced, not deeper than the call itself; -1 for none.</summary>
    public int InnermostDepth { get; set; } = -1;

    /// <summary>Depths that own an aggregate among the arguments.</summary>
    public HashSet<int> AggregateDepths { get; } = [];

    /// <summary>Depths that own a window function among the arguments.</summary>
    public HashSet<int> WindowDepths { get; } = [];

    /// <summary>Where the first such call was written, for the error.</summary>
    public int CallPosition { get; set; }
}
