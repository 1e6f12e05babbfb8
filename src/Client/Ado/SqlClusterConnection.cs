using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace SqlCluster.Client.Ado;

/// <summary>A connection to a SqlCluster server over Flight SQL. Not thread-safe; one open reader at a time.</summary>
public sealed class SqlClusterConnection : DbConnection
{
    private SqlClusterDataSource? _source;
    private ServerSession? _session;
    private SqlClusterDataReader? _reader;
    private string _connectionString = "";
    private bool _isBroken;

    public SqlClusterConnection()
    {
    }

    public SqlClusterConnection(string connectionString) => ConnectionString = connectionString;

    internal SqlClusterConnection(SqlClusterDataSource source)
    {
        _source = source;
        _connectionString = source.ConnectionString;
    }

    [AllowNull]
    public override string ConnectionString
    {
        get => _connectionString;
        set
        {
            if (_session != null)
            {
                throw new InvalidOperationException("the connection is open");
            }

            _connectionString = value ?? "";
            _source = null;
        }
    }

    public override string Database => _session?.Database ?? "";

    /// <summary>Address of the server.</summary>
    public override string DataSource => Settings.Server;

    public override string ServerVersion => Session.ServerVersion;

    public override int ConnectionTimeout => Settings.ConnectTimeout;

    public override ConnectionState State => _session == null ? ConnectionState.Closed : _isBroken ? ConnectionState.Broken : ConnectionState.Open;

    public override bool CanCreateBatch => true;

    protected override DbProviderFactory DbProviderFactory => SqlClusterFactory.Instance;

    internal ServerSession Session => _session ?? throw ClientErrors.NotOpen();

    internal SqlClusterConnectionStringBuilder Settings => _source?.Settings ?? new SqlClusterConnectionStringBuilder(_connectionString);

    internal SqlClusterTransaction? Transaction { get; set; }

    /// <summary>Closes the pooled sessions of all connection strings.</summary>
    public static Task ClearAllPoolsAsync() => SqlClusterDataSource.ClearAllAsync();

    public override void Open() => Waiting.For(() => OpenAsync(CancellationToken.None));

    /// <exception cref="NotSupportedException">Always.</exception>
    public override void EnlistTransaction(System.Transactions.Transaction? transaction) => throw ClientErrors.NoScopes();

    /// <exception cref="SqlClusterException">08001: no answer; 28000: not let in.</exception>
    /// <exception cref="NotSupportedException">There is an ambient transaction, which would look as if it held what is done here.</exception>
    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_session != null)
        {
            throw new InvalidOperationException("the connection is open");
        }

        if (System.Transactions.Transaction.Current != null)
        {
            throw ClientErrors.NoScopes();
        }

        _source ??= SqlClusterDataSource.For(_connectionString);
        _session = await _source.RentAsync(cancellationToken).ConfigureAwait(false);
        _isBroken = false;
        OnStateChange(new StateChangeEventArgs(ConnectionState.Closed, ConnectionState.Open));
    }

    public override void Close() => Waiting.For(CloseAsync);

    public override async Task CloseAsync()
    {
        if (_session == null)
        {
            return;
        }

        if (_reader != null)
        {
            await _reader.DisposeAsync().ConfigureAwait(false);
        }

        if (Transaction != null)
        {
            await Transaction.AbandonAsync().ConfigureAwait(false);
        }

        Transaction = null;
        ServerSession session = _session;
        _session = null;
        await _source!.ReturnAsync(session, _isBroken).ConfigureAwait(false);
        OnStateChange(new StateChangeEventArgs(ConnectionState.Open, ConnectionState.Closed));
    }

    /// <exception cref="NotSupportedException">A server has one database.</exception>
    public override void ChangeDatabase(string databaseName)
    {
        if (databaseName != Database)
        {
            throw new NotSupportedException($"the server has one database, {Database}; use SET search_path for another schema");
        }
    }

    public new SqlClusterCommand CreateCommand() => new() { Connection = this };

    public override DataTable GetSchema() => GetSchema(DbMetaDataCollectionNames.MetaDataCollections, []);

    public override DataTable GetSchema(string collectionName) => GetSchema(collectionName, []);

    public override DataTable GetSchema(string collectionName, string?[] restrictionValues) =>
        Waiting.For(() => GetSchemaAsync(collectionName, restrictionValues));

    public override Task<DataTable> GetSchemaAsync(CancellationToken cancellationToken = default) =>
        GetSchemaAsync(DbMetaDataCollectionNames.MetaDataCollections, [], cancellationToken);

    public override Task<DataTable> GetSchemaAsync(string collectionName, CancellationToken cancellationToken = default) =>
        GetSchemaAsync(collectionName, [], cancellationToken);

    /// <exception cref="ArgumentException">There is no such collection.</exception>
    public override Task<DataTable> GetSchemaAsync(string collectionName, string?[] restrictionValues, CancellationToken cancellationToken = default) =>
        new SchemaCollections(this).GetAsync(collectionName, restrictionValues, cancellationToken);

    /// <summary>A reader begins; there is one at a time.</summary>
    internal void Attach(SqlClusterDataReader reader) => _reader = reader;

    internal void Detach(SqlClusterDataReader reader) => _reader = ReferenceEquals(_reader, reader) ? null : _reader;

    internal void CheckIdle()
    {
        if (_reader != null)
        {
            throw ClientErrors.ReaderOpen();
        }
    }

    /// <summary>The server is gone: the session is not used again.</summary>
    internal void MarkBroken() => _isBroken = true;

    protected override DbCommand CreateDbCommand() => CreateCommand();

    protected override DbBatch CreateDbBatch() => new SqlClusterBatch { Connection = this };

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => Waiting.For(() => BeginAsync(isolationLevel, CancellationToken.None));

    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(IsolationLevel isolationLevel, CancellationToken cancellationToken) =>
        await BeginAsync(isolationLevel, cancellationToken).ConfigureAwait(false);

    private async Task<SqlClusterTransaction> BeginAsync(IsolationLevel isolationLevel, CancellationToken cancellation)
    {
        _ = Session;
        CheckIdle();
        return Transaction = Transaction is not { IsActive: true }
            ? await SqlClusterTransaction.BeginAsync(this, isolationLevel, cancellation).ConfigureAwait(false)
            : throw new InvalidOperationException("the connection has a transaction already");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close();
        }

        base.Dispose(disposing);
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
