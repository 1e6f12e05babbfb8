using System.Net.Security;
using Google.Protobuf;
using SqlCluster.Flight.Client;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;

namespace SqlCluster.Client.Ado;

/// <summary>One session on the server, with the statements that it keeps prepared; pooled between connections.</summary>
internal sealed class ServerSession : IAsyncDisposable
{
    /// <summary>Prepared statements kept for texts that come again.</summary>
    private const int MostPrepared = 64;

    private readonly SqlClusterConnectionStringBuilder _settings;
    private readonly FlightClient _flight;
    private readonly Dictionary<(string Text, ByteString? Transaction), LinkedListNode<PreparedText>> _prepared = [];
    private readonly LinkedList<PreparedText> _recent = [];

    private ServerSession(SqlClusterConnectionStringBuilder settings)
    {
        _settings = settings;
        _flight = new FlightClient(new FlightClientOptions(ClientChannel.Options(settings))
        {
            User = settings.User,
            Password = settings.Password ?? (settings.User == null ? null : ""),
            Token = settings.Token,
            LogsInAlways = true,
            OnNewSession = ReplaceAsync,
        });
        Sql = new FlightSqlClient(_flight);
    }

    public FlightSqlClient Sql { get; }

    public string ServerVersion { get; private set; } = "";

    public string Database { get; private set; } = "";

    /// <summary>Whether a statement may have changed settings or left temporary things: they are undone before the next use.</summary>
    public bool IsTouched { get; set; }

    /// <summary>Grows when the session had to be opened anew: statements that were prepared before are unknown since.</summary>
    public int Era { get; private set; }

    /// <summary>Connects and logs in.</summary>
    /// <exception cref="SqlClusterException">The server cannot be reached, or does not let the user in.</exception>
    public static async Task<ServerSession> OpenAsync(SqlClusterConnectionStringBuilder settings, CancellationToken cancellation)
    {
        var session = new ServerSession(settings);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(TimeSpan.FromSeconds(Math.Max(1, settings.ConnectTimeout)));
            await session.StartAsync(settings, patience.Token).ConfigureAwait(false);
            return session;
        }
        catch (GrpcStatusException error)
        {
            session._flight.Dispose();
            SqlClusterException failure = ClientErrors.Of(error);
            throw settings.Address.Scheme == "http" && error is { Code: StatusCode.Unavailable, InnerException: IOException or HttpRequestException } ? ClientErrors.PerhapsTls(failure) : failure;
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            session._flight.Dispose();
            throw ClientErrors.NoAnswer(settings.Address.Authority, settings.ConnectTimeout, error);
        }
        catch
        {
            session._flight.Dispose();
            throw;
        }
    }

    /// <summary>The statement prepared for a text, now or before. Within a transaction it is the transaction's.</summary>
    public async Task<FlightSqlPreparedStatement> PrepareAsync(string text, ByteString? transaction, CancellationToken cancellation)
    {
        if (_prepared.TryGetValue((text, transaction), out LinkedListNode<PreparedText>? known))
        {
            _recent.Remove(known);
            _recent.AddFirst(known);
            return known.Value.Statement;
        }

        FlightSqlPreparedStatement statement = await Sql.PrepareAsync(text, transaction, cancellation).ConfigureAwait(false);
        _prepared[(text, transaction)] = _recent.AddFirst(new PreparedText(text, transaction, statement));
        if (_recent.Count > MostPrepared)
        {
            await ForgetAsync(_recent.Last!.Value.Text, _recent.Last.Value.Transaction).ConfigureAwait(false);
        }

        return statement;
    }

    /// <summary>Closes the statement of a text: it failed, or has not been used for long.</summary>
    public async Task ForgetAsync(string text, ByteString? transaction)
    {
        if (_prepared.Remove((text, transaction), out LinkedListNode<PreparedText>? known))
        {
            _recent.Remove(known);
            await known.Value.Statement.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Closes the statements of a transaction.</summary>
    public async Task ForgetAsync(ByteString transaction)
    {
        foreach ((string text, ByteString? of) in _prepared.Keys.Where(key => transaction.Equals(key.Transaction)).ToArray())
        {
            await ForgetAsync(text, of).ConfigureAwait(false);
        }
    }

    /// <summary>Makes the session as good as new.</summary>
    public async Task ResetAsync(SqlClusterConnectionStringBuilder settings, CancellationToken cancellation)
    {
        foreach ((string text, ByteString? transaction) in _prepared.Keys.ToArray())
        {
            await ForgetAsync(text, transaction).ConfigureAwait(false);
        }

        await Sql.ExecuteUpdateAsync("DISCARD ALL", cancellationToken: cancellation).ConfigureAwait(false);
        await ApplyAsync(settings, cancellation).ConfigureAwait(false);
        IsTouched = false;
    }

    /// <summary>Ends the session on the server, which does so itself after a while when it cannot be reached.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await _flight.CloseSessionAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is GrpcStatusException or OperationCanceledException)
        {
            // Nothing is left to end.
        }

        _flight.Dispose();
    }

    /// <summary>The server has forgotten the session (it was started anew, or ended it): a new one is as good where nothing was left in the old one.</summary>
    /// <exception cref="GrpcStatusException">UNAVAILABLE: something was.</exception>
    private async Task ReplaceAsync(CancellationToken cancellation)
    {
        _prepared.Clear();
        _recent.Clear();
        Era++;
        if (IsTouched)
        {
            throw ClientErrors.SessionLost();
        }

        await ApplyAsync(_settings, cancellation).ConfigureAwait(false);
    }

    private async Task StartAsync(SqlClusterConnectionStringBuilder settings, CancellationToken cancellation)
    {
        GetSessionOptionsResult options = await _flight.GetSessionOptionsAsync(cancellation).ConfigureAwait(false);
        Database = options.SessionOptions.TryGetValue("catalog", out SessionOptionValue? catalog) ? catalog.StringValue : "";
        ServerVersion = options.SessionOptions.TryGetValue("server_version", out SessionOptionValue? version) ? version.StringValue : "";
        await ApplyAsync(settings, cancellation).ConfigureAwait(false);
    }

    private async Task ApplyAsync(SqlClusterConnectionStringBuilder settings, CancellationToken cancellation)
    {
        var request = new SetSessionOptionsRequest();
        Add("schema", settings.Schema);
        Add("TimeZone", settings.TimeZone);
        Add("application_name", settings.ApplicationName);
        if (request.SessionOptions.Count == 0)
        {
            return;
        }

        SetSessionOptionsResult result = await _flight.SetSessionOptionsAsync(request, cancellation).ConfigureAwait(false);
        foreach ((string name, SetSessionOptionsResult.Types.Error error) in result.Errors)
        {
            throw new SqlClusterException("22023", $"the server refuses the connection string's {name}: {error.Value}");
        }

        void Add(string name, string? value)
        {
            if (value != null)
            {
                request.SessionOptions[name] = new SessionOptionValue { StringValue = value };
            }
        }
    }

    private sealed record PreparedText(string Text, ByteString? Transaction, FlightSqlPreparedStatement Statement);
}
