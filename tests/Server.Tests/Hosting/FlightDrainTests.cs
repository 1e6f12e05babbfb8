using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Sql;
using SqlCluster.Server.Hosting;

namespace SqlCluster.Server.Tests.Hosting;

/// <summary>A shutdown as Flight clients see it: streams end well or with their statement, new calls are turned away.</summary>
public sealed class FlightDrainTests
{
    private const string Service = "/arrow.flight.protocol.FlightService/";
    private const string Digits = "WITH d(i) AS (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) ";
    private const string Long = Digits + "SELECT sum(sqrt(a.i)) > 0 AS ok FROM d a, d b, d c, d, d e, d f, d g";
    private const string Endless = Digits + "SELECT sum(a.i) FROM d a, d b, d c, d, d e, d f, d g, d h, d i, d j";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Long, 300, StatusCode.Ok)]
    [InlineData(Endless, 0.3, null)]
    public async Task F6_RunningStreamsEndAndNewCallsAreTurnedAway(string sql, double seconds, StatusCode? end)
    {
        using var engine = new Engine(new EngineOptions(Slots: 2));
        await using ServerHost host = await ServerHost.StartAsync(engine, new ServerOptions { FlightPort = 0, ShutdownTimeout = TimeSpan.FromSeconds(seconds) }, Cancellation);
        using var channel = new GrpcChannel(new GrpcChannelOptions(new Uri($"http://{host.FlightAddress}")));
        Ticket ticket = (await GetInfoAsync(channel, sql)).Endpoint[0].Ticket;
        Task<(int Messages, StatusCode Status)> reading = ReadAsync(channel, ticket);
        while (engine.Sessions.RunningQueries().Count == 0)
        {
            await Task.Delay(5, Cancellation);
        }

        Task stopping = host.StopAsync();
        GrpcStatusException refused = await Assert.ThrowsAsync<GrpcStatusException>(() => GetInfoAsync(channel, "SELECT 1"));
        Assert.Equal(StatusCode.Unavailable, refused.Code);
        (int messages, StatusCode status) = await reading;
        await stopping;
        Assert.True(end == null ? status != StatusCode.Ok : status == end && messages >= 2, $"{messages} messages, {status}");
        Assert.Empty(engine.Sessions.RunningQueries());
        Assert.Equal(0, engine.Memory.UsedBytes);
    }

    private static async Task<FlightInfo> GetInfoAsync(GrpcChannel channel, string sql) => await channel.UnaryAsync(
        Service + "GetFlightInfo", new FlightDescriptor { Type = FlightDescriptor.Types.DescriptorType.Cmd, Cmd = Any.Pack(new CommandStatementQuery { Query = sql }).ToByteString() }, FlightInfo.Parser, null, Cancellation);

    private static async Task<(int Messages, StatusCode Status)> ReadAsync(GrpcChannel channel, Ticket ticket)
    {
        int messages = 0;
        try
        {
            using GrpcResponse response = await channel.ServerStreamingAsync(Service + "DoGet", ticket, null, Cancellation);
            while (await response.ReadMessageAsync(Cancellation) != null)
            {
                messages++;
            }

            return (messages, StatusCode.Ok);
        }
        catch (GrpcStatusException error)
        {
            return (messages, error.Code);
        }
    }
}
