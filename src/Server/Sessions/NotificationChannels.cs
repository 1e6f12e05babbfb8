namespace SqlCluster.Server.Sessions;

/// <summary>Who listens to which channel, in all sessions of a process. Thread-safe.</summary>
/// <remarks>As PostgreSQL's documentation of NOTIFY and LISTEN says; unlike there, notifications wait in memory and separately for each listener.</remarks>
internal sealed class NotificationChannels
{
    /// <summary>What all notifications may hold that have not been delivered, in bytes.</summary>
    public const long MostBytes = 64L << 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, HashSet<NotificationInbox>> _listeners = new(StringComparer.Ordinal);
    private long _waitingBytes;

    /// <summary>How full the queue is, from 0 to 1.</summary>
    public double Usage => Math.Min(1, Volatile.Read(ref _waitingBytes) / (double)MostBytes);

    public void Listen(string channel, NotificationInbox inbox)
    {
        lock (_lock)
        {
            if (!_listeners.TryGetValue(channel, out HashSet<NotificationInbox>? inboxes))
            {
                _listeners[channel] = inboxes = [];
            }

            inboxes.Add(inbox);
            inbox.Channels.Add(channel);
        }
    }

    /// <param name="channel">Null: all.</param>
    /// <param name="inbox">Whose.</param>
    public void Unlisten(string? channel, NotificationInbox inbox)
    {
        lock (_lock)
        {
            foreach (string left in channel == null ? [.. inbox.Channels] : (string[])[channel])
            {
                if (inbox.Channels.Remove(left) && _listeners.TryGetValue(left, out HashSet<NotificationInbox>? inboxes) && inboxes.Remove(inbox) && inboxes.Count == 0)
                {
                    _listeners.Remove(left);
                }
            }
        }
    }

    /// <summary>The channels that a session listens to.</summary>
    public string[] Of(NotificationInbox inbox)
    {
        lock (_lock)
        {
            return [.. inbox.Channels];
        }
    }

    /// <exception cref="Parser.Errors.QueryException">54000: so much may not wait.</exception>
    public void CheckRoom(long bytes)
    {
        if (Volatile.Read(ref _waitingBytes) + bytes > MostBytes)
        {
            throw SessionErrors.TooManyNotifications();
        }
    }

    /// <summary>Gives notifications to all who listen, in this order.</summary>
    public void Publish(IReadOnlyList<Notification> notifications)
    {
        HashSet<NotificationInbox>? woken = null;
        lock (_lock)
        {
            foreach (Notification notification in notifications)
            {
                foreach (NotificationInbox inbox in _listeners.TryGetValue(notification.Channel, out HashSet<NotificationInbox>? inboxes) ? inboxes : [])
                {
                    inbox.Waiting.Enqueue(notification);
                    _waitingBytes += notification.SizeBytes;
                    if (inbox.Waiting.Count == 1)
                    {
                        (woken ??= []).Add(inbox);
                    }
                }
            }
        }

        foreach (NotificationInbox inbox in woken ?? [])
        {
            inbox.Wake();
        }
    }

    /// <summary>Takes what waits for a session, but for channels that it does not listen to any more.</summary>
    public IReadOnlyList<Notification> Take(NotificationInbox inbox)
    {
        lock (_lock)
        {
            if (inbox.Waiting.Count == 0)
            {
                return [];
            }

            Notification[] taken = [.. inbox.Waiting];
            inbox.Waiting.Clear();
            _waitingBytes -= taken.Sum(static notification => notification.SizeBytes);
            return Array.FindAll(taken, notification => inbox.Channels.Contains(notification.Channel));
        }
    }

    /// <summary>Forgets a session.</summary>
    public void Leave(NotificationInbox inbox)
    {
        Unlisten(null, inbox);
        Take(inbox);
    }
}

/// <summary>What waits for one session that listens; made with its first LISTEN, so that others cost nothing.</summary>
/// <param name="wake">Tells the session's connection that something waits; called from any thread, and returns at once.</param>
internal sealed class NotificationInbox(Action wake)
{
    /// <summary>Channels that a session may listen to.</summary>
    public const int MostChannels = 10_000;

    /// <summary>Guarded by <see cref="NotificationChannels"/>.</summary>
    public HashSet<string> Channels { get; } = new(StringComparer.Ordinal);

    /// <summary>In the order of delivery; guarded by <see cref="NotificationChannels"/>.</summary>
    public Queue<Notification> Waiting { get; } = new();

    public void Wake() => wake();
}
