using SqlCluster.Execution;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Statements.Changes;

namespace SqlCluster.Server.Statements;

/// <summary>Finds who runs a statement: one line for each kind.</summary>
internal static class StatementRouter
{
    public static async Task<StatementResult> ExecuteAsync(Statement statement, Session session, CancellationToken cancellation) => statement switch
    {
        QueryStatement query => QueryStatements.Run(query.Query, session, cancellation),
        Explain explain => await ExplainStatements.ExplainAsync(explain, session, cancellation).ConfigureAwait(false),
        Describe describe => QueryStatements.Describe(describe, session, cancellation),
        Summarize summarize => QueryStatements.Summarize(summarize, session, cancellation),
        Insert or Update or Delete or Merge or ChangingQuery => await ChangeStatements.RunAsync(statement, session, cancellation).ConfigureAwait(false),
        Truncate truncate => DataStatements.Truncate(truncate, session),
        Copy copy => await CopyStatements.CopyAsync(copy, session, cancellation).ConfigureAwait(false),
        CreateTable create => TableStatements.Create(create, session, cancellation),
        CreateTableAs create => await TableStatements.CreateAsAsync(create, session, cancellation).ConfigureAwait(false),
        CreateExternalTable create => TableStatements.CreateExternal(create, session),
        CreateView create => TableStatements.CreateView(create, session),
        CreateSchema create => TableStatements.CreateSchema(create, session),
        CreateSequence create => SequenceStatements.Create(create, session),
        CreateIndex create => await IndexStatements.CreateAsync(create, session, cancellation).ConfigureAwait(false),
        Comment comment => CommentStatements.Comment(comment, session),
        Drop drop => DropStatements.Drop(drop, session),
        Alter alter => await TableStatements.AlterAsync(alter, session, cancellation).ConfigureAwait(false),
        SetSetting set => SettingStatements.Set(set, session),
        SetTransaction set => SettingStatements.SetTransaction(set, session),
        ResetSetting reset => SettingStatements.Reset(reset, session),
        ShowSetting show => SettingStatements.Show(show, session, cancellation),
        ShowObjects show => ShowStatements.Show(show, session, cancellation),
        Prepare prepare => PreparedStatements.Prepare(prepare, session),
        Execute execute => await PreparedStatements.ExecuteAsync(execute, session, cancellation).ConfigureAwait(false),
        Deallocate deallocate => PreparedStatements.Deallocate(deallocate, session),
        Discard discard => await SettingStatements.DiscardAsync(discard, session).ConfigureAwait(false),
        BeginTransaction or Commit or Rollback or Savepoint or ReleaseSavepoint or RollbackToSavepoint => await TransactionStatements.RunAsync(statement, session).ConfigureAwait(false),
        Listen listen => NotificationStatements.Listen(listen, session),
        Notify notify => NotificationStatements.Notify(notify, session),
        Unlisten unlisten => NotificationStatements.Unlisten(unlisten, session),
        DeclareCursor declare => await CursorStatements.DeclareAsync(declare, session).ConfigureAwait(false),
        FetchCursor fetch => await CursorStatements.FetchAsync(fetch, session, cancellation).ConfigureAwait(false),
        CloseCursor close => await CursorStatements.CloseAsync(close, session).ConfigureAwait(false),
        Grant or GrantRole => RoleStatements.Grant(statement, session),
        Checkpoint => new StatementResult.Command("CHECKPOINT"),
        Analyze analyze => await AnalyzeStatements.AnalyzeAsync(analyze, session, cancellation).ConfigureAwait(false),
        Vacuum vacuum => await AnalyzeStatements.VacuumAsync(vacuum, session, cancellation).ConfigureAwait(false),
        _ => throw ExecutionErrors.Unsupported($"statement {statement.GetType().Name}"),
    };
}
