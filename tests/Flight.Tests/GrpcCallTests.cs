using Google.Protobuf;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Http2;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Health;
using static SqlCluster.Flight.Tests.TestServer;
using ServingStatus = SqlCluster.Flight.Protos.Health.HealthCheckResponse.Types.ServingStatus;

namespace SqlCluster.Flight.Tests;

/// <summary>All that a call can carry, over h2c and TLS, between our client and our server; tests/clients/grpc-conformance.py asks the same of Python's grpcio.</summary>
public sealed class GrpcCallTests
{
    public static TheoryData<bool, bool> Transports => new() { { false, false }, { true, false }, { false, true }, { true, true } };

    /// <summary>Messages of a call through the framework's client, or the bulk reader.</summary>
    private static Task<GrpcResponse> OpenAsync(GrpcChannel channel, bool bulk, string method, Ticket request, GrpcCallOptions? options = null, CancellationToken cancellationToken = default) =>
        bulk ? channel.BulkStreamingAsync(Service + method, request, options, cancellationToken) : channel.ServerStreamingAsync(Service + method, request, options, cancellationToken);

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task F1_HeadersMessagesAndTrailersCrossInBothDirections(bool tls, bool bulk)
    {
        await using TestServer server = await StartAsync(tls);
        using GrpcChannel channel = server.Connect();
        var headers = new Metadata { { "x-in-bin", (ReadOnlySpan<byte>)[0, 1, 254] }, { "x-many", "a" }, { "x-many", "b" } };
        using GrpcResponse response = await OpenAsync(channel, bulk, "Echo", Message("hello"), new GrpcCallOptions { Headers = headers, Timeout = TimeSpan.FromSeconds(50) });
        Assert.Equal("hello", (await response.ReadAsync(Ticket.Parser))!.Ticket_.ToStringUtf8());
        Assert.Null(await response.ReadAsync(Ticket.Parser));
        Assert.Equal([0, 1, 254], response.Headers.Binary("x-out-bin")!);
        Assert.Equal("50000", response.Headers["x-deadline"]);
        Assert.Equal("somebody", response.Headers["x-identity"]);
        Assert.StartsWith("sqlcluster-flight/", response.Headers["x-agent"], StringComparison.Ordinal);
        Assert.Equal("127.0.0.1", response.Headers["x-peer"]);
        Assert.Contains("b", response.Headers["x-many"], StringComparison.Ordinal);
        Assert.Equal("behind", response.Trailers["x-trailer"]);
        Assert.Equal([0, 1, 254], response.Trailers.Binary("x-trailer-bin")!);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task G16_AnErrorBeforeTheFirstMessageComesWithItsTextAndTrailers(bool tls, bool bulk)
    {
        await using TestServer server = await StartAsync(tls);
        using GrpcChannel channel = server.Connect();
        foreach (StatusCode code in Enum.GetValues<StatusCode>().Skip(1))
        {
            using GrpcResponse response = await OpenAsync(channel, bulk, "Fail", Message(((int)code).ToString()));
            GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(() => response.ReadMessageAsync().AsTask());
            Assert.Equal((code, "ошибка 100% bad\n"), (error.Code, error.Message));
            Assert.Equal([1, 2, 255], error.Trailers.Binary("x-detail-bin")!);
        }
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task G16_AnErrorInMidStreamComesBehindTheMessages(bool tls, bool bulk)
    {
        await using TestServer server = await StartAsync(tls);
        using GrpcChannel channel = server.Connect();
        using GrpcResponse response = await OpenAsync(channel, bulk, "Stream", Message("5 100000 fail"));
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(100_000, (await response.ReadAsync(Ticket.Parser))!.Ticket_.Length);
        }

        GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(() => response.ReadMessageAsync().AsTask());
        Assert.Equal((StatusCode.Aborted, "in mid-stream"), (error.Code, error.Message));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task F1_LargeMessagesCrossWhole(bool tls, bool bulk)
    {
        await using TestServer server = await StartAsync(tls);
        using GrpcChannel channel = server.Connect();
        byte[] content = new byte[20 << 20];
        new Random(1).NextBytes(content);
        using GrpcResponse response = await OpenAsync(channel, bulk, "Echo", new Ticket { Ticket_ = ByteString.CopyFrom(content) });
        Assert.True((await response.ReadAsync(Ticket.Parser))!.Ticket_.Span.SequenceEqual(content));
        Assert.Null(await response.ReadAsync(Ticket.Parser));
        Assert.Equal(0, server.Grpc.BufferedBytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GzipIsUsedInBothDirections(bool tls)
    {
        await using TestServer server = await StartAsync(tls);
        using GrpcChannel channel = server.Connect();
        var options = new GrpcCallOptions { Compress = true, Headers = new() { { "x-gzip", "1" } } };
        using GrpcResponse response = await OpenAsync(channel, false, "Echo", Message(new string('a', 100_000)), options);
        Assert.Equal(100_000, (await response.ReadAsync(Ticket.Parser))!.Ticket_.Length);
        Assert.Equal("gzip", response.Headers["grpc-encoding"]);
        using GrpcResponse stream = await OpenAsync(channel, false, "Stream", Message("3 100000"), options);
        int[] lengths = await stream.ReadAllAsync(Ticket.Parser).Select(static message => message.Ticket_.Length).ToArrayAsync();
        Assert.Equal([100_000, 100_000, 100_000], lengths);
    }

    [Fact]
    public async Task F1_MessagesBeyondTheLimitAreRefusedOnBothSides()
    {
        await using TestServer server = await StartAsync(options: static options => options with { MaxReceiveBytes = 1 << 20 });
        using GrpcChannel channel = server.Connect(static options => options with { MaxReceiveBytes = 1000 });
        GrpcStatusException tooLargeToSend = await Assert.ThrowsAsync<GrpcStatusException>(() => channel.UnaryAsync(Service + "Echo", Message(new string('a', 2 << 20)), Ticket.Parser));
        Assert.Equal((StatusCode.ResourceExhausted, "message too large: 2097157 bytes, the limit is 1048576"), (tooLargeToSend.Code, tooLargeToSend.Message));
        GrpcStatusException tooLargeToReceive = await Assert.ThrowsAsync<GrpcStatusException>(() => channel.UnaryAsync(Service + "Echo", Message(new string('a', 1100)), Ticket.Parser));
        Assert.Equal((StatusCode.ResourceExhausted, "message too large: 1103 bytes, the limit is 1000"), (tooLargeToReceive.Code, tooLargeToReceive.Message));
        var bomb = new GrpcCallOptions { Compress = true };
        GrpcStatusException inflates = await Assert.ThrowsAsync<GrpcStatusException>(() => channel.UnaryAsync(Service + "Echo", Message(new string('a', 30 << 20)), Ticket.Parser, bomb));
        Assert.Equal((StatusCode.ResourceExhausted, "message too large when decompressed: the limit is 1048576 bytes"), (inflates.Code, inflates.Message));
        Assert.Equal(100, (await channel.UnaryAsync(Service + "Echo", Message(new string('a', 100)), Ticket.Parser)).Ticket_.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ManyMessagesFromTheClientAreCounted(bool tls)
    {
        await using TestServer server = await StartAsync(tls);
        using GrpcChannel channel = server.Connect();
        using GrpcDuplexCall call = channel.Duplex(Service + "Count");
        for (int i = 0; i < 100; i++)
        {
            await call.WriteAsync(new Ticket { Ticket_ = ByteString.CopyFrom(new byte[99_996]) });
        }

        await call.CompleteAsync();
        GrpcResponse response = await call.ResponseAsync();
        Assert.Equal("100 10000000", (await response.ReadAsync(Ticket.Parser))!.Ticket_.ToStringUtf8());
        Assert.Null(await response.ReadAsync(Ticket.Parser));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DuplexMessagesAlternate(bool tls)
    {
        await using TestServer server = await StartAsync(tls);
        using GrpcChannel channel = server.Connect();
        using GrpcDuplexCall call = channel.Duplex(Service + "Duplex");
        GrpcResponse response = await call.ResponseAsync();   // the headers come before the first message
        for (int i = 0; i < 50; i++)
        {
            await call.WriteAsync(Message($"message {i}"));
            Assert.Equal($"message {i}", (await response.ReadAsync(Ticket.Parser))!.Ticket_.ToStringUtf8());
        }

        await call.CompleteAsync();
        Assert.Null(await response.ReadAsync(Ticket.Parser));
    }

    [Fact]
    public async Task G16_AWriterHearsWhyTheServerEndedTheCall()
    {
        await using TestServer server = await StartAsync();
        using GrpcChannel channel = server.Connect();
        using GrpcDuplexCall call = channel.Duplex(Service + "Duplex");
        GrpcResponse response = await call.ResponseAsync();
        await call.WriteAsync(Message("stop"));
        GrpcStatusException read = await Assert.ThrowsAsync<GrpcStatusException>(() => response.ReadMessageAsync().AsTask());
        GrpcStatusException written = await Assert.ThrowsAsync<GrpcStatusException>(async () =>
        {
            while (true)
            {
                await call.WriteAsync(Message("more"));
            }
        });
        Assert.Equal((StatusCode.FailedPrecondition, "stopped as asked"), (read.Code, read.Message));
        Assert.Equal((StatusCode.FailedPrecondition, "stopped as asked"), (written.Code, written.Message));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task G13_TheDeadlineEndsTheCallOnBothSides(bool tls, bool bulk)
    {
        await using TestServer server = await StartAsync(tls);
        using GrpcChannel channel = server.Connect();
        for (TimeSpan deadline = TimeSpan.FromMilliseconds(200); ; deadline *= 2)
        {
            (Ticket request, Task begun, Task cancelled) = Hang();
            GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(async () =>
            {
                using GrpcResponse response = await OpenAsync(channel, bulk, "Hang", request, new GrpcCallOptions { Timeout = deadline });
                await response.ReadMessageAsync();
            });
            Assert.Equal(StatusCode.DeadlineExceeded, error.Code);
            if (begun.IsCompleted)   // else the deadline passed before the call arrived, on a busy machine
            {
                await cancelled.WaitAsync(TestContext.Current.CancellationToken);
                return;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task G13_CancellingEndsTheCallOnBothSides(bool tls, bool bulk)
    {
        await using TestServer server = await StartAsync(tls);
        using GrpcChannel channel = server.Connect();
        (Ticket request, Task begun, Task cancelled) = Hang();
        using var source = new CancellationTokenSource();
        Task call = Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            using GrpcResponse response = await OpenAsync(channel, bulk, "Hang", request, cancellationToken: source.Token);
            await response.ReadMessageAsync();
        });
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        await source.CancelAsync();
        await call;
        await cancelled.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task G13_LeavingAStreamUnreadEndsIt(bool tls, bool bulk)
    {
        await using TestServer server = await StartAsync(tls);
        using GrpcChannel channel = server.Connect();
        using (GrpcResponse response = await OpenAsync(channel, bulk, "Stream", Message("1000000 100000")))
        {
            await response.ReadMessageAsync();
        }

        while (server.Grpc.RunningCalls > 0)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.Equal("again", (await channel.UnaryAsync(Service + "Echo", Message("again"), Ticket.Parser)).Ticket_.ToStringUtf8());
        Assert.Empty(server.Log.Entries);
    }

    [Fact]
    public async Task UnknownMethodsAndEncodingsAreNamed()
    {
        await using TestServer server = await StartAsync();
        using GrpcChannel channel = server.Connect();
        GrpcStatusException method = await Assert.ThrowsAsync<GrpcStatusException>(() => channel.UnaryAsync(Service + "Nothing", Message(""), Ticket.Parser));
        Assert.Equal((StatusCode.Unimplemented, "unknown method: /test.Calls/Nothing"), (method.Code, method.Message));
        var zstd = new GrpcCallOptions { Headers = new() { { "grpc-encoding", "zstd" } } };
        GrpcStatusException encoding = await Assert.ThrowsAsync<GrpcStatusException>(() => channel.UnaryAsync(Service + "Echo", Message(""), Ticket.Parser, zstd));
        Assert.Equal((StatusCode.Unimplemented, "unsupported grpc-encoding: zstd", "identity,gzip"), (encoding.Code, encoding.Message, encoding.Trailers["grpc-accept-encoding"]));
    }

    [Fact]
    public async Task BugsAreLoggedAndNotToldToTheClient()
    {
        await using TestServer server = await StartAsync();
        using GrpcChannel channel = server.Connect();
        GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(() => channel.UnaryAsync(Service + "Bug", Message(""), Ticket.Parser));
        Assert.Equal(StatusCode.Internal, error.Code);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        (string message, Exception? bug) = Assert.Single(server.Log.Entries);
        Assert.IsType<InvalidTimeZoneException>(bug);
        Assert.Contains(error.Message.Split(' ')[^1], message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task F3_EveryMethodThatIsNotAnonymousRefusesStrangers()
    {
        await using TestServer server = await StartAsync();
        using GrpcChannel channel = server.Connect();
        var stranger = new GrpcCallOptions { Headers = new() { { "x-stranger", "1" } } };
        Assert.Equal(["Check", "List", "Watch"], server.Grpc.Methods.Where(static method => method.IsAnonymous).Select(static method => method.Path.Split('/')[^1]).Order());
        foreach (GrpcMethod method in server.Grpc.Methods.Where(static method => !method.IsAnonymous))
        {
            GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(() => channel.UnaryAsync(method.Path, Message("1 1"), Ticket.Parser, stranger));
            Assert.Equal((StatusCode.Unauthenticated, "this server requires you to log in"), (error.Code, error.Message));
        }
    }

    [Fact]
    public async Task F1_ClientCertificatesReachTheHandler()
    {
        await using TestServer server = await StartAsync(tls: true, clientCertificate: true);
        using GrpcChannel channel = server.Connect(static options => options with { ClientCertificate = CreateCertificate("robot") });
        foreach (bool bulk in (bool[])[false, true])
        {
            using GrpcResponse response = await OpenAsync(channel, bulk, "Echo", Message(""));
            Assert.Equal("CN=robot", response.Headers["x-certificate"]);
        }
    }

    [Fact]
    public async Task F1_AnUnknownServerCertificateIsRefused()
    {
        await using TestServer server = await StartAsync(tls: true);
        using GrpcChannel channel = server.Connect(static options => options with { ValidateServerCertificate = null });
        foreach (bool bulk in (bool[])[false, true])
        {
            GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(() => OpenAsync(channel, bulk, "Echo", Message("")));
            Assert.Equal(StatusCode.Unavailable, error.Code);
            Assert.Contains("certificate", error.Message, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task NobodyListeningIsUnavailable()
    {
        Uri address;
        await using (TestServer server = await StartAsync())
        {
            address = server.Address;
        }

        using var channel = new GrpcChannel(new GrpcChannelOptions(address));
        foreach (bool bulk in (bool[])[false, true])
        {
            GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(() => OpenAsync(channel, bulk, "Echo", Message("")));
            Assert.Equal(StatusCode.Unavailable, error.Code);
            Assert.StartsWith($"cannot reach {address.Host}:{address.Port}", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ConnectingIsTriedAgainAndNothingElse(bool bulk)
    {
        int port, calls = 0;
        using (var probe = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((System.Net.IPEndPoint)probe.LocalEndpoint).Port;
        }

        using var channel = new GrpcChannel(new GrpcChannelOptions(new Uri($"http://127.0.0.1:{port}")) { ConnectAttempts = 12 });
        Task<GrpcResponse> early = OpenAsync(channel, bulk, "Echo", Message("early"));
        await using TestServer server = await StartAsync(port: port, map: grpc => grpc.MapUnary<Ticket, Ticket>(Service + "Never", Ticket.Parser, (_, _) =>
        {
            calls++;
            throw new GrpcStatusException(StatusCode.Unavailable, "not now");
        }));
        using GrpcResponse response = await early;
        Assert.Equal("early", (await response.ReadAsync(Ticket.Parser))!.Ticket_.ToStringUtf8());
        using GrpcResponse refused = await OpenAsync(channel, bulk, "Never", Message(""));
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<GrpcStatusException>(() => refused.ReadMessageAsync().AsTask())).Code);
        Assert.Equal(1, calls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BulkConnectionsServeAgainUnlessACallWasAbandoned(bool tls)
    {
        await using TestServer server = await StartAsync(tls);
        using GrpcChannel channel = server.Connect();
        async Task<string> ConnectionAsync(bool toItsEnd)
        {
            using GrpcResponse response = await channel.BulkStreamingAsync(Service + "Echo", Message(""));
            while (toItsEnd && await response.ReadMessageAsync() != null)
            {
            }

            return response.Headers["x-connection"]!;
        }

        string first = await ConnectionAsync(toItsEnd: true);
        Assert.Equal(first, await ConnectionAsync(toItsEnd: true));
        Assert.Equal(first, await ConnectionAsync(toItsEnd: false));
        Assert.NotEqual(first, await ConnectionAsync(toItsEnd: true));

        // The second call at once has a connection of its own.
        using GrpcResponse one = await channel.BulkStreamingAsync(Service + "Echo", Message(""));
        using GrpcResponse two = await channel.BulkStreamingAsync(Service + "Echo", Message(""));
        Assert.NotEqual(one.Headers["x-connection"], two.Headers["x-connection"]);
    }

    [Fact]
    public async Task F6_DrainSaysGoAwayAndLetsTheStreamEnd()
    {
        await using TestServer server = await StartAsync();
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await socket.ConnectAsync(server.Address.Host, server.Address.Port);
        await socket.SendAsync((byte[])[.. RawClient.Preface, .. RawClient.Frame(FrameType.Settings, 0, 0, []), .. RawClient.Call(1, "Duplex"), .. RawClient.Message(1, 0, 0, 0, false)]);
        while (server.Grpc.RunningCalls == 0)
        {
            await Task.Yield();
        }

        Task stopped = server.StopAsync(CancellationToken.None);
        var received = new List<byte>();
        byte[] buffer = new byte[65536];
        bool wentAway = false, ended = false;
        while (!ended)
        {
            int count = await socket.ReceiveAsync(buffer);
            Assert.NotEqual(0, count);
            received.AddRange(buffer.AsSpan(0, count));
            while (received.Count >= FrameHeader.SizeBytes && FrameHeader.Read(received.ToArray()) is var frame && received.Count >= FrameHeader.SizeBytes + frame.Length)
            {
                received.RemoveRange(0, FrameHeader.SizeBytes + frame.Length);
                if (frame.Type == FrameType.GoAway && !wentAway)
                {
                    wentAway = true;
                    await socket.SendAsync(RawClient.Message(1, 0, 0, 0, true));   // the call goes on until its client ends it
                }

                ended |= wentAway && frame.Type == FrameType.Headers && frame.Has(FrameHeader.EndStream);
            }
        }

        socket.Dispose();   // as clients do that were told to go away and have nothing left to wait for
        await stopped;
    }

    [Fact]
    public async Task F6_DrainLetsRunningCallsEndAndRefusesNewOnes()
    {
        await using TestServer server = await StartAsync();
        using GrpcChannel channel = server.Connect();
        using GrpcDuplexCall call = channel.Duplex(Service + "Duplex");
        GrpcResponse response = await call.ResponseAsync();
        using var patience = new CancellationTokenSource();
        Task stopped = server.StopAsync(patience.Token);
        while (!server.Grpc.Draining.IsCancellationRequested)
        {
            await Task.Yield();
        }

        GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(() => channel.UnaryAsync(Service + "Echo", Message(""), Ticket.Parser));
        Assert.Equal(StatusCode.Unavailable, error.Code);
        await call.WriteAsync(Message("still here"));
        Assert.Equal("still here", (await response.ReadAsync(Ticket.Parser))!.Ticket_.ToStringUtf8());
        Assert.False(stopped.IsCompleted);
        await call.CompleteAsync();
        Assert.Null(await response.ReadAsync(Ticket.Parser));
        await stopped.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task F6_DrainEndsCallsThatDoNotEndThemselves()
    {
        await using TestServer server = await StartAsync();
        using GrpcChannel channel = server.Connect();
        (Ticket request, Task begun, Task cancelled) = Hang();
        Task<Ticket> call = channel.UnaryAsync(Service + "Hang", request, Ticket.Parser);
        await begun;
        using var patience = new CancellationTokenSource();
        Task drained = server.Grpc.DrainAsync(patience.Token);
        await patience.CancelAsync();
        await drained;
        GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(() => call);
        Assert.Equal((StatusCode.Unavailable, "the server is shutting down"), (error.Code, error.Message));
        await cancelled;
    }

    [Fact]
    public async Task F6_HealthIsCheckedListedAndWatchedWithoutLoggingIn()
    {
        await using TestServer server = await StartAsync();
        using GrpcChannel channel = server.Connect();
        const string Prefix = "/grpc.health.v1.Health/";
        server.Health.Set("flight", true);
        Assert.Equal(ServingStatus.Serving, (await channel.UnaryAsync(Prefix + "Check", new HealthCheckRequest(), HealthCheckResponse.Parser)).Status);
        Assert.Equal(ServingStatus.Serving, (await channel.UnaryAsync(Prefix + "Check", new HealthCheckRequest { Service = "flight" }, HealthCheckResponse.Parser)).Status);
        Assert.Equal(["", "flight"], (await channel.UnaryAsync(Prefix + "List", new HealthListRequest(), HealthListResponse.Parser)).Statuses.Keys.Order());
        GrpcStatusException unknown = await Assert.ThrowsAsync<GrpcStatusException>(() => channel.UnaryAsync(Prefix + "Check", new HealthCheckRequest { Service = "x" }, HealthCheckResponse.Parser));
        Assert.Equal(StatusCode.NotFound, unknown.Code);
        using GrpcResponse watch = await channel.ServerStreamingAsync(Prefix + "Watch", new HealthCheckRequest { Service = "flight" });
        Assert.Equal(ServingStatus.Serving, (await watch.ReadAsync(HealthCheckResponse.Parser))!.Status);
        server.Health.Set("flight", false);
        Assert.Equal(ServingStatus.NotServing, (await watch.ReadAsync(HealthCheckResponse.Parser))!.Status);
        server.Health.Set("flight", true);
        Assert.Equal(ServingStatus.Serving, (await watch.ReadAsync(HealthCheckResponse.Parser))!.Status);
        await server.Grpc.DrainAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ServingStatus.NotServing, (await watch.ReadAsync(HealthCheckResponse.Parser))!.Status);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<GrpcStatusException>(() => watch.ReadMessageAsync().AsTask())).Code);
    }

    [Fact]
    public async Task F1_HeadersOf64KibibytesPass()
    {
        await using TestServer server = await StartAsync();
        using GrpcChannel channel = server.Connect();
        foreach (bool bulk in (bool[])[false, true])
        {
            using GrpcResponse response = await OpenAsync(channel, bulk, "Echo", Message("x"), new GrpcCallOptions { Headers = new() { { "x-large", new string('h', 60_000) }, { "x-larger", new string('h', 40_000) } } });
            Assert.Equal("x", (await response.ReadAsync(Ticket.Parser))!.Ticket_.ToStringUtf8());
        }
    }

    [Fact]
    public async Task ManyCallsShareAChannel()
    {
        await using TestServer server = await StartAsync();
        using GrpcChannel channel = server.Connect();
        await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, token) =>
        {
            using GrpcResponse response = await OpenAsync(channel, i % 2 == 0, "Echo", Message($"{i}"), cancellationToken: token);
            Assert.Equal($"{i}", (await response.ReadAsync(Ticket.Parser, token))!.Ticket_.ToStringUtf8());
            Assert.Null(await response.ReadAsync(Ticket.Parser, token));
        });
    }
}
