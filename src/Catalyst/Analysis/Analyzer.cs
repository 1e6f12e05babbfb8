using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis;

/// <summary>Turns a syntax tree into a logical plan: names become column ids, every expression gets a type, overloads are chosen, conversions are made explicit.</summary>
/// <remarks>One bottom-up pass with name scopes; there is no fixed point. Costs time in proportion to the query and reads nothing but the catalog.</remarks>
public static class Analyzer
{
    /// <summary>Analyzes a query.</summary>
    /// <exception cref="Parser.Errors.QueryException">The query is wrong; SQLSTATE and position say where.</exception>
    public static AnalyzedQuery Analyze(Ast.Query query, ICatalog catalog, IFunctionCatalog functions, AnalyzerSettings settings)
    {
        using Interruption.Scope listening = Interruption.By(settings.Cancellation);
        var context = new AnalysisContext(catalog, functions, settings);
        LogicalPlan plan = context.Queries.Resolve(query, parent: null, ctes: null);
        if (context.Parameters.HasLooseReferences)
        {
            plan = BindLooseParameters(plan, context.Parameters);
        }

        NodeList<Column> output = plan.Output;
        return new AnalyzedQuery(
            plan, output.Map(static column => column.Name), output.Map(static column => column.Type), Origins(plan, output), context.Parameters.Resolved, context.Ids);
    }

    /// <summary>Types a single expression over columns: CHECK, DEFAULT, COPY ... WHERE, partition columns.</summary>
    /// <param name="expression">As parsed.</param>
    /// <param name="columns">Columns that it may name.</param>
    /// <param name="catalog">For subqueries.</param>
    /// <param name="functions">The functions.</param>
    /// <param name="settings">Facts of the session.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="generated">Those of the columns that are computed themselves, so that other computed ones cannot name them; null: none.</param>
    public static Expression AnalyzeExpression(
        Ast.Expression expression, IReadOnlyList<Column> columns, ICatalog catalog, IFunctionCatalog functions, AnalyzerSettings settings, ExpressionPlace place = ExpressionPlace.Value,
        IReadOnlySet<ColumnId>? generated = null)
    {
        var context = new AnalysisContext(catalog, functions, settings);
        var relation = new RelationScope(null, []);
        foreach (Column column in columns)
        {
            relation.Add(column.Name, column);
        }

        var scope = new QueryScope(null, null) { From = FromScope.Of(relation), Clause = Clauses.Of(place), Generated = generated };
        return place == ExpressionPlace.Check ? context.Expressions.Boolean(expression, scope, "CHECK") : context.Expressions.Settled(expression, scope);
    }

    /// <summary>Gives references to a parameter that were made before its type was known the type found later.</summary>
    private static LogicalPlan BindLooseParameters(LogicalPlan plan, ParameterTable parameters)
    {
        NodeList<SqlType> types = parameters.Resolved;
        return plan.TransformUpWithSubqueries(node => node.MapExpressions(expression => expression.TransformUp(part =>
            part is Parameter { ValueType.Kind: TypeKind.Unknown } parameter ? parameter with { ValueType = types[parameter.Index - 1] } : part)));
    }

    private static NodeList<ColumnOrigin?> Origins(LogicalPlan plan, NodeList<Column> output)
    {
        var origins = new Dictionary<ColumnId, ColumnOrigin>();
        plan.ForEach(node =>
        {
            if (node is Scan scan)
            {
                foreach (ScanColumn column in scan.Columns)
                {
                    origins[column.Column.Id] = new ColumnOrigin(scan.Table, column.TableOrdinal);
                }
            }
        });
        plan.ForEach(node => NoteRenamed(node, origins));
        return output.Map(column => origins.GetValueOrDefault(column.Id));
    }

    /// <summary>A column that only renames a table column has its origin too. Projections are visited from the top, so chains are followed downwards.</summary>
    private static void NoteRenamed(LogicalPlan node, Dictionary<ColumnId, ColumnOrigin> origins)
    {
        if (node is Project project)
        {
            foreach (NamedExpression item in project.Items)
            {
                if (item.Expression is ColumnReference reference && origins.TryGetValue(reference.Id, out ColumnOrigin? origin))
                {
                    origins[item.Column.Id] = origin;
                }
            }
        }
    }
}
