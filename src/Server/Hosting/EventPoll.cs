using System.Runtime.InteropServices;

namespace SqlCluster.Server.Hosting;

/// <summary>Linux's epoll(7): which of many sockets have something to read. Level-triggered: what is not read is told again.</summary>
internal sealed partial class EventPoll
{
    private const int AddSocket = 1, RemoveSocket = 2, ChangeSocket = 3;
    private const uint Readable = 1;
    private const int CloseOnExec = 0x80000;
    private const int Interrupted = 4;
    private const int MostEvents = 128;

    /// <summary>Numbers of 32 bits in struct epoll_event, which is packed on x64 alone: events, (a gap,) the low and the high half of its data.</summary>
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 3 : 4;

    private readonly int _poll;
    private readonly uint[] _events = new uint[MostEvents * Stride];

    /// <exception cref="IOException">There are too many files open.</exception>
    public EventPoll()
    {
        _poll = Create(CloseOnExec);
        Check(_poll, "epoll_create1");
    }

    /// <summary>Has a socket watched.</summary>
    /// <param name="socket">File descriptor.</param>
    /// <param name="key">What <see cref="Wait"/> calls it.</param>
    public void Add(int socket, long key) => Check(Control(AddSocket, socket, key, Readable), "epoll_ctl");

    /// <summary>Says whether a socket's data is wanted for now; its end is told either way.</summary>
    public void Change(int socket, long key, bool reads) => Check(Control(ChangeSocket, socket, key, reads ? Readable : 0), "epoll_ctl");

    /// <summary>Forgets a socket; events of it that <see cref="Wait"/> has given already stay.</summary>
    public void Remove(int socket) => _ = Control(RemoveSocket, socket, 0, 0);

    /// <summary>Waits until a socket has something to read or has ended. One thread.</summary>
    /// <param name="keys">Gets the keys of those that have, at most as many as fit.</param>
    /// <returns>How many there are.</returns>
    public int Wait(Span<long> keys)
    {
        int count = Wait(_poll, _events, Math.Min(keys.Length, MostEvents), -1);
        if (count < 0)
        {
            return Marshal.GetLastPInvokeError() == Interrupted ? 0 : throw Failed("epoll_wait");
        }

        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<uint> data = _events.AsSpan((i * Stride) + Stride - 2, 2);
            keys[i] = (long)(((ulong)data[1] << 32) | data[0]);
        }

        return count;
    }

    private int Control(int operation, int socket, long key, uint events)
    {
        Span<uint> change = stackalloc uint[Stride];
        change.Clear();
        change[0] = events;
        change[^2] = unchecked((uint)key);
        change[^1] = unchecked((uint)(key >> 32));
        return Control(_poll, operation, socket, change);
    }

    private static void Check(int result, string call)
    {
        if (result < 0)
        {
            throw Failed(call);
        }
    }

    private static IOException Failed(string call) => new($"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int poll, int operation, int socket, Span<uint> change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int Wait(int poll, Span<uint> events, int most, int timeout);
}
