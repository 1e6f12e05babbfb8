using System.CommandLine;
using System.Net;

namespace SqlCluster.Server.Hosting;

/// <summary>sqlcluster health: asks the server on this machine whether it takes statements; for containers, which have no curl. Exit codes: 0, or 1.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static Command Create()
    {
        var command = new Command("health", "Asks the server of this configuration whether it takes statements: exit code 0, else 1");
        var flags = new ConfigurationFlags(command, "listen_address", "ui_port", "tls_certificate");
        command.SetAction((parsed, cancellation) => RunAsync(parsed, flags, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, ConfigurationFlags flags, CancellationToken cancellation)
    {
        // The certificate is for the name that clients use, not for this machine's own address, and no secret is sent.
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true };
        using var client = new HttpClient(handler) { Timeout = Patience };
        try
        {
            ServerConfiguration configuration = flags.Load(parsed);
            string host = IPAddress.TryParse(configuration["listen_address"], out IPAddress? address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) ? new IPEndPoint(address, 0).ToString()[..^2] : "127.0.0.1";
            string scheme = configuration["tls_certificate"].Length > 0 ? "https" : "http";
            using HttpResponseMessage response = await client.GetAsync(new Uri($"{scheme}://{host}:{configuration["ui_port"]}/health/ready"), cancellation).ConfigureAwait(false);
            await Console.Out.WriteAsync(await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false)).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or ConfigurationException or UriFormatException)
        {
            await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
            return 1;
        }
    }
}
