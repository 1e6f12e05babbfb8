using System.Text.Json;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Security;
using SqlCluster.Testing;

namespace SqlCluster.Clients.Tests;

/// <summary>A Flight SQL server of this process for clients in others.</summary>
internal sealed class FlightServer : IAsyncDisposable
{
    private readonly ServerHost _host;

    private FlightServer(Engine engine, ServerHost host)
    {
        Engine = engine;
        _host = host;
    }

    public Engine Engine { get; }

    public int Port => _host.FlightAddress!.Port;

    /// <param name="tpch">Whether TPC-H's tables are there, scale factor 0.01.</param>
    /// <param name="certificate">Null: h2c.</param>
    /// <param name="users">Null: whoever comes is trusted.</param>
    public static async Task<FlightServer> StartAsync(bool tpch = false, ServerCertificate? certificate = null, UserStore? users = null)
    {
        var engine = new Engine();
        if (tpch)
        {
            foreach (string table in Directory.GetDirectories(Corpus.Path("tpch", "sf0.01")).Concat(Directory.GetFiles(Corpus.Path("tpch", "sf0.01"), "*.parquet")))
            {
                engine.Attach(Path.GetFileNameWithoutExtension(table), table);
            }
        }

        return new FlightServer(engine, await ServerHost.StartAsync(engine, new ServerOptions { FlightPort = 0, Certificate = certificate, Users = users ?? UserStore.Empty }));
    }

    /// <summary>Has a Node.js client make calls, one after the other on one connection.</summary>
    /// <param name="client">gizmosql or arrow-rs.</param>
    /// <param name="flags">user=.., password=.., tls.</param>
    /// <param name="calls">See tests/clients/flight-client.mjs.</param>
    /// <returns>An answer a call.</returns>
    public async Task<IReadOnlyList<FlightAnswer>> CallAsync(string client, string[] flags, params object[] calls)
    {
        string host = client == "gizmosql" ? "localhost" : "127.0.0.1";
        (int exitCode, string output) = await ClientProgram.NodeWithInputAsync(
            "flight-client.mjs", string.Concat(calls.Select(static call => JsonSerializer.Serialize(call) + "\n")), [client, host, $"{Port}", .. flags]);
        Assert.True(exitCode == 0, output);
        FlightAnswer[] answers = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => line.StartsWith('{')).Select(FlightAnswer.Parse)];
        Assert.True(answers.Length == calls.Length, output);
        return answers;
    }

    /// <summary>Has grpc-js and apache-arrow prepare, bind and run statements: see tests/clients/flight-parameters.mjs.</summary>
    /// <param name="userAgent">Whom the client claims to be; null: itself.</param>
    /// <param name="calls">One after the other.</param>
    /// <returns>An answer a call.</returns>
    public async Task<IReadOnlyList<JsonElement>> BindAsync(string? userAgent, params object[] calls)
    {
        (int exitCode, string output) = await ClientProgram.NodeWithInputAsync(
            "flight-parameters.mjs", string.Concat(calls.Select(static call => JsonSerializer.Serialize(call) + "\n")), ["127.0.0.1", $"{Port}", .. userAgent is null ? Array.Empty<string>() : [userAgent]]);
        JsonElement[] answers = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => line.StartsWith('{')).Select(static line => JsonSerializer.Deserialize<JsonElement>(line))];
        Assert.True(exitCode == 0 && answers.Length == calls.Length, output);
        return answers;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Engine.Dispose();
    }
}

/// <summary>What a client answered.</summary>
/// <param name="Columns">Names.</param>
/// <param name="Types">Arrow types in the words of apache-arrow.</param>
/// <param name="Rows">Texts; null is NULL.</param>
/// <param name="Error">The error's message; null: none.</param>
/// <param name="Info">SqlInfo values by id.</param>
internal sealed record FlightAnswer(string[] Columns, string[] Types, string?[][] Rows, string? Error, Dictionary<string, string> Info)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNameCaseInsensitive = true };

    public static FlightAnswer Parse(string json)
    {
        FlightAnswer answer = JsonSerializer.Deserialize<FlightAnswer>(json, Options)!;
        return answer with { Columns = answer.Columns ?? [], Types = answer.Types ?? [], Rows = answer.Rows ?? [], Info = answer.Info ?? [] };
    }
}
