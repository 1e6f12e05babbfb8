using SqlCluster.Flight.Http2;

namespace SqlCluster.Flight.Tests.Http2;

/// <summary>The bulk reader against servers that write every legal thing, and against servers that break the protocol (RFC 9113).</summary>
public sealed class BulkConnectionTests
{
    private static ScriptedServer LegalOddities(int mostBytesAtOnce)
    {
        byte[] headers = ScriptedServer.Block((":status", "200"), ("content-type", "application/grpc"), ("x-long", new string('l', 300)));
        byte[] padded = [4, .. headers[..10], 0, 0, 0, 0];
        byte[] trailers = [0x40, 11, .. "grpc-status"u8, 1, (byte)'0', 0xBE];   // into the dynamic table, and from it again
        ScriptedServer server = new ScriptedServer(mostBytesAtOnce)
            .Settings(0, 3, 0, 0, 0, 100, 0, 99, 1, 2, 3, 4)                     // a known setting and an unknown one
            .Frame((FrameType)0xBB, 0xFF, 77, 1, 2, 3)                          // an unknown type
            .Frame(FrameType.Headers, FrameHeader.EndHeaders, 1, ScriptedServer.Block((":status", "103"), ("link", "x")))
            .Frame(FrameType.Ping, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8)
            .Frame(FrameType.Headers, FrameHeader.Padded, 1, padded);
        for (int at = 10; at < headers.Length; at++)
        {
            server.Frame(FrameType.Continuation, at == headers.Length - 1 ? FrameHeader.EndHeaders : (byte)0, 1, headers[at]);
        }

        return server
            .Data(0)
            .Data(100_000)
            .Frame(FrameType.Data, FrameHeader.Padded, 1, [3, .. Enumerable.Repeat((byte)7, 50), 9, 9, 9])
            .Frame(FrameType.Data, FrameHeader.Padded, 1, 2, 0, 0)              // nothing but padding
            .Frame(FrameType.Priority, 0, 1, 0, 0, 0, 0, 0)
            .Frame(FrameType.WindowUpdate, 0, 0, 0, 0, 1, 0)
            .Frame(FrameType.WindowUpdate, 0, 1, 0, 0, 1, 0)
            .Settings()
            .Frame(FrameType.Settings, FrameHeader.Acknowledge, 0)
            .Data(33)
            .Frame(FrameType.Headers, FrameHeader.EndHeaders | FrameHeader.EndStream, 1, trailers);
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(1)]
    [InlineData(7)]
    public async Task EveryLegalFrameIsUnderstood(int mostBytesAtOnce)
    {
        ScriptedServer server = LegalOddities(mostBytesAtOnce);
        (BulkStream stream, byte[] body, BulkConnection connection) = await server.AnswerAsync();
        Assert.Equal(200, stream.HttpStatus);
        Assert.Equal(["content-type", "x-long"], stream.Headers.Select(static field => field.Name));
        Assert.Equal((100_083, true), (body.Length, body.All(static value => value == 7)));
        Assert.Equal([new("grpc-status", "0"), new("grpc-status", "0")], stream.Trailers);
        Assert.True(connection.CanServeAgain);

        // Both SETTINGS and the PING are acknowledged.
        string written = Convert.ToHexString([.. server.Written]);
        Assert.Equal(3, written.Split("000000040100000000").Length);
        Assert.Contains("0000080601000000000102030405060708", written, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequestsLargerThanTheWindowWaitForCredit()
    {
        ScriptedServer server = new ScriptedServer()
            .Settings(0, 4, 0, 0, 0x40, 0)                                      // streams may begin with 16,384 bytes, a quarter of what was sent
            .Frame(FrameType.WindowUpdate, 0, 1, 0, 1, 0x86, 0xA0)
            .Frame(FrameType.WindowUpdate, 0, 0, 0, 1, 0x86, 0xA0)
            .Ok().Headers(endsStream: true, fields: ("grpc-status", "0"));
        await server.AnswerAsync(100_000);
        int sent = 0;
        bool ended = false;
        for (ReadOnlySpan<byte> left = server.Written.ToArray().AsSpan(24); !left.IsEmpty;)
        {
            FrameHeader frame = FrameHeader.Read(left);
            sent += frame.Type == FrameType.Data ? frame.Length : 0;
            ended |= frame.Type == FrameType.Data && frame.Has(FrameHeader.EndStream);
            left = left[(9 + frame.Length)..];
        }

        Assert.Equal((100_000, true), (sent, ended));
    }

    [Fact]
    public async Task AnAnswerBeforeTheRequestIsCompleteIsRead()
    {
        ScriptedServer server = new ScriptedServer().Settings().Headers(endsStream: true, fields: [(":status", "200"), ("grpc-status", "8")]);
        (BulkStream stream, byte[] body, BulkConnection connection) = await server.AnswerAsync(100_000);
        Assert.Equal(("8", 0, false), (stream.Headers[0].Value, body.Length, connection.CanServeAgain));
    }

    [Fact]
    public async Task AConnectionThatIsBeingClosedEndsItsStreamAndServesNoOther()
    {
        ScriptedServer server = new ScriptedServer().Settings().Ok().Data(10)
            .Frame(FrameType.GoAway, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0).Data(10)
            .Frame(FrameType.GoAway, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0)
            .Headers(endsStream: true, fields: ("grpc-status", "0"));
        (BulkStream _, byte[] body, BulkConnection connection) = await server.AnswerAsync();
        Assert.Equal((20, false), (body.Length, connection.CanServeAgain));
    }

    public static TheoryData<string, string, string> Breaches()
    {
        byte[] status = ScriptedServer.Block((":status", "200"));
        var data = new TheoryData<string, string, string>();
        void Add(string name, string reason, ScriptedServer server) => data.Add(name, reason, Convert.ToHexString(server.Script));
        ScriptedServer Start() => new ScriptedServer().Settings();
        Add("no settings first", "unexpected frame: Ping on stream 0", new ScriptedServer().Frame(FrameType.Ping, 0, 0, new byte[8]));
        Add("HTTP/1.1", "frame too large", new ScriptedServer().Raw([.. "HTTP/1.1 400 Bad Request\r\n\r\n"u8]));
        Add("settings of a stream", "unexpected frame: Settings on stream 1", Start().Frame(FrameType.Settings, 0, 1));
        Add("settings cut", "bad size of a frame: Settings of 5 bytes", Start().Settings(1, 2, 3, 4, 5));
        Add("settings acknowledged with content", "bad size of a frame: Settings of 6 bytes", Start().Frame(FrameType.Settings, 1, 0, new byte[6]));
        Add("push enabled", "a server cannot enable push", Start().Settings(0, 2, 0, 0, 0, 1));
        Add("window setting too large", "window too large: settings", Start().Settings(0, 4, 0x80, 0, 0, 0));
        Add("frame size setting too small", "frame size 16383", Start().Settings(0, 5, 0, 0, 0x3F, 0xFF));
        Add("large ping", "bad size of a frame: Ping of 9 bytes", Start().Frame(FrameType.Ping, 0, 0, new byte[9]));
        Add("ping of a stream", "unexpected frame: Ping on stream 1", Start().Frame(FrameType.Ping, 0, 1, new byte[8]));
        Add("window update of 0", "increment 0", Start().Frame(FrameType.WindowUpdate, 0, 0, 0, 0, 0, 0));
        Add("window overflow", "window too large: connection", Start().Frame(FrameType.WindowUpdate, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF));
        Add("stream window overflow", "window too large: stream", Start().Frame(FrameType.WindowUpdate, 0, 1, 0x7F, 0xFF, 0xFF, 0xFF));
        Add("push", "unexpected frame: PushPromise on stream 1", Start().Frame(FrameType.PushPromise, 4, 1, [0, 0, 0, 2, .. status]));
        Add("continuation of nothing", "unexpected frame: Continuation on stream 1", Start().Frame(FrameType.Continuation, 4, 1, status));
        Add("headers interrupted", "unexpected frame: Ping on stream 0", Start().Frame(FrameType.Headers, 0, 1, status).Frame(FrameType.Ping, 0, 0, new byte[8]));
        Add("headers continued elsewhere", "unexpected frame: Continuation on stream 3", Start().Frame(FrameType.Headers, 0, 1, status).Frame(FrameType.Continuation, 4, 3, status));
        Add("headers of another stream", "unexpected frame: Headers on stream 3", Start().Headers(stream: 3, fields: (":status", "200")));
        Add("headers all padding", "more padding than payload", Start().Frame(FrameType.Headers, FrameHeader.EndHeaders | FrameHeader.Padded, 1, [200, .. status]));
        Add("malformed block", "malformed header block: no table entry", Start().Frame(FrameType.Headers, FrameHeader.EndHeaders, 1, 0xFE));
        Add("no status", "no :status alone before the headers", Start().Headers(fields: ("content-type", "x")));
        Add("status behind", "no :status alone before the headers", Start().Headers(fields: [("content-type", "x"), (":status", "200")]));
        Add("two statuses", "no :status alone before the headers", Start().Headers(fields: [(":status", "200"), (":status", "200")]));
        Add("strange status", "no :status alone before the headers", Start().Headers(fields: (":status", "20x")));
        Add("upper case", "upper-case letters", Start().Headers(fields: [(":status", "200"), ("X-A", "b")]));
        Add("interim end", "an interim response ends the stream", Start().Headers(endsStream: true, fields: (":status", "100")));
        Add("data first", "unexpected frame: Data on stream 1", Start().Data(1));
        Add("data of another stream", "unexpected frame: Data on stream 3", Start().Ok().Data(1, stream: 3));
        Add("data without room for its padding", "bad size of a frame: Data of 0 bytes", Start().Ok().Frame(FrameType.Data, FrameHeader.Padded, 1));
        Add("data all padding", "more padding than payload", Start().Ok().Frame(FrameType.Data, FrameHeader.Padded, 1, 5, 0));
        Add("large frame", "frame too large: 1048577 bytes", Start().Ok().Raw(0x10, 0, 1, 0, 0, 0, 0, 0, 1));
        Add("large ping frame", "frame too large: 1048576 bytes", Start().Raw(0x10, 0, 0, 6, 0, 0, 0, 0, 0));
        Add("trailers that do not end", "trailers that do not end the stream", Start().Ok().Headers(fields: ("a", "b")));
        Add("trailers with a status", "trailers that do not end the stream", Start().Ok().Headers(endsStream: true, fields: (":status", "200")));
        Add("reset", "the server reset the call: EnhanceYourCalm", Start().Ok().Data(5).Frame(FrameType.ResetStream, 0, 1, 0, 0, 0, 11));
        Add("reset without a code", "bad size of a frame: ResetStream of 3 bytes", Start().Frame(FrameType.ResetStream, 0, 1, 0, 0, 0));
        Add("going away", "the server is closing the connection: NoError, bye", Start().Frame(FrameType.GoAway, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0, .. "bye"u8]));
        Add("going away shortly", "bad size of a frame: GoAway of 7 bytes", Start().Frame(FrameType.GoAway, 0, 0, new byte[7]));
        Add("closed at once", "the server closed the connection", new ScriptedServer());
        Add("closed in a header", "the server closed the connection", Start().Raw(0, 0));
        Add("closed in headers", "the server closed the connection", Start().Raw(0, 0, 9, 1, 4, 0, 0, 0, 1, 0x88));
        Add("closed in data", "the server closed the connection", Start().Ok().Raw(0, 0, 9, 0, 1, 0, 0, 0, 1, 7));
        Add("closed before the end", "the server closed the connection", Start().Ok().Data(100));
        ScriptedServer pings = Start().Ok();
        ScriptedServer continuations = Start().Frame(FrameType.Headers, 0, 1, status);
        ScriptedServer large = Start().Frame(FrameType.Headers, 0, 1, status);
        for (int i = 0; i < 10_010; i++)
        {
            pings.Frame(FrameType.Ping, 0, 0, new byte[8]);
            continuations.Frame(FrameType.Continuation, 0, 1);
            if (i < 20)
            {
                large.Frame(FrameType.Continuation, 0, 1, new byte[16384]);
            }
        }

        Add("pings without end", "too many frames without content", pings);
        Add("headers without end", "too many frames without content", continuations);
        Add("headers without measure", "headers too large: the limit is 262144 bytes", large);
        return data;
    }

    [Theory]
    [MemberData(nameof(Breaches), DisableDiscoveryEnumeration = true)]
    public async Task ABreachIsNamed(string name, string reason, string script)
    {
        Assert.NotEmpty(name);
        foreach (int mostBytesAtOnce in (int[])[int.MaxValue, 3])
        {
            ScriptedServer server = new ScriptedServer(mostBytesAtOnce).Raw(Convert.FromHexString(script));
            IOException error = await Assert.ThrowsAnyAsync<IOException>(() => server.AnswerAsync());
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
            bool tellsWhy = error is Http2ProtocolException;
            Assert.Equal(tellsWhy, Convert.ToHexString([.. server.Written]).Contains("000008070000000000", StringComparison.Ordinal));   // GOAWAY
        }
    }

    [Fact]
    public async Task DamagedStreamsEndInAnAnswerOrAnError()
    {
        byte[] script = LegalOddities(int.MaxValue).Script;
        var random = new Random(99);
        int refused = 0, answered = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] damaged = [.. script];
            for (int changes = random.Next(1, 6); changes > 0; changes--)
            {
                // Mostly where frames are dense: before the large body, and behind it.
                int at = random.Next(3) == 0 ? random.Next(damaged.Length) : random.Next(2) == 0 ? random.Next(5000) : damaged.Length - 1 - random.Next(300);
                damaged[at] = (byte)random.Next(256);
            }

            try
            {
                await new ScriptedServer(random.Next(1, 5000)).Raw(damaged).AnswerAsync();
                answered++;
            }
            catch (IOException)
            {
                refused++;
            }
        }

        Assert.True(refused > 500 && answered > 100, $"{refused} refused, {answered} answered");
    }
}
