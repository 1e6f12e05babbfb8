namespace SqlCluster.Server.Hosting;

/// <summary>A thread that reads from many connections as data comes, and on which what answers at once does so. There is one a processor, for the whole life of the process.</summary>
/// <remarks>
/// The runtime's own sockets pass each event to the thread pool: two threads wake up for a message whose answer takes less time than that. Here one does, and reads without asking first whether
/// there is anything to read.
/// </remarks>
internal sealed class SocketPoller
{
    private const int StackBytes = 16 << 20;

    private static readonly Lazy<SocketPoller[]> All = new(static () => [.. Enumerable.Range(0, Environment.ProcessorCount).Select(static index => new SocketPoller(index))]);

    private readonly EventPoll _events = new();
    private readonly Lock _lock = new();
    private readonly List<PolledConnection?> _connections = [];
    private readonly Stack<int> _free = new();
    private uint _lastKey;
    private int _count;

    private SocketPoller(int index) => new Thread(Run, StackBytes) { IsBackground = true, Name = $"connections {index}" }.UnsafeStart();

    /// <summary>Whether this machine has what it takes.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>The one with the fewest connections.</summary>
    public static SocketPoller Least() => All.Value.MinBy(static poller => Volatile.Read(ref poller._count))!;

    /// <summary>Calls <see cref="PolledConnection.Read"/> whenever there is something to read, or the connection has ended.</summary>
    public void Add(PolledConnection connection, int socket)
    {
        lock (_lock)
        {
            if (!_free.TryPop(out int index))
            {
                index = _connections.Count;
                _connections.Add(null);
            }

            // An event may be on its way to a connection that has left; the upper half tells it from its successor.
            long key = ((long)++_lastKey << 32) | (uint)index;
            connection.Key = key;
            _connections[index] = connection;
            _count++;
            try
            {
                _events.Add(socket, key);
            }
            catch
            {
                Forget(index);
                throw;
            }
        }
    }

    /// <summary>Says whether there is room for data; the end of a connection is told either way.</summary>
    public void Change(int socket, long key, bool reads) => _events.Change(socket, key, reads);

    /// <summary>Looks after a connection no longer. Before its socket is closed.</summary>
    public void Remove(int socket, long key)
    {
        lock (_lock)
        {
            var index = (int)(uint)key;
            if (_connections[index]?.Key == key)
            {
                _events.Remove(socket);
                Forget(index);
            }
        }
    }

    private void Forget(int index)
    {
        _connections[index] = null;
        _free.Push(index);
        _count--;
    }

    private void Run()
    {
        Span<long> keys = stackalloc long[64];
        while (true)
        {
            int count = _events.Wait(keys);
            foreach (long key in keys[..count])
            {
                Find(key)?.Read();
            }
        }
    }

    private PolledConnection? Find(long key)
    {
        lock (_lock)
        {
            return _connections[(int)(uint)key] is { } connection && connection.Key == key ? connection : null;
        }
    }
}
