using System.Globalization;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.PgWire.Copy;
using SqlCluster.Server.PgWire.Messages;
using SqlCluster.Server.PgWire.Types;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Statements;
using SqlCluster.Server.Transactions;

namespace SqlCluster.Server.PgWire;

/// <summary>Runs what a client asks for once it is connected: simple queries, prepared statements and portals.</summary>
internal sealed class PgSession : IAsyncDisposable
{
    /// <summary>Length of a Bind whose values are read in no time.</summary>
    private const int MostBytesAtOnce = 1024;

    private readonly Session _session;
    private readonly PgTransport _transport;
    private readonly PgWriter _writer;
    private readonly CancellationToken _closed;
    private readonly CancellationTokenRegistration _whenClosed;
    private string _text = "";
    private readonly Dictionary<string, PreparedStatement> _statements = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Portal> _portals = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _changed = new(StringComparer.Ordinal);
    private TextStyles? _styles;
    private bool _isReady;

    /// <param name="session">The engine's session.</param>
    /// <param name="transport">Takes the answers, and gives the data of COPY.</param>
    /// <param name="closed">The client is gone.</param>
    public PgSession(Session session, PgTransport transport, CancellationToken closed)
    {
        _session = session;
        _transport = transport;
        _writer = transport.Writer;
        _closed = closed;
        _whenClosed = closed.UnsafeRegister(static session => ((Session)session!).Cancel(CancelReason.ClientGone), session);
        session.Settings.Changed += OnSettingChanged;
        session.Notified = transport.Messages.Wake;
        transport.Messages.Woken = NotifyAsync;
        session.ProtocolStatements = () => [.. _statements.Where(static statement => statement.Key.Length > 0 && statement.Value.Query != null).Select(static statement => (statement.Key, statement.Value.Query!))];
    }

    /// <summary>Whether a message's answer takes no longer than passing it to another thread: nothing is parsed, planned or committed, and a statement that is executed was brief the last time.</summary>
    public bool AnswersAtOnce(char type, byte[] body) => type switch
    {
        'B' => body.Length <= MostBytesAtOnce,
        'D' or 'C' or 'H' => true,
        'E' => body[0] == 0 && _portals.TryGetValue("", out Portal? portal) && portal is { Sender: null, Statement.Query.RunsAtOnce: true },
        'S' => !_session.Transaction.IsOpen,
        _ => false,
    };

    /// <summary>Text forms that the session has chosen, read again when a setting has changed.</summary>
    private TextStyles Styles => _styles ??= TextStyles.Of(_session.Settings);

    private TextStyles StylesOf(PreparedStatement statement) => Styles with { RowsAreJson = statement.RowsAreJson };

    /// <summary>Runs a text of any number of statements; the first error ends it.</summary>
    public async Task QueryAsync(string sql)
    {
        _text = sql;
        await CloseAsync("").ConfigureAwait(false);
        IReadOnlyList<Statement> statements = _session.Statements.Parse(sql);
        if (statements.Count == 0)
        {
            _writer.EmptyQueryResponse();
        }

        for (int i = 0; i < statements.Count; i++)
        {
            Statement statement = statements[i];
            if (statements.Count > 1)
            {
                _session.Transaction.BeginImplicit();
            }

            _session.Transaction.Check(statement);
            if (statement is Parser.Ast.Copy { Direction: CopyDirection.To, Endpoint: { Path: null, Program: false } } copy)
            {
                await CopyOut.RunAsync(copy, _session, _writer, _closed).ConfigureAwait(false);
                continue;
            }

            StatementResult result = await ControlAsync(statement).ConfigureAwait(false) ?? await RunAsync(sql, statement, statements.Count == 1).ConfigureAwait(false);
            Forget(statement);
            if (result is StatementResult.Rows rows)
            {
                ResultFormats formats = Formats(statement, ResultFormats.Text);
                _writer.RowDescription(rows.Columns, formats, _session.Objects, Styles.Json);
                await using var sender = new RowSender(rows, formats, _session.Settings.TimeZone, Styles);
                (long sent, _) = await sender.SendAsync(_writer, 0, _closed).ConfigureAwait(false);
                if (i == statements.Count - 1 && StatementEffects.Changes(statement, _session))
                {
                    await _session.Transaction.EndImplicitAsync().ConfigureAwait(false);
                }

                _writer.CommandComplete(Tag(rows, sent));
            }
            else
            {
                if (i == statements.Count - 1)
                {
                    // Should it fail to commit, the client is not told that it succeeded.
                    await _session.Transaction.EndImplicitAsync().ConfigureAwait(false);
                }

                Complete((StatementResult.Command)result);
            }
        }

        await _session.Transaction.EndImplicitAsync().ConfigureAwait(false);
    }

