using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace SqlCluster.Server.Hosting;

/// <summary>Says on which thread what has come in is handled; a feature of connections that have the choice.</summary>
internal interface IAnswersInPlace
{
    /// <summary>
    /// Whether what comes next is handled by the thread that reads from the socket, which many connections share: only where the answer takes no longer than passing the message to another
    /// thread would. Else it is the thread pool's.
    /// </summary>
    bool AnswersInPlace { set; }
}

/// <summary>A connection whose socket a <see cref="SocketPoller"/> reads.</summary>
/// <remarks><code>
/// poller: recv ─▶ pipe ─▶ (in place, or on the thread pool) who reads the pipe ─▶ send
/// </code>
/// What is not read waits in the pipe, and beyond <see cref="MostUnreadBytes"/> in the socket. The socket is read while a statement runs, so the client's end is heard at any time.
/// </remarks>
internal sealed class PolledConnection : DefaultConnectionContext, IAnswersInPlace, IConnectionSocketFeature
{
    /// <summary>Bytes that wait for whoever reads the pipe.</summary>
    private const int MostUnreadBytes = 1 << 20;

    private const int FewBytes = 4096;
    private const int ManyBytes = 64 * 1024;

    private static long _lastId;

    private readonly Socket _socket;
    private readonly int _descriptor;
    private readonly SocketPoller _poller;
    private readonly Pipe _input;
    private readonly Lock _lock = new();
    private volatile bool _answersInPlace;
    private bool _isWatched;
    private bool _isPaused;
    private bool _isClosed;
    private bool _hasEnded;
    private int _nextBytes = FewBytes;

    private PolledConnection(Socket socket, SocketPoller poller)
        : base($"pg-{Interlocked.Increment(ref _lastId)}")
    {
        _socket = socket;
        _poller = poller;
        _descriptor = (int)socket.SafeHandle.DangerousGetHandle();
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        _input = new Pipe(new PipeOptions(
            readerScheduler: new Place(this), writerScheduler: PipeScheduler.ThreadPool, pauseWriterThreshold: MostUnreadBytes, resumeWriterThreshold: MostUnreadBytes / 2, useSynchronizationContext: false));
        Transport = new Pipes(_input.Reader, new SocketWriter(socket));
        Features.Set<IAnswersInPlace>(this);
        Features.Set<IConnectionSocketFeature>(this);
    }

    public bool AnswersInPlace
    {
        set => _answersInPlace = value;
    }

    public Socket Socket => _socket;

    /// <summary>What the poller knows it by.</summary>
    internal long Key { get; set; }

    /// <summary>Begins to read from a socket, which belongs to the connection from now on.</summary>
    public static PolledConnection Start(Socket socket)
    {
        socket.Blocking = false;
        var connection = new PolledConnection(socket, SocketPoller.Least());
        lock (connection._lock)
        {
            connection._isWatched = true;
            connection._poller.Add(connection, connection._descriptor);
        }

        return connection;
    }

    /// <summary>Reads what there is, or sees that there will be nothing. One call at a time, by the poller's thread.</summary>
    public void Read()
    {
        lock (_lock)
        {
            if (_isPaused)
            {
                // The connection is lost, which is told over and over again. What is left of it is read when there is room.
                _isWatched = false;
                _poller.Remove(_descriptor, Key);
                return;
            }
        }

        ReadOnce();
    }

    /// <returns>Whether there may be more to read, and it is for the caller to do.</returns>
    private bool ReadOnce()
    {
        try
        {
            PipeWriter input = _input.Writer;
            Memory<byte> memory = input.GetMemory(_nextBytes);
            int count = _socket.Receive(memory.Span, SocketFlags.None, out SocketError error);
            switch (error)
            {
                case SocketError.WouldBlock:
                    return false;
                case SocketError.Success when count > 0:
                    // Who fills a buffer has much to say.
                    _nextBytes = count == memory.Length ? ManyBytes : FewBytes;
                    input.Advance(count);
                    return Pass(input.FlushAsync());
                case SocketError.Success:
                    return End(null);
                case SocketError.ConnectionReset or SocketError.Shutdown:
                    return End(new ConnectionResetException("the client has reset the connection", new SocketException((int)error)));
                default:
                    return End(new SocketException((int)error));
            }
        }
        catch (Exception error)
        {
            // Its socket is being closed; and whatever else it may be, the thread is also that of others.
            return End(error);
        }
    }

    /// <summary>Looks whether what was read has a reader, and room.</summary>
    private bool Pass(ValueTask<FlushResult> flush)
    {
        if (!flush.IsCompletedSuccessfully)
        {
            Pause();
            _ = ResumeAsync(flush);
            return false;
        }

        return !flush.Result.IsCompleted || End(null);
    }

    /// <summary>Ends the connection in both directions: who reads sees its end, and who writes that nobody reads.</summary>
    public override void Abort(ConnectionAbortedException abortReason) => Shutdown();

    public override async ValueTask DisposeAsync()
    {
        await _input.Reader.CompleteAsync().ConfigureAwait(false);
        await Transport.Output.CompleteAsync().ConfigureAwait(false);
        Unwatch();
        Shutdown();
        _socket.Dispose();
        FireClosed();
    }

    /// <summary>There is nothing to come any more; whoever waits for it is told, and then everybody. By who reads, as all of the pipe's writing.</summary>
    /// <returns>False: there is no more to read.</returns>
    private bool End(Exception? error)
    {
        Unwatch();
        if (!_hasEnded)
        {
            _hasEnded = true;
            _input.Writer.Complete(error);
        }

        FireClosed();
        return false;
    }

    private void FireClosed()
    {
        if (!Interlocked.Exchange(ref _isClosed, true))
        {
            base.Abort(new ConnectionAbortedException());       // on another thread
        }
    }

    private void Shutdown()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The other side was faster, or this one.
        }
    }

    private void Unwatch()
    {
        lock (_lock)
        {
            if (_isWatched)
            {
                _isWatched = false;
                _poller.Remove(_descriptor, Key);
            }
        }
    }

    private void Pause()
    {
        lock (_lock)
        {
            _isPaused = true;
            if (_isWatched)
            {
                _poller.Change(_descriptor, Key, reads: false);
            }
        }
    }

    private async Task ResumeAsync(ValueTask<FlushResult> flush)
    {
        bool isOver = (await flush.ConfigureAwait(false)).IsCompleted;
        lock (_lock)
        {
            _isPaused = false;
            if (_isWatched && !isOver)
            {
                _poller.Change(_descriptor, Key, reads: true);
                return;
            }
        }

        if (isOver)
        {
            End(null);
            return;
        }

        while (ReadOnce())
        {
            // Nobody else does any more.
        }
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>Where who reads the pipe goes on.</summary>
    private sealed class Place(PolledConnection connection) : PipeScheduler
    {
        public override void Schedule(Action<object?> action, object? state)
        {
            if (connection._answersInPlace)
            {
                action(state);
            }
            else
            {
                ThreadPool.Schedule(action, state);
            }
        }
    }
}
