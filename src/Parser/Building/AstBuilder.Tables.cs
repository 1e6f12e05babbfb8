using Antlr4.Runtime;
using Antlr4.Runtime.Tree;
using SqlCluster.Parser.Ast;
using static SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Building;

internal sealed partial class AstBuilder
{
    private TableReference Build(TableReferenceContext context)
    {
        JoinPartContext[] parts = context.joinPart();
        if (parts.Length == 0)
            return Build(context.tablePrimary());
        int outer = Enter();
        TableReference right = Build(context.tablePrimary());
        var open = new Stack<(TableReference Left, JoinContext Join)>();
        foreach (JoinPartContext part in parts)
        {
            switch (part)
            {
                case CrossJoinContext cross:
                    right = Join(JoinKind.Cross, right, Build(cross.tablePrimary()), null);
                    break;
                case NaturalJoinContext natural:
                    right = Join(Build(natural.joinKind()), right, Build(natural.tablePrimary()), new NaturalCondition { Span = SpanOf(natural.NATURAL()) });
                    break;
                case JoinContext join:
                    open.Push((right, join));
                    right = Build(join.tablePrimary());
                    break;
                default:
                    if (!open.TryPop(out (TableReference Left, JoinContext Join) waiting))
                        throw SyntaxError(part.Start);
                    right = Join(Build(waiting.Join.joinKind()), waiting.Left, right, BuildCondition(part)) with { Asof = waiting.Join.ASOF() is not null };
                    break;
            }
        }
        if (open.Count > 0)
            throw SyntaxErrorAfter(context, "ON", "USING");
        Leave(outer, parts.Count(static part => part is not (OnConditionContext or UsingConditionContext)), context);
        return right;
    }

    private static JoinTable Join(JoinKind kind, TableReference left, TableReference right, JoinCondition? condition) =>
        new(kind, left, right, condition) { Span = condition is null ? Cover(left, right) : TextSpan.Covering(Cover(left, right), condition.Span) };

    private static JoinKind Build(JoinKindContext? context) => context?.Start.Type switch
    {
        LEFT => JoinKind.Left,
        RIGHT => JoinKind.Right,
        FULL => JoinKind.Full,
        SEMI => JoinKind.Semi,
        ANTI => JoinKind.Anti,
        _ => JoinKind.Inner,
    };

    private JoinCondition BuildCondition(JoinPartContext context)
    {
        if (context is OnConditionContext on)
            return new OnCondition(Build(on.expression())) { Span = SpanOf(on) };
        var usingClause = (UsingConditionContext)context;
        return new UsingCondition(Names(usingClause.columnNames()), OptionalName(usingClause.identifier())) { Span = SpanOf(usingClause) };
    }

    private TableReference Build(TablePrimaryContext context) => context switch
    {
        NamedTableContext { } named when named.functionTail() is { } tail => BuildFunctionTable(Call(named.relationName()), tail, lateral: false) with { Span = SpanOf(context) },
        NamedTableContext named => new NamedTable(Build(named.relationName()))
        {
            Alias = Build(named.tableAlias()),
            Sample = Build(named.tableSample()),
            Span = SpanOf(context),
        },
        OnlyTableContext only => new NamedTable(Build(only.relationName()))
        {
            Only = true,
            Alias = Build(only.tableAlias()),
            Sample = Build(only.tableSample()),
            Span = SpanOf(context),
        },
        KeywordFunctionTableContext call => BuildFunctionTable(Call(call.functionName()), call.functionTail(), lateral: false) with { Span = SpanOf(context) },
        CallFormTableContext form => BuildAliased([new TableFunction(BuildForm(form.callForm(), SpanOf(form.callForm())), [])], form.functionAlias()) with { WithOrdinality = form.withOrdinality() is not null, Span = SpanOf(context) },
        CurrentValueTableContext current => BuildAliased([new TableFunction(Build(current.currentValue()), [])], current.functionAlias()) with { WithOrdinality = current.withOrdinality() is not null, Span = SpanOf(context) },
        FileTableContext file => new FileTable(ReadString(file.STRING()))
        {
            Alias = Build(file.tableAlias()),
            Sample = Build(file.tableSample()),
            Span = SpanOf(context),
        },
        ParenthesizedContext parens => BuildParenthesized(parens),
        LateralContext lateral => BuildLateral(lateral),
        _ => throw new InvalidOperationException($"the builder has no case for {context.GetType().Name}"),
    };

    private TableReference BuildParenthesized(ParenthesizedContext context)
    {
        ParenthesizedTableContext inner = context.parenthesizedTable();
        TableAlias? alias = Build(context.tableAlias());
        if (inner.startedQuery() is { } started)
            return new SubqueryTable(BuildQuery(started)) { Alias = alias, Span = SpanOf(context) };
        TableReference table = Build(inner.tableReference());
        if (inner.ChildCount > 1)
        {
            if (table is not SubqueryTable { Alias: null, Lateral: false } first)
                throw SyntaxErrorAfter(inner.tableReference());
            QueryExpression body = ContinueSetOperation(AsTerm(first.Query), inner.setTail());
            Query query = WithTail(body, null, inner, inner.queryTail(), inner.orderBy(), inner.limitPart(), inner.lockingClause());
            return new SubqueryTable(query) { Alias = alias, Span = SpanOf(context) };
        }
        if (alias is null)
            return table is JoinTable or SubqueryTable ? table : throw SyntaxError(context.RIGHT_PAREN().Symbol, "JOIN");
        // ((SELECT 1)) AS t names the query; (a JOIN b) AS t hides a and b.
        return table is SubqueryTable { Alias: null } or JoinTable { Alias: null }
            ? table with { Alias = alias, Span = SpanOf(context) }
            : throw SyntaxError(context.tableAlias().Start);
    }

