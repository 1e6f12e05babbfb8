using System.Net.Sockets;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.FlightData;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Http2;
using SqlCluster.Flight.Protos;
using static SqlCluster.Flight.Tests.RawClient;
using static SqlCluster.Flight.Tests.TestServer;

namespace SqlCluster.Flight.Tests;

/// <summary>Measures the process's memory, so nothing else runs meanwhile.</summary>
[CollectionDefinition(nameof(StalledReaderTests), DisableParallelization = true)]
[Collection(nameof(StalledReaderTests))]
public sealed class StalledReaderTests
{
    [Fact]
    public async Task F1_AStalledReaderOfAGigabyteHoldsLittle()
    {
        var account = new MemoryAccount("stalled");
        long written = 0;
        await using TestServer server = await StartAsync(map: grpc => grpc.MapServerStreaming(Service + "Gigabyte", Ticket.Parser, async (call, _) =>
        {
            Batch batch = FlightServer.Rows(0, 40_000, account);   // about 1.2 MB
            try
            {
                FlightBatchWriter writer = FlightBatchWriter.ForResponse(call, FlightServer.Schema, account);
                await writer.WriteSchemaAsync();
                while (written < 1 << 30)
                {
                    await writer.WriteAsync(batch);
                    Interlocked.Add(ref written, 1_200_000);
                }
            }
            finally
            {
                batch.Release();
            }
        }));
        using GrpcChannel channel = server.Connect();
        await channel.UnaryAsync(Service + "Echo", TestServer.Message("warm"), Ticket.Parser);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        using (Socket socket = await ConnectAsync(server))
        {
            socket.ReceiveBufferSize = 64 * 1024;
            byte[] window = [0x7F, 0xFF, 0, 0];
            await socket.SendAsync((byte[])
            [
                .. Preface, .. Frame(FrameType.Settings, 0, 0, [0, 4, .. window]), .. Frame(FrameType.WindowUpdate, 0, 0, window), .. Call(1, "Gigabyte"), .. RawClient.Message(1, 0, 0, 0, true),
            ]);
            long last = -1;
            while (Interlocked.Read(ref written) is var now && (now == 0 || now != last))
            {
                last = now;
                await Task.Delay(300, TestContext.Current.CancellationToken);
            }

            long held = GC.GetTotalMemory(forceFullCollection: true) - before + account.UsedBytes;
            TestContext.Current.TestOutputHelper?.WriteLine($"{held / 1048576.0:0.0} MB held after {last / 1048576.0:0.0} MB were written");
            Assert.Equal(1, server.Grpc.RunningCalls);
            Assert.InRange(held, 0, 8 << 20);
        }

        while (server.Grpc.RunningCalls > 0)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, account.UsedBytes);
    }
}
