using System.Net;
using System.Net.Sockets;

namespace SqlCluster.Server.Tests.Splitting;

/// <summary>How bytes are passed on.</summary>
public enum Pieces
{
    /// <summary>Each by itself.</summary>
    Bytes,

    /// <summary>In pieces of random lengths, some after a while.</summary>
    Random,

    /// <summary>As many as come within a moment, in one piece.</summary>
    Together,
}

/// <summary>Stands between clients and a server, and passes on their bytes in other pieces than they were sent in, both ways. The pieces follow from a seed.</summary>
internal sealed class SplittingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ends = new();
    private readonly int _server;
    private readonly Pieces _pieces;
    private readonly int _seed;
    private readonly Task _accepting;
    private long _written;

    public SplittingProxy(int server, Pieces pieces, int seed)
    {
        _server = server;
        _pieces = pieces;
        _seed = seed;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Pieces passed on so far: a test through which nothing went has shown nothing.</summary>
    public long Written => Interlocked.Read(ref _written);

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        _listener.Stop();
        await _accepting;
        _ends.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_ends.Token);
                connections.Add(ServeAsync(client, connections.Count));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }

        await Task.WhenAll(connections);
    }

    private async Task ServeAsync(TcpClient client, int number)
    {
        using (client)
        using (var server = new TcpClient { NoDelay = true })
        {
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _server, _ends.Token);
                await Task.WhenAll(PassAsync(client, server, (_seed * 1000) + (2 * number)), PassAsync(server, client, (_seed * 1000) + (2 * number) + 1));
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
            {
                // One side is gone: the other one sees it too.
            }
        }
    }

    private async Task PassAsync(TcpClient from, TcpClient to, int seed)
    {
        var random = new Random(seed);
        NetworkStream input = from.GetStream(), output = to.GetStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await input.ReadAsync(buffer, _ends.Token)) > 0)
        {
            if (_pieces == Pieces.Together)
            {
                await Task.Delay(2, _ends.Token);
                while (read < buffer.Length && input.DataAvailable)
                {
                    read += await input.ReadAsync(buffer.AsMemory(read), _ends.Token);
                }
            }

            for (int at = 0; at < read;)
            {
                int piece = Math.Min(read - at, _pieces switch { Pieces.Bytes => 1, Pieces.Together => read, _ => 1 + random.Next(random.Next(2) == 0 ? 9 : 9000) });
                await output.WriteAsync(buffer.AsMemory(at, piece), _ends.Token);
                Interlocked.Increment(ref _written);
                at += piece;
                if (_pieces == Pieces.Random && random.Next(50) == 0)
                {
                    await Task.Delay(random.Next(4), _ends.Token);
                }
            }
        }

        to.Client.Shutdown(SocketShutdown.Send);
    }
}
