using SqlCluster.Parser.Ast;
using static SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Building;

internal sealed partial class AstBuilder
{
    private Insert Build(InsertContext context)
    {
        var table = new NamedTable(Build(context.qualifiedName())) { Alias = Alias(context.identifier()), Span = SpanOf(context.qualifiedName()) };
        return new Insert(table, Build(context.insertColumns()), context.query() is { } query ? Build(query) : null)
        {
            Overriding = Build(context.overriding()),
            OnConflict = context.onConflict() is { } conflict ? Build(conflict) : null,
            Returning = Build(context.returning()),
        };
    }

    private TableAlias? Alias(IdentifierContext? context) => context is null ? null : new TableAlias(Name(context)) { Span = SpanOf(context) };

    private NodeList<AssignmentTarget> Build(InsertColumnsContext? context) => context is null ? [] : Map(context.assignmentTarget(), Build);

    private static InsertOverriding Build(OverridingContext? context) =>
        context is null ? InsertOverriding.None : context.SYSTEM() is not null ? InsertOverriding.SystemValue : InsertOverriding.UserValue;

    private OnConflict Build(OnConflictContext context) => new(
        context.conflictTarget() is { } target ? Build(target) : null,
        context.assignments() is { } assignments ? Build(assignments) : [],
        BuildOptional(context.expression()))
    {
        Span = SpanOf(context),
    };

    private ConflictTarget Build(ConflictTargetContext context) => new(
        Map(context.indexKey(), Build), BuildOptional(context.expression()), OptionalName(context.identifier()))
    {
        Span = SpanOf(context),
    };

    private NodeList<SelectItem> Build(ReturningContext? context) => context is null ? [] : Build(context.selectItems());

    private Update Build(UpdateContext context) => new(Build(context.relation()) with { Alias = Alias(context.identifier()) }, Build(context.assignments()))
    {
        From = context.fromClause() is { } from ? Map(from.tableReference(), Build) : [],
        Where = BuildOptional(context.expression()),
        Returning = Build(context.returning()),
    };

    private NodeList<Assignment> Build(AssignmentsContext context) => Map(context.assignment(), Build);

    private Assignment Build(AssignmentContext context)
    {
        bool multiple = context.LEFT_PAREN() is not null;
        Expression value = Build(context.expression());
        if (multiple && value is not (RowExpression or ScalarSubquery or DefaultValue) && context.assignmentTarget().Length > 1)
            throw ParserErrors.Misplaced(Text, value.Span, "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression");
        return new Assignment(Map(context.assignmentTarget(), Build), value, multiple) { Span = SpanOf(context) };
    }

    private AssignmentTarget Build(AssignmentTargetContext context) =>
        new(Name(context.identifier()), Map(context.accessor(), Build)) { Span = SpanOf(context) };

    private Accessor Build(AccessorContext context)
    {
        TextSpan span = SpanOf(context);
        if (context.label() is { } label)
            return new FieldAccessor(Name(label)) { Span = span };
        if (context.colon is not null)
            return new SliceAccessor(BuildOptional(context.lower), BuildOptional(context.upper)) { Span = span };
        return context.lower is not null
            ? new IndexAccessor(Build(context.lower)) { Span = span }
            : throw SyntaxError(context.RIGHT_BRACKET().Symbol, "expression");
    }

    private Delete Build(DeleteContext context) => new(Build(context.relation()) with { Alias = Alias(context.identifier()) })
    {
        Using = Map(context.tableReference(), Build),
        Where = BuildOptional(context.expression()),
        Returning = Build(context.returning()),
    };

    private Merge Build(MergeContext context) => new(
        Build(context.relation()) with { Alias = Alias(context.identifier()) },
        Build(context.tablePrimary()),
        Build(context.expression()),
        Map(context.mergeWhen(), Build))
    {
        Returning = Build(context.returning()),
    };

    private MergeWhen Build(MergeWhenContext context)
    {
        MergeMatch match = context.NOT() is null ? MergeMatch.Matched
            : context.SOURCE() is null ? MergeMatch.NotMatchedByTarget
            : MergeMatch.NotMatchedBySource;
        MergeAction action = Build(context.mergeAction());
        bool fits = action switch
        {
            MergeInsert => match == MergeMatch.NotMatchedByTarget,
            MergeUpdate or MergeDelete => match != MergeMatch.NotMatchedByTarget,
            _ => true,
        };
        return fits ? new MergeWhen(match, BuildOptional(context.expression()), action) { Span = SpanOf(context) } : throw SyntaxError(context.mergeAction().Start);
    }