    public async Task ParseAsync(ParseMessage message)
    {
        _text = message.Sql;
        if (message.Name.Length > 0 && _statements.ContainsKey(message.Name))
        {
            throw PgErrors.StatementExists(message.Name);
        }

        _statements.Remove(message.Name);
        IReadOnlyList<Statement> parsed = _session.Statements.Parse(message.Sql);
        if (parsed.Count > 1)
        {
            throw PgErrors.SeveralCommands();
        }

        PreparedQuery? query = null;
        if (parsed.Count == 1)
        {
            _session.Transaction.Check(parsed[0]);
            SqlType?[] types = Array.Exists(message.ParameterOids, PgTypes.IsRecord) ? throw PgErrors.NoRecordInput() : Array.ConvertAll(message.ParameterOids, PgTypes.FromOid);
            query = parsed[0] is QueryStatement text
                ? _session.Statements.Prepare(message.Sql, text, types)
                : await _session.PrepareAsync(parsed[0], types, ParameterInference.Count(message.Sql), message.Sql, _session.RequestCancelled).ConfigureAwait(false);
        }

        _statements[message.Name] = new PreparedStatement(query, Styles.RowsAreJson);
        _writer.ParseComplete();
    }

    public async Task BindAsync(BindMessage message)
    {
        PreparedStatement statement = Statement(message.Statement);
        NodeList<SqlType> types = statement.Query?.ParameterTypes ?? NodeList<SqlType>.Empty;
        if (statement.Query != null)
        {
            _session.Transaction.Check(statement.Query.Statement);
        }

        if (message.Values.Length != types.Count)
        {
            throw PgErrors.WrongParameterCount(message.Values.Length, message.Statement, types.Count);
        }

        message.ParameterFormats.Check(types.Count, "parameter");
        if (statement.Query?.Columns is { } columns && message.ResultFormats.Codes.Length is var formats and > 1 && formats != columns.Count)
        {
            throw PgErrors.WrongResultFormatCount(formats, columns.Count);
        }

        if (message.Portal.Length > 0 && (_portals.ContainsKey(message.Portal) || _session.Cursors.Find(message.Portal) != null))
        {
            throw PgErrors.PortalExists(message.Portal);
        }

        await CloseAsync(message.Portal).ConfigureAwait(false);
        var values = new Catalyst.Expressions.Literal[types.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = ParameterReader.Read(i + 1, types[i], message.ParameterFormats.IsBinary(i), message.Values[i], _session);
        }

        _portals[message.Portal] = new Portal(statement, [.. values], message.ResultFormats, _session.Cursors.Next());
        _writer.BindComplete();
    }

    public void Describe(NamedMessage message)
    {
        PreparedStatement statement;
        PreparedQuery? query;
        ResultFormats formats = ResultFormats.Text;
        if (message.IsStatement)
        {
            statement = Statement(message.Name);
            query = statement.Query;
            if (query == null)
            {
                _writer.Begin('t').Int16(0).End();
            }
            else
            {
                _writer.ParameterDescription(query);
            }
        }
        else if (FindCursor(message.Name) is { } cursor)
        {
            _writer.RowDescription(cursor.Columns, FormatsOf(cursor), _session.Objects, Styles.Json);
            return;
        }
        else
        {
            Portal portal = OpenPortal(message.Name);
            statement = portal.Statement;
            query = statement.Query;
            formats = query == null ? portal.Formats : Formats(query.Statement, portal.Formats);
        }

        if (query?.Columns is { } columns)
        {
            statement.Described.Write(_writer, columns, formats, _session.Objects, StylesOf(statement).Json);
        }
        else
        {
            _writer.NoData();
        }
    }

