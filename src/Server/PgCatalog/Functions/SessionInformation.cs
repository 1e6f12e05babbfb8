using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.PgCatalog.Functions;

/// <summary>Who and where the session is: users, database, schemas, connection, transaction, other sessions.</summary>
internal static class SessionInformation
{
    private static readonly SqlType Names = SqlType.Array(SqlType.Name);
    private static readonly SqlType Address = TypeVariants.Of(TypeVariant.Inet);

    public static IEnumerable<SessionFunction> All =>
    [
        Function.Of("version", [], SqlType.Text, static (session, _) => Version(session), "The PostgreSQL that is spoken, and the program"),
        Function.Of("current_user", [], SqlType.Name, static (session, _) => session.Session.User, "User of the session"),
        Function.Of("session_user", [], SqlType.Name, static (session, _) => session.Session.User, "User of the session"),
        Function.Of("user", [], SqlType.Name, static (session, _) => session.Session.User, "User of the session"),
        Function.Of("current_role", [], SqlType.Name, static (session, _) => session.Session.User, "User of the session"),
        Function.Of("current_database", [], SqlType.Name, static (session, _) => session.Session.Engine.Database.Name, "Database of the session"),
        Function.Of("current_catalog", [], SqlType.Name, static (session, _) => session.Session.Engine.Database.Name, "Database of the session"),
        Function.Of("current_schema", [], SqlType.Name, static (session, _) => Schemas(session, false).FirstOrDefault(), "Schema where new tables go"),
        Function.Of("current_schemas", [SqlType.Boolean], Names, static (session, arguments) => Function.Array(SqlType.Name, Schemas(session, (bool)arguments[0]!)), "Schemas of the search path that exist, with the implied ones if asked"),
        Function.Of("pg_backend_pid", [], SqlType.Integer, static (session, _) => (long)session.Session.Id, "Number of the session"),
        Function.Of("pg_is_in_recovery", [], SqlType.Boolean, static (_, _) => false, "Always false"),
        Function.Of("pg_is_wal_replay_paused", [], SqlType.Boolean, static (_, _) => false, "Always false"),
        Function.Of("pg_jit_available", [], SqlType.Boolean, static (_, _) => false, "Always false"),
        Function.Of("pg_postmaster_start_time", [], SqlType.TimestampTz, static (session, _) => Microseconds(session.Session.Engine.Start), "When the server started"),
        Function.Of("pg_conf_load_time", [], SqlType.TimestampTz, static (session, _) => Microseconds(session.Session.Engine.Start), "When the configuration was read"),
        Function.Of("inet_client_addr", [], Address, static (session, _) => session.Session.Client.Address?.ToString(), "Address of the client"),
        Function.Of("inet_client_port", [], SqlType.Integer, static (session, _) => session.Session.Client.Address == null ? null : (long)session.Session.Client.Port, "Port of the client"),
        Function.Of("inet_server_addr", [], Address, static (session, _) => session.Session.Client.Server?.Address.ToString(), "Address of the server that the client connected to, null where there is none"),
        Function.Of("inet_server_port", [], SqlType.Integer, static (session, _) => session.Session.Client.Server == null ? null : (long)session.Session.Client.Server.Port, "Port of the server that the client connected to, null where there is none"),
        Function.Of("txid_current", [], SqlType.BigInt, static (session, _) => TransactionId(session), "Number of the transaction"),
        Function.Of("txid_current_if_assigned", [], SqlType.BigInt, static (session, _) => session.Session.Transaction.Current?.AssignedId, "Number of the transaction, null while it has not changed anything"),
        Function.Of("pg_current_xact_id", [], SqlType.BigInt, static (session, _) => TransactionId(session), "Number of the transaction"),
        Function.Of("pg_my_temp_schema", [], SqlType.Oid, static (session, _) => session.View.Namespace(SessionCatalog.TemporarySchema)?.Oid ?? 0, "Schema of the session's temporary tables, 0 while there are none"),
        Function.Of("pg_is_other_temp_schema", [SqlType.Oid], SqlType.Boolean, static (_, _) => false, "Always false: other sessions' temporary tables are not seen"),
        Function.Of("getdatabaseencoding", [], SqlType.Name, static (_, _) => "UTF8", "Always UTF8"),
        Function.Of("pg_client_encoding", [], SqlType.Name, static (_, _) => "UTF8", "Always UTF8"),
        Function.Of("pg_char_to_encoding", [SqlType.Name], SqlType.Integer, static (_, arguments) => Encoding((string)arguments[0]!), "Number of an encoding, -1 when unknown"),
        Function.Of("pg_encoding_to_char", [SqlType.Integer], SqlType.Name, static (_, arguments) => (long)arguments[0]! switch { 6 => "UTF8", 0 => "SQL_ASCII", 8 => "LATIN1", _ => "" }, "Name of an encoding"),
        Function.Of("pg_blocking_pids", [SqlType.Integer], SqlType.Array(SqlType.Integer), static (session, arguments) => Function.Array(SqlType.Integer, session.Session.Engine.Database.Commits.Locks.BlockersOf((int)(long)arguments[0]!).Select(static id => (object?)(long)id)), "Sessions that a session waits for"),
        Function.Of("age", [TypeVariants.Of(TypeVariant.Xid)], SqlType.Integer, static (_, arguments) => CatalogView.TransactionId - (long)arguments[0]! + 1, "Age of a row's transaction"),
        Function.Of("mxid_age", [TypeVariants.Of(TypeVariant.Xid)], SqlType.Integer, static (_, _) => 0L, "Always 0"),
        Function.Acting("pg_cancel_backend", [SqlType.Integer], SqlType.Boolean, static (session, arguments) => Signal(session, arguments[0], static other => other.Cancel()), "Cancels what another session runs"),
        Function.Acting("pg_terminate_backend", [SqlType.Integer], SqlType.Boolean, static (session, arguments) => Signal(session, arguments[0], static other => other.Terminate()), "Ends another session"),
        Function.Acting("pg_terminate_backend", [SqlType.Integer, SqlType.BigInt], SqlType.Boolean, static (session, arguments) => Signal(session, arguments[0], static other => other.Terminate()), "Ends another session"),
        Function.Waiting("pg_sleep", [SqlType.DoublePrecision], SqlType.Void, static (session, arguments) => Sleep(session, (double)arguments[0]!), "Waits so many seconds"),
        Function.Acting("setseed", [SqlType.DoublePrecision], SqlType.Void, static (session, arguments) => Seed(session, (double)arguments[0]!), "Makes the numbers that random() gives from the next statement on repeatable; from -1 to 1"),
        Function.Waiting("pg_sleep_for", [SqlType.Interval], SqlType.Void, static (session, arguments) => Sleep(session, Seconds((IntervalValue)arguments[0]!)), "Waits for an interval"),
        Function.Waiting(
            "pg_sleep_until", [SqlType.TimestampTz], SqlType.Void, static (session, arguments) => Sleep(session, ((long)arguments[0]! - Microseconds(TimeProvider.System.GetUtcNow())) / 1e6), "Waits until an instant"),
        Function.Acting("pg_try_advisory_lock", [SqlType.BigInt], SqlType.Boolean, static (_, _) => true, "Always true: there are no locks"),
        Function.Acting("pg_advisory_lock", [SqlType.BigInt], SqlType.Void, static (_, _) => "", "Does nothing: there are no locks"),
        Function.Acting("pg_advisory_unlock", [SqlType.BigInt], SqlType.Boolean, static (_, _) => true, "Does nothing: there are no locks"),
    ];

