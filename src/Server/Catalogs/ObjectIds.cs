namespace SqlCluster.Server.Catalogs;

/// <summary>Hands out the ids of user objects: each is given once in a process, from 16384 on, as PostgreSQL does. Thread-safe.</summary>
public sealed class ObjectIds
{
    /// <summary>The first id of a user object; those below belong to PostgreSQL's built-in objects.</summary>
    public const long First = 16384;

    private long _last = First - 1;

    public long Next() => Interlocked.Increment(ref _last);
}
