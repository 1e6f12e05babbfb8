using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Schema;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Sql;
using SqlCluster.Server.FlightSql.Actions;
using SqlCluster.Server.FlightSql.Commands;
using SqlCluster.Server.FlightSql.Security;
using SqlCluster.Server.FlightSql.Sessions;
using SqlCluster.Server.FlightSql.Statements;
using SqlCluster.Server.FlightSql.Streams;
using SqlCluster.Server.FlightSql.Types;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Security;
using SqlCluster.Server.Sessions;
using Action = SqlCluster.Flight.Protos.Action;
using Empty = SqlCluster.Flight.Protos.Empty;

namespace SqlCluster.Server.FlightSql;

/// <summary>Arrow Flight SQL over an engine: the calls of arrow.flight.protocol.FlightService (Flight.proto, FlightSql.proto).</summary>
internal sealed class FlightSqlService : IAsyncDisposable
{
    private const string Service = "/arrow.flight.protocol.FlightService/";

    private readonly FlightLimits _limits;
    private readonly FlightSessions _sessions;
    private readonly Authenticator _authenticator;
    private readonly StatementPlanner _planner;
    private readonly ActionService _actions;
    private readonly PutService _puts;

    /// <param name="engine">Runs the statements.</param>
    /// <param name="users">Who may come in.</param>
    /// <param name="logger">Gets internal errors.</param>
    /// <param name="limits">Bounds; null: the defaults.</param>
    /// <param name="time">The clock of tokens and leases; null: the system's.</param>
    /// <param name="certificates">What is asked of clients' certificates; null: nothing.</param>
    public FlightSqlService(Engine engine, UserStore users, ILogger logger, FlightLimits? limits = null, TimeProvider? time = null, ClientCertificates? certificates = null)
    {
        _limits = limits ?? FlightLimits.Default;
        time ??= TimeProvider.System;
        _sessions = new FlightSessions(engine, _limits, time);
        _authenticator = new Authenticator(users, _sessions, certificates);
        _planner = new StatementPlanner(_sessions, _limits, time);
        _actions = new ActionService(_sessions, _planner);
        _puts = new PutService(_sessions, _planner, _limits);
        Server = new GrpcServer(new GrpcServerOptions
        {
            Authenticate = call => new ValueTask<object?>(Authenticate(call, logger)),
            Translate = FlightStatus.Translate,
            Logger = logger,
        });
        Map(Server);
        HealthService.MapTo(Server).Set("arrow.flight.protocol.FlightService", true);
    }

    /// <summary>The method table, health checks included.</summary>
    public GrpcServer Server { get; }

    /// <summary>Sessions open now.</summary>
    public int SessionCount => _sessions.Count;

    /// <summary>Serves one HTTP/2 request.</summary>
    public Task InvokeAsync(HttpContext http) => Server.InvokeAsync(http);

    /// <summary>Refuses new calls from now on; those that run go on.</summary>
    public void Drain() => _ = Server.DrainAsync(CancellationToken.None);

    /// <summary>Throws away what has expired, now instead of with the next tick.</summary>
    public Task SweepAsync() => _sessions.SweepAsync();

    public ValueTask DisposeAsync() => _sessions.DisposeAsync();

    private void Map(GrpcServer server) => server
        .MapStreaming(Service + "Handshake", GrpcMethodKind.Duplex, call => new Handshake(_authenticator, _sessions).RunAsync(call), isAnonymous: true)
        .MapUnary(Service + "GetFlightInfo", FlightDescriptor.Parser, (call, descriptor) => WithCaller(call, caller => GetFlightInfoAsync(call, caller, descriptor)))
        .MapUnary(Service + "PollFlightInfo", FlightDescriptor.Parser, (call, descriptor) => WithCaller(call, caller => PollFlightInfoAsync(call, caller, descriptor)))
        .MapUnary(Service + "GetSchema", FlightDescriptor.Parser, (call, descriptor) => WithCaller(call, caller => GetSchemaAsync(call, caller, descriptor)))
        .MapServerStreaming(Service + "DoGet", Ticket.Parser, (call, ticket) => WithCaller(call, caller => DoGetAsync(call, caller, ticket)))
        .MapStreaming(Service + "DoPut", GrpcMethodKind.Duplex, call => WithCaller(call, caller => _puts.RunAsync(call, caller)))
        .MapStreaming(Service + "DoExchange", GrpcMethodKind.Duplex, static _ => throw FlightErrors.NoExchange())
        .MapServerStreaming(Service + "DoAction", Action.Parser, (call, action) => WithCaller(call, caller => _actions.RunAsync(call, caller, action)))
        .MapServerStreaming(Service + "ListActions", Empty.Parser, (call, _) => WithCaller(call, _ => ListActionsAsync(call)))
        .MapServerStreaming(Service + "ListFlights", Criteria.Parser, (call, _) => WithCaller(call, static _ => Task.CompletedTask));

