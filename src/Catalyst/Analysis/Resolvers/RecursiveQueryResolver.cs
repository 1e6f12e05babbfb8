using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves an item of WITH RECURSIVE: base UNION [ALL] recursive becomes a RecursiveUnion if it reads itself.</summary>
internal sealed class RecursiveQueryResolver(AnalysisContext context)
{
    public LogicalPlan Resolve(Ast.CommonTableExpression table, Ast.Query query, CteBinding binding, QueryScope? parent, CteScope? ctes)
    {
        var inner = new CteScope(binding, ctes);
        if (UnionOf(query) is not { } union)
        {
            // Whoever reads itself in another form is wrong; others are plain definitions.
            CheckPlain(table);
            binding.ReasonNotReadable = $"recursive query \"{binding.Name}\" does not have the form non-recursive-term UNION [ALL] recursive-term";
            binding.WrongFormPosition = context.Position(table.Name);
            return context.Queries.Resolve(query, parent, inner);
        }

        if (query.With is not null)
        {
            var definitions = new CteResolver(context);
            CteScope? innermost = definitions.Define(query.With, parent, inner);
            return definitions.Wrap(Union(table, query, union, binding, parent, innermost));
        }

        return Union(table, query, union, binding, parent, inner);
    }

    private static Ast.SetOperation? UnionOf(Ast.Query query) => query.Body switch
    {
        Ast.SetOperation { Operator: Ast.SetOperator.Union, ByName: false } union => union,
        Ast.Query inner when query.OrderBy.IsEmpty && query.Limit is null && inner.With is null => UnionOf(inner),
        _ => null,
    };

    private LogicalPlan Union(Ast.CommonTableExpression table, Ast.Query query, Ast.SetOperation union, CteBinding binding, QueryScope? parent, CteScope? ctes)
    {
        // The last operand is the recursive term; those before it are the base.
        binding.ReasonNotReadable = $"recursive reference to query \"{binding.Name}\" must not appear within its non-recursive term";
        Ast.QueryExpression baseNode = union.Operands.Count == 2 ? union.Operands[0] : union with { Operands = [.. union.Operands.Take(union.Operands.Count - 1)] };
        LogicalPlan start = Settled(context.Queries.ResolveBody(baseNode, parent, ctes, keepUnknown: false));
        SearchCycleResolver? extra = table.Search is null && table.Cycle is null ? null
            : new SearchCycleResolver(context, table, new CteResolver(context).Renamed(start.Output, table).Select(static column => column.Name));
        (LogicalPlan step, start, NodeList<Column> columns) = Terms(start, table, baseNode, union.Operands[^1], extra, binding, parent, ctes);
        if (binding.References == 0)
        {
            CheckPlain(table);
            binding.IsWorkingTable = false;
            return context.Queries.Resolve(query, parent, ctes);
        }

        if (extra is not null && baseNode is Ast.SetOperation)
        {
            throw AnalyzerErrors.NotImplemented("with a SEARCH or CYCLE clause, the left side of the UNION must be a SELECT", 0);
        }

        if (!query.OrderBy.IsEmpty || query.Limit is not null)
        {
            throw AnalyzerErrors.NotImplemented($"{(query.OrderBy.IsEmpty ? "LIMIT" : "ORDER BY")} in a recursive query is not implemented", context.Position(query.OrderBy.IsEmpty ? query.Limit!.Count ?? query.Limit.Offset : query.OrderBy[0].Expression));
        }

        binding.IsWorkingTable = false;
        binding.HiddenColumns = 0;
        return new RecursiveUnion(binding.Id, union.All, OutputColumns.Convert(context, start, TypesOf(columns), context.Position(union)), step, columns);
    }
    /// <summary>Resolves the recursive term over the working table; a numeric column that grows by iterating gets room once.</summary>
    private (LogicalPlan Step, LogicalPlan Start, NodeList<Column> Columns) Terms(
        LogicalPlan start, Ast.CommonTableExpression table, Ast.QueryExpression baseNode, Ast.QueryExpression node, SearchCycleResolver? extra, CteBinding binding, QueryScope? parent, CteScope? ctes)
    {
        int own = start.Output.Count;
        LogicalPlan whole = Prepare(start);
        LogicalPlan step = context.Queries.ResolveBody(node, parent, ctes, keepUnknown: true);
        if (binding.References == 0)
        {
            return (step, whole, binding.Columns!);
        }

        if (extra is not null)
        {
            node = extra.Exporting(node);
            whole = Prepare(start);
            step = context.Queries.ResolveBody(node, parent, ctes, keepUnknown: true);
        }

        if (step.Output.Count != binding.Columns!.Count)
        {
            throw AnalyzerErrors.Syntax("each UNION query must have the same number of columns", context.Position(node));
        }

        // A column that takes another one's values (SELECT b, a + b) is as wide as that one has become. Every round widens one more column.
        for (int round = 0; Widened([.. binding.Columns.Take(own)], step, isFirst: round == 0) is { } widened; round++)
        {
            whole = Prepare(OutputColumns.Convert(context, start, TypesOf(widened), context.Position(node)));
            step = context.Queries.ResolveBody(node, parent, ctes, keepUnknown: true);
        }

        NodeList<Column> columns = binding.Columns;
        CheckReferences(step, binding);
        CheckTypes(step, columns, binding, baseNode);
        step = OutputColumns.Convert(context, step, TypesOf(columns), context.Position(node));
        return (extra is null ? step : OutputColumns.Convert(context, extra.Next(step), TypesOf(columns), context.Position(node)), whole, columns);

        LogicalPlan Prepare(LogicalPlan plan)
        {
            plan = extra?.Start(plan) ?? plan;
            binding.Columns = new CteResolver(context).Renamed(plan.Output.Map(context.Ids.CopyOf), table).Map(static column => column with { IsNullable = true });
            binding.HiddenColumns = extra?.Count ?? 0;
            binding.IsWorkingTable = true;
            binding.References = 0;
            return plan;
        }
    }

