using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Server.Hosting;

/// <summary>Judges by the number of a connection's socket whether there are file handles enough for it (<see cref="FileHandles"/>). Thread-safe.</summary>
/// <param name="logger">Is told that clients are turned away.</param>
/// <param name="time">The clock.</param>
/// <param name="most">Clients' sockets have numbers below it, but for the one that each listener holds for a moment.</param>
internal sealed class ConnectionRoom(ILogger logger, TimeProvider time, int most)
{
    /// <summary>Handles for connections that are told why they are not wanted.</summary>
    private const int AnswerHandles = 16;

    /// <summary>Handles, of those for files, that connections of the status door may have when there are no others: whoever looks after the server is to get in then.</summary>
    private const int OperatorHandles = 16;

    /// <summary>Fewer connections than these are no server.</summary>
    private const int FewestConnections = 16;

    /// <summary>A limit with which 1,000 connections fit.</summary>
    private const int EnoughHandles = 2048;

    /// <summary>How often the log says that clients are turned away.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    /// <summary>How long a connection waits for being told.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly SemaphoreSlim _answers = new(AnswerHandles);
    private readonly Lock _lock = new();
    private long? _lastSaid;
    private long _refused;

    /// <summary>Connections that fit beside the files that are open now.</summary>
    private static int Fitting => FileHandles.MostConnections - AnswerHandles - FileHandles.CountOpen();

    /// <summary>When the doors are open: checks that the limit of file handles leaves room for those who come, and has the program opened what it will need.</summary>
    /// <exception cref="IOException">Next to none is left.</exception>
    public static void Prepare()
    {
        if (Fitting < FewestConnections)
        {
            throw new IOException(FormattableString.Invariant($"too few file handles: the limit is {FileHandles.Limit} (ulimit -n, LimitNOFILE), {FileHandles.CountOpen()} are open before the first client comes; {EnoughHandles} would do"));
        }

        AssembliesAhead.LoadWhereHandlesAreFew(Fitting - FewestConnections);
    }

    /// <summary>As <see cref="Prepare()"/>; says so when less is left than the configuration allows.</summary>
    /// <exception cref="IOException">Next to none is left.</exception>
    public static void Prepare(ILogger logger, int maxSessions)
    {
        Prepare();
        if (Fitting is var fitting && fitting < maxSessions)
        {
            logger.LogWarning("the limit of {Limit} file handles (ulimit -n, LimitNOFILE) leaves room for {Connections} connections, fewer than max_connections = {MaxConnections}", FileHandles.Limit, fitting, maxSessions);
        }
    }

    /// <summary>Whether there is room for a connection that has just been accepted.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="isForOperators">Whether it came through the status door, which has the last handles.</param>
    public bool IsThere(ConnectionContext connection, bool isForOperators)
    {
        if (!OperatingSystem.IsLinux() || connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket || Number(socket) < most + (isForOperators ? OperatorHandles : -AnswerHandles))
        {
            return true;
        }

        Say();
        return false;
    }

    /// <summary>Has a connection for which there is no room served for as long as it takes to tell its client; <see cref="Unwelcome"/>.</summary>
    /// <returns>False: it is not; there are too many of those already.</returns>
    public async Task<bool> TakeForAnAnswerAsync(ConnectionContext connection, CancellationToken cancellation)
    {
        if (!await _answers.WaitAsync(Patience, cancellation).ConfigureAwait(false))
        {
            return false;
        }

        Unwelcome.Mark(connection, _answers);
        return true;
    }

    private static nint Number(Socket socket)
    {
        try
        {
            return socket.SafeHandle.DangerousGetHandle();
        }
        catch (ObjectDisposedException)
        {
            return 0;       // it has left already
        }
    }

    private void Say()
    {
        long refused;
        lock (_lock)
        {
            _refused++;
            if (_lastSaid is { } last && time.GetElapsedTime(last) < Silence)
            {
                return;
            }

            _lastSaid = time.GetTimestamp();
            refused = _refused;
            _refused = 0;
        }

        logger.LogWarning("too few file handles for more connections: {Connections} refused since the last such line; the limit is {Limit} (ulimit -n, LimitNOFILE)", refused, FileHandles.Limit);
    }
}