    private TableReference BuildLateral(LateralContext context)
    {
        if (context.query() is { } query)
            return new SubqueryTable(Build(query)) { Lateral = true, Alias = Build(context.tableAlias()), Span = SpanOf(context) };
        Expression? call = context.callForm() is { } form ? BuildForm(form, SpanOf(form)) : context.currentValue() is { } current ? Build(current) : null;
        if (call is not null)
            return BuildAliased([new TableFunction(call, [])], context.functionAlias()) with { WithOrdinality = context.withOrdinality() is not null, Lateral = true, Span = SpanOf(context) };
        QualifiedName name = context.relationName() is { } relation ? Call(relation) : Call(context.functionName());
        return BuildFunctionTable(name, context.functionTail(), lateral: true) with { Span = SpanOf(context) };
    }

    private QualifiedName Call(RelationNameContext context) => Build(context);

    private QualifiedName Call(FunctionNameContext context) => FunctionName(context);

    private FunctionTable BuildFunctionTable(QualifiedName name, FunctionTailContext tail, bool lateral)
    {
        NodeList<TableFunction> functions;
        if (tail.callArguments() is { } arguments)
            functions = [new TableFunction(BuildCall(name, arguments), [])];
        else if (IsWord(name, "rows"))
            functions = Map(tail.rowsFromItem(), Build);
        else
            throw SyntaxError(tail.Start);
        return BuildAliased(functions, tail.functionAlias()) with { WithOrdinality = tail.withOrdinality() is not null, Lateral = lateral };
    }

    private TableFunction Build(RowsFromItemContext context)
    {
        Expression call = context.callForm() is { } form ? BuildForm(form, SpanOf(form))
            : context.currentValue() is { } current ? Build(current)
            : BuildCall(context.relationName() is { } relation ? Call(relation) : Call(context.functionName()), context.callArguments());
        return new TableFunction(call, Map(context.functionColumn(), Build)) { Span = SpanOf(context) };
    }

    private FunctionColumn Build(FunctionColumnContext context) =>
        new(Name(context.identifier()), Single(context.identifier(), context.SETOF(), Build(context.typeName()))) { Collation = BuildOptional(context.qualifiedName()), Span = SpanOf(context) };

    /// <summary>Applies <c>AS t (a, b)</c>, or <c>AS t (a int, b text)</c>, which defines the columns of a single function.</summary>
    private FunctionTable BuildAliased(NodeList<TableFunction> functions, FunctionAliasContext? context)
    {
        if (context is null)
            return new FunctionTable(functions);
        if (context.functionColumn() is { Length: > 0 } only)
        {
            RejectColumnsOfSeveral(functions, only[0]);
            return new FunctionTable([functions[0] with { Columns = Map(only, Build) }]);
        }
        AliasColumnContext[] columns = context.functionAliasColumns()?.aliasColumn() ?? [];
        Identifier name = Name((ParserRuleContext?)context.identifier() ?? context.bareAlias());
        TextSpan span = TextSpan.Covering(name.Span, SpanOf(context));
        int typed = columns.Count(static column => column.typeName() is not null);
        if (typed == 0)
            return new FunctionTable(functions) { Alias = new TableAlias(name, Map(columns, column => Name(column.identifier()))) { Span = span } };
        if (typed < columns.Length)
            throw SyntaxError(columns.First(static column => column.typeName() is null).Stop, "type");
        RejectColumnsOfSeveral(functions, columns[0]);
        NodeList<FunctionColumn> definitions = Map(
            columns, column => new FunctionColumn(Name(column.identifier()), Single(column.identifier(), column.SETOF(), Build(column.typeName()))) { Collation = BuildOptional(column.qualifiedName()), Span = SpanOf(column) });
        return new FunctionTable([functions[0] with { Columns = definitions }]) { Alias = new TableAlias(name) { Span = span } };
    }

    private void RejectColumnsOfSeveral(NodeList<TableFunction> functions, ParserRuleContext columns)
    {
        if (functions.Count > 1)
            throw ParserErrors.Misplaced(Text, SpanOf(columns), "ROWS FROM() with multiple functions cannot have a column definition list");
    }

    /// <summary>Returns the type of a column, which cannot be a set.</summary>
    private TypeName Single(IdentifierContext name, ITerminalNode? set, TypeName type) =>
        set is null ? type : throw ParserErrors.ColumnOfSet(Text, SpanOf(set), Name(name).Value);

    private NamedTable Build(RelationContext context) =>
        new(Build(context.relationName())) { Only = context.ONLY() is not null, Span = SpanOf(context) };

    private TableAlias? Build(TableAliasContext? context) =>
        context is null ? null : new TableAlias(Name((ParserRuleContext?)context.identifier() ?? context.bareAlias()), Names(context.columnNames())) { Span = SpanOf(context) };

    private TableSample? Build(TableSampleContext? context)
    {
        if (context is null)
            return null;
        ExpressionContext[] expressions = context.expression();
        bool repeatable = context.REPEATABLE() is not null;
        return new TableSample(
            context.qualifiedName() is { } method ? Build(method) : FunctionName(context.functionName()),
            Build(repeatable ? expressions[..^1] : expressions),
            repeatable ? Build(expressions[^1]) : null)
        {
            Span = SpanOf(context),
        };
    }
}
