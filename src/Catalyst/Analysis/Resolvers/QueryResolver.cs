using System.Runtime.CompilerServices;
using SqlCluster.Catalyst.Analysis.Checks;
using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves whole queries: WITH, then the body, then ORDER BY and LIMIT.</summary>
internal sealed class QueryResolver(AnalysisContext context)
{
    /// <summary>Resolves a query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="parent">The scope that correlated names are looked up in, or null.</param>
    /// <param name="ctes">Common table expressions in scope.</param>
    /// <param name="keepUnknown">Leaves string literals, NULLs and parameters of the select list untyped for a set operation to type them.</param>
    public LogicalPlan Resolve(Ast.Query query, QueryScope? parent, CteScope? ctes, bool keepUnknown = false)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw AnalyzerErrors.TooDeep(context.Position(query));
        }

        if (query.With is null)
        {
            return Clauses(query, parent, ctes, keepUnknown);
        }

        var definitions = new CteResolver(context);
        CteScope? inner = definitions.Define(query.With, parent, ctes);
        return definitions.Wrap(Clauses(query, parent, inner, keepUnknown));
    }

    /// <summary>Resolves a body without clauses of its own.</summary>
    public LogicalPlan ResolveBody(Ast.QueryExpression body, QueryScope? parent, CteScope? ctes, bool keepUnknown) => body switch
    {
        Ast.Select select => new SelectResolver(context, select, parent, ctes).Resolve([], null, keepUnknown),
        Ast.ValuesQuery values => new ValuesResolver(context).Resolve(values, parent, ctes),
        Ast.TableQuery table => new SelectResolver(context, SelectAll(table), parent, ctes).Resolve([], null, keepUnknown),
        Ast.SetOperation operation => new SetOperationResolver(context).Resolve(operation, parent, ctes),
        Ast.Query query => Resolve(query, parent, ctes, keepUnknown),
        _ => throw AnalyzerErrors.Unsupported(body.GetType().Name, context.Position(body)),
    };

    private LogicalPlan Clauses(Ast.Query query, QueryScope? parent, CteScope? ctes, bool keepUnknown)
    {
        LockingCheck.Check(query, context);
        switch (query.Body)
        {
            case Ast.Select select:
                return new SelectResolver(context, select, parent, ctes).Resolve(query.OrderBy, query.Limit, keepUnknown);
            case Ast.TableQuery table:
                return new SelectResolver(context, SelectAll(table), parent, ctes).Resolve(query.OrderBy, query.Limit, keepUnknown);
            default:
                bool isBare = query.OrderBy.IsEmpty && query.Limit is null;
                LogicalPlan plan = ResolveBody(query.Body, parent, ctes, keepUnknown && isBare);
                plan = query.OrderBy.IsEmpty ? plan : new Sort(OrderByOutput(query, plan, parent, ctes), plan);
                return new LimitResolver(context).Apply(plan, query.Limit, !query.OrderBy.IsEmpty, parent, ctes);
        }
    }

    private static Ast.Select SelectAll(Ast.TableQuery table) => new([new Ast.SelectItem(new Ast.Star() { Span = table.Span })]) { From = [table.Table], Span = table.Span };

    /// <summary>ORDER BY over a set operation or VALUES: output columns by name or number, for VALUES expressions of them too.</summary>
    private NodeList<SortKey> OrderByOutput(Ast.Query query, LogicalPlan plan, QueryScope? parent, CteScope? ctes)
    {
        NodeList<Column> output = plan.Output;
        var keys = new List<SortKey>();
        var relation = new RelationScope(null, []);
        foreach (Column column in output)
        {
            relation.Add(column.Name, column);
        }

        var scope = new QueryScope(parent, ctes) { From = FromScope.Of(relation), Clause = Clause.OrderBy };
        foreach (Ast.SortItem item in query.OrderBy)
        {
            if (item.Expression is Ast.Star)
            {
                keys.AddRange(output.Select(column => SortKeys.Make(item, new ColumnReference(column), context)));
                continue;
            }

            if (OrderByResolver.TryOrdinal(context, item.Expression, output.Count, "ORDER BY", out int ordinal))
            {
                keys.Add(SortKeys.Make(item, new ColumnReference(output[ordinal]), context));
                continue;
            }

            if (query.Body is Ast.SetOperation && item.Expression is not Ast.ColumnReference { Name.IsSimple: true })
            {
                throw new Parser.Errors.QueryException("0A000", Parser.Errors.ErrorKind.Unsupported, "invalid UNION/INTERSECT/EXCEPT ORDER BY clause", context.Position(item))
                {
                    Detail = "Only result column names can be used, not expressions or functions.",
                    Hint = "Add the expression/function to every SELECT, or move the UNION into a FROM clause.",
                };
            }

            Expression key = context.Expressions.Settled(item.Expression, scope);
            if (scope.Aggregates.Count + scope.WindowCalls.Count + scope.SetCalls.Count > 0)
            {
                throw AnalyzerErrors.NotImplemented("aggregates, window and set-returning functions cannot order the rows of VALUES or a set operation", context.Position(item));
            }

            keys.Add(SortKeys.Make(item, key, context));
        }

        return NodeList.From(keys);
    }
}
