using System.Globalization;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements;

/// <summary>SET, RESET, SHOW and DISCARD.</summary>
internal static class SettingStatements
{
    public static StatementResult Set(SetSetting set, Session session)
    {
        if (set.Values.IsEmpty || set.Values is [OptionWord { Word: var word }] && word.Equals("default", StringComparison.OrdinalIgnoreCase))
        {
            session.Settings.Reset(set.Name);
        }
        else if (set.Name.Equals("role", StringComparison.OrdinalIgnoreCase) || set.Name.Equals("session_authorization", StringComparison.OrdinalIgnoreCase))
        {
            return RoleStatements.Become(ValueText(set, session), session);
        }
        else if (set.Scope != SettingScope.Local)
        {
            session.Settings.Set(set.Name, ValueText(set, session));
        }
        else if (session.Transaction is { IsOpen: true, IsDetached: false })
        {
            session.Settings.SetLocal(set.Name, ValueText(set, session));
        }
        else
        {
            return new StatementResult.Command("SET") { Warning = ("25P01", "SET LOCAL can only be used in transaction blocks") };
        }

        return new StatementResult.Command("SET");
    }

    /// <summary>SET TRANSACTION, and SET SESSION CHARACTERISTICS for the transactions to come.</summary>
    public static StatementResult SetTransaction(SetTransaction set, Session session)
    {
        if (!set.SessionCharacteristics)
        {
            if (!session.Transaction.IsOpen)
            {
                return new StatementResult.Command("SET") { Warning = ("25P01", "SET TRANSACTION can only be used in transaction blocks") };
            }

            session.Transaction.Apply(set.Modes);
            return new StatementResult.Command("SET");
        }

        foreach (TransactionMode mode in set.Modes)
        {
            (string name, string value) = mode switch
            {
                IsolationMode isolation => ("transaction_isolation", SessionTransaction.Name(isolation.Level)),
                AccessMode access => ("transaction_read_only", access.ReadOnly ? "on" : "off"),
                DeferrableMode deferrable => ("transaction_deferrable", deferrable.Deferrable ? "on" : "off"),
                _ => ("", ""),
            };
            if (name.Length > 0)
            {
                session.Settings.Set("default_" + name, value);
                if (!session.Transaction.IsOpen)
                {
                    // What SHOW says between transactions.
                    session.Settings.Set(name, value);
                }
            }
        }

        return new StatementResult.Command("SET");
    }

    public static StatementResult Reset(ResetSetting reset, Session session)
    {
        if (reset.Name == null)
        {
            session.Settings.ResetAll();
        }
        else
        {
            session.Settings.Reset(reset.Name);
        }

        return new StatementResult.Command("RESET");
    }

    public static StatementResult Show(ShowSetting show, Session session, CancellationToken cancellation)
    {
        if (show.Name == null)
        {
            var rows = session.Settings.List().Select(static pair => new object?[] { pair.Definition.Name, pair.Value, pair.Definition.Description });
            return session.Pipeline.RunValues([Column("name"), Column("setting"), Column("description")], rows, "SHOW", cancellation);
        }

        string value = session.Settings.Get(show.Name);
        string name = SettingDefinitions.All.TryGetValue(show.Name, out SettingDefinition? definition) ? definition.Name : show.Name;
        return session.Pipeline.RunValues([Column(name)], [[value]], "SHOW", cancellation);
    }

    public static async Task<StatementResult> DiscardAsync(Discard discard, Session session)
    {
        if (discard.Kind == DiscardKind.All)
        {
            await session.Cursors.CloseAllAsync().ConfigureAwait(false);
            session.Settings.ResetAll();
            session.Prepared.Clear();
            if (session.Inbox is { } inbox)
            {
                session.Engine.Notifications.Unlisten(null, inbox);
            }
        }

        if (discard.Kind is DiscardKind.All or DiscardKind.Plans)
        {
            session.Statements.Clear();
        }

        if (discard.Kind is DiscardKind.All or DiscardKind.Sequences)
        {
            session.Sequences.Clear();
        }

        if (discard.Kind is DiscardKind.All or DiscardKind.Temporary)
        {
            DropStatements.DropTemporary(session);
        }

        return new StatementResult.Command($"DISCARD {(discard.Kind == DiscardKind.Temporary ? "TEMP" : discard.Kind.ToString().ToUpperInvariant())}");
    }

    /// <summary>What SET's values say together: names of schemas are quoted where they need it, an interval is a zone's hours east of Greenwich.</summary>
    private static string ValueText(SetSetting set, Session session) => set.Values switch
    {
        [OptionInterval zone] => (((IntervalValue)session.Pipeline.EvaluateConstant(zone.Value).Value!).Microseconds / (double)Catalyst.Types.Text.Calendar.MicrosecondsPerHour).ToString(CultureInfo.InvariantCulture),
        _ when set.Name.Equals("search_path", StringComparison.OrdinalIgnoreCase) => string.Join(", ", set.Values.Select(static value => Quoted(Text(value)))),
        _ => string.Join(", ", set.Values.Select(Text)),
    };

    private static string Quoted(string name) => Identifier.Named(name).Quoted ? $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : name;

    internal static string Text(OptionValue value) => value switch
    {
        OptionWord word => word.Word,
        OptionString text => text.Value,
        OptionNumber number => number.Text,
        OptionList list => string.Join(", ", list.Values.Select(Text)),
        OptionInterval interval => interval.Value.Value,
        _ => throw Execution.ExecutionErrors.Internal($"option value {value.GetType().Name}"),
    };

    private static ResultColumn Column(string name) => new(name, SqlType.Text, false);
}
