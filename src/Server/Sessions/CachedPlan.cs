using SqlCluster.Catalyst.Analysis;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Server.Sessions;

/// <summary>A query's plan for parameters of certain types, kept for further executions.</summary>
/// <remarks>
/// Small queries keep one plan in which parameters stay parameters: planning would cost more than running. Where a large table is read the values decide
/// what is pruned and which join comes first, so each execution is planned with its values, and only the analysis is kept.
/// </remarks>
internal sealed class CachedPlan
{
    /// <summary>Rows of a table from which on a plan for the values at hand is worth its cost.</summary>
    private const long LargeTableRows = 50_000;

    private readonly QueryPipeline _pipeline;
    private readonly PlanDependencies _dependencies;
    private readonly AnalyzedQuery _analyzed;
    private readonly bool _isGeneric;
    private PlannedQuery? _generic;

    private CachedPlan(QueryPipeline pipeline, PlanDependencies dependencies, AnalyzedQuery analyzed, NodeList<SqlType> types)
    {
        _pipeline = pipeline;
        _dependencies = dependencies;
        _analyzed = analyzed;
        _isGeneric = analyzed.ParameterTypes.IsEmpty || !ReadsLargeTable(analyzed.Plan);
        ParameterTypes = types;
        Columns = ResultColumn.Of(analyzed);
    }

    /// <summary>Types of the values it was made for.</summary>
    public NodeList<SqlType> ParameterTypes { get; }

    public NodeList<ResultColumn> Columns { get; }

    /// <summary>Analyzes a query; planning waits for the first execution.</summary>
    /// <param name="session">Whose names and settings count.</param>
    /// <param name="query">Syntax.</param>
    /// <param name="declared">Types of its parameters; null ones are inferred.</param>
    public static CachedPlan Make(Session session, Ast.Query query, IReadOnlyList<SqlType?> declared)
    {
        var dependencies = new PlanDependencies(session.Settings.PlanVersion, session.Engine.ExecutorCount);
        AnalyzedQuery analyzed = session.Pipeline.AnalyzeTyped(query, declared, dependencies);
        return new CachedPlan(session.Pipeline, dependencies, analyzed, analyzed.ParameterTypes);
    }

    /// <summary>Tells whether it may be used again.</summary>
    public bool Holds(Session session) => _dependencies.Hold(session);

    /// <summary>The plan for an execution.</summary>
    public PlannedQuery For(NodeList<Literal> values)
    {
        if (_isGeneric)
        {
            return _generic ??= _pipeline.PlanAnalyzed(_analyzed, null, _dependencies);
        }

        LogicalPlan custom = _analyzed.Plan.TransformUpWithSubqueries(node => node.MapExpressions(expression => expression.TransformUp(
            part => part is Parameter parameter && parameter.Index <= values.Count ? values[parameter.Index - 1] with { ValueType = parameter.ValueType } : part)));
        return _pipeline.PlanAnalyzed(_analyzed with { Plan = custom });
    }

    private static bool ReadsLargeTable(LogicalPlan plan)
    {
        bool isLarge = false;
        plan.ForEachWithSubqueries(node => isLarge |= node is Scan scan && scan.Table.Statistics.RowCount is < 0 or > LargeTableRows);
        return isLarge;
    }
}
