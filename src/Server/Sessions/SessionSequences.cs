namespace SqlCluster.Server.Sessions;

/// <summary>The numbers that a session was given by sequences last: currval and lastval. Thread-safe.</summary>
internal sealed class SessionSequences
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, long> _values = [];
    private long? _last;

    /// <summary>Id of the sequence that gave the last number; null: none has.</summary>
    public long? Last
    {
        get
        {
            lock (_lock)
            {
                return _last;
            }
        }
    }

    /// <summary>Notes a number.</summary>
    /// <param name="sequence">Id of its sequence.</param>
    /// <param name="value">The number.</param>
    /// <param name="isGiven">Whether nextval gave it; setval leaves lastval alone.</param>
    public void Note(long sequence, long value, bool isGiven)
    {
        lock (_lock)
        {
            _values[sequence] = value;
            _last = isGiven ? sequence : _last;
        }
    }

    /// <summary>The last number of a sequence; null: none yet.</summary>
    public long? Value(long sequence)
    {
        lock (_lock)
        {
            return _values.TryGetValue(sequence, out long value) ? value : null;
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _values.Clear();
            _last = null;
        }
    }
}
