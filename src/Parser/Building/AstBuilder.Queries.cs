using System.Runtime.CompilerServices;
using Antlr4.Runtime;
using SqlCluster.Parser.Ast;
using static SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Building;

internal sealed partial class AstBuilder
{
    /// <summary>Holds SELECT's INTO clause until the statement takes it; anywhere else it is an error.</summary>
    private IntoClauseContext? _into;

    private Query Build(QueryContext context)
    {
        IntoClauseContext? outer = EnterPart();
        Query query = BuildQuery(context.queryBody(), context.withClause(), context);
        LeavePart(outer);
        return query;
    }

    private Query BuildQuery(StartedQueryContext context)
    {
        IntoClauseContext? outer = EnterPart();
        Query query = context.queryBody() is { } body ? BuildQuery(body, context.withClause(), context) : BuildStarted(context);
        LeavePart(outer);
        return query;
    }

    private Query BuildStarted(StartedQueryContext context)
    {
        QueryExpression term = FoldIntersections(BuildSimple(context.simpleQuery()), context.intersection());
        QueryExpression body = FoldSetOperations(term, context.setOperator(), context.queryTerm());
        return WithTail(body, null, context, context.queryTail(), null, [], []);
    }

    private Query BuildQuery(QueryBodyContext context, WithClauseContext? with, ParserRuleContext whole)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        QueryTermContext[] terms = context.queryTerm();
        QueryExpression body = FoldSetOperations(BuildTerm(terms[0]), context.setOperator(), terms.AsSpan(1));
        return WithTail(body, with, whole, context.queryTail(), null, [], []);
    }

    /// <summary>Starts a part of a statement that may have no INTO; returns what <see cref="LeavePart"/> needs.</summary>
    private IntoClauseContext? EnterPart()
    {
        IntoClauseContext? outer = _into;
        _into = null;
        return outer;
    }

    private void LeavePart(IntoClauseContext? outer, bool isSetOperand = false)
    {
        RejectInto(isSetOperand);
        _into = outer;
    }

    private void RejectInto(bool isSetOperand = false)
    {
        if (_into is { } into)
            throw ParserErrors.Misplaced(Text, SpanOf(into.qualifiedName()), isSetOperand ? "INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT" : "SELECT ... INTO is not allowed here");
    }

    /// <summary>Puts WITH, ORDER BY, LIMIT and locking around a body; without any of them a nested query stays as it is.</summary>
    private Query WithTail(
        QueryExpression body, WithClauseContext? with, ParserRuleContext whole, QueryTailContext? tail, OrderByContext? orderBy,
        LimitPartContext[] limits, LockingClauseContext[] locks)
    {
        if (tail is not null)
            (orderBy, limits, locks) = (tail.orderBy(), tail.limitPart(), tail.lockingClause());
        // FOR READ ONLY says nothing.
        if (Array.Exists(locks, static clause => clause.READ() is not null))
            locks = Array.FindAll(locks, static clause => clause.READ() is null);
        LimitClause? limit = Build(limits);
        if (with is null && orderBy is null && limit is null && locks.Length == 0 && body is Query nested)
            return nested;
        return new Query(body)
        {
            With = with is null ? null : Build(with),
            OrderBy = Build(orderBy),
            Limit = limit,
            Locking = Map(locks, Build),
            Span = SpanOf(whole),
        };
    }

    private WithClause Build(WithClauseContext context) =>
        new(context.RECURSIVE() is not null, Map(context.commonTable(), Build)) { Span = SpanOf(context) };

    private CommonTableExpression Build(CommonTableContext context)
    {
        IntoClauseContext? outer = EnterPart();
        Statement body = BuildData(context.dataStatement());
        LeavePart(outer);
        return new CommonTableExpression(Name(context.identifier()), Names(context.columnNames()), body)
        {
            Materialized = context.MATERIALIZED() is null ? null : context.NOT() is null,
            Search = context.searchClause() is { } search ? Build(search) : null,
            Cycle = context.cycleClause() is { } cycle ? Build(cycle) : null,
            Span = SpanOf(context),
        };
    }

    private SearchClause Build(SearchClauseContext context)
    {
        IdentifierContext[] names = context.identifier();
        return new SearchClause(context.BREADTH() is not null, Names(names[..^1]), Name(context.sequence)) { Span = SpanOf(context) };
    }

    private CycleClause Build(CycleClauseContext context)
    {
        IdentifierContext[] names = context.identifier();
        return new CycleClause(
            Names(names[..^2]),
            Name(context.mark),
            context.markValue is { } value ? Build(value) : null,
            context.markDefault is { } standard ? Build(standard) : null,
            Name(context.path))
        {
            Span = SpanOf(context),
        };
    }

    private QueryExpression BuildTerm(QueryTermContext context) => FoldIntersections(BuildPrimary(context.queryPrimary()), context.intersection());

    private QueryExpression BuildPrimary(QueryPrimaryContext context) =>
        context.simpleQuery() is { } simple ? BuildSimple(simple) : AsTerm(BuildEnclosed(context.query()));

    /// <summary>Builds a query in parentheses, which may be the first SELECT of a statement, with INTO.</summary>
    private Query BuildEnclosed(QueryContext context) => BuildQuery(context.queryBody(), context.withClause(), context);

    /// <summary>Builds a term behind a set operator: INTO belongs to the first SELECT.</summary>
    private QueryExpression BuildFurther(QueryTermContext context)
    {
        IntoClauseContext? outer = EnterPart();
        QueryExpression term = BuildTerm(context);
        LeavePart(outer, isSetOperand: true);
        return term;
    }

    /// <summary>Drops the shell of a query in parentheses that has no clauses of its own.</summary>
    private static QueryExpression AsTerm(Query query) =>
        query is { With: null, OrderBy.IsEmpty: true, Limit: null, Locking.IsEmpty: true } ? query.Body : query;

    private QueryExpression FoldIntersections(QueryExpression first, IntersectionContext[] parts)
    {
        if (parts.Length == 0)
            return first;
        var run = new SetOperationRun(first);
        foreach (IntersectionContext part in parts)
        {
            tokens.ThrowIfCancelled();
            IntoClauseContext? outer = EnterPart();
            run.Add(SetOperator.Intersect, part.ALL() is not null, byName: false, BuildPrimary(part.queryPrimary()));
            LeavePart(outer, isSetOperand: true);
        }
        _deepest += run.Levels;
        return run.Finish();
    }

    private QueryExpression FoldSetOperations(QueryExpression first, SetOperatorContext[] operators, ReadOnlySpan<QueryTermContext> terms)
    {
        if (operators.Length == 0)
            return first;
        var run = new SetOperationRun(first);
        for (int i = 0; i < operators.Length; i++)
        {
            tokens.ThrowIfCancelled();
            SetOperator kind = operators[i].UNION() is not null ? SetOperator.Union : SetOperator.Except;
            run.Add(kind, operators[i].ALL() is not null, operators[i].NAME() is not null, BuildFurther(terms[i]));
        }
        _deepest += run.Levels;
        CheckDepth(operators[0]);
        return run.Finish();
    }

    private QueryExpression ContinueSetOperation(QueryExpression first, SetTailContext? context) => context is null
        ? first
        : FoldSetOperations(FoldIntersections(first, context.intersection()), context.setOperator(), context.queryTerm());

    /// <summary>Takes what a SELECT, VALUES or TABLE was reduced to when it was read.</summary>
    private QueryExpression BuildSimple(SimpleQueryContext context)
    {
        (QueryExpression node, int depth, IntoClauseContext? into) = context.Reduced!.Value;
        _deepest = Math.Max(_deepest, depth);
        if (into is not null)
        {
            RejectInto();
            _into = into;
        }
        return node;
    }

    private QueryExpression BuildParts(SimpleQueryContext context)
    {
        switch (context)
        {
            case SelectContext select:
                return BuildSelect(select, select.distinctClause(), select.selectItems(), select.fromClause(), select.selectTail());
            case FromFirstContext fromFirst:
                Select shortForm = BuildSelect(fromFirst, fromFirst.distinctClause(), fromFirst.selectItems(), fromFirst.fromClause(), fromFirst.selectTail());
                return fromFirst.SELECT() is null ? shortForm with { Items = [new SelectItem(new Star())] } : shortForm;
            case ValuesContext values:
                return BuildValues(values);
            default:
                return new TableQuery(Build(((TableQueryContext)context).relation())) { Span = SpanOf(context) };
        }
    }

    private ValuesQuery BuildValues(ValuesContext context)
    {
        return new ValuesQuery(context.valuesRows().Rows.ToList()) { Span = SpanOf(context) };
    }

    private Select BuildSelect(
        SimpleQueryContext whole, DistinctClauseContext? distinct, SelectItemsContext? items, FromClauseContext? from, SelectTailContext tail) =>
        new(items is null ? [] : Build(items))
        {
            Distinct = distinct?.DISTINCT() is null ? null : new DistinctClause(Build(distinct.expression())) { Span = SpanOf(distinct) },
            From = from is null ? [] : Map(from.tableReference(), Build),
            Where = BuildOptional(tail.where),
            GroupBy = tail.groupBy() is { } groupBy ? Build(groupBy) : null,
            Having = BuildOptional(tail.having),
            Windows = tail.windowClause() is { } windows ? Map(windows.windowDefinition(), Build) : [],
            Qualify = BuildOptional(tail.qualify),
            Span = SpanOf(whole),
        };

    private NodeList<SelectItem> Build(SelectItemsContext context) => Take(context.Items);

    private SelectItem Build(SelectItemContext context)
    {
        TextSpan span = SpanOf(context);
        Expression expression = context.expression() is { } value ? Build(value) : new Star { Span = SpanOf(context.STAR()) };
        foreach (StarModifierContext modifier in context.starModifier())
        {
            if (expression is not Star star)
                throw SyntaxError(modifier.Start);
            expression = modifier is ExcludeContext exclude
                ? star with { Exclude = [.. star.Exclude, .. Names(exclude.identifier())], Span = span }
                : star with { Replace = [.. star.Replace, .. Map(((ReplaceContext)modifier).replacement(), Build)], Span = span };
        }
        Identifier? alias = context.label() is { } label ? Name(label) : OptionalName(context.bareLabel());
        return expression is Star && alias is not null
            ? throw SyntaxError(context.AS()?.Symbol ?? context.bareLabel().Start)
            : new SelectItem(expression, alias) { Span = span };
    }

    private StarReplacement Build(ReplacementContext context) => new(Build(context.expression()), Name(context.label())) { Span = SpanOf(context) };

    private WindowDefinition Build(WindowDefinitionContext context) =>
        new(Name(context.identifier()), Build(context.windowSpecification())) { Span = SpanOf(context) };

    private GroupByClause Build(GroupByContext context)
    {
        GroupingElementContext[] elements = context.groupingElement();
        bool all = context.ALL() is not null;
        return elements.Length == 0 && !all
            ? throw SyntaxErrorAfter(context, "expression")
            : new GroupByClause(Map(elements, Build), context.DISTINCT() is not null, all && elements.Length == 0) { Span = SpanOf(context) };
    }

    private GroupingElement Build(GroupingElementContext context)
    {
        TextSpan span = SpanOf(context);
        if (context is GroupingSetsContext sets)
        {
            int outer = Enter();
            var built = new GroupingSets(Map(sets.groupingElement(), Build)) { Span = span };
            Leave(outer, 1, context);
            return built;
        }
        Expression expression = Build(((GroupingExpressionContext)context).expression());
        if (expression is FunctionCall { Name: { IsSimple: true, Last.Quoted: false } name, Over: null, Filter: null, Distinct: false } call
            && name.Last.Value is "rollup" or "cube")
        {
            NodeList<GroupingSet> parts = call.Arguments.Map(static argument => AsGroupingSet(argument.Value, argument.Span));
            return name.Last.Value == "rollup" ? new Rollup(parts) { Span = span } : new Cube(parts) { Span = span };
        }
        // (a, b) and () are grouping sets; ROW(a, b) is one value.
        return context.Start.Type == LEFT_PAREN ? AsGroupingSet(expression, span) : new GroupingSet([expression]) { Span = span };
    }

    private static GroupingSet AsGroupingSet(Expression expression, TextSpan span) =>
        new(expression is RowExpression row ? row.Elements : [expression]) { Span = span };

    private NodeList<SortItem> Build(OrderByContext? context) => context is null ? [] : Map(context.sortItem(), Build);

    private SortItem Build(SortItemContext context)
    {
        Expression expression = context.expression() is { } value ? Build(value) : new Star { Span = SpanOf(context.ALL()) };
        SortDirection direction = context.ASC() is not null ? SortDirection.Ascending
            : context.DESC() is not null ? SortDirection.Descending
            : SortDirection.Default;
        return new SortItem(expression, direction, Nulls(context.NULLS_LA() is not null, context.FIRST() is not null))
        {
            Using = context.anyOperator() is { } symbol ? Build(symbol) : null,
            Span = SpanOf(context),
        };
    }

    private static NullOrder Nulls(bool given, bool first) => !given ? NullOrder.Default : first ? NullOrder.First : NullOrder.Last;

    private LimitClause? Build(LimitPartContext[] parts)
    {
        Expression? count = null;
        Expression? offset = null;
        bool limited = false;
        bool withTies = false;
        foreach (LimitPartContext part in parts)
        {
            if (part is OffsetContext skip)
            {
                if (offset is not null)
                    throw ParserErrors.Misplaced(Text, SpanOf(part), "multiple OFFSET clauses not allowed");
                offset = Build(skip.expression());
                continue;
            }
            if (limited)
                throw ParserErrors.Misplaced(Text, SpanOf(part), "multiple LIMIT clauses not allowed");
            limited = true;
            if (part is FetchFirstContext fetch)
            {
                withTies = fetch.TIES() is not null;
                count = fetch.fetchCount() is { } rows ? Build(rows) : new NumberLiteral("1", NumberKind.Integer) { Span = SpanOf(fetch) };
            }
            else
            {
                count = BuildOptional(((LimitContext)part).expression());
            }
        }
        return count is null && offset is null
            ? null
            : new LimitClause(count, offset, withTies) { Span = TextSpan.Covering(SpanOf(parts[0]), SpanOf(parts[^1])) };
    }

    private Expression Build(FetchCountContext context) => context.sign is { } sign
        ? new UnaryExpression(Operator(sign), BuildNumber(context.Stop)) { Span = SpanOf(context) }
        : BuildPrimary(context.primary());

    private LockingClause Build(LockingClauseContext context)
    {
        LockStrength strength = context.NO() is not null ? LockStrength.NoKeyUpdate
            : context.UPDATE() is not null ? LockStrength.Update
            : context.KEY() is not null ? LockStrength.KeyShare
            : LockStrength.Share;
        LockWait wait = context.NOWAIT() is not null ? LockWait.NoWait : context.LOCKED() is not null ? LockWait.SkipLocked : LockWait.Block;
        return new LockingClause(strength, Map(context.qualifiedName(), Build), wait) { Span = SpanOf(context) };
    }
}
