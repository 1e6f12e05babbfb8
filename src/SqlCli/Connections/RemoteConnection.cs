using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Client.Ado;
using SqlCluster.Flight.Client;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.SqlCli.Commands;

namespace SqlCluster.SqlCli.Connections;

/// <summary>A session on a server, over Flight SQL.</summary>
/// <remarks>Queries are polled until their first rows are there, which is where their progress comes from; then the rows stream.</remarks>
internal sealed class RemoteConnection : ISqlConnection
{
    private readonly ServerSession _session;
    private readonly HashSet<string> _functions = new(StringComparer.OrdinalIgnoreCase);
    private CancellationTokenSource? _running;
    private double _share;

    private RemoteConnection(ServerSession session, SqlClusterConnectionStringBuilder settings)
    {
        _session = session;
        Description = $"Statements run on the server {settings.Server}{(settings.User is { Length: > 0 } user ? $", for user {user}" : "")}.";
    }

    public string Description { get; }

    /// <summary>Logs in; asks for the password on the terminal when the server wants one and none was given.</summary>
    /// <exception cref="UsageException">The target is malformed, or an option does not go with it.</exception>
    /// <exception cref="QueryException">08001, 08006: no answer; 28000, 28P01: not let in.</exception>
    public static async Task<RemoteConnection> OpenAsync(string target, ServerLogin login)
    {
        SqlClusterConnectionStringBuilder settings = ServerTarget.Settings(target, login, Environment.GetEnvironmentVariable);
        try
        {
            try
            {
                return new RemoteConnection(await ServerSession.OpenAsync(settings, CancellationToken.None).ConfigureAwait(false), settings);
            }
            catch (SqlClusterException error) when (error.SqlState is "28000" or "28P01" && settings is { User: { } user, Password: null } && PasswordPrompt.IsPossible)
            {
                settings.Password = PasswordPrompt.Ask($"Password for user {user}: ");
            }

            return new RemoteConnection(await ServerSession.OpenAsync(settings, CancellationToken.None).ConfigureAwait(false), settings);
        }
        catch (SqlClusterException error)
        {
            QueryException translated = Translate(error);
            throw error.SqlState is "28000" or "28P01" && translated.Hint == null && settings.Password is null or "" && settings.Token == null
                ? new QueryException(translated.SqlState, ErrorKind.User, translated.Message, inner: error) { Hint = LoginHint(settings) }
                : translated;
        }
    }

    /// <summary>Remembers the names of functions, for the colours of the input.</summary>
    public void Learn(IEnumerable<string> functions) => _functions.UnionWith(functions);

    public async IAsyncEnumerable<Answer> ExecuteAsync(string statement)
    {
        using var running = new CancellationTokenSource();
        _running = running;
        try
        {
            yield return await RunAsync(statement, running.Token).ConfigureAwait(false);
        }
        finally
        {
            _running = null;
        }
    }

    public void Cancel()
    {
        try
        {
            _running?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended at this moment.
        }
    }

    public void ResetProgress() => Volatile.Write(ref _share, 0);

    public StatementProgress Progress() => new(Volatile.Read(ref _share), 0);

    public async ValueTask SetAsync(string name, string value)
    {
        var request = new SetSessionOptionsRequest();
        request.SessionOptions[name] = new SessionOptionValue { StringValue = value };
        SetSessionOptionsResult result = await GuardAsync(async () => await _session.Sql.Flight.SetSessionOptionsAsync(request).ConfigureAwait(false), default).ConfigureAwait(false);
        if (result.Errors.TryGetValue(name, out SetSessionOptionsResult.Types.Error? error))
        {
            throw error.Value == SetSessionOptionsResult.Types.ErrorValue.InvalidName
                ? new QueryException("42704", ErrorKind.User, $"unrecognized configuration parameter \"{name}\"")
                : new QueryException("22023", ErrorKind.User, $"invalid value for parameter \"{name}\": \"{value}\"");
        }
    }

