using Microsoft.AspNetCore.Hosting;
using SqlCluster.Flight.Hosting;

namespace SqlCluster.Server.Hosting;

/// <summary>Kestrel as all doors use it: with the settings that Flight's streams need (docs/flight.md), which suit the others too.</summary>
internal static class KestrelSetup
{
    public static void Apply(IWebHostBuilder web)
    {
        web.UseKestrelCore().UseKestrelHttpsConfiguration();
        web.ConfigureServices(static services => services.AddLargeBlocks());
        web.UseSockets(KestrelSettings.Apply);
        web.ConfigureKestrel(KestrelSettings.Apply);
    }
}
