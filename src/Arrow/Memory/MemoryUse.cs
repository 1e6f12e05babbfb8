namespace SqlCluster.Arrow.Memory;

/// <summary>Counts the bytes of buffers that were taken while one part of a query (an operator of its plan, an exchange) ran. Thread-safe.</summary>
/// <remarks>
/// A buffer counts for the part that took it until it is released, also when another part holds it by then. A use counts for the account that is charged first;
/// buffers charged to other accounts are not its own. Every buffer of an account counts for exactly one use, so their <see cref="BytesAtPeak"/> add up to
/// <see cref="MemoryAccount.PeakBytes"/>.
/// </remarks>
public sealed class MemoryUse
{
    [ThreadStatic]
    private static MemoryUse? _current;

    private MemoryAccount? _account;
    private long _usedBytes;
    private long _peakBytes;
    private long _peakNumber;
    private long _bytesAtPeak;

    /// <summary>Counts for the account that is charged first.</summary>
    public MemoryUse()
    {
    }

    /// <summary>Counts for an account.</summary>
    internal MemoryUse(MemoryAccount account) => _account = account;

    /// <summary>Whose work the calling thread does; null: nobody's.</summary>
    public static MemoryUse? Current
    {
        get => _current;
        set => _current = value;
    }

    /// <summary>The most bytes held at once, counted in whole pool blocks.</summary>
    public long PeakBytes => Interlocked.Read(ref _peakBytes);

    /// <summary>Bytes held when the account as a whole held most.</summary>
    public long BytesAtPeak => Volatile.Read(ref _account)?.BytesAtPeak(this) ?? 0;

    /// <summary>Whether an account's buffers count here: those of the first one that asks.</summary>
    internal bool CountsFor(MemoryAccount account) => (Interlocked.CompareExchange(ref _account, account, null) ?? account) == account;

    /// <summary>Counts a buffer taken (positive) or released. Under the account's lock.</summary>
    /// <param name="bytes">Size, negative for a release.</param>
    /// <param name="peakNumber">How many peaks the account had before: the first change after a peak keeps what was held at it.</param>
    internal void Count(long bytes, long peakNumber)
    {
        _bytesAtPeak = AtPeak(peakNumber);
        _peakNumber = peakNumber;
        _usedBytes += bytes;
        if (_usedBytes > _peakBytes)
        {
            Interlocked.Exchange(ref _peakBytes, _usedBytes);
        }
    }

    /// <summary>Bytes held at the account's last peak. Under the account's lock.</summary>
    internal long AtPeak(long peakNumber) => peakNumber == _peakNumber ? _bytesAtPeak : _usedBytes;
}
