using System.Text;

namespace SqlCluster.Server.Sessions;

/// <summary>What LISTEN, UNLISTEN and NOTIFY of a transaction, or of a statement without one, will do when it commits. Thread-safe: functions run where their query does.</summary>
internal sealed class PendingNotifications(Session session)
{
    /// <summary>Bytes of a payload must be fewer, as in PostgreSQL.</summary>
    private const int PayloadLimit = 8_000;

    /// <summary>Bytes of a channel must be fewer.</summary>
    private const int ChannelLimit = 64;

    private readonly Lock _lock = new();
    private readonly List<(bool Begins, string? Channel)> _listening = [];
    private readonly List<Notification> _sent = [];
    private HashSet<Notification>? _known;
    private long _sizeBytes;

    private NotificationChannels Channels => session.Engine.Notifications;

    /// <summary>How much there is, to come back to.</summary>
    public (int Listening, int Sent) Mark
    {
        get
        {
            lock (_lock)
            {
                return (_listening.Count, _sent.Count);
            }
        }
    }

    /// <summary>Adds a LISTEN.</summary>
    public void Listen(string channel) => Add(true, channel);

    /// <summary>Adds an UNLISTEN.</summary>
    /// <param name="channel">Null: all channels.</param>
    public void Unlisten(string? channel) => Add(false, channel);

    /// <summary>Adds a notification, unless the transaction has one like it.</summary>
    /// <exception cref="Parser.Errors.QueryException">22023: no such channel or payload; 54000: there are too many.</exception>
    public void Notify(string channel, string payload)
    {
        if (channel.Length == 0)
        {
            throw SessionErrors.NoChannel();
        }

        if (Encoding.UTF8.GetByteCount(channel) >= ChannelLimit)
        {
            throw SessionErrors.LongChannel();
        }

        if (Encoding.UTF8.GetByteCount(payload) >= PayloadLimit)
        {
            throw SessionErrors.LongPayload();
        }

        var notification = new Notification(session.Id, channel, payload);
        lock (_lock)
        {
            if ((_known ??= []).Contains(notification))
            {
                return;
            }

            Channels.CheckRoom(_sizeBytes + notification.SizeBytes);
            _known.Add(notification);
            _sent.Add(notification);
            _sizeBytes += notification.SizeBytes;
        }
    }

    /// <summary>Asks whether the notifications have room, before what they tell of is committed.</summary>
    /// <exception cref="Parser.Errors.QueryException">54000.</exception>
    public void CheckRoom()
    {
        lock (_lock)
        {
            if (_sent.Count > 0)
            {
                Channels.CheckRoom(_sizeBytes);
            }
        }
    }

    /// <summary>Does it all: who listens first, then what is sent.</summary>
    public void Commit()
    {
        ((bool Begins, string? Channel)[] listening, Notification[] sent) = Take();
        foreach ((bool begins, string? channel) in listening)
        {
            if (begins)
            {
                Channels.Listen(channel!, session.Inbox!);
            }
            else if (session.Inbox is { } inbox)
            {
                Channels.Unlisten(channel, inbox);
            }
        }

        if (sent.Length > 0)
        {
            Channels.Publish(sent);
        }
    }

    /// <summary>Forgets it all.</summary>
    public void RollBack() => RollBackTo((0, 0));

    /// <summary>Forgets what came after a mark.</summary>
    public void RollBackTo((int Listening, int Sent) mark)
    {
        lock (_lock)
        {
            _listening.RemoveRange(mark.Listening, _listening.Count - mark.Listening);
            for (int i = mark.Sent; i < _sent.Count; i++)
            {
                _known!.Remove(_sent[i]);
                _sizeBytes -= _sent[i].SizeBytes;
            }

            _sent.RemoveRange(mark.Sent, _sent.Count - mark.Sent);
        }
    }

    private void Add(bool begins, string? channel)
    {
        lock (_lock)
        {
            if (_listening.Count + (begins ? session.Inbox!.Channels.Count : 0) >= NotificationInbox.MostChannels)
            {
                throw SessionErrors.TooManyChannels();
            }

            _listening.Add((begins, channel));
        }
    }

    private ((bool Begins, string? Channel)[] Listening, Notification[] Sent) Take()
    {
        lock (_lock)
        {
            ((bool, string?)[], Notification[]) taken = ([.. _listening], [.. _sent]);
            _listening.Clear();
            _sent.Clear();
            _known = null;
            _sizeBytes = 0;
            return taken;
        }
    }
}