    private void CheckTypes(LogicalPlan step, NodeList<Column> columns, CteBinding binding, Ast.QueryExpression node)
    {
        NodeList<Column> output = step.Output;
        for (int i = 0; i < columns.Count; i++)
        {
            SqlType type = output[i].Type, wanted = columns[i].Type;
            if (type.Kind != TypeKind.Unknown && type.Kind != wanted.Kind && (CommonTypes.Of(type, wanted) is not { } common || common.Kind != wanted.Kind))
            {
                throw new Parser.Errors.QueryException(
                    "42804",
                    Parser.Errors.ErrorKind.User,
                    $"recursive query \"{binding.Name}\" column {i + 1} has type {AnalyzerErrors.WithoutModifiers(wanted)} in non-recursive term but type {AnalyzerErrors.WithoutModifiers(type)} overall",
                    context.Position(SetOperationResolver.ItemAt(node, i)))
                {
                    Hint = "Cast the output of the non-recursive term to the correct type.",
                };
            }
        }
    }

    private static SqlType[] TypesOf(NodeList<Column> columns) => [.. columns.Select(static column => column.Type)];

    private void CheckPlain(Ast.CommonTableExpression table)
    {
        if (table.Search is not null || table.Cycle is not null)
        {
            throw AnalyzerErrors.Syntax("WITH query is not recursive", context.Position(table));
        }
    }

    /// <summary>The recursive term reads itself once, in its FROM, on a side of joins whose rows are never filled with nulls.</summary>
    private void CheckReferences(LogicalPlan step, CteBinding binding)
    {
        int direct = 0, all = 0;
        bool isNullable = false, isAggregated = false;
        step.ForEach(node =>
        {
            direct += IsSelf(node) ? 1 : 0;
            isAggregated |= node is Aggregate && node.Any(IsSelf);
            isNullable |= node is Join join && join.Kind switch
            {
                JoinKind.LeftOuter or JoinKind.LeftAnti or JoinKind.LeftSemi => join.Right.Any(IsSelf),
                JoinKind.RightOuter => join.Left.Any(IsSelf),
                JoinKind.FullOuter => join.Any(IsSelf),
                _ => false,
            };
        });
        step.ForEachWithSubqueries(node => all += IsSelf(node) ? 1 : 0);
        string? wrong = all > direct ? $"recursive reference to query \"{binding.Name}\" must not appear within a subquery"
            : direct > 1 ? $"recursive reference to query \"{binding.Name}\" must not appear more than once"
            : isNullable ? $"recursive reference to query \"{binding.Name}\" must not appear within an outer join"
            : isAggregated ? "aggregate functions are not allowed in a recursive query's recursive term"
            : null;
        if (wrong is not null)
        {
            throw AnalyzerErrors.InvalidRecursion(wrong, binding.ReferencePosition);
        }

        bool IsSelf(LogicalPlan node) => node is CteScan { IsWorkingTable: true } scan && scan.Id == binding.Id;
    }

    /// <summary>The columns with room for what the recursive term gives; null if they have it. After the first round a scale grows to another column's only: one that every iteration makes longer has no end.</summary>
    private static NodeList<Column>? Widened(NodeList<Column> columns, LogicalPlan step, bool isFirst)
    {
        int largestScale = columns.Select(static column => column.Type.Kind == TypeKind.Numeric ? column.Type.Scale : 0).DefaultIfEmpty().Max();
        Column[] widened = [.. columns.Select((column, index) => WidenedType(column.Type, step.Output[index].Type) is { } type && !type.Equals(column.Type) ? column with { Type = type } : column)];
        return widened.Zip(columns).All(static pair => ReferenceEquals(pair.First, pair.Second)) ? null : NodeList.Create<Column>(widened);

        SqlType? WidenedType(SqlType type, SqlType given) => type.Kind switch
        {
            TypeKind.Numeric when given.Kind == TypeKind.Numeric && !type.Equals(NumericTyping.Common(type, given)) =>
                SqlType.Numeric(SqlType.MaxPrecision, given.Scale > type.Scale && (isFirst || given.Scale <= largestScale) ? given.Scale : type.Scale),
            TypeKind.Varchar when !type.Equals(given) => SqlType.Varchar(),
            TypeKind.Char when !type.Equals(given) => SqlType.Text,
            _ => null,
        };
    }

    /// <summary>Base terms decide types, so their literals are typed at once.</summary>
    private LogicalPlan Settled(LogicalPlan plan) =>
        OutputColumns.Convert(context, plan, [.. plan.Output.Select(static column => column.Type.Kind == TypeKind.Unknown ? SqlType.Text : column.Type)], 0);
}
