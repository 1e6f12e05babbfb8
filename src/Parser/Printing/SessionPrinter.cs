using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Printing;

/// <summary>Writes statements about settings, transactions and the session.</summary>
internal static class SessionPrinter
{
    /// <summary>Writes the statement if it is one of these.</summary>
    public static bool TryWrite(SqlWriter writer, Statement statement)
    {
        switch (statement)
        {
            case SetSetting set:
                Write(writer, set);
                break;
            case SetTransaction { Snapshot: { } snapshot }:
                writer.Add("SET TRANSACTION SNAPSHOT ").String(snapshot);
                break;
            case SetTransaction set:
                writer.Add(set.SessionCharacteristics ? "SET SESSION CHARACTERISTICS AS TRANSACTION " : "SET TRANSACTION ").List(set.Modes, Write);
                break;
            case ResetSetting { Name: null }:
                writer.Add("RESET ALL");
                break;
            case ResetSetting reset:
                OptionPrinter.WriteName(writer.Add("RESET "), reset.Name);
                break;
            case ShowSetting { Name: null }:
                writer.Add("SHOW ALL");
                break;
            case ShowSetting show:
                OptionPrinter.WriteName(writer.Add("SHOW "), show.Name);
                break;
            case ShowObjects show:
                Write(writer, show);
                break;
            case BeginTransaction begin:
                writer.Add(begin.Start ? "START TRANSACTION" : "BEGIN").AddIf(!begin.Modes.IsEmpty, " ").List(begin.Modes, Write);
                break;
            case Commit commit:
                writer.Add("COMMIT").AddIf(commit.Chain, " AND CHAIN");
                break;
            case Rollback rollback:
                writer.Add("ROLLBACK").AddIf(rollback.Chain, " AND CHAIN");
                break;
            case Savepoint savepoint:
                writer.Add("SAVEPOINT ").Name(savepoint.Name);
                break;
            case ReleaseSavepoint release:
                writer.Add("RELEASE SAVEPOINT ").Name(release.Name);
                break;
            case RollbackToSavepoint rollback:
                writer.Add("ROLLBACK TO SAVEPOINT ").Name(rollback.Name);
                break;
            case Discard discard:
                writer.Add("DISCARD ").Add(discard.Kind.ToString().ToUpperInvariant());
                break;
            case Listen listen:
                writer.Add("LISTEN ").Name(listen.Channel);
                break;
            case Notify notify:
                writer.Add("NOTIFY ").Name(notify.Channel).With(notify.Payload, static (target, payload) => target.String(payload), ", ");
                break;
            case Unlisten unlisten:
                writer.Add("UNLISTEN ").AddIf(unlisten.Channel is null, "*").With(unlisten.Channel, static (target, channel) => target.Name(channel));
                break;
            case Checkpoint:
                writer.Add("CHECKPOINT");
                break;
            default:
                return false;
        }
        return true;
    }

    private static void Write(SqlWriter writer, SetSetting set)
    {
        writer.Add("SET ").Add(set.Scope switch
        {
            SettingScope.Default => "",
            SettingScope.Session => "SESSION ",
            SettingScope.Local => "LOCAL ",
        });
        // An interval is a value of the time zone only.
        if (set.Values is [OptionInterval interval])
        {
            LiteralPrinter.Write(writer.Add("TIME ZONE "), interval.Value);
            return;
        }
        OptionPrinter.WriteName(writer, set.Name).Add(" TO ").AddIf(set.Values.IsEmpty, "DEFAULT").List(set.Values, OptionPrinter.WriteValue);
    }

    private static void Write(SqlWriter writer, ShowObjects show)
    {
        writer.Add("SHOW ").Add(show.Kind switch
        {
            ShowKind.Tables => "TABLES",
            ShowKind.AllTables => "ALL TABLES",
            ShowKind.Views => "VIEWS",
            ShowKind.Schemas => "SCHEMAS",
            ShowKind.Databases => "DATABASES",
            ShowKind.Columns => "COLUMNS",
            ShowKind.Functions => "FUNCTIONS",
            ShowKind.CreateTable => "CREATE TABLE",
            ShowKind.CreateView => "CREATE VIEW",
        });
        bool created = show.Kind is ShowKind.CreateTable or ShowKind.CreateView;
        writer.With(show.From, static (target, name) => target.Name(name), created ? " " : " FROM ").With(show.Like, static (target, text) => target.String(text), " LIKE ");
    }

    private static void Write(SqlWriter writer, TransactionMode mode)
    {
        writer.Add(mode switch
        {
            IsolationMode { Level: IsolationLevel.ReadUncommitted } => "ISOLATION LEVEL READ UNCOMMITTED",
            IsolationMode { Level: IsolationLevel.ReadCommitted } => "ISOLATION LEVEL READ COMMITTED",
            IsolationMode { Level: IsolationLevel.RepeatableRead } => "ISOLATION LEVEL REPEATABLE READ",
            IsolationMode => "ISOLATION LEVEL SERIALIZABLE",
            AccessMode access => access.ReadOnly ? "READ ONLY" : "READ WRITE",
            DeferrableMode deferrable => deferrable.Deferrable ? "DEFERRABLE" : "NOT DEFERRABLE",
            _ => throw Unprintable.Node(mode),
        });
    }
}
