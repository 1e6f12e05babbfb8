using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.Hosting;

/// <summary>sqlcluster serve: the engine behind PostgreSQL's protocol, until Ctrl-C or SIGTERM.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var data = new Option<DirectoryInfo?>("--data", "-d") { Description = "Folder whose files and subfolders become tables: lineitem.parquet is lineitem" };
        var host = new Option<string>("--host") { Description = "Address to listen on; only loopback as long as there are no users", DefaultValueFactory = _ => "127.0.0.1" };
        var port = new Option<int>("--pg-port") { Description = "Port of PostgreSQL's protocol", DefaultValueFactory = _ => ServerOptions.DefaultPgPort };
        var command = new Command("serve", "Serves SQL to PostgreSQL clients") { data, host, port };
        command.SetAction((result, cancellation) => RunAsync(result.GetValue(data), result.GetValue(host)!, result.GetValue(port), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(DirectoryInfo? data, string host, int port, CancellationToken cancellation)
    {
        if (!IPAddress.TryParse(host == "localhost" ? "127.0.0.1" : host, out IPAddress? address) || port is < 0 or > ushort.MaxValue)
        {
            await Console.Error.WriteLineAsync($"not an address: {host}:{port}").ConfigureAwait(false);
            return 2;
        }

        using var engine = new Engine();
        try
        {
            int tables = data == null ? 0 : FolderTables.Attach(engine, data.FullName);
            await using ServerHost server = await ServerHost.StartAsync(engine, new ServerOptions { Address = address, PgPort = port }, cancellation).ConfigureAwait(false);
            await Console.Out.WriteLineAsync($"sqlcluster: {tables} tables; PostgreSQL protocol on {server.PgAddress}").ConfigureAwait(false);
            await UntilStoppedAsync(cancellation).ConfigureAwait(false);
            await server.StopAsync().ConfigureAwait(false);
            return 0;
        }
        catch (ArgumentException error)
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

    private static async Task UntilStoppedAsync(CancellationToken cancellation)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stopped.TrySetResult();
        });
        using CancellationTokenRegistration interrupt = cancellation.Register(() => stopped.TrySetResult());
        await stopped.Task.ConfigureAwait(false);
    }
}