    public bool IsFunction(string name) => _functions.Contains(name);

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private async Task<Answer> RunAsync(string statement, CancellationToken cancellation)
    {
        CommandPart part = CommandPart.Split(statement, []) is [{ } only] ? only : throw new QueryException("42601", ErrorKind.User, "several statements at once");
        if (part.IsCommand)
        {
            long changed = await GuardAsync(() => _session.Sql.ExecuteUpdateAsync(statement, cancellationToken: cancellation), cancellation).ConfigureAwait(false);
            return new Answer.Command(CommandTag.Of(statement, changed));
        }

        FlightInfo info = await GuardAsync(() => PollAsync(statement, cancellation), cancellation).ConfigureAwait(false);
        if (FlightClient.ReadSchema(info.Schema).Fields.Count == 0 && info.TotalRecords == 0)
        {
            return new Answer.Command(CommandTag.Of(statement, 0));
        }

        var account = new MemoryAccount("rows from the server");
        try
        {
            FlightStream stream = await GuardAsync(() => _session.Sql.ReadAsync(info.Endpoint[0], account, cancellation), cancellation).ConfigureAwait(false);
            string zone = stream.Schema.Fields.Select(static field => field.Type.Zone).FirstOrDefault(static zone => zone != null) ?? "UTC";
            return new Answer.Rows([.. stream.Schema.Fields.Select(RemoteColumn.Of)], zone, new Source(this, stream, account, cancellation));
        }
        catch
        {
            account.Dispose();
            throw;
        }
    }

    /// <summary>Plans and starts a query, and waits for its first rows.</summary>
    private async Task<FlightInfo> PollAsync(string statement, CancellationToken cancellation)
    {
        PollInfo poll = await _session.Sql.PollAsync(statement, cancellationToken: cancellation).ConfigureAwait(false);
        try
        {
            while (poll.FlightDescriptor != null)
            {
                Volatile.Write(ref _share, poll.Progress);
                poll = await _session.Sql.Flight.PollFlightInfoAsync(poll.FlightDescriptor, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (cancellation.IsCancellationRequested && error is OperationCanceledException or GrpcStatusException)
        {
            await CancelAsync(poll.Info).ConfigureAwait(false);
            throw;
        }

        return poll.Info;
    }

    /// <summary>Nobody reads the query yet, so that no dropped call would end it.</summary>
    private async Task CancelAsync(FlightInfo info)
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await _session.Sql.Flight.CancelFlightInfoAsync(info, patience.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is GrpcStatusException or OperationCanceledException)
        {
            // It has ended, or the server has.
        }
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception error) when (cancellation.IsCancellationRequested && error is OperationCanceledException or GrpcStatusException { Code: StatusCode.Cancelled })
        {
            throw CliErrors.Cancelled();
        }
        catch (GrpcStatusException error)
        {
            throw Translate(ClientErrors.Of(error));
        }
    }

    private static string LoginHint(SqlClusterConnectionStringBuilder settings) => settings.User == null
        ? "Name a user: grpc://USER@HOST, or SQLCLUSTER_USER."
        : "Give the password in a file (--password-file), in SQLCLUSTER_PASSWORD, or on a terminal, where it is asked for.";

    private static QueryException Translate(SqlClusterException error) =>
        new(error.SqlState, ErrorKind.User, error.Message, error.Position, error) { Detail = error.Detail, Hint = error.Hint };

    private sealed class Source(RemoteConnection connection, FlightStream stream, MemoryAccount account, CancellationToken cancelled) : IBatchSource
    {
        public async ValueTask<Batch?> ReadAsync(CancellationToken cancellation)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, cancelled);
            Batch? batch = await GuardAsync(() => stream.ReadAsync(either.Token).AsTask(), either.Token).ConfigureAwait(false);
            Volatile.Write(ref connection._share, 1);
            return batch;
        }

        public ValueTask DisposeAsync()
        {
            stream.Dispose();
            account.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
