namespace SqlCluster.Server.Sessions;

/// <summary>Brings cancellations of a session to its statement, whichever of the two comes first. Thread-safe.</summary>
/// <remarks><code>
///   the session        a cancellation
///   waits              is forgotten, as PostgreSQL does: the client has its answer, and its next statement is another
///   reads a request    is kept for the statement that comes of it: text is parsed and planned first, and the two travel on different connections
///   runs a statement   ends it
/// </code></remarks>
internal sealed class CancelRequests
{
    private readonly Lock _lock = new();
    private RunningQuery? _running;
    private CancelReason _kept;
    private bool _isOpen;
    private CancellationTokenSource _request = new();

    /// <summary>Fires when a cancellation comes before the statement has begun.</summary>
    public CancellationToken Token
    {
        get
        {
            lock (_lock)
            {
                return _request.Token;
            }
        }
    }

    /// <summary>The client has asked for something.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _isOpen = true;
            if (_kept == CancelReason.None && _request.IsCancellationRequested)
            {
                _request = new CancellationTokenSource();
            }
        }
    }

    /// <summary>Nothing more comes of what the client asked for; a statement that has begun may run on.</summary>
    public void Close()
    {
        lock (_lock)
        {
            (_isOpen, _kept) = (false, CancelReason.None);
        }
    }

    /// <summary>The client has its answer; a statement with rows left waits to be read on.</summary>
    public void Rest()
    {
        lock (_lock)
        {
            (_isOpen, _kept, _running) = (false, CancelReason.None, null);
        }
    }

    /// <summary>A statement runs from now on, or is read on.</summary>
    public void Begin(RunningQuery query)
    {
        CancelReason kept;
        lock (_lock)
        {
            (_running, kept, _kept) = (query, _kept, CancelReason.None);
        }

        if (kept != CancelReason.None)
        {
            query.Cancel(kept);
        }
    }

    /// <summary>A statement has ended; the one that runs may be another by now.</summary>
    public void End(RunningQuery query)
    {
        lock (_lock)
        {
            if (ReferenceEquals(_running, query))
            {
                _running = null;
            }
        }
    }

    /// <summary>Ends the statement that runs or is about to.</summary>
    public void Send(CancelReason reason)
    {
        RunningQuery? running;
        CancellationTokenSource? request = null;
        lock (_lock)
        {
            running = _running;
            if (running == null && _isOpen)
            {
                _kept = reason;
                request = _request;
            }
        }

        running?.Cancel(reason);
        request?.Cancel();
    }
}