    private FlightCaller Authenticate(GrpcCall call, ILogger logger)
    {
        if (call.Feature<Unwelcome>() != null)
        {
            call.Feature<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            throw SessionErrors.NoHandles();
        }

        try
        {
            FlightCaller caller = _authenticator.Authenticate(call);
            call.Feature<HttpNewcomer>()?.Leave();
            return caller;
        }
        catch (GrpcStatusException error)
        {
            logger.LogWarning("{Error}: {Door} from {Address}", error.Message, Door.FlightSql.Name(), call.Peer);
            throw;
        }
    }

    /// <summary>Serves a call and lets its session go.</summary>
    private static async Task WithCaller(GrpcCall call, Func<FlightCaller, Task> serve)
    {
        using var caller = (FlightCaller)call.Identity!;
        await serve(caller).ConfigureAwait(false);
    }

    private static async ValueTask<T> WithCaller<T>(GrpcCall call, Func<FlightCaller, ValueTask<T>> serve)
    {
        using var caller = (FlightCaller)call.Identity!;
        return await serve(caller).ConfigureAwait(false);
    }

    private static async Task ListActionsAsync(GrpcCall call)
    {
        foreach ((string name, string description) in ActionTable.Supported)
        {
            call.Write(new ActionType { Type = name, Description = description });
        }

        await call.FlushAsync().ConfigureAwait(false);
    }

    private async ValueTask<FlightInfo> GetFlightInfoAsync(GrpcCall call, FlightCaller caller, FlightDescriptor descriptor)
    {
        switch (CommandReader.Read(descriptor))
        {
            case ReadCommand.Metadata metadata:
                return Info(descriptor, SchemaBytes.Of(metadata.Schema, WireOptions.Metadata), new FlightEndpoint { Ticket = new Ticket { Ticket_ = descriptor.Cmd } });
            case var command:
                return Info(descriptor, await PlanAsync(call, caller, command).ConfigureAwait(false));
        }
    }

    private async ValueTask<PollInfo> PollFlightInfoAsync(GrpcCall call, FlightCaller caller, FlightDescriptor descriptor)
    {
        ReadCommand command = CommandReader.Read(descriptor);
        if (command is ReadCommand.Metadata)
        {
            return new PollInfo { Info = await GetFlightInfoAsync(call, caller, descriptor).ConfigureAwait(false), Progress = 1 };
        }

        bool isFirst = command is not ReadCommand.Planned;
        FlightStatement statement = await PlanAsync(call, caller, command).ConfigureAwait(false);
        StatementRun? run = statement.StartAhead();
        if (!isFirst && run is { IsReady: false })
        {
            // A second poll waits for news; the first one answers at once.
            await Task.WhenAny(run.Ready, Task.Delay(_limits.PollPatience, call.CancellationToken)).ConfigureAwait(false);
            call.CancellationToken.ThrowIfCancellationRequested();
        }

        FlightInfo info = Info(descriptor, statement);
        if (run is not { IsReady: false })
        {
            return new PollInfo { Info = info, Progress = 1 };
        }

        return new PollInfo
        {
            Info = info,
            FlightDescriptor = new FlightDescriptor { Type = FlightDescriptor.Types.DescriptorType.Cmd, Cmd = TicketOf(statement) },
            Progress = run.Progress,
            ExpirationTime = Timestamp.FromDateTimeOffset(statement.Expires),
        };
    }

    private async ValueTask<SchemaResult> GetSchemaAsync(GrpcCall call, FlightCaller caller, FlightDescriptor descriptor)
    {
        (ArrowSchema schema, IpcOptions options) = CommandReader.Read(descriptor) switch
        {
            ReadCommand.Metadata metadata => (metadata.Schema, WireOptions.Metadata),
            ReadCommand.Statement statement => await DescribeAsync(call, caller, statement).ConfigureAwait(false),
            ReadCommand.Prepared prepared => SchemaOf(FindPrepared(caller, prepared.Handle)),
            ReadCommand.Planned planned => SchemaOf(FindStatement(caller, planned.Handle)),
            _ => throw FlightErrors.NotACommand(),
        };
        return new SchemaResult { Schema = SchemaBytes.Of(schema, options) };
    }