    private MergeAction Build(MergeActionContext context)
    {
        TextSpan span = SpanOf(context);
        return context switch
        {
            MergeUpdateContext update => new MergeUpdate(Build(update.assignments())) { Span = span },
            MergeDeleteContext => new MergeDelete { Span = span },
            MergeDoNothingContext => new MergeDoNothing { Span = span },
            MergeInsertContext insert => new MergeInsert(
                Build(insert.insertColumns()), Build(insert.overriding()), insert.valuesRow() is { } row ? row.Reduced! : []) { Span = span },
            _ => throw new InvalidOperationException($"the builder has no case for {context.GetType().Name}"),
        };
    }

    private Copy Build(CopyBodyContext context)
    {
        if (context is CopyQueryContext fromQuery)
        {
            CopyEndpoint target = Build(fromQuery.copyEndpoint(), CopyDirection.To);
            return new Copy(CopyDirection.To, null, [], Build(fromQuery.query()), target, Build(fromQuery.copyOptions()));
        }
        var table = (CopyTableContext)context;
        CopyDirection direction = table.TO() is not null ? CopyDirection.To : CopyDirection.From;
        if (table.expression() is not null && direction == CopyDirection.To)
            throw SyntaxError(table.WHERE().Symbol);
        List<StatementOption> options = [.. table.BINARY() is null ? [] : Format("binary", SpanOf(table.BINARY())), .. Build(table.copyOptions())];
        if (table.copyDelimiters() is { } delimiters)
            options.Add(new StatementOption("delimiter", new OptionString(ReadString(delimiters.STRING()))) { Span = SpanOf(delimiters) });
        return new Copy(
            direction, Build(table.qualifiedName()), Names(table.columnNames()), null, Build(table.copyEndpoint(), direction), NodeList.From(options))
        {
            Where = BuildOptional(table.expression()),
        };
    }

    private CopyEndpoint Build(CopyEndpointContext context, CopyDirection direction)
    {
        if ((context.STDIN() is not null && direction == CopyDirection.To) || (context.STDOUT() is not null && direction == CopyDirection.From))
            throw SyntaxError(context.Start);
        return new CopyEndpoint(context.STRING() is { } path ? ReadString(path) : null, context.PROGRAM() is not null) { Span = SpanOf(context) };
    }

    private NodeList<StatementOption> Build(CopyOptionsContext context) => context.optionList() is { } list
        ? NodeList.From(Options(list))
        : NodeList.From(context.legacyCopyOption().SelectMany(Build));

    /// <summary>Reads an option of the old syntax (CSV HEADER DELIMITER ',') as the new one.</summary>
    private IEnumerable<StatementOption> Build(LegacyCopyOptionContext context)
    {
        TextSpan span = SpanOf(context);
        switch (context)
        {
            case CopyFlagContext flag:
                string word = Words(flag);
                return word is "csv" or "binary" ? Format(word, span) : [new StatementOption(word) { Span = span }];
            case CopyStringContext text:
                return [new StatementOption(text.Start.Text.ToLowerInvariant(), new OptionString(ReadString(text.STRING()))) { Span = span }];
            default:
                var force = (CopyForceContext)context;
                string name = force.QUOTE() is not null ? "force_quote" : force.NOT() is not null ? "force_not_null" : "force_null";
                OptionValue columns = force.STAR() is not null
                    ? new OptionWord("*")
                    : new OptionList(Map(force.identifier(), column => (OptionValue)new OptionWord(Name(column).Value)));
                return [new StatementOption(name, columns) { Span = span }];
        }
    }

    private static IEnumerable<StatementOption> Format(string format, TextSpan span) => [new StatementOption("format", new OptionWord(format)) { Span = span }];

    private NodeList<StatementOption> Options(OptionListContext? context) => context is null ? [] : Map(context.option(), Build);

    private StatementOption Build(OptionContext context) => new(
        string.Join('.', Leaves(context.optionName()).Where(static token => token.Type != DOT).Select(OptionWordOf)),
        context.optionValue() is { } value ? Build(value) : null)
    {
        Span = SpanOf(context),
    };

    private string OptionWordOf(Antlr4.Runtime.IToken token) => token.Type == ANALYSE ? "analyze" : Name(token).Value;

    private OptionValue Build(OptionValueContext context)
    {
        TextSpan span = SpanOf(context);
        return context switch
        {
            WordValueContext word => new OptionWord(Name(word.Start).Value) { Span = span },
            StringValueContext text => new OptionString(ReadString(text.STRING())) { Span = span },
            NumberValueContext number => new OptionNumber(SignedNumber(number)) { Span = span },
            StarValueContext => new OptionWord("*") { Span = span },
            ListValueContext list => new OptionList(Map(list.optionValue(), Build)) { Span = span },
            _ => throw new InvalidOperationException($"the builder has no case for {context.GetType().Name}"),
        };
    }

    private static string SignedNumber(Antlr4.Runtime.ParserRuleContext context) =>
        (context.Start.Type == MINUS ? "-" : "") + NumberText.Normalize(((Tokens.SqlToken)context.Stop).Span);
}
