using System.Net.Sockets;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Sql;
using static SqlCluster.Server.Tests.Abuse.Http2Bytes;
using Action = SqlCluster.Flight.Protos.Action;
using FlightEmpty = SqlCluster.Flight.Protos.Empty;

namespace SqlCluster.Server.Tests.Abuse;

/// <summary>Sessions of Flight SQL with frames and messages changed, cut, repeated, mixed up and of wrong lengths. 2,000 of them; 100,000 with SQLCLUSTER_SLOW_TESTS=1.</summary>
[Collection(nameof(AbuseCollection))]
public sealed class FlightSessionAbuseTests
{
    private const int Seed = 20261122;

    private static readonly byte[][][] Models =
    [
        [Hello, Ask(1, "GetFlightInfo", Command(new CommandStatementQuery { Query = "SELECT a FROM generate_series(1, 5000) AS t(a)" })), Ask(3, "DoGet", Read(new CommandGetTables { IncludeSchema = true })), Frame(Ping, 0, 0, new byte[8])],
        [Hello, Ask(1, "GetFlightInfo", Command(new CommandStatementQuery { Query = "CREATE TEMP TABLE x (a int); SELECT 1" })), Ask(3, "DoGet", Read(new CommandGetSqlInfo())), Ask(5, "DoGet", Read(new CommandGetXdbcTypeInfo()))],
        [Hello, Ask(1, "DoAction", Do("CreatePreparedStatement", new ActionCreatePreparedStatementRequest { Query = "SELECT $1::int" })), Ask(3, "ListActions", new FlightEmpty()), Ask(5, "DoAction", Do("CloseSession", new CloseSessionRequest()))],
        [Hello, Ask(1, "DoGet", Read(new CommandStatementQuery { Query = "SELECT repeat('x', 1000) FROM generate_series(1, 100000)" })), Frame(WindowUpdate, 0, 1, 0, 1, 0, 0), Frame(Reset, 0, 1, 0, 0, 0, 8)],
        [Hello, Call(1, "DoPut"), Message(1, new FlightData { FlightDescriptor = Command(new CommandStatementUpdate { Query = "SELECT 1" }) }.ToByteArray(), false), Message(1, new FlightData { DataBody = ByteString.CopyFrom(new byte[50]) }.ToByteArray(), true)],
        [Hello, Call(1, "Handshake"), Message(1, new HandshakeRequest().ToByteArray(), false), Message(1, new HandshakeRequest().ToByteArray(), true), Ask(3, "PollFlightInfo", Command(new CommandStatementQuery { Query = "SELECT 1" }))],
    ];

    [Fact]
    public async Task MutatedSessionsHarmNobody()
    {
        await using AbusedServer server = await AbusedServer.StartAsync(async started => await AbuseAsync(started.FlightPort, 0, 200));
        int answered = await AbuseAsync(server.FlightPort, 200, AbusedServer.Sessions);
        Assert.InRange(answered, AbusedServer.Sessions / 200, AbusedServer.Sessions);
        await server.IsAsBeforeAsync();
    }

    /// <returns>How many sessions got more than the connection's own greeting.</returns>
    private static async Task<int> AbuseAsync(int port, int first, int count)
    {
        int answered = 0;
        await Parallel.ForAsync(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, cancellation) =>
        {
            byte[] session = Session(new Random(Seed + i));
            using Socket socket = await AbusedServer.ConnectAsync(port);
            try
            {
                await socket.SendAsync(session, cancellation);
                if (i % 8 != 0)
                {
                    return;
                }

                // These wait for what comes, so that what is asked is really done.
                long received = 0;
                try
                {
                    byte[] buffer = new byte[4096];
                    while (await socket.ReceiveAsync(buffer, cancellation).AsTask().WaitAsync(TimeSpan.FromMilliseconds(received > 200 ? 5 : 100), cancellation) is var part and > 0)
                    {
                        received += part;
                    }
                }
                catch (TimeoutException)
                {
                    // The server waits for more.
                }

                if (received > 200)
                {
                    Interlocked.Increment(ref answered);
                }
            }
            catch (SocketException)
            {
                // The server has had enough.
            }
        });
        return answered;
    }

    private static byte[] Session(Random random)
    {
        List<byte[]> parts = [.. Models[random.Next(Models.Length)]];
        switch (random.Next(5))
        {
            case 0: parts.RemoveAt(random.Next(parts.Count)); break;
            case 1: parts.Insert(random.Next(1, parts.Count + 1), parts[random.Next(parts.Count)]); break;
            case 2:
                byte[] payload = new byte[random.Next(40)];
                random.NextBytes(payload);
                parts.Insert(random.Next(1, parts.Count + 1), Frame((byte)random.Next(11), (byte)random.Next(256), random.Next(5), payload));
                break;
            case 3: parts.Insert(random.Next(1, parts.Count + 1), Models[random.Next(Models.Length)][1]); break;
            default: break;
        }

        byte[] bytes = [.. parts.SelectMany(static part => part)];
        for (int changes = random.Next(4); changes > 0; changes--)
        {
            bytes[random.Next(Preface.Length, bytes.Length)] = (byte)random.Next(256);
        }

        return random.Next(5) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private static FlightDescriptor Command(IMessage command) => new() { Type = FlightDescriptor.Types.DescriptorType.Cmd, Cmd = Any.Pack(command).ToByteString() };

    private static Ticket Read(IMessage command) => new() { Ticket_ = Any.Pack(command).ToByteString() };

    private static Action Do(string type, IMessage body) => new() { Type = type, Body = Any.Pack(body).ToByteString() };
}
