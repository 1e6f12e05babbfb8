using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using SqlCluster.Execution.Storage;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Hosting;
using SqlCluster.Server.FlightSql;
using SqlCluster.Server.Monitoring;
using SqlCluster.Server.PgWire;
using SqlCluster.Server.Security;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.WebUi;

namespace SqlCluster.Server.Hosting;

/// <summary>All doors of an engine behind one Kestrel: PostgreSQL's protocol, Flight SQL, and the status page with its API.</summary>
/// <remarks>
/// A shutdown drains first: new PostgreSQL connections and new calls are turned away, idle sessions end, running statements go on until they end or
/// <see cref="ServerOptions.ShutdownTimeout"/> is over; then they are ended with 57P01. The status page answers until the doors close.
/// </remarks>
public sealed class ServerHost : IAsyncDisposable
{
    /// <summary>How long statements that were ended may take to say so.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(3);

    private readonly Engine _engine;
    private readonly ServerOptions _options;
    private readonly WebApplication _kestrel;
    private readonly CancelKeys _cancelKeys = new();
    private readonly Newcomers _newcomers = new(KestrelSetup.SpareConnections / 2);
    private readonly Newcomers _httpNewcomers = new(KestrelSetup.SpareConnections / 2);
    private readonly CancellationTokenSource _draining = new();
    private readonly ActiveWork _work = new();
    private readonly FlightSqlService? _flightSql;
    private readonly WebDoor _web;
    private readonly IdleMemory _idle;
    private ListenOptions? _pg;
    private ListenOptions? _flight;
    private ListenOptions? _ui;
    private bool _isStopped;

    private ServerHost(Engine engine, ServerOptions options)
    {
        _engine = engine;
        _options = options;
        _flightSql = options.FlightPort == null ? null : new FlightSqlService(engine, options.Users, options.Logger, options.FlightLimits, options.Time, options.ClientCertificates);
        PgSocketFile = SocketFile(options);
        foreach (string user in options.Users.Names)
        {
            engine.Roles.OidOf(user);
        }

        var counters = new QueryCounters();
        engine.AddListener(counters);
        _web = new WebDoor(engine, options, counters, () => IsDraining);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        KestrelSetup.Apply(builder.WebHost, engine.Sessions.MaxCount, new ConnectionRoom(options.Logger, TimeProvider.System, FileHandles.MostConnections));
        builder.WebHost.ConfigureKestrel(OpenDoors);
        _kestrel = builder.Build();
        _kestrel.Run(RouteAsync);
        _idle = new IdleMemory(() => engine.Executor.BusySlots > 0, () => KestrelSettings.ReleaseFreeBlocks(_kestrel.Services), TimeProvider.System);
    }

    /// <summary>Where PostgreSQL's protocol is spoken; null: nowhere.</summary>
    public IPEndPoint? PgAddress => _pg?.IPEndPoint;

    /// <summary>File of the Unix-domain socket on which PostgreSQL's protocol is spoken; null: none.</summary>
    public string? PgSocketFile { get; }

    /// <summary>Where Flight SQL is spoken; null: nowhere.</summary>
    public IPEndPoint? FlightAddress => _flight?.IPEndPoint;

    /// <summary>What answers there.</summary>
    internal FlightSqlService? FlightSql => _flightSql;

    /// <summary>Where the status page is; null: nowhere.</summary>
    public IPEndPoint? UiAddress => _ui?.IPEndPoint;

    /// <summary>Everything that the UI port answers.</summary>
    internal IReadOnlyList<Route> Routes => _web.Routes;

    /// <summary>Every call that the Flight port answers.</summary>
    internal IReadOnlyCollection<GrpcMethod> FlightMethods => _flightSql?.Server.Methods ?? [];

    /// <summary>Whether the server is about to stop and takes no more work.</summary>
    public bool IsDraining => _draining.IsCancellationRequested;

