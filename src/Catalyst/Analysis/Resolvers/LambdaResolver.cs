using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>A call of list_transform or list_filter: the array, and <c>Variable -> Body</c>.</summary>
internal sealed record LambdaCall(LambdaKind Kind, Ast.Expression Array, Ast.Identifier Variable, Ast.Expression Body);

/// <summary>Resolves lambdas over arrays.</summary>
internal sealed class LambdaResolver(AnalysisContext context)
{
    /// <summary>Calls known to need a plan: what they are nested in resolves them a second time, and each nesting would double the work.</summary>
    private readonly HashSet<Ast.FunctionCall> _planned = new(ReferenceEqualityComparer.Instance);

    /// <summary>Resolves a lambda that is computed value by value.</summary>
    /// <returns>Null: its body needs a plan of its own (subqueries, aggregates of elements, volatile functions).</returns>
    /// <exception cref="Parser.Errors.QueryException">42883: the argument is no array.</exception>
    public ArrayLambda? Resolve(Ast.FunctionCall node, LambdaCall call, QueryScope scope)
    {
        if (_planned.Contains(node))
        {
            return null;
        }

        string name = call.Kind == LambdaKind.Filter ? "list_filter" : "list_transform";
        Expression array = context.Expressions.Settled(call.Array, scope);
        if (array.Type.Kind != TypeKind.Array)
        {
            throw AnalyzerErrors.MissingFunction($"{name}({AnalyzerErrors.WithoutModifiers(array.Type)}, lambda)", context.Position(call.Array), "A lambda is applied to the elements of an array.");
        }

        // The element is the only column of a scope within the query's: it hides columns of its name, and the others are seen through it.
        Column element = context.Ids.Column(call.Variable.Value, array.Type.Element!, true);
        var relation = new RelationScope(null, []);
        relation.Add(call.Variable.Value, element);
        QueryScope inner = scope.Inner(scope.Ctes);
        inner.From = FromScope.Of(relation);
        inner.Clause = scope.Clause == Clause.Default ? Clause.Where : scope.Clause;
        Expression body = call.Kind == LambdaKind.Filter ? context.Expressions.Boolean(call.Body, inner, name) : context.Expressions.Settled(call.Body, inner);
        bool isSelfContained = inner.Aggregates.Count == 0 && inner.WindowCalls.Count == 0 && inner.SetCalls.Count == 0 && inner.GroupingCalls.Count == 0 && !body.HasSubquery() && !body.IsVolatile();
        if (!isSelfContained)
        {
            _planned.Add(node);
            return null;
        }

        var captured = new List<Expression>();
        Expression closed = body.TransformUp(node => node switch
        {
            ColumnReference column when column.Id == element.Id => new InputReference(0, element.Name, element.Type, true),
            ColumnReference or Parameter => Capture(node),
            _ => node,
        });
        return new ArrayLambda(call.Kind, array, [.. captured], element.Name, closed);

        InputReference Capture(Expression value)
        {
            int place = captured.IndexOf(value);
            if (place < 0)
            {
                place = captured.Count;
                captured.Add(value);
            }

            return new InputReference(place + 1, value.ToString(), value.Type, true);
        }
    }
}
