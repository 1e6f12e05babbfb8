using SqlCluster.Parser.Ast;

namespace SqlCluster.Server.Sessions;

/// <summary>What a session's open transaction undoes or keeps at its end: settings and cursors.</summary>
internal sealed class SessionTransaction(Session session)
{
    private readonly List<(string Name, SettingState Settings)> _savepoints = [];
    private SettingState? _atStart;

    /// <summary>Whether a transaction block is open, or the statements of one text are run as one.</summary>
    public bool IsOpen => _atStart != null;

    public void Begin(NodeList<TransactionMode> modes)
    {
        if (!IsOpen)
        {
            _atStart = session.Settings.Save();
            session.Settings.SetLocal("transaction_isolation", session.Settings.Get("default_transaction_isolation"));
            session.Settings.SetLocal("transaction_read_only", session.Settings.Get("default_transaction_read_only"));
        }

        Apply(modes);
    }

    /// <summary>SET TRANSACTION and the modes of BEGIN.</summary>
    public void Apply(NodeList<TransactionMode> modes)
    {
        foreach (TransactionMode mode in modes)
        {
            switch (mode)
            {
                case IsolationMode isolation: session.Settings.SetLocal("transaction_isolation", Name(isolation.Level)); break;
                case AccessMode access: session.Settings.SetLocal("transaction_read_only", access.ReadOnly ? "on" : "off"); break;
                default: break;
            }
        }
    }

    /// <summary>Ends the transaction; without one nothing happens.</summary>
    public async ValueTask EndAsync(bool isCommit)
    {
        if (_atStart is not { } atStart)
        {
            return;
        }

        _atStart = null;
        _savepoints.Clear();
        if (isCommit)
        {
            session.Settings.EndLocal();
        }
        else
        {
            session.Settings.Restore(atStart);
        }

        await session.Cursors.EndTransactionAsync(isCommit).ConfigureAwait(false);
    }

    public void Save(string name) => _savepoints.Add((name, session.Settings.Save()));

    /// <returns>False when there is no such savepoint.</returns>
    public bool Release(string name)
    {
        int index = Find(name);
        if (index >= 0)
        {
            _savepoints.RemoveRange(index, _savepoints.Count - index);
        }

        return index >= 0;
    }

    /// <returns>False when there is no such savepoint.</returns>
    public bool RollBackTo(string name)
    {
        int index = Find(name);
        if (index < 0)
        {
            return false;
        }

        session.Settings.Restore(_savepoints[index].Settings);
        _savepoints.RemoveRange(index + 1, _savepoints.Count - index - 1);
        return true;
    }

    /// <summary>A level as the setting spells it.</summary>
    public static string Name(IsolationLevel level) => level switch
    {
        IsolationLevel.ReadUncommitted => "read uncommitted",
        IsolationLevel.ReadCommitted => "read committed",
        IsolationLevel.RepeatableRead => "repeatable read",
        IsolationLevel.Serializable => "serializable",
    };

    private int Find(string name) => _savepoints.FindLastIndex(savepoint => savepoint.Name == name);
}

/// <summary>A session's settings at one moment: their values, and what those of SET LOCAL go back to.</summary>
internal sealed record SettingState(Dictionary<string, string> Values, Dictionary<string, string?> Local);