    public async Task ExecuteAsync(ExecuteMessage message)
    {
        if (FindCursor(message.Portal) is { } cursor)
        {
            await FetchAsync(cursor, message.MaxRows).ConfigureAwait(false);
            return;
        }

        Portal portal = OpenPortal(message.Portal);
        if (portal.Statement.Query is not { } query)
        {
            _writer.EmptyQueryResponse();
            return;
        }

        _session.Transaction.Check(query.Statement);
        if (portal.IsDone)
        {
            _writer.CommandComplete(portal.Ended is { } ended ? Tag(ended, 0) : throw PgErrors.NoPortal(message.Portal));
            return;
        }

        if (portal.Sender is { } suspended)
        {
            _session.Resume(suspended.Rows);
        }
        else if (query.Statement is Parser.Ast.Copy { Direction: CopyDirection.To, Endpoint: { Path: null, Program: false } } copy)
        {
            portal.IsDone = true;
            await CopyOut.RunAsync(copy, _session, _writer, _closed).ConfigureAwait(false);
            return;
        }
        else
        {
            if (StatementEffects.Changes(query.Statement, _session))
            {
                _session.Transaction.BeginImplicit();       // until Sync
            }

            StatementResult result = await ControlAsync(query.Statement).ConfigureAwait(false)
                ?? await (query.Statement is Parser.Ast.Copy { Direction: CopyDirection.From, Endpoint: { Path: null, Program: false } } from
                    ? CopyFromAsync(from, query.Text)
                    : query.ExecuteAsync(portal.Parameters, _closed)).ConfigureAwait(false);
            Forget(query.Statement);
            if (result is not StatementResult.Rows rows)
            {
                portal.IsDone = true;
                Complete((StatementResult.Command)result);
                return;
            }

            portal.Sender = new RowSender(rows, Formats(query.Statement, portal.Formats), _session.Settings.TimeZone, StylesOf(portal.Statement));
        }

        RowSender sender = portal.Sender;
        (long sent, bool hasMore) = await sender.SendAsync(_writer, Math.Max(0, message.MaxRows), _closed).ConfigureAwait(false);
        if (hasMore)
        {
            _writer.PortalSuspended();
            return;
        }

        portal.IsDone = true;
        portal.Ended = sender.Rows;
        _writer.CommandComplete(Tag(sender.Rows, sent));
        await portal.DisposeAsync().ConfigureAwait(false);
    }

    public async Task CloseAsync(NamedMessage message)
    {
        if (message.IsStatement)
        {
            _statements.Remove(message.Name);
        }
        else if (FindCursor(message.Name) is { } cursor)
        {
            await _session.Cursors.CloseAsync(cursor.Name).ConfigureAwait(false);
        }
        else
        {
            await CloseAsync(message.Name).ConfigureAwait(false);
        }

        _writer.CloseComplete();
    }

    /// <summary>Ends a simple query or a pipeline: what it did is committed, unless a block is open; portals outside a transaction block end, and the client may go on.</summary>
    public async Task ReadyAsync()
    {
        await _session.Transaction.EndImplicitAsync().ConfigureAwait(false);
        if (!_session.Transaction.IsBlock)
        {
            await ClosePortalsAsync().ConfigureAwait(false);
        }

        if (_changed.Count > 0)
        {
            foreach ((string name, string value) in _changed)
            {
                _writer.ParameterStatus(name, value);
            }

            _changed.Clear();
        }

        _session.BecomeIdle(_session.Transaction.Status switch
        {
            'T' => SessionState.IdleInTransaction,
            'E' => SessionState.IdleInFailedTransaction,
            _ => SessionState.Idle,
        });
        if (_session.Inbox != null)
        {
            await SendNotificationsAsync().ConfigureAwait(false);
        }

        _writer.ReadyForQuery(_session.Transaction.Status);
        _isReady = true;
    }

    /// <summary>Says that the client has sent a message: until it is told that the session is ready again, notifications wait.</summary>
    public void BeginMessage() => _isReady = false;

    /// <summary>Says what failed. The transaction block fails, and its portals end.</summary>
    public async Task FailAsync(QueryException error)
    {
        _session.RecordFailure(_text, error);
        _writer.ErrorResponse("ERROR", error);
        await _session.Transaction.FailAsync().ConfigureAwait(false);
        await ClosePortalsAsync().ConfigureAwait(false);
    }

    /// <summary>Sends notifications to a client that waits for nothing.</summary>
    private async ValueTask NotifyAsync()
    {
        if (_isReady && _session.Inbox != null)
        {
            await SendNotificationsAsync().ConfigureAwait(false);
            await _writer.FlushAsync(_closed).ConfigureAwait(false);
        }
    }

