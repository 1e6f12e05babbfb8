using SqlCluster.Server.FlightSql.Statements;

namespace SqlCluster.Server.FlightSql.Sessions;

/// <summary>A session's statements by handle, and in the order in which their leases end: all leases are of one length. Thread-safe.</summary>
internal sealed class StatementTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, LinkedListNode<FlightStatement>> _byHandle = [];
    private readonly LinkedList<FlightStatement> _byLease = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public void Add(FlightStatement statement)
    {
        lock (_gate)
        {
            _byHandle.Add(statement.Handle, _byLease.AddLast(statement));
            _count = _byHandle.Count;
        }
    }

    public FlightStatement? Find(Guid handle)
    {
        lock (_gate)
        {
            return _byHandle.GetValueOrDefault(handle)?.Value;
        }
    }

    /// <summary>Forgets a statement.</summary>
    /// <returns>False when somebody else has done so.</returns>
    public bool Remove(FlightStatement statement)
    {
        lock (_gate)
        {
            if (!_byHandle.Remove(statement.Handle, out LinkedListNode<FlightStatement>? node))
            {
                return false;
            }

            _byLease.Remove(node);
            _count = _byHandle.Count;
            return true;
        }
    }

    /// <summary>Gives a statement a new lease, if it is still here.</summary>
    public void Renew(FlightStatement statement, DateTimeOffset expires)
    {
        lock (_gate)
        {
            statement.Expires = expires;
            if (_byHandle.TryGetValue(statement.Handle, out LinkedListNode<FlightStatement>? node))
            {
                _byLease.Remove(node);
                _byLease.AddLast(node);
            }
        }
    }

    /// <summary>The statement that nobody reads and whose lease ends first; null: all are read.</summary>
    public FlightStatement? OldestIdle()
    {
        lock (_gate)
        {
            return _byLease.FirstOrDefault(static statement => !statement.IsRead);
        }
    }

    public FlightStatement[] All()
    {
        lock (_gate)
        {
            return [.. _byLease];
        }
    }
}
