using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Http2;
using SqlCluster.Flight.Protos;
using static SqlCluster.Flight.Tests.RawClient;
using static SqlCluster.Flight.Tests.TestServer;

namespace SqlCluster.Flight.Tests;

/// <summary>Clients that break HTTP/2 and gRPC, or never end: the server stays up, others notice nothing, memory comes back.</summary>
public sealed class ServerAbuseTests
{
    private static int Sessions => Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1" ? 100_000 : 2_000;

    /// <summary>Sends bytes as a connection's whole life and returns all that comes back until the server closes, or a second of silence.</summary>
    private static async Task<byte[]> SendAsync(TestServer server, params byte[][] parts)
    {
        using Socket socket = await ConnectAsync(server);
        using var answer = new MemoryStream();
        try
        {
            foreach (byte[] part in parts)
            {
                await socket.SendAsync(part);
            }

            socket.Shutdown(SocketShutdown.Send);
            byte[] buffer = new byte[65536];
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            int count;
            while ((count = await socket.ReceiveAsync(buffer, patience.Token)) > 0)
            {
                answer.Write(buffer, 0, count);
            }
        }
        catch (SocketException)
        {
            // Closed on us.
        }

        return answer.ToArray();
    }

    private static async Task ServesAsync(TestServer server)
    {
        using GrpcChannel channel = server.Connect();
        Assert.Equal("well", (await channel.UnaryAsync(Service + "Echo", TestServer.Message("well"), Ticket.Parser)).Ticket_.ToStringUtf8());
        while (server.Grpc.RunningCalls > 0)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, server.Grpc.BufferedBytes);
        // Kestrel may say that it gave a connection up, and trips over some indexes and paddings itself, which ends that connection alone. We log nothing.
        Assert.DoesNotContain(server.Log.Entries, static entry => entry.Error is not (null or ConnectionAbortedException) && entry.Message != "Connection processing ended abnormally.");
    }

    [Fact]
    public async Task BrokenSessionsLeaveTheServerAsItWas()
    {
        await using TestServer server = await StartAsync();
        byte[] settings = Frame(FrameType.Settings, 0, 0, []);
        byte[][][] sessions =
        [
            [[.. "GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8]],
            [[.. "\x16\x03\x01\x02\x00\x01\x00"u8]],                                                                          // a TLS hello where none is spoken
            [Preface],
            [Preface[..10]],
            [Preface, Frame(FrameType.Ping, 0, 0, new byte[8])],
            [Preface, settings, Frame(FrameType.Data, 0, 1, new byte[10])],
            [Preface, settings, Frame(FrameType.Headers, FrameHeader.EndHeaders, 1, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF])],
            [Preface, settings, Frame(FrameType.Headers, 0, 1, []), Frame(FrameType.Ping, 0, 0, new byte[8])],
            [Preface, settings, Frame(FrameType.WindowUpdate, 0, 0, [0x7F, 0xFF, 0xFF, 0xFF]), Frame(FrameType.WindowUpdate, 0, 0, [0x7F, 0xFF, 0xFF, 0xFF])],
            [Preface, settings, [0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 1]],                                                         // a frame of 16 MB
            [Preface, settings, Call(1, "Echo")],                                                                             // and gone
            [Preface, settings, Call(1, "Echo"), RawClient.Message(1, 0, 100, 50, false)],                                              // half a message, and gone
            [Preface, settings, Call(1, "Echo"), RawClient.Message(1, 0, 100, 50, true)],                                               // a message cut short
            [Preface, settings, Call(1, "Echo"), RawClient.Message(1, 9, 10, 10, true)],                                                // an unknown flag
            [Preface, settings, Call(1, "Echo"), RawClient.Message(1, 1, 10, 10, true)],                                                // compressed without an encoding
            [Preface, settings, Call(1, "Echo", FrameHeader.EndHeaders, ("grpc-encoding", "gzip")), RawClient.Message(1, 1, 10, 10, true)],   // no gzip
            [Preface, settings, Call(1, "Echo"), RawClient.Message(1, 0, 0, 0, false), RawClient.Message(1, 0, 0, 0, true)],                      // two messages
            [Preface, settings, Call(1, "Echo", FrameHeader.EndHeaders | FrameHeader.EndStream)],                             // none
            [Preface, settings, Call(1, "Echo"), RawClient.Message(1, 0, 4, 4, true)],                                                  // no protobuf
            [Preface, settings, Call(1, "Echo"), RawClient.Message(1, 0, uint.MaxValue, 100, false)],                                   // a message of 4 GB
            [Preface, settings, Call(1, "Hang"), RawClient.Message(1, 0, 0, 0, true)],                                                  // gone while it is served
            [Preface, settings, Call(1, "Stream"), Frame(FrameType.Data, 1, 1, [0, 0, 0, 0, 14, 10, 12, .. "1000 1000000"u8])],
            [Preface, settings, Call(1, "Echo", FrameHeader.EndHeaders, ("x-in-bin", "???")), RawClient.Message(1, 0, 0, 0, true)],
            [Preface, settings, Call(1, "Echo", FrameHeader.EndHeaders, ("grpc-timeout", "99999999999H")), RawClient.Message(1, 0, 0, 0, true)],
            [Preface, settings, Call(1, "Echo", FrameHeader.EndHeaders, ("grpc-timeout", "0n")), RawClient.Message(1, 0, 0, 0, true)],
        ];
        foreach (byte[][] session in sessions)
        {
            await SendAsync(server, session);
        }

        await ServesAsync(server);
    }

    [Fact]
    public async Task RapidResetsAreTurnedAway()
    {
        await using TestServer server = await StartAsync();
        var flood = new List<byte>([.. Preface, .. Frame(FrameType.Settings, 0, 0, [])]);
        for (uint stream = 1; stream < 20_000; stream += 2)
        {
            flood.AddRange(Call(stream, "Hang"));
            flood.AddRange(Frame(FrameType.ResetStream, 0, stream, [0, 0, 0, 8]));
        }

        await SendAsync(server, [.. flood]);
        await ServesAsync(server);
    }

    [Fact]
    public async Task F1_HeadersBeyondTheLimitAreTurnedAway()
    {
        await using TestServer server = await StartAsync();
        var endless = new List<byte>([.. Preface, .. Frame(FrameType.Settings, 0, 0, []), .. Call(1, "Echo", 0)]);
        for (int i = 0; i < 100; i++)
        {
            endless.AddRange(Frame(FrameType.Continuation, 0, 1, ScriptedField(i)));
        }

        await SendAsync(server, [.. endless]);
        await ServesAsync(server);

        static byte[] ScriptedField(int number)
        {
            var block = new List<byte>();
            new HpackEncoder(0).Encode([new($"x-{number}", new string('x', 15_000))], block);
            return [.. block];
        }
    }

    [Fact]
    public async Task ManyLargeMessagesAtOnceAreRefusedBeyondTheBudget()
    {
        await using TestServer server = await StartAsync(options: static options => options with { MaxBufferedBytes = 100 << 20 });
        using Socket socket = await ConnectAsync(server);
        var claims = new List<byte>([.. Preface, .. Frame(FrameType.Settings, 0, 0, [])]);
        for (uint stream = 1; stream < 80; stream += 2)
        {
            claims.AddRange(Call(stream, "Count"));
            claims.AddRange(Message(stream, 0, 60 << 20, 10, false));
        }

        await socket.SendAsync(claims.ToArray());
        byte[] buffer = new byte[65536];
        string answers = "";
        while (!answers.Contains("too many large messages", StringComparison.Ordinal))
        {
            int count = await socket.ReceiveAsync(buffer);
            Assert.NotEqual(0, count);
            answers += System.Text.Encoding.Latin1.GetString(buffer, 0, count).Replace("too%20many", "too many", StringComparison.Ordinal);
        }

        Assert.InRange(server.Grpc.BufferedBytes, 1, 100 << 20);
        socket.Dispose();
        await ServesAsync(server);
    }

    [Theory]
    [InlineData(100, 1)]   // a message that does not come
    [InlineData(0, 0)]     // a request that does not end
    public async Task RequestsThatTrickleAreEnded(uint length, int sent)
    {
        await using TestServer server = await StartAsync(options: static options => options with { RequestTimeout = TimeSpan.FromMilliseconds(200) });
        using Socket socket = await ConnectAsync(server);
        await socket.SendAsync((byte[])[.. Preface, .. Frame(FrameType.Settings, 0, 0, []), .. Call(1, "Echo"), .. RawClient.Message(1, 0, length, sent, false)]);
        byte[] buffer = new byte[65536];
        string answer = "";
        while (!answer.Contains("the request did not arrive within 0.2 s", StringComparison.Ordinal))
        {
            int count = await socket.ReceiveAsync(buffer);
            Assert.NotEqual(0, count);
            answer += System.Text.Encoding.Latin1.GetString(buffer, 0, count);
        }

        await ServesAsync(server);
    }

    /// <summary>Whole sessions with bytes changed, cut, doubled and mixed up, while an honest client goes on with its calls.</summary>
    [Fact]
    public async Task DamagedSessionsDisturbNobody()
    {
        await using TestServer server = await StartAsync(map: FlightServer.Map, options: static options => options with { RequestTimeout = TimeSpan.FromSeconds(2) });
        byte[] settings = Frame(FrameType.Settings, 0, 0, []);
        byte[][][] models =
        [
            [Preface, settings, Call(1, "Echo"), RawClient.Message(1, 0, 0, 0, true), Call(3, "Count"), RawClient.Message(3, 0, 100, 100, false), RawClient.Message(3, 0, 3, 3, true), Frame(FrameType.Ping, 0, 0, new byte[8])],
            [Preface, settings, Call(1, "Stream"), Frame(FrameType.Data, 1, 1, [0, 0, 0, 0, 8, 10, 6, .. "50 100"u8]), Frame(FrameType.WindowUpdate, 0, 1, [0, 1, 0, 0])],
            [Preface, settings, Call(1, "Duplex"), RawClient.Message(1, 0, 0, 0, false), Call(3, "Hang"), RawClient.Message(3, 0, 0, 0, true), Frame(FrameType.ResetStream, 0, 3, [0, 0, 0, 8]), RawClient.Message(1, 0, 0, 0, true)],
            [Preface, settings, Call(1, "../arrow.flight.protocol.FlightService/DoPut"), RawClient.Message(1, 0, 20, 20, false), Frame(FrameType.Priority, 0, 1, new byte[5]), RawClient.Message(1, 0, 2, 2, true)],
        ];
        int seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        int calls = 0;
        using var done = new CancellationTokenSource();
        Task honest = Task.Run(async () =>
        {
            using GrpcChannel channel = server.Connect();
            while (!done.IsCancellationRequested)
            {
                Assert.Equal("well", (await channel.UnaryAsync(Service + "Echo", TestServer.Message("well"), Ticket.Parser)).Ticket_.ToStringUtf8());
                calls++;
                await Task.Delay(2);
            }
        });
        await Parallel.ForAsync(0, Sessions, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            var random = new Random(seed + i);
            List<byte[]> parts = [.. models[random.Next(models.Length)]];
            switch (random.Next(4))
            {
                case 0:
                    parts.RemoveAt(random.Next(parts.Count));
                    break;
                case 1:
                    parts.Insert(random.Next(1, parts.Count), parts[random.Next(parts.Count)]);
                    break;
                case 2:
                    byte[] payload = new byte[random.Next(30)];
                    random.NextBytes(payload);
                    parts.Insert(random.Next(1, parts.Count), Frame((FrameType)random.Next(11), (byte)random.Next(256), (uint)random.Next(5), payload));
                    break;
                default:
                    break;
            }

            byte[] bytes = [.. parts.SelectMany(static part => part)];
            for (int changes = random.Next(4); changes > 0 && bytes.Length > 30; changes--)
            {
                bytes[random.Next(24, bytes.Length)] = (byte)random.Next(256);
            }

            int cut = random.Next(5) == 0 ? random.Next(bytes.Length) : bytes.Length;
            int pause = random.Next(cut + 1);
            await SendAsync(server, bytes[..pause], bytes[pause..cut]);
        });
        await done.CancelAsync();
        await honest;
        await ServesAsync(server);
        Assert.True(calls > 0, "nobody was there to be disturbed");
    }
}
