using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.Sessions;

/// <summary>Errors of sessions: limits, timeouts and ends ordered from outside, in PostgreSQL's words where it has them.</summary>
public static class SessionErrors
{
    public static QueryException TooManySessions() => new("53300", ErrorKind.Resources, "sorry, too many clients already");

    /// <summary>The process has no file handle for one more connection.</summary>
    public static QueryException NoHandles() => new("53300", ErrorKind.Resources, "sorry, too many clients already")
    {
        Detail = FormattableString.Invariant($"There are no more file handles for connections: the server may have {FileHandles.Limit} open (ulimit -n, LimitNOFILE), some of them files."),
    };

    public static QueryException QueueFull(int waiting) =>
        new("53300", ErrorKind.Resources, "too many queries wait for their turn") { Detail = FormattableString.Invariant($"{waiting} queries may wait (queue_length).") };

    public static QueryException QueuedTooLong(TimeSpan patience) =>
        new("57014", ErrorKind.Cancelled, FormattableString.Invariant($"canceling statement due to queue timeout: it waited {patience.TotalSeconds:0.###} s for its turn"));

    public static QueryException NoChannel() => new("22023", ErrorKind.User, "channel name cannot be empty");

    public static QueryException LongChannel() => new("22023", ErrorKind.User, "channel name too long");

    public static QueryException LongPayload() => new("22023", ErrorKind.User, "payload string too long");

    public static QueryException TooManyNotifications() => new("54000", ErrorKind.Resources, "too many notifications in the NOTIFY queue");

    public static QueryException TooManyChannels() => new("54000", ErrorKind.Resources, "too many channels") { Detail = FormattableString.Invariant($"A session may listen to {NotificationInbox.MostChannels} channels.") };

    public static QueryException Terminated() => new("57P01", ErrorKind.Resources, "terminating connection due to administrator command");

    public static QueryException Draining() => new("57P03", ErrorKind.Resources, "the database system is shutting down");

    public static QueryException IdleTooLong() => new("57P05", ErrorKind.Resources, "terminating connection due to idle-session timeout");

    public static QueryException IdleInTransactionTooLong() => new("25P03", ErrorKind.Resources, "terminating connection due to idle-in-transaction timeout");
}