    /// <summary>Sends what waits, unless a transaction block is open.</summary>
    private async ValueTask SendNotificationsAsync()
    {
        if (_session.Transaction.IsBlock)
        {
            return;
        }

        foreach (Notification notification in _session.Engine.Notifications.Take(_session.Inbox!))
        {
            _writer.NotificationResponse(notification);
            if (_writer.Buffered >= PgWriter.FlushBytes)
            {
                await _writer.FlushAsync(_closed).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!Thread.CurrentThread.IsThreadPoolThread)
        {
            // A session may have much to give back.
            await Task.Yield();
        }

        await _whenClosed.DisposeAsync().ConfigureAwait(false);
        _session.Settings.Changed -= OnSettingChanged;
        await ClosePortalsAsync().ConfigureAwait(false);
        await _session.Transaction.EndAsync(false).ConfigureAwait(false);
        await _session.Cursors.CloseAllAsync().ConfigureAwait(false);
    }

    /// <summary>Runs a statement of a simple query; a query that is alone in its text keeps its plan for the next time.</summary>
    private Task<StatementResult> RunAsync(string sql, Statement statement, bool isAlone) => statement switch
    {
        QueryStatement query when isAlone => _session.RunAsync(statement, sql, running => Task.FromResult(_session.Statements.Run(sql, query, running.Token)), _closed),
        Parser.Ast.Copy { Direction: CopyDirection.From, Endpoint: { Path: null, Program: false } } copy => CopyFromAsync(copy, sql),
        FetchCursor { Move: true, Direction: FetchDirection.Next or FetchDirection.Forward } move when FindPortal(move) is { } portal => MoveAsync(move, portal, sql),
        _ => _session.ExecuteAsync(statement, sql, _closed),
    };

    /// <summary>The protocol's portal that a statement names, where no cursor has the name: the two share their names.</summary>
    private Portal? FindPortal(FetchCursor fetch) => _session.Cursors.Find(fetch.Name.Value) == null ? _portals.GetValueOrDefault(fetch.Name.Value) : null;

    /// <summary>MOVE of a portal, as asyncpg's cursors use it.</summary>
    private async Task<StatementResult> MoveAsync(FetchCursor move, Portal portal, string sql)
    {
        long count = move.Direction == FetchDirection.Next ? 1 : move.Count ?? long.MaxValue;
        if (portal.Statement.Query is not { Statement: QueryStatement } query || count < 0)
        {
            return await _session.ExecuteAsync(move, sql, _closed).ConfigureAwait(false);
        }

        portal.Sender ??= new RowSender(
            (StatementResult.Rows)await query.ExecuteAsync(portal.Parameters, _closed).ConfigureAwait(false), portal.Formats, _session.Settings.TimeZone, StylesOf(portal.Statement));
        _session.Resume(portal.Sender.Rows);
        return new StatementResult.Command($"MOVE {await portal.Sender.SkipAsync(_writer, count, _closed).ConfigureAwait(false)}");
    }

    /// <summary>The cursor of DECLARE that a message names: psycopg 3 describes its cursors so.</summary>
    private Cursor? FindCursor(string name) => _portals.ContainsKey(name) ? null : _session.Cursors.Find(name);

    private static ResultFormats FormatsOf(Cursor cursor) => cursor.IsBinary ? ResultFormats.Binary : ResultFormats.Text;

    /// <summary>Runs Execute of a cursor.</summary>
    private async Task FetchAsync(Cursor cursor, int maxRows)
    {
        var fetch = new FetchCursor(new Identifier(cursor.Name), FetchDirection.Forward, maxRows > 0 ? maxRows : null, false);
        _session.Transaction.Check(fetch);
        var rows = (StatementResult.Rows)await _session.ExecuteAsync(fetch, null, _closed).ConfigureAwait(false);
        await using var sender = new RowSender(rows, FormatsOf(cursor), _session.Settings.TimeZone, Styles);
        (long sent, _) = await sender.SendAsync(_writer, 0, _closed).ConfigureAwait(false);
        if (maxRows > 0 && sent == maxRows)
        {
            _writer.PortalSuspended();
        }
        else
        {
            _writer.CommandComplete(string.Create(CultureInfo.InvariantCulture, $"SELECT {sent}"));
        }
    }

    private Task<StatementResult> CopyFromAsync(Parser.Ast.Copy copy, string? sql) =>
        _session.RunAsync(copy, sql, running => CopyIn.RunAsync(copy, _session, _transport, running.Token), _closed);

    private static string Tag(StatementResult.Rows rows, long count) => rows.Tag is "SELECT" or "FETCH" ? string.Create(CultureInfo.InvariantCulture, $"{rows.Tag} {count}") : rows.Tag;

    private async ValueTask<StatementResult.Command?> ControlAsync(Statement statement)
    {
        if (statement is Commit or Rollback)
        {
            await ClosePortalsAsync().ConfigureAwait(false);
        }

        // The protocol's statements and those of PREPARE share their names: psqlODBC prepares by the one and deallocates by the other.
        if (statement is Deallocate { Name.Value: { Length: > 0 } prepared } && _statements.Remove(prepared))
        {
            return new StatementResult.Command("DEALLOCATE");
        }

        if (statement is RollbackToSavepoint savepoint && _session.Transaction.CursorMark(savepoint.Name.Value) is { } mark)
        {
            foreach (string younger in _portals.Where(portal => portal.Value.Number > mark && portal.Value.Statement.Query?.Statement != statement).Select(static portal => portal.Key).ToArray())
            {
                await CloseAsync(younger).ConfigureAwait(false);
            }
        }

        return TransactionStatements.Includes(statement) ? (StatementResult.Command)await TransactionStatements.RunAsync(statement, _session).ConfigureAwait(false) : null;
    }

    /// <summary>Formats of a statement's rows: a binary cursor's are binary whatever was asked for.</summary>
    private ResultFormats Formats(Statement statement, ResultFormats asked) =>
        statement is FetchCursor fetch && _session.Cursors.Find(fetch.Name.Value) is { IsBinary: true } ? ResultFormats.Binary : asked;

    private void Complete(StatementResult.Command command)
    {
        if (command.Warning is var (sqlState, message))
        {
            Notice("WARNING", sqlState, message);
        }

        foreach (StatementNotice notice in command.Notices)
        {
            Notice("NOTICE", notice.SqlState, notice.Message, notice.Detail);
        }

        _writer.CommandComplete(command.Tag);
    }

    private void Notice(string severity, string sqlState, string message, string? detail = null)
    {
        string least = _session.Settings.Get("client_min_messages");
        if (least != "error" && (least != "warning" || severity == "WARNING"))
        {
            _writer.Notice(severity, sqlState, message, detail);
        }
    }

    /// <summary>Drops the protocol's statements along with those of PREPARE.</summary>
    private void Forget(Statement statement)
    {
        if (statement is Discard { Kind: DiscardKind.All } or Deallocate { Name: null })
        {
            _statements.Clear();
        }
    }

    private PreparedStatement Statement(string name) => _statements.GetValueOrDefault(name) ?? throw PgErrors.NoStatement(name);

    private Portal OpenPortal(string name) => _portals.GetValueOrDefault(name) ?? throw PgErrors.NoPortal(name);

    private async ValueTask CloseAsync(string portal)
    {
        if (_portals.Remove(portal, out Portal? closed))
        {
            await closed.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask ClosePortalsAsync()
    {
        foreach (Portal portal in _portals.Values)
        {
            await portal.DisposeAsync().ConfigureAwait(false);
        }

        _portals.Clear();
    }

    private void OnSettingChanged(string name, string value)
    {
        _styles = null;
        if (SettingDefinitions.All.TryGetValue(name, out SettingDefinition? definition) && definition.IsReported)
        {
            _changed[definition.Name] = value;
        }
    }

    /// <summary>A statement of Parse.</summary>
    /// <param name="Query">None: the text was empty.</param>
    /// <param name="RowsAreJson">row_output as it was: clients keep what they were told of the columns' types.</param>
    private sealed record PreparedStatement(PreparedQuery? Query, bool RowsAreJson)
    {
        /// <summary>What a description of its rows says.</summary>
        public DescribedRows Described { get; } = new();
    }

    /// <summary>A statement with values for its parameters, and the rows it is giving.</summary>
    private sealed class Portal(PreparedStatement statement, NodeList<Catalyst.Expressions.Literal> parameters, ResultFormats formats, long number) : IAsyncDisposable
    {
        /// <summary>Its place among the session's portals and cursors, by age.</summary>
        public long Number => number;

        public PreparedStatement Statement => statement;

        public NodeList<Catalyst.Expressions.Literal> Parameters => parameters;

        public ResultFormats Formats => formats;

        public RowSender? Sender { get; set; }

        public bool IsDone { get; set; }

        /// <summary>The rows that have been sent to the last one, of which a further Execute sends none; null for a statement without rows.</summary>
        public StatementResult.Rows? Ended { get; set; }

        public ValueTask DisposeAsync()
        {
            RowSender? sender = Sender;
            Sender = null;
            return sender?.DisposeAsync() ?? ValueTask.CompletedTask;
        }
    }
}
