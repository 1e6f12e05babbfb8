using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using SqlCluster.Flight.Hosting;

namespace SqlCluster.Server.Hosting;

/// <summary>Kestrel as all doors use it: with the settings that Flight's streams need (docs/flight.md), which suit the others too.</summary>
internal static class KestrelSetup
{
    /// <summary>Connections of all doors that have not logged in, ask for cancels, or look at the status page, beyond one for each session.</summary>
    public const int SpareConnections = 1000;

    /// <param name="web">What is set up.</param>
    /// <param name="maxSessions">Most sessions at once; connections are bounded too, so that strangers cannot pile them up.</param>
    /// <param name="room">Whether there are file handles for one more connection.</param>
    public static void Apply(IWebHostBuilder web, int maxSessions, ConnectionRoom room)
    {
        web.UseKestrelCore().UseKestrelHttpsConfiguration();
        web.ConfigureServices(static services => services.AddLargeBlocks());
        web.UseSockets(KestrelSettings.Apply);
        web.ConfigureServices(static services => services.AddSingleton<IConnectionListenerFactory, DoorListeners>());
        web.ConfigureServices(services => services.AddSingleton(room));
        web.ConfigureKestrel(KestrelSettings.Apply);
        web.ConfigureKestrel(kestrel => kestrel.Limits.MaxConcurrentConnections = (long)maxSessions + SpareConnections);
    }
}
