using System.CommandLine;
using Microsoft.Extensions.Logging;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Cluster;
using SqlCluster.Server.Monitoring;

namespace SqlCluster.Server.Hosting;

/// <summary>sqlcluster serve: the engine behind its doors, until Ctrl-C or SIGTERM; a second signal ends it at once.</summary>
internal static class ServeCommand
{
    public const string Name = "serve";

    public static Command Create()
    {
        var command = new Command(Name, "Serves SQL to PostgreSQL and Arrow Flight SQL clients, with a status page; docs/configuration.md has every entry");
        var check = new Option<bool>("--check-config") { Description = "Prints the configuration and where each value comes from, and ends" };
        var flags = new ConfigurationFlags(command);
        command.Add(check);
        command.SetAction((parsed, cancellation) => RunAsync(parsed, flags, parsed.GetValue(check), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, ConfigurationFlags flags, bool onlyCheck, CancellationToken cancellation)
    {
        try
        {
            ServerConfiguration configuration = flags.Load(parsed);
            var log = new JsonLineLogger(Console.OpenStandardError(), configuration.LogLevel);
            ServerOptions options = configuration.ToServerOptions(log);
            if (onlyCheck)
            {
                foreach (string line in configuration.Lines())
                {
                    await Console.Out.WriteLineAsync(line).ConfigureAwait(false);
                }

                return 0;
            }

            return await ServeAsync(configuration, options, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is ConfigurationException or ArgumentException)
        {
            await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
            return 2;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or QueryException)
        {
            await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
            return 1;
        }
    }

    private static async Task<int> ServeAsync(ServerConfiguration configuration, ServerOptions options, CancellationToken cancellation)
    {
        using var engine = new Engine(configuration.ToEngineOptions());
        engine.AddListener(new QueryLog(options.Logger, configuration.LoggedQueries, configuration.Duration("slow_query_time")));
        int tables = configuration["data"] is { Length: > 0 } folder ? FolderTables.Attach(engine, folder) : 0;
        if (options.Users.IsExposed)
        {
            options.Logger.LogWarning("others may read {File}, and guess passwords from it: chmod 600", configuration["users_file"]);
        }

        if (options.Certificate?.Current is { } shown && shown.NotAfter < DateTime.Now)
        {
            options.Logger.LogWarning("the certificate in {File} has expired", configuration["tls_certificate"]);
        }

        using var signals = new StopSignals(cancellation);
        await using ServerCluster? cluster = await ServerCluster.StartAsync(engine, configuration, options, cancellation).ConfigureAwait(false);
        await using ServerHost server = await ServerHost.StartAsync(engine, options, cancellation).ConfigureAwait(false);
        ConnectionRoom.Prepare(options.Logger, configuration.Integer("max_connections"));
        await Console.Out.WriteLineAsync($"sqlcluster: {tables} tables{Door("PostgreSQL protocol on ", server.PgAddress)}{(server.PgSocketFile == null ? "" : $"; PostgreSQL protocol on {server.PgSocketFile}")}{Door("Flight SQL on ", server.FlightAddress)}{Door("status page on http" + (options.Certificate == null ? "" : "s") + "://", server.UiAddress)}").ConfigureAwait(false);
        options.Logger.LogInformation("serving {Tables} tables; PostgreSQL on {PgAddress}, Flight SQL on {FlightAddress}, status page on {UiAddress}", tables, server.PgAddress, server.FlightAddress, server.UiAddress);
        await signals.Stopped.ConfigureAwait(false);
        options.Logger.LogInformation("draining: {Queries} statements are running", engine.Sessions.RunningQueries().Count);
        await server.StopAsync().ConfigureAwait(false);
        options.Logger.LogInformation("stopped");
        return 0;
    }

    private static string Door(string what, System.Net.IPEndPoint? address) => address == null ? "" : $"; {what}{address}";
}
