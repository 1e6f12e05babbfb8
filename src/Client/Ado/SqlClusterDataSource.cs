using System.Collections.Concurrent;
using System.Data.Common;
using SqlCluster.Flight.Grpc;

namespace SqlCluster.Client.Ado;

/// <summary>Makes connections to one server, and keeps the sessions of closed ones for the next. Thread-safe.</summary>
public sealed class SqlClusterDataSource : DbDataSource
{
    private static readonly ConcurrentDictionary<string, SqlClusterDataSource> Shared = new(StringComparer.Ordinal);

    private readonly SqlClusterConnectionStringBuilder _settings;
    private readonly ConcurrentStack<ServerSession> _idle = new();
    private readonly SemaphoreSlim _places;
    private volatile bool _isDisposed;

    /// <exception cref="ArgumentException">The connection string is wrong.</exception>
    public SqlClusterDataSource(string connectionString)
    {
        _settings = new SqlClusterConnectionStringBuilder(connectionString);
        _ = _settings.Address;
        _places = new SemaphoreSlim(Math.Max(1, _settings.MaximumPoolSize));
    }

    public override string ConnectionString => _settings.ConnectionString;

    internal SqlClusterConnectionStringBuilder Settings => _settings;

    public new SqlClusterConnection CreateConnection() => new(this);

    public new async ValueTask<SqlClusterConnection> OpenConnectionAsync(CancellationToken cancellationToken = default)
    {
        var connection = new SqlClusterConnection(this);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        return connection;
    }

    /// <summary>The source that all connections with one connection string share.</summary>
    internal static SqlClusterDataSource For(string connectionString) => Shared.GetOrAdd(connectionString, static text => new SqlClusterDataSource(text));

    /// <summary>An idle session, or a new one; waits while all are in use.</summary>
    /// <exception cref="SqlClusterException">08001, 28000: no session can be opened; 53300: none became free in time.</exception>
    internal async Task<ServerSession> RentAsync(CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!_settings.Pooling)
        {
            return await ServerSession.OpenAsync(_settings, cancellation).ConfigureAwait(false);
        }

        if (!await _places.WaitAsync(TimeSpan.FromSeconds(Math.Max(1, _settings.ConnectTimeout)), cancellation).ConfigureAwait(false))
        {
            throw ClientErrors.PoolExhausted(_settings.MaximumPoolSize);
        }

        try
        {
            while (_idle.TryPop(out ServerSession? session))
            {
                if (await IsUsableAsync(session, cancellation).ConfigureAwait(false))
                {
                    return session;
                }

                await session.DisposeAsync().ConfigureAwait(false);
            }

            return await ServerSession.OpenAsync(_settings, cancellation).ConfigureAwait(false);
        }
        catch
        {
            _places.Release();
            throw;
        }
    }

    /// <summary>Takes a session back; a broken one is thrown away.</summary>
    internal async ValueTask ReturnAsync(ServerSession session, bool isBroken)
    {
        if (!_settings.Pooling || isBroken || _isDisposed)
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            _idle.Push(session);
        }

        if (_settings.Pooling)
        {
            _places.Release();
        }
    }

    /// <summary>Closes the idle sessions; those in use are closed when they come back.</summary>
    internal async ValueTask ClearAsync()
    {
        while (_idle.TryPop(out ServerSession? session))
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    internal static async Task ClearAllAsync()
    {
        foreach (SqlClusterDataSource source in Shared.Values)
        {
            await source.ClearAsync().ConfigureAwait(false);
        }
    }

    protected override DbConnection CreateDbConnection() => new SqlClusterConnection(this);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Waiting.For(() => DisposeAsyncCore().AsTask());
        }
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        _isDisposed = true;
        await ClearAsync().ConfigureAwait(false);
    }

    private async Task<bool> IsUsableAsync(ServerSession session, CancellationToken cancellation)
    {
        if (!session.IsTouched)
        {
            return true;
        }

        try
        {
            await session.ResetAsync(_settings, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (GrpcStatusException)
        {
            return false;
        }
    }
}
