using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SqlCluster.Server.Hosting;

namespace SqlCluster.Server.PgWire;

/// <summary>Where the endpoint listens.</summary>
/// <param name="Address">A loopback address: there are no users yet, and everybody is trusted.</param>
/// <param name="Port">0: any that is free.</param>
public sealed record PgEndpointOptions(IPAddress Address, int Port)
{
    /// <summary>How long a shutdown waits for running statements.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public ILogger Logger { get; init; } = NullLogger.Instance;
}

/// <summary>PostgreSQL's protocol, version 3.0, on a TCP port.</summary>
public sealed class PgEndpoint : IAsyncDisposable
{
    private readonly WebApplication _host;
    private readonly PgEndpointOptions _options;
    private readonly CancellationTokenSource _stopping;
    private bool _isStopped;

    private PgEndpoint(WebApplication host, PgEndpointOptions options, CancellationTokenSource stopping)
    {
        _host = host;
        _options = options;
        _stopping = stopping;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address
    {
        get
        {
            string address = _host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            return new IPEndPoint(_options.Address, new Uri(address).Port);
        }
    }

    /// <summary>Starts listening.</summary>
    /// <exception cref="ArgumentException">The address is not a loopback address.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<PgEndpoint> StartAsync(Engine engine, PgEndpointOptions options, CancellationToken cancellation = default)
    {
        if (!IPAddress.IsLoopback(options.Address))
        {
            throw new ArgumentException($"without users the server listens on loopback addresses only, not on {options.Address}", nameof(options));
        }

        var stopping = new CancellationTokenSource();
        var cancelKeys = new CancelKeys();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(options.Address, options.Port, listen => listen.Use(
            _ => (ConnectionContext connection) => new PgConnection(engine, cancelKeys, options.Logger, connection, stopping.Token).RunAsync())));
        WebApplication host = builder.Build();
        try
        {
            await host.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            stopping.Dispose();
            throw;
        }

        return new PgEndpoint(host, options, stopping);
    }

    /// <summary>Takes no more connections, ends idle ones with 57P01 and busy ones with their statement, or after the timeout.</summary>
    public async Task StopAsync()
    {
        if (_isStopped)
        {
            return;
        }

        _isStopped = true;
        await _stopping.CancelAsync().ConfigureAwait(false);
        using var timeout = new CancellationTokenSource(_options.ShutdownTimeout);
        await _host.StopAsync(timeout.Token).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await _host.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }
}
