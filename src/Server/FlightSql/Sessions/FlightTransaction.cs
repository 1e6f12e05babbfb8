using Google.Protobuf;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.FlightSql.Sessions;

/// <summary>A transaction of BeginTransaction: known by its handle, with savepoints that are known by theirs. A session may have several.</summary>
/// <remarks>It runs on the engine session of its owner, in whose gate its statements take turns with the others; settings stay the session's.</remarks>
internal sealed class FlightTransaction
{
    private const int HandleBytes = 16;

    private readonly TimeProvider _time;
    private readonly HashSet<Guid> _savepoints = [];
    private long _lastUse;
    private int _uses;

    public FlightTransaction(FlightSession owner, TimeProvider time)
    {
        Owner = owner;
        _time = time;
        _lastUse = time.GetTimestamp();
        Transaction = SessionTransaction.BeginDetached(owner.Session);
    }

    public Guid Handle { get; } = Guid.NewGuid();

    public FlightSession Owner { get; }

    /// <summary>What the engine knows of it; to be used behind the owner's gate.</summary>
    public SessionTransaction Transaction { get; }

    /// <summary>Since when no call has named it.</summary>
    public TimeSpan IdleTime => Volatile.Read(ref _uses) > 0 ? TimeSpan.Zero : _time.GetElapsedTime(Volatile.Read(ref _lastUse));

    /// <summary>Keeps it from expiring while a call uses it.</summary>
    public void Enter() => Interlocked.Increment(ref _uses);

    public void Leave()
    {
        Volatile.Write(ref _lastUse, _time.GetTimestamp());
        Interlocked.Decrement(ref _uses);
    }

    /// <summary>Sets a savepoint. The name is for people: the handle alone counts.</summary>
    /// <returns>Its handle: the transaction's, then its own.</returns>
    public ByteString Save()
    {
        var savepoint = Guid.NewGuid();
        Transaction.CheckOpen();
        Transaction.Save(NameOf(savepoint));
        _savepoints.Add(savepoint);
        return ByteString.CopyFrom([.. Handle.ToByteArray(), .. savepoint.ToByteArray()]);
    }

    /// <summary>The handle of the transaction that a savepoint's handle names.</summary>
    public static ReadOnlySpan<byte> TransactionOf(ReadOnlySpan<byte> savepoint) => savepoint.Length == 2 * HandleBytes ? savepoint[..HandleBytes] : [];

    /// <summary>Ends a savepoint, or goes back to it.</summary>
    /// <returns>False when it is unknown, or ended before.</returns>
    public bool EndSavepoint(ReadOnlySpan<byte> handle, bool isRollback)
    {
        var savepoint = new Guid(handle[HandleBytes..]);
        if (!_savepoints.Contains(savepoint))
        {
            return false;
        }

        if (isRollback)
        {
            return Transaction.RollBackTo(NameOf(savepoint));
        }

        _savepoints.Remove(savepoint);
        return Transaction.Release(NameOf(savepoint));
    }

    private static string NameOf(Guid savepoint) => $"flight {savepoint:N}";
}