    private async Task DoGetAsync(GrpcCall call, FlightCaller caller, Ticket ticket)
    {
        ReadCommand command = CommandReader.Read(ticket.Ticket_);
        if (command is ReadCommand.Metadata metadata)
        {
            await RowStream.WriteAsync(call, metadata.Table(caller.CatalogSession), WireOptions.Metadata).ConfigureAwait(false);
            return;
        }

        FlightStatement statement = await PlanAsync(call, caller, command).ConfigureAwait(false);
        _planner.Renew(statement);
        StatementRun run = statement.Take();
        await using (run.ConfigureAwait(false))
        {
            await RowStream.WriteAsync(call, run, statement.Schema, statement.Padding, WireOptions.Of(statement.Owner.Session)).ConfigureAwait(false);
        }

        if (command is not ReadCommand.Planned)
        {
            await _sessions.RemoveAsync(statement).ConfigureAwait(false);       // nobody knows its handle
        }
    }

    private async ValueTask<FlightStatement> PlanAsync(GrpcCall call, FlightCaller caller, ReadCommand command) => command switch
    {
        ReadCommand.Statement statement when caller.Within(statement.Transaction) is var (session, transaction) =>
            await _planner.PlanAsync(session, transaction, statement.Sql, call.CancellationToken).ConfigureAwait(false),
        ReadCommand.Prepared prepared => await _planner.PlanAsync(FindPrepared(caller, prepared.Handle), call.CancellationToken).ConfigureAwait(false),
        ReadCommand.Planned planned => FindStatement(caller, planned.Handle),
        _ => throw FlightErrors.NotACommand(),
    };

    private async Task<(ArrowSchema Schema, IpcOptions Options)> DescribeAsync(GrpcCall call, FlightCaller caller, ReadCommand.Statement statement)
    {
        (FlightSession session, FlightTransaction? transaction) = caller.Within(statement.Transaction);
        return (await _planner.DescribeAsync(session, transaction, statement.Sql, call.CancellationToken).ConfigureAwait(false), WireOptions.Of(session.Session));
    }

    private FlightPrepared FindPrepared(FlightCaller caller, ByteString handle) =>
        _sessions.FindPrepared(handle.Span, caller.User) is { } prepared ? caller.Use(prepared) : throw FlightErrors.NoPreparedStatement();

    private FlightStatement FindStatement(FlightCaller caller, ByteString handle) =>
        _sessions.FindStatement(handle.Span, caller.User) is { } statement ? caller.Use(statement) : throw FlightErrors.NoStatement();

    private static (ArrowSchema Schema, IpcOptions Options) SchemaOf(FlightPrepared prepared) =>
        (StatementPlanner.SchemaOf(prepared.Owner, prepared.Query), WireOptions.Of(prepared.Owner.Session));

    private static (ArrowSchema Schema, IpcOptions Options) SchemaOf(FlightStatement statement) => (statement.Schema, WireOptions.Of(statement.Owner.Session));

    private static FlightInfo Info(FlightDescriptor descriptor, FlightStatement statement)
    {
        FlightInfo info = Info(descriptor, SchemaBytes.Of(statement.Schema, WireOptions.Of(statement.Owner.Session)), new FlightEndpoint
        {
            Ticket = new Ticket { Ticket_ = TicketOf(statement) },
            ExpirationTime = Timestamp.FromDateTimeOffset(statement.Expires),
        });
        info.TotalRecords = statement.HasRows ? -1 : 0;
        info.AppMetadata = ByteString.CopyFromUtf8(statement.Id.ToString());
        return info;
    }

    /// <summary>One endpoint without a location: the connection that asked.</summary>
    private static FlightInfo Info(FlightDescriptor descriptor, ByteString schema, FlightEndpoint endpoint) =>
        new() { Schema = schema, FlightDescriptor = descriptor, Endpoint = { endpoint }, TotalRecords = -1, TotalBytes = -1, Ordered = true };

    private static ByteString TicketOf(FlightStatement statement) =>
        Any.Pack(new TicketStatementQuery { StatementHandle = ByteString.CopyFrom(statement.Handle.ToByteArray()) }).ToByteString();
}
