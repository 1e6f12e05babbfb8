using System.Collections;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace SqlCluster.Client.Ado;

/// <summary>Commands that run one after the other, each with parameters of its own.</summary>
public sealed class SqlClusterBatch : DbBatch
{
    private volatile CommandExecution? _running;

    public new SqlClusterBatchCommandCollection BatchCommands { get; } = [];

    public override int Timeout { get; set; }

    public new SqlClusterConnection? Connection { get; set; }

    protected override DbBatchCommandCollection DbBatchCommands => BatchCommands;

    protected override DbConnection? DbConnection { get => Connection; set => Connection = (SqlClusterConnection?)value; }

    protected override DbTransaction? DbTransaction { get; set; }

    public override void Cancel() => _running?.Cancel();

    public override int ExecuteNonQuery() => Waiting.For(() => ExecuteNonQueryAsync(CancellationToken.None));

    public override async Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default)
    {
        DbDataReader reader = await ExecuteDbDataReaderAsync(CommandBehavior.Default, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
            {
                // Statements run when their turn comes.
            }

            return reader.RecordsAffected;
        }
    }

    public override object? ExecuteScalar() => Waiting.For(() => ExecuteScalarAsync(CancellationToken.None));

    public override async Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default)
    {
        DbDataReader reader = await ExecuteDbDataReaderAsync(CommandBehavior.Default, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            return reader.FieldCount > 0 && await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? reader.GetValue(0) : null;
        }
    }

    public override void Prepare() => Waiting.For(() => PrepareAsync(CancellationToken.None));

    public override async Task PrepareAsync(CancellationToken cancellationToken = default)
    {
        SqlClusterConnection connection = Connection ?? throw ClientErrors.NotOpen();
        using var execution = new CommandExecution(connection, [], Timeout);
        foreach (BoundPart bound in Bind())
        {
            await execution.GuardAsync(token => connection.Session.PrepareAsync(bound.Part.Text, connection.Transaction?.Handle, token), cancellationToken).ConfigureAwait(false);
        }
    }

    protected override DbBatchCommand CreateDbBatchCommand() => new SqlClusterBatchCommand();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Waiting.For(() => ExecuteDbDataReaderAsync(behavior, CancellationToken.None));

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        await SqlClusterCommand.RunAsync(Connection ?? throw ClientErrors.NotOpen(), Bind(), Timeout, behavior, execution => _running = execution, cancellationToken).ConfigureAwait(false);

    private List<BoundPart> Bind() => [.. BatchCommands.Commands.SelectMany(static command => SqlClusterCommand.Bind(command.CommandText, command.Parameters))];
}

/// <summary>One command of a batch.</summary>
public sealed class SqlClusterBatchCommand : DbBatchCommand
{
    [AllowNull]
    public override string CommandText { get; set; } = "";

    public override CommandType CommandType { get; set; } = CommandType.Text;

    /// <summary>Not known for single commands: the reader counts all together.</summary>
    public override int RecordsAffected => -1;

    public new SqlClusterParameterCollection Parameters { get; } = [];

    public override bool CanCreateParameter => true;

    protected override DbParameterCollection DbParameterCollection => Parameters;

    public override DbParameter CreateParameter() => new SqlClusterParameter();
}

/// <summary>The commands of a batch, in order.</summary>
public sealed class SqlClusterBatchCommandCollection : DbBatchCommandCollection
{
    internal List<SqlClusterBatchCommand> Commands { get; } = [];

    public override int Count => Commands.Count;

    public override bool IsReadOnly => false;

    public override void Add(DbBatchCommand item) => Commands.Add((SqlClusterBatchCommand)item);

    public override void Clear() => Commands.Clear();

    public override bool Contains(DbBatchCommand item) => IndexOf(item) >= 0;

    public override void CopyTo(DbBatchCommand[] array, int arrayIndex) => ((ICollection)Commands).CopyTo(array, arrayIndex);

    public override IEnumerator<DbBatchCommand> GetEnumerator() => Commands.GetEnumerator();

    public override int IndexOf(DbBatchCommand item) => Commands.IndexOf((SqlClusterBatchCommand)item);

    public override void Insert(int index, DbBatchCommand item) => Commands.Insert(index, (SqlClusterBatchCommand)item);

    public override bool Remove(DbBatchCommand item) => Commands.Remove((SqlClusterBatchCommand)item);

    public override void RemoveAt(int index) => Commands.RemoveAt(index);

    protected override DbBatchCommand GetBatchCommand(int index) => Commands[index];

    protected override void SetBatchCommand(int index, DbBatchCommand batchCommand) => Commands[index] = (SqlClusterBatchCommand)batchCommand;
}
