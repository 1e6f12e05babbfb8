namespace SqlCluster.Flight.Http2;

/// <summary>Keeps bulk connections whose stream ended well for the next one. Thread-safe.</summary>
internal sealed class BulkConnectionPool(BulkConnectionOptions options) : IDisposable
{
    private const int MostIdle = 16;

    /// <summary>Shorter than the time after which servers probe a quiet connection by pings, which nobody would answer.</summary>
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Stack<(BulkConnection Connection, long Since)> _idle = new();
    private bool _disposed;

    /// <summary>Sends a request and waits for the response's headers.</summary>
    public async Task<BulkStream> OpenAsync(IReadOnlyList<HeaderField> headers, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        while (true)
        {
            BulkConnection? reused = TakeIdle();
            BulkConnection connection = reused ?? await BulkConnector.ConnectAsync(options, cancellationToken).ConfigureAwait(false);
            try
            {
                return await connection.OpenAsync(headers, body, this, cancellationToken).ConfigureAwait(false);
            }
            catch (Http2ResetException reset) when (reused != null && reset.IsUnprocessed)
            {
                connection.Dispose();   // it was being closed while it waited here
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
    }

    /// <summary>Takes a connection back; closes it when it cannot serve again.</summary>
    public void Return(BulkConnection connection)
    {
        if (connection.CanServeAgain)
        {
            lock (_lock)
            {
                if (!_disposed && _idle.Count < MostIdle)
                {
                    _idle.Push((connection, Environment.TickCount64));
                    return;
                }
            }
        }

        connection.Dispose();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            while (_idle.TryPop(out (BulkConnection Connection, long) idle))
            {
                idle.Connection.Dispose();
            }
        }
    }

    private BulkConnection? TakeIdle()
    {
        lock (_lock)
        {
            while (_idle.TryPop(out (BulkConnection Connection, long Since) idle))
            {
                if (Environment.TickCount64 - idle.Since < LongestIdle.TotalMilliseconds && idle.Connection.IsOpen)
                {
                    return idle.Connection;
                }

                idle.Connection.Dispose();
            }
        }

        return null;
    }
}