    /// <summary>Starts listening on every door that has a port.</summary>
    /// <exception cref="ArgumentException">Without users the address must be a loopback address.</exception>
    /// <exception cref="IOException">A port is taken, or the Unix-domain socket's file cannot be made.</exception>
    public static async Task<ServerHost> StartAsync(Engine engine, ServerOptions options, CancellationToken cancellation = default)
    {
        if (options.Users.IsEmpty && !IPAddress.IsLoopback(options.Address))
        {
            throw new ArgumentException($"without users the server listens on loopback addresses only, not on {options.Address}", nameof(options));
        }

        if (options.ClientCertificates != null && (options.Certificate == null || options.Users.IsEmpty))
        {
            throw new ArgumentException("client certificates need a certificate of the server and users", nameof(options));
        }

        if (SocketFile(options) is { } file)
        {
            PgSocket.Prepare(file);
        }

        var host = new ServerHost(engine, options);
        try
        {
            await host._kestrel.StartAsync(cancellation).ConfigureAwait(false);
            if (host.PgSocketFile is { } bound && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(bound, options.PgSocket!.Mode);
            }

            return host;
        }
        catch
        {
            host._idle.Dispose();
            await host._kestrel.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Drains and closes; see the remarks of the class.</summary>
    public async Task StopAsync()
    {
        if (_isStopped)
        {
            return;
        }

        _isStopped = true;
        await _draining.CancelAsync().ConfigureAwait(false);
        _flightSql?.Drain();
        if (!await _work.WaitForNoneAsync(_options.ShutdownTimeout).ConfigureAwait(false))
        {
            foreach (Session session in _engine.Sessions.Where(static session => session.Client.Door != Door.Embedded))
            {
                session.Terminate(CancelReason.ShuttingDown);
            }

            await _work.WaitForNoneAsync(LastWords).ConfigureAwait(false);
        }

        using var closing = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _kestrel.StopAsync(closing.Token).ConfigureAwait(false);
        if (PgSocketFile != null)
        {
            File.Delete(PgSocketFile);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _idle.Dispose();
        await _kestrel.DisposeAsync().ConfigureAwait(false);
        if (_flightSql != null)
        {
            await _flightSql.DisposeAsync().ConfigureAwait(false);
        }

        _draining.Dispose();
    }

    private static string? SocketFile(ServerOptions options) => options.PgSocket?.Path(options.PgPort is > 0 and var port ? port : ServerOptions.DefaultPgPort);

    private void OpenDoors(KestrelServerOptions kestrel)
    {
        if (_options.PgPort is { } pgPort)
        {
            kestrel.Listen(new PgEndPoint(_options.Address, pgPort), listen =>
            {
                _pg = listen;
                listen.Use(_ => ServePgAsync);
            });
        }

        if (PgSocketFile != null)
        {
            kestrel.ListenUnixSocket(PgSocketFile, listen => listen.Use(_ => ServePgAsync));
        }

        if (_options.FlightPort is { } flightPort)
        {
            kestrel.Listen(_options.Address, flightPort, listen =>
            {
                _flight = listen;
                OpenHttp(listen, HttpProtocols.Http2, _options.ClientCertificates, CallFlightAsync, SslApplicationProtocol.Http2);
            });
        }

        if (_options.UiPort is { } uiPort)
        {
            kestrel.Listen(new UiEndPoint(_options.Address, uiPort), listen =>
            {
                _ui = listen;
                OpenHttp(listen, _options.Certificate == null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2, null, _web.AnswerAsync, SslApplicationProtocol.Http2, SslApplicationProtocol.Http11);
            });
        }
    }

    private void OpenHttp(ListenOptions listen, HttpProtocols protocols, ClientCertificates? asked, RequestDelegate answer, params SslApplicationProtocol[] names)
    {
        listen.Protocols = protocols;
        listen.Use(next => connection => HttpNewcomer.RunAsync(_httpNewcomers, next, connection));
        if (_options.Certificate is { } certificate)
        {
            listen.Use(static next => connection => PlaintextGuard.RunAsync(next, connection));
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = context =>
                {
                    SslServerAuthenticationOptions handshake = certificate.ForHandshake(names);
                    asked?.AddTo(handshake, context.Connection.Features.Set);
                    return ValueTask.FromResult(handshake);
                },
            });
        }

        listen.Use(next => connection =>
        {
            if (connection.Features.Get<ISslStreamFeature>() is { } tls)
            {
                TlsRecordBuffers.ReleaseWhenIdle(tls.SslStream);
            }

            connection.Features.Set(new HttpDoor(answer));
            return next(connection);
        });
    }

    private async Task ServePgAsync(ConnectionContext connection)
    {
        _work.Enter();
        try
        {
            await new PgConnection(_engine, _cancelKeys, _newcomers, _options, connection, _draining.Token).RunAsync().ConfigureAwait(false);
        }
        finally
        {
            _work.Leave();
        }
    }

    /// <summary>Sends a request to the door through which it came.</summary>
    private static Task RouteAsync(HttpContext context)
    {
        HttpDoor door = context.Features.Get<HttpDoor>()!;
        if (!door.HasBeenUsed)
        {
            door.HasBeenUsed = true;
            HeaderBuffers.Shrink(context);
        }

        return door.Answer(context);
    }

    private async Task CallFlightAsync(HttpContext context)
    {
        _work.Enter();
        try
        {
            await _flightSql!.InvokeAsync(context).ConfigureAwait(false);
        }
        finally
        {
            _work.Leave();
        }
    }

    /// <summary>Which door a connection came through.</summary>
    private sealed record HttpDoor(RequestDelegate Answer)
    {
        /// <summary>Whether a request has come through it by this connection.</summary>
        public bool HasBeenUsed { get; set; }
    }
}
