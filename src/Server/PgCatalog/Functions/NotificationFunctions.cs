using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;

namespace SqlCluster.Server.PgCatalog.Functions;

/// <summary>Notifications: sending them, and what the session listens to.</summary>
internal static class NotificationFunctions
{
    public static IEnumerable<SessionFunction> All =>
    [
        PgNotify,
        Function.Rows("pg_listening_channels", [], SqlType.Text, static (session, _) => session.Session.Inbox is { } inbox ? session.Session.Engine.Notifications.Of(inbox).Select(static channel => (object?[])[channel]) : [], "Channels the session listens to"),
        Function.Of("pg_notification_queue_usage", [], SqlType.DoublePrecision, static (session, _) => session.Session.Engine.Notifications.Usage, "How full the queue of notifications is, from 0 to 1"),
    ];

    private static SessionFunction PgNotify => new()
    {
        Name = "pg_notify", Parameters = [SqlType.Text, SqlType.Text], ReturnType = SessionFunction.Returns(SqlType.Void), IsStrict = false, MayReturnNull = true, MayFail = true,
        Volatility = Volatility.Volatile, Description = "Sends a notification to all who listen to a channel, when the transaction commits",
        Body = static (names, arguments) =>
        {
            ((SessionObjects)names).Session.Transaction.Notifications.Notify(arguments[0] as string ?? "", arguments[1] as string ?? "");
            return "";
        },
    };
}
