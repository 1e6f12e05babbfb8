using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements;

/// <summary>LISTEN, NOTIFY and UNLISTEN. They take effect when their transaction commits.</summary>
internal static class NotificationStatements
{
    /// <exception cref="Parser.Errors.QueryException">0A000: the session's protocol has no notifications; 54000: too many channels.</exception>
    public static StatementResult Listen(Listen listen, Session session)
    {
        if (session.Notified == null)
        {
            throw StatementErrors.NoNotifications();
        }

        session.Inbox ??= new NotificationInbox(session.Notified);
        session.Transaction.Notifications.Listen(listen.Channel.Value);
        return new StatementResult.Command("LISTEN");
    }

    /// <exception cref="Parser.Errors.QueryException">22023: no such channel or payload; 54000: too many notifications.</exception>
    public static StatementResult Notify(Notify notify, Session session)
    {
        session.Transaction.Notifications.Notify(notify.Channel.Value, notify.Payload ?? "");
        return new StatementResult.Command("NOTIFY");
    }

    public static StatementResult Unlisten(Unlisten unlisten, Session session)
    {
        if (session.Inbox != null || session.Transaction.HasNotifications)
        {
            session.Transaction.Notifications.Unlisten(unlisten.Channel?.Value);
        }

        return new StatementResult.Command("UNLISTEN");
    }
}
