using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using SqlCluster.Server.Hosting;

namespace SqlCluster.Server.Tests.Hosting;

/// <summary>Connections whose sockets are read by a thread of many: what is sent arrives, however slowly it is read, and every end is seen.</summary>
public sealed class PolledConnectionTests
{
    /// <summary>More than a connection keeps for its reader, and than sockets hold.</summary>
    private const int MuchBytes = 24 << 20;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhatIsSentArrivesWholeAndInOrderWhenItIsReadLate()
    {
        Assert.SkipUnless(SocketPoller.IsSupported, "sockets are the runtime's here");
        (PolledConnection connection, Socket client) = await ConnectAsync();
        byte[] sent = Bytes(MuchBytes);
        Task sending = SendAsync(client, sent);

        // Nobody reads yet: the sender has to wait, since only so much is kept for the reader.
        PipeReader input = connection.Transport.Input;
        ReadResult result = await input.ReadAtLeastAsync(1 << 20, Ended);
        Assert.False(sending.IsCompleted);
        var received = new ArrayBufferWriter<byte>();
        while (!result.IsCompleted || !result.Buffer.IsEmpty)
        {
            foreach (ReadOnlyMemory<byte> part in result.Buffer)
            {
                received.Write(part.Span);
            }

            input.AdvanceTo(result.Buffer.End);
            result = await input.ReadAsync(Ended);
        }

        await sending;
        Assert.True(received.WrittenSpan.SequenceEqual(sent));
        await WaitForAsync(connection.ConnectionClosed);
        await connection.DisposeAsync();
        client.Dispose();
    }