    /// <summary>Microseconds since 1970.</summary>
    public static long Microseconds(DateTimeOffset time) => (time.UtcTicks - DateTime.UnixEpoch.Ticks) / 10;

    /// <summary>Outside of a transaction the query is one.</summary>
    private static object TransactionId(SessionObjects session) => session.Session.Transaction.Current?.Id ?? session.Session.Engine.Database.Commits.NextId();

    private static string Version(SessionObjects session)
    {
        string number = session.Session.Settings.Get("server_version").Split(' ')[0];
        return $"PostgreSQL {number} (SqlCluster) on {System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier}, compiled by .NET {Environment.Version}, 64-bit";
    }

    private static IEnumerable<string> Schemas(SessionObjects session, bool withImplied) =>
        session.View.SearchPath().Select(static space => space.Name)
            .Where(name => withImplied || (name != SessionCatalog.TemporarySchema && (name != SystemShape.PgCatalog || session.Session.Settings.SearchPath.Contains(name))));

    private static object Encoding(string name) => name.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant() switch { "UTF8" or "UNICODE" => 6L, "SQL_ASCII" => 0L, "LATIN1" => 8L, _ => -1L };

    private static object Signal(SessionObjects session, object? pid, Action<Session> signal)
    {
        if (session.Session.Engine.Sessions.FirstOrDefault(other => other.Id == (long)pid!) is not { } found)
        {
            return false;
        }

        signal(found);
        return true;
    }

    private static string Seed(SessionObjects session, double seed)
    {
        session.Session.Settings.Seed(seed is >= -1 and <= 1 ? seed : throw new QueryException("22023", ErrorKind.User, FormattableString.Invariant($"setseed parameter {seed} is out of allowed range [-1,1]")));
        return "";
    }

    private static double Seconds(IntervalValue interval) => (((interval.Months * 30.0) + interval.Days) * 86_400) + (interval.Microseconds / 1e6);

    private static object Sleep(SessionObjects session, double seconds)
    {
        // A statement of its own thread waits; cancelling the statement wakes it.
        CancellationToken token = session.Session.Running?.Token ?? CancellationToken.None;
        bool isCancelled = token.WaitHandle.WaitOne(TimeSpan.FromSeconds(Math.Clamp(seconds, 0, int.MaxValue / 1000)));
        return isCancelled ? throw new QueryException("57014", ErrorKind.Cancelled, "canceling statement due to user request") : "";
    }
}
