using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves WITH and WITH RECURSIVE. Definitions that nothing reads are checked and dropped.</summary>
internal sealed class CteResolver(AnalysisContext context)
{
    private readonly List<(CteBinding Binding, LogicalPlan Plan, bool? IsMaterialized)> _definitions = [];

    /// <summary>Resolves the definitions, each seeing those before it.</summary>
    public CteScope? Define(Ast.WithClause with, QueryScope? parent, CteScope? ctes)
    {
        if (with.Outer is { } outer)
        {
            ctes = Define(outer, parent, ctes);
        }

        if (with.Tables.Count > PlanDepth.Most)
        {
            throw AnalyzerErrors.TooManyRelations(PlanDepth.Most, context.Position(with.Tables[PlanDepth.Most]));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (Ast.CommonTableExpression table in with.Tables)
        {
            if (!names.Add(table.Name.Value))
            {
                throw AnalyzerErrors.DuplicateCte(table.Name.Value, context.Position(table.Name));
            }

            if (table.IsDone)
            {
                ctes = new CteScope(new CteBinding(context.Ids.NextCte(), table.Name.Value) { IsDone = true }, ctes);
                continue;
            }

            Ast.Query query = table.Body switch
            {
                Ast.QueryStatement plain => plain.Query,
                Ast.ChangingQuery changing => changing.Query,
                _ => throw AnalyzerErrors.NotImplemented(
                    table.Body is Ast.Merge ? "MERGE not supported in WITH query" : "WITH clause containing a data-modifying statement must be at the top level", context.Position(table)),
            };

            if (!with.Recursive && (table.Search is not null || table.Cycle is not null))
            {
                throw AnalyzerErrors.Syntax("WITH query is not recursive", context.Position(table));
            }

            HashSet<string> outerLater = context.LaterCtes;
            context.LaterCtes = with.Recursive ? [] : [table.Name.Value, .. with.Tables.Select(static later => later.Name.Value).Except(names)];
            var binding = new CteBinding(context.Ids.NextCte(), table.Name.Value);
            LogicalPlan plan = with.Recursive
                ? new RecursiveQueryResolver(context).Resolve(table, query, binding, parent, ctes)
                : context.Queries.Resolve(query, parent, ctes);
            context.LaterCtes = outerLater;
            binding.References = 0;
            binding.Columns = Renamed(plan.Output, table);
            _definitions.Add((binding, plan, table.Materialized));
            ctes = new CteScope(binding, ctes);
        }

        return ctes;
    }

    /// <summary>Puts the definitions around the query that reads them.</summary>
    public LogicalPlan Wrap(LogicalPlan body)
    {
        var needed = new HashSet<CteId>();
        Collect(body, needed);
        for (int i = _definitions.Count - 1; i >= 0; i--)
        {
            (CteBinding binding, LogicalPlan plan, bool? isMaterialized) = _definitions[i];
            if (needed.Contains(binding.Id))
            {
                Collect(plan, needed);
                body = new With(binding.Id, binding.Name, plan, isMaterialized, body);
            }
        }

        return body;
    }

    /// <summary>The definition's columns under the names of the WITH item's column list.</summary>
    public NodeList<Column> Renamed(NodeList<Column> columns, Ast.CommonTableExpression table)
    {
        if (table.Columns.Count > columns.Count)
        {
            throw new Parser.Errors.QueryException(
                "42P10", Parser.Errors.ErrorKind.User, $"WITH query \"{table.Name.Value}\" has {columns.Count} columns available but {table.Columns.Count} columns specified", context.Position(table));
        }

        return [.. columns.Select((column, index) => index < table.Columns.Count ? column with { Name = table.Columns[index].Value } : column)];
    }

    private static void Collect(LogicalPlan plan, HashSet<CteId> found) => Trees.PlanTransforms.ForEachWithSubqueries(plan, node =>
    {
        if (node is CteScan scan)
        {
            found.Add(scan.Id);
        }
    });
}