    [Fact]
    public async Task WhatIsWrittenArrivesWholeWhenTheClientReadsLate()
    {
        Assert.SkipUnless(SocketPoller.IsSupported, "sockets are the runtime's here");
        (PolledConnection connection, Socket client) = await ConnectAsync();
        byte[] sent = Bytes(MuchBytes);
        Task<FlushResult> writing = connection.Transport.Output.WriteAsync(sent, Ended).AsTask();
        Assert.False(writing.IsCompleted);
        var received = new byte[MuchBytes];
        for (int count = 0; count < MuchBytes;)
        {
            int part = await client.ReceiveAsync(received.AsMemory(count), Ended);
            Assert.NotEqual(0, part);
            count += part;
        }

        Assert.False((await writing).IsCompleted);
        Assert.True(received.AsSpan().SequenceEqual(sent));

        // Small pieces that wait for a flush go in front of what is written behind them.
        connection.Transport.Output.Write("ab"u8);
        await connection.Transport.Output.WriteAsync("cd"u8.ToArray(), Ended);
        connection.Transport.Output.Write("ef"u8);
        await connection.Transport.Output.FlushAsync(Ended);
        await connection.DisposeAsync();
        var rest = new MemoryStream();
        await new NetworkStream(client).CopyToAsync(rest, Ended);
        Assert.Equal("abcdef"u8.ToArray(), rest.ToArray());
        client.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TheClientsEndIsSeenWhileNobodyReads(bool isReset)
    {
        Assert.SkipUnless(SocketPoller.IsSupported, "sockets are the runtime's here");
        (PolledConnection connection, Socket client) = await ConnectAsync();
        Leave(client, isReset);
        await WaitForAsync(connection.ConnectionClosed);
        if (isReset)
        {
            await Assert.ThrowsAsync<ConnectionResetException>(async () => await connection.Transport.Input.ReadAsync(Ended));
        }
        else
        {
            Assert.True((await connection.Transport.Input.ReadAsync(Ended)).IsCompleted);
        }

        await connection.DisposeAsync();
    }

    /// <summary>A connection that is lost while there is no room for what it has sent is looked at again when there is.</summary>
    [Fact]
    public async Task AResetIsSeenBehindWhatWaitsForItsReader()
    {
        Assert.SkipUnless(SocketPoller.IsSupported, "sockets are the runtime's here");
        (PolledConnection connection, Socket client) = await ConnectAsync();
        Task sending = SendAsync(client, Bytes(MuchBytes));
        PipeReader input = connection.Transport.Input;
        ReadResult first = await input.ReadAtLeastAsync(1 << 20, Ended);
        input.AdvanceTo(first.Buffer.Start, first.Buffer.End);
        Leave(client, isReset: true);
        await Assert.ThrowsAnyAsync<Exception>(() => sending);
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (true)
            {
                ReadResult result = await input.ReadAsync(Ended);
                Assert.False(result.IsCompleted);
                input.AdvanceTo(result.Buffer.End);
            }
        });
        await WaitForAsync(connection.ConnectionClosed);
        await connection.DisposeAsync();
    }

    [Fact]
    public async Task AnAbortEndsWhoReadsAndWhoWrites()
    {
        Assert.SkipUnless(SocketPoller.IsSupported, "sockets are the runtime's here");
        (PolledConnection connection, Socket client) = await ConnectAsync();
        Task<FlushResult> writing = connection.Transport.Output.WriteAsync(Bytes(MuchBytes), Ended).AsTask();
        Task<ReadResult> reading = connection.Transport.Input.ReadAsync(Ended).AsTask();
        connection.Abort(new ConnectionAbortedException());
        Assert.True((await writing).IsCompleted);
        Assert.True((await reading).IsCompleted);
        await WaitForAsync(connection.ConnectionClosed);
        await connection.DisposeAsync();
        client.Dispose();
    }

    /// <summary>Each goes its way: descriptors and places of those that have left are used again at once.</summary>
    [Fact]
    public async Task ManyConnectionsComeAndGo()
    {
        Assert.SkipUnless(SocketPoller.IsSupported, "sockets are the runtime's here");
        for (int round = 0; round < 20; round++)
        {
            (PolledConnection Connection, Socket Client)[] pairs = await Task.WhenAll(Enumerable.Range(0, 16).Select(static _ => ConnectAsync()));
            await Task.WhenAll(pairs.Select(static async (pair, index) =>
            {
                await pair.Client.SendAsync(new[] { (byte)index }, Ended);
                ReadResult result = await pair.Connection.Transport.Input.ReadAsync(Ended);
                Assert.Equal([(byte)index], result.Buffer.ToArray());
                pair.Connection.Transport.Input.AdvanceTo(result.Buffer.End);
                if (index % 2 == 0)
                {
                    Leave(pair.Client, isReset: index % 4 == 0);
                    await WaitForAsync(pair.Connection.ConnectionClosed);
                    await pair.Connection.DisposeAsync();
                }
                else
                {
                    await pair.Connection.DisposeAsync();
                    Assert.Equal(0, await pair.Client.ReceiveAsync(new byte[1], Ended));
                    pair.Client.Dispose();
                }
            }));
        }
    }

    private static async Task<(PolledConnection Connection, Socket Client)> ConnectAsync()
    {
        await using var listener = new PolledListener(new IPEndPoint(IPAddress.Loopback, 0));
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.EndPoint, Ended);
        var connection = (PolledConnection)(await listener.AcceptAsync(Ended))!;
        Assert.Equal(client.LocalEndPoint!.ToString(), ((IPEndPoint)connection.RemoteEndPoint!).ToString());
        return (connection, client);
    }

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private static async Task SendAsync(Socket client, byte[] bytes)
    {
        for (int count = 0; count < bytes.Length;)
        {
            count += await client.SendAsync(bytes.AsMemory(count), Ended);
        }

        client.Shutdown(SocketShutdown.Send);
    }

    private static void Leave(Socket client, bool isReset)
    {
        client.LingerState = new LingerOption(isReset, 0);
        client.Dispose();
    }

    private static async Task WaitForAsync(CancellationToken closed)
    {
        var seen = new TaskCompletionSource();
        await using CancellationTokenRegistration registration = closed.UnsafeRegister(static seen => ((TaskCompletionSource)seen!).TrySetResult(), seen);
        await seen.Task.WaitAsync(Ended);
    }
}
