using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.SqlCli.Commands;

namespace SqlCluster.SqlCli.Connections;

/// <summary>Opens what the command line names: a server, or the engine inside this program over files.</summary>
internal static class SqlConnections
{
    /// <summary>Opens the target, with the settings of the command line; null after an error, which is shown.</summary>
    /// <exception cref="UsageException">The target is malformed, there is no such setting, or its value is wrong.</exception>
    public static async Task<ISqlConnection?> OpenAsync(CliOptions options)
    {
        ISqlConnection connection;
        try
        {
            connection = ServerTarget.Is(options.Target)
                ? await RemoteConnection.OpenAsync(options.Target!, options.Login).ConfigureAwait(false)
                : options.Login == new ServerLogin() ? OpenEngine(options.Target) : throw new UsageException("options of certificates, passwords and connecting go with a target grpc://... or grpcs://...");
        }
        catch (QueryException error)
        {
            await Console.Error.WriteAsync(ErrorText.Format(error, null)).ConfigureAwait(false);
            return null;
        }

        foreach ((string name, string value) in options.Settings)
        {
            try
            {
                await connection.SetAsync(name, value).ConfigureAwait(false);
            }
            catch (QueryException error)
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                throw new UsageException($"--set {name}={value}: {error.Message}");
            }
        }

        return connection;
    }

    private static EmbeddedConnection OpenEngine(string? target)
    {
        var engine = new Engine();
        try
        {
            Targets.Attach(engine, target);
            return new EmbeddedConnection(engine, engine.OpenSession());
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }
}
