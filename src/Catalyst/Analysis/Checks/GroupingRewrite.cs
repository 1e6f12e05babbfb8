using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Analysis.Checks;

/// <summary>Rewrites expressions over FROM's columns to expressions over an Aggregate's output; what is neither key nor aggregate is error 42803.</summary>
internal sealed class GroupingRewrite
{
    private readonly AnalysisContext _context;
    private readonly QueryScope _scope;
    private readonly HashSet<ColumnId> _inputs;
    private readonly Aggregate _aggregate;
    private readonly Dictionary<ColumnId, Column> _columnKeys = [];
    private readonly Dictionary<Expression, Column> _expressionKeys = [];

    /// <param name="context">The analysis.</param>
    /// <param name="scope">The grouped query.</param>
    /// <param name="inputs">Columns that exist below the aggregate only, unless they are keys.</param>
    /// <param name="aggregate">The aggregate.</param>
    public GroupingRewrite(AnalysisContext context, QueryScope scope, HashSet<ColumnId> inputs, Aggregate aggregate)
    {
        _context = context;
        _scope = scope;
        _inputs = inputs;
        _aggregate = aggregate;
        foreach (NamedExpression key in aggregate.Keys)
        {
            if (key.Expression is ColumnReference reference)
            {
                _columnKeys.TryAdd(reference.Id, key.Column);
            }
            else if (key.Expression is not Literal)
            {
                _expressionKeys.TryAdd(key.Expression, key.Column);
            }
        }
    }

    public Expression Rewrite(Expression expression)
    {
        if (_expressionKeys.Count > 0 && _expressionKeys.TryGetValue(expression, out Column? key))
        {
            return new ColumnReference(key);
        }

        return expression switch
        {
            ColumnReference reference => Rewrite(reference, inSubquery: false),
            SubqueryExpression subquery => ((SubqueryExpression)subquery.MapChildren(Rewrite)).MapPlan(RewritePlan),
            _ => expression.MapChildren(Rewrite),
        };
    }

    private Expression Rewrite(ColumnReference reference, bool inSubquery)
    {
        if (_columnKeys.TryGetValue(reference.Id, out Column? key))
        {
            return key.Id == reference.Id ? reference : new ColumnReference(key);
        }

        if (_scope.GroupingCalls.TryGetValue(reference.Id, out NodeList<Expression>? arguments))
        {
            return Grouping(arguments, reference);
        }

        if (!_inputs.Contains(reference.Id))
        {
            return reference;
        }

        string name = QualifiedNameOf(reference);
        throw inSubquery ? AnalyzerErrors.UngroupedInSubquery(name, _context.Position(reference)) : AnalyzerErrors.Ungrouped(name, _context.Position(reference));
    }

    /// <summary>Within subqueries only plain column keys are matched.</summary>
    private LogicalPlan RewritePlan(LogicalPlan plan) => plan.TransformUpWithSubqueries(node => node.MapExpressions(expression => expression.TransformUp(part =>
        part is ColumnReference reference ? Rewrite(reference, inSubquery: true) : part)));

    /// <summary>GROUPING(a, b): a bit for each argument, first one highest, set where the row's grouping set leaves it out.</summary>
    private Expression Grouping(NodeList<Expression> arguments, ColumnReference call)
    {
        int[] keys = [.. arguments.Select(argument => KeyIndex(argument, call))];
        if (_aggregate.GroupingSets is not { } sets)
        {
            return Literal.Integer(0);
        }

        var id = new ColumnReference(_aggregate.GroupingId!);
        int[] values = [.. sets.Select(set => Bits(keys, set))];
        CaseArm[] arms = [.. values.Take(values.Length - 1).Select((value, index) =>
            new CaseArm(new Comparison(ComparisonOperator.Equal, id, Literal.BigInt(index)), Literal.Integer(value)))];
        return arms.Length == 0 ? Literal.Integer(values[0]) : new Case(NodeList.Create<CaseArm>(arms), Literal.Integer(values[^1]));
    }

    private static int Bits(int[] keys, NodeList<int> set)
    {
        HashSet<int> members = [.. set];
        return keys.Aggregate(0, (bits, key) => (bits << 1) | (members.Contains(key) ? 0 : 1));
    }

    private int KeyIndex(Expression argument, ColumnReference call)
    {
        for (int i = 0; i < _aggregate.Keys.Count; i++)
        {
            if (_aggregate.Keys[i].Expression.Equals(argument))
            {
                return i;
            }
        }

        throw AnalyzerErrors.Grouping("arguments to GROUPING must be grouping expressions of the associated query level", _context.Position(call));
    }

    /// <summary>table.column, as the error shows it.</summary>
    private string QualifiedNameOf(ColumnReference reference)
    {
        foreach (RelationScope relation in _scope.From.Relations)
        {
            if (relation.Columns.Find(column => column.Value.Equals(reference)) is { } column)
            {
                return relation.Name is null ? column.Name : $"{relation.Name}.{column.Name}";
            }
        }

        return reference.Column.Name;
    }
}
