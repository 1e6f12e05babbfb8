using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace SqlCluster.Client.Ado;

/// <summary>SQL to run: one statement or several, with @name, :name, ? or $1 parameters.</summary>
public sealed class SqlClusterCommand : DbCommand
{
    private SqlClusterConnection? _connection;
    private volatile CommandExecution? _running;
    private int? _timeout;

    public SqlClusterCommand()
    {
    }

    public SqlClusterCommand(string text, SqlClusterConnection connection)
    {
        CommandText = text;
        _connection = connection;
    }

    [AllowNull]
    public override string CommandText { get; set; } = "";

    /// <summary>Seconds that it may wait for its first and for its next rows; 0: any time.</summary>
    public override int CommandTimeout
    {
        get => _timeout ?? _connection?.Settings.CommandTimeout ?? 0;
        set => _timeout = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    /// <exception cref="NotSupportedException">Set to stored procedures.</exception>
    public override CommandType CommandType
    {
        get => CommandType.Text;
        set
        {
            if (value == CommandType.StoredProcedure)
            {
                throw new NotSupportedException("there are no stored procedures");
            }
        }
    }

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource { get; set; }

    public new SqlClusterConnection? Connection { get => _connection; set => _connection = value; }

    public new SqlClusterParameterCollection Parameters { get; } = [];

    protected override DbConnection? DbConnection { get => _connection; set => _connection = (SqlClusterConnection?)value; }

    protected override DbParameterCollection DbParameterCollection => Parameters;

    protected override DbTransaction? DbTransaction { get; set; }

    private SqlClusterConnection Open => _connection ?? throw ClientErrors.NotOpen();

    /// <summary>Ends the command on the server; what waits for it fails with 57014. From any thread.</summary>
    public override void Cancel() => _running?.Cancel();

    public new SqlClusterParameter CreateParameter() => new();

    public override int ExecuteNonQuery() => Waiting.For(() => ExecuteNonQueryAsync(CancellationToken.None));

    public override async Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken)
    {
        SqlClusterDataReader reader = await ExecuteReaderAsync(CommandBehavior.Default, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            do
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    // Rows of queries among the statements.
                }
            }
            while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false));
            return reader.RecordsAffected;
        }
    }

    public override object? ExecuteScalar() => Waiting.For(() => ExecuteScalarAsync(CancellationToken.None));

    public override async Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken)
    {
        SqlClusterDataReader reader = await ExecuteReaderAsync(CommandBehavior.Default, cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            return reader.FieldCount > 0 && await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? reader.GetValue(0) : null;
        }
    }

    public new SqlClusterDataReader ExecuteReader(CommandBehavior behavior = CommandBehavior.Default) => Waiting.For(() => ExecuteReaderAsync(behavior, CancellationToken.None));

    public new Task<SqlClusterDataReader> ExecuteReaderAsync(CancellationToken cancellationToken = default) => ExecuteReaderAsync(CommandBehavior.Default, cancellationToken);

    /// <summary>Runs the statements up to the first with rows.</summary>
    /// <exception cref="SqlClusterException">A statement failed, was cancelled or took too long.</exception>
    public new Task<SqlClusterDataReader> ExecuteReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken = default) =>
        RunAsync(Open, Bind(CommandText, Parameters), CommandTimeout, behavior, execution => _running = execution, cancellationToken);

    /// <summary>Has the server parse and plan the statements now, and keep them; those that fail do so here.</summary>
    public override void Prepare() => Waiting.For(() => PrepareAsync(CancellationToken.None));

    public override async Task PrepareAsync(CancellationToken cancellationToken = default)
    {
        using var execution = new CommandExecution(Open, [], CommandTimeout);
        foreach (CommandPart part in CommandPart.Split(CommandText, Parameters))
        {
            await execution.GuardAsync(token => Open.Session.PrepareAsync(part.Text, Open.Transaction?.Handle, token), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The statements of a text with their parameters.</summary>
    /// <exception cref="InvalidOperationException">A placeholder has no parameter.</exception>
    internal static IReadOnlyList<BoundPart> Bind(string text, SqlClusterParameterCollection parameters) =>
        [.. CommandPart.Split(text, parameters).Select(part => new BoundPart(part, [.. part.Parameters.Select(index => index < parameters.Count
            ? parameters[index]
            : throw new InvalidOperationException($"the statement has a placeholder number {index + 1}, but there are {parameters.Count} parameters"))]))];

    internal static async Task<SqlClusterDataReader> RunAsync(
        SqlClusterConnection connection, IReadOnlyList<BoundPart> parts, int timeout, CommandBehavior behavior, Action<CommandExecution?> register, CancellationToken cancellation)
    {
        _ = connection.Session;
        connection.CheckIdle();
        var execution = new CommandExecution(connection, parts, timeout);
        register(execution);
        var reader = new SqlClusterDataReader(connection, execution, behavior, () => register(null));
        connection.Attach(reader);
        try
        {
            await reader.StartAsync(cancellation).ConfigureAwait(false);
            return reader;
        }
        catch
        {
            await reader.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    protected override DbParameter CreateDbParameter() => CreateParameter();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => ExecuteReader(behavior);

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) =>
        await ExecuteReaderAsync(behavior, cancellationToken).ConfigureAwait(false);
}
