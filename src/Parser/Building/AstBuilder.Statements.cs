using Antlr4.Runtime;
using SqlCluster.Parser.Ast;
using static SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Building;

internal sealed partial class AstBuilder
{
    private Statement BuildStatement(StatementContext context)
    {
        _into = null;
        Statement statement = context is DataContext data
            ? TakeInto(BuildData(data.dataStatement()))
            : BuildCommand(((CommandStatementContext)context).command());
        return statement with { Span = SpanOf(context) };
    }

    private Statement BuildCommand(CommandContext context) => context switch
    {
        TruncateContext truncate => new Truncate(Map(truncate.truncated(), table => Build(table.relation())))
        {
            RestartIdentity = truncate.RESTART() is not null,
            Behavior = Build(truncate.dropBehavior()),
        },
        CreateContext create => Build(create.createBody()),
        RefreshContext refresh => new RefreshMaterializedView(Build(refresh.qualifiedName()), refresh.CONCURRENTLY() is not null, IsNoData(refresh.withData())),
        DropContext drop => new Drop(Build(drop.objectKind()), Map(drop.qualifiedName(), Build))
        {
            Concurrently = drop.CONCURRENTLY() is not null,
            IfExists = drop.EXISTS() is not null,
            Behavior = Build(drop.dropBehavior()),
        },
        AlterContext alter => new Alter(Build(alter.objectKind()), Build(alter.qualifiedName()), Map(alter.alterAction(), Build))
        {
            IfExists = alter.EXISTS() is not null,
            Only = alter.ONLY() is not null,
        },
        CopyContext copy => Build(copy.copyBody()),
        ExplainContext explain => new Explain(Build(explain.explainOptions()), Build(explain.explained())),
        AnalyzeContext analyze => new Analyze(
            [.. Options(analyze.optionList()), .. Flags(analyze.VERBOSE()?.Symbol)], Build(analyze.maintainedTables())),
        VacuumContext vacuum => new Vacuum(
            [.. Options(vacuum.optionList()), .. Flags(vacuum.FULL()?.Symbol, vacuum.FREEZE()?.Symbol, vacuum.VERBOSE()?.Symbol, vacuum.ANALYZE()?.Symbol)],
            Build(vacuum.maintainedTables())),
        DescribeContext describe => Build(describe.described(), static (table, query) => new Describe(table, query)),
        SummarizeContext summarize => Build(summarize.described(), static (table, query) => new Summarize(table, query)),
        ShowContext show => Build(show.showBody()),
        SetContext set => Build(set.setBody()),
        ResetContext reset => Build(reset.resetBody()),
        BeginContext begin => new BeginTransaction(begin.START() is not null, Build(begin.transactionModes())),
        CommitContext commit => new Commit(IsChain(commit.chain())),
        RollbackContext rollback => rollback.TO() is null ? new Rollback(IsChain(rollback.chain())) : new RollbackToSavepoint(Name(rollback.identifier())),
        SavepointContext savepoint => new Savepoint(Name(savepoint.identifier())),
        ReleaseContext release => new ReleaseSavepoint(Name(release.identifier())),
        PrepareContext prepare => new Prepare(Name(prepare.identifier()), Map(prepare.typeName(), Build), WithoutInto(BuildData(prepare.dataStatement()))),
        ExecuteContext execute => new Execute(Name(execute.identifier()), Build(execute.expression())),
        DeallocateContext deallocate => new Deallocate(OptionalName(deallocate.identifier())),
        DeclareCursorContext declare => BuildCursor(declare.identifier(), declare.cursorOption(), declare.WITH() is not null, declare.query()),
        FetchCursorContext fetch => Build(fetch.cursorPosition(), fetch.MOVE() is not null),
        CloseCursorContext close => new CloseCursor(OptionalName(close.identifier())),
        DiscardContext discard => new Discard(discard.ALL() is not null ? DiscardKind.All
            : discard.PLANS() is not null ? DiscardKind.Plans
            : discard.SEQUENCES() is not null ? DiscardKind.Sequences
            : DiscardKind.Temporary),
        ListenContext listen => new Listen(Name(listen.identifier())),
        NotifyContext notify => new Notify(Name(notify.identifier()), notify.STRING() is { } payload ? ReadString(payload) : null),
        UnlistenContext unlisten => new Unlisten(OptionalName(unlisten.identifier())),
        LockTableContext lockTable => new LockTable(
            Map(lockTable.truncated(), table => Build(table.relation())),
            lockTable.lockMode() is { } mode ? LockMode(mode) : "access exclusive",
            lockTable.NOWAIT() is not null),
        CommentContext comment => BuildComment(comment),
        GrantContext grant => Build(grant.grantBody()),
        RevokeContext revoke => Build(revoke.revokeBody()),
        CheckpointContext => new Checkpoint(),
        _ => throw new InvalidOperationException($"the builder has no case for {context.GetType().Name}"),
    };

    private Statement BuildData(DataStatementContext context)
    {
        WithClauseContext? with = context.withClause();
        if (context.queryBody() is { } body)
            return QueryStatement.Of(BuildQuery(body, with, context)) with { Span = SpanOf(context) };
        WithClause? withClause = with is null ? null : Build(with);
        TextSpan span = SpanOf(context);
        if (context.insert() is { } insert)
            return Build(insert) with { With = withClause, Span = span };
        if (context.update() is { } update)
            return Build(update) with { With = withClause, Span = span };
        if (context.delete() is { } delete)
            return Build(delete) with { With = withClause, Span = span };
        return Build(context.merge()) with { With = withClause, Span = span };
    }

    private Statement WithoutInto(Statement statement)
    {
        RejectInto();
        return statement;
    }

    /// <summary>Reads <c>SELECT … INTO t</c> as CREATE TABLE t AS SELECT.</summary>
    private Statement TakeInto(Statement statement)
    {
        if (_into is not { } into)
            return statement;
        _into = null;
        return new CreateTableAs(Build(into.qualifiedName()), [], statement)
        {
            Persistence = into.UNLOGGED() is not null ? TablePersistence.Unlogged
                : into.TEMP() is not null || into.TEMPORARY() is not null ? TablePersistence.Temporary
                : TablePersistence.Permanent,
        };
    }

    private NodeList<StatementOption> Build(ExplainOptionsContext context) => context.optionList() is { } list
        ? Options(list)
        : Map(context.explainWord(), word => new StatementOption(OptionName(word.Start)) { Span = SpanOf(word) });

    private static string OptionName(IToken token) => token.Type == ANALYSE ? "analyze" : Fold(((Tokens.SqlToken)token).Span);

    private static IEnumerable<StatementOption> Flags(params IToken?[] words) => words.OfType<IToken>()
        .Select(static word => new StatementOption(OptionName(word)) { Span = ParserErrors.SpanOf(word) });

    private Statement Build(ExplainedContext context)
    {
        TextSpan span = SpanOf(context);
        if (context.dataStatement() is { } data)
            return TakeInto(BuildData(data)) with { Span = span };
        if (context.createBody() is { } create)
            return Build(create) with { Span = span };
        if (context.REFRESH() is not null)
            return new RefreshMaterializedView(Build(context.qualifiedName()), context.CONCURRENTLY() is not null, IsNoData(context.withData())) { Span = span };
        if (context.EXECUTE() is not null)
            return new Execute(Name(context.identifier()), Build(context.expressions())) { Span = span };
        return BuildCursor(context.identifier(), context.cursorOption(), context.WITH() is not null, context.query()) with { Span = span };
    }

    private Statement Build(DescribedContext context, Func<NamedTable?, Query?, Statement> make)
    {
        if (context.query() is { } query)
            return make(null, Build(query));
        if (context.relationName() is { } name)
            return make(new NamedTable(Build(name)) { Span = SpanOf(name) }, null);
        var file = new FileTable(ReadString(context.STRING())) { Span = SpanOf(context) };
        return make(null, new Query(new Select([new SelectItem(new Star())]) { From = [file], Span = SpanOf(context) }) { Span = SpanOf(context) });
    }

    private NodeList<MaintainedTable> Build(MaintainedTablesContext? context) => context is null
        ? []
        : Map(context.maintainedTable(), table => new MaintainedTable(Build(table.qualifiedName()), Names(table.columnNames())) { Span = SpanOf(table) });

    private DeclareCursor BuildCursor(IdentifierContext name, CursorOptionContext[] options, bool hold, QueryContext query)
    {
        var cursor = new DeclareCursor(Name(name), Build(query)) { WithHold = hold };
        foreach (CursorOptionContext option in options)
        {
            cursor = option.Start.Type switch
            {
                NO => cursor with { Scroll = false },
                SCROLL => cursor with { Scroll = true },
                BINARY => cursor with { Binary = true },
                INSENSITIVE => cursor with { Insensitive = true },
                _ when Name(option.Start).Value == "asensitive" => cursor with { Insensitive = false },
                _ => throw SyntaxError(option.Start, "CURSOR"),
            };
        }
        return cursor;
    }

    private FetchCursor Build(CursorPositionContext context, bool move)
    {
        Identifier name = Name(context.identifier());
        CursorDirectionContext? direction = context.cursorDirection();
        long? count = direction?.signedInteger() is { } number ? ReadCount(number) : null;
        bool all = direction?.ALL() is not null;
        return direction?.Start.Type switch
        {
            null or NEXT => new FetchCursor(name, FetchDirection.Next, null, move),
            PRIOR => new FetchCursor(name, FetchDirection.Prior, null, move),
            FIRST => new FetchCursor(name, FetchDirection.First, null, move),
            LAST => new FetchCursor(name, FetchDirection.Last, null, move),
            ABSOLUTE => new FetchCursor(name, FetchDirection.Absolute, count, move),
            RELATIVE => new FetchCursor(name, FetchDirection.Relative, count, move),
            BACKWARD => new FetchCursor(name, FetchDirection.Backward, all ? null : count ?? 1, move),
            _ => new FetchCursor(name, FetchDirection.Forward, all ? null : count ?? 1, move),
        };
    }

    private long ReadCount(SignedIntegerContext context)
    {
        string text = NumberText.Normalize(((Tokens.SqlToken)context.INTEGER_NUMBER().Symbol).Span);
        return long.TryParse(text, out long count) ? (context.Start.Type == MINUS ? -count : count) : throw SyntaxError(context.Stop, "number");
    }

    private static bool IsChain(ChainContext? context) => context is not null && context.NO() is null;

    private static bool IsNoData(WithDataContext? context) => context?.NO() is not null;

    private static readonly HashSet<string> LockModes =
    [
        "access share", "row share", "row exclusive", "share update exclusive", "share", "share row exclusive", "exclusive", "access exclusive",
    ];

    private string LockMode(LockModeContext context)
    {
        string mode = Words(context);
        return LockModes.Contains(mode) ? mode : throw SyntaxError(context.Start, [.. LockModes.Select(static name => name.ToUpperInvariant())]);
    }
}
