using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Sql;
using Action = SqlCluster.Flight.Protos.Action;

namespace SqlCluster.Server.Tests.FlightSql;

/// <summary>What DoGet gave.</summary>
/// <param name="Schema">The stream's schema.</param>
/// <param name="Rows">Values in the forms of VectorValues.</param>
/// <param name="MessageSizes">Bytes of each message.</param>
internal sealed record FlightTable(ArrowSchema Schema, List<object?[]> Rows, List<int> MessageSizes)
{
    public object? Single => Assert.Single(Assert.Single(Rows));

    /// <summary>A column's values.</summary>
    public object?[] this[string column] => [.. Rows.Select(row => row[Schema.Fields.Select(static field => field.Name).ToList().IndexOf(column)])];
}

/// <summary>Makes the calls of Flight SQL message by message, and keeps what servers hand out: bearer tokens, and cookies.</summary>
internal sealed class FlightTestClient(Uri address, bool keepsCookies, string userAgent) : IDisposable
{
    public const string Service = "/arrow.flight.protocol.FlightService/";
    private string? _cookie;

    public GrpcChannel Channel { get; } = new(new GrpcChannelOptions(address) { UserAgent = userAgent });

    /// <summary>Value of the authorization header.</summary>
    public string? Authorization { get; set; }

    /// <summary>Response headers of the last call.</summary>
    public Metadata LastHeaders { get; private set; } = [];

    public static FlightDescriptor Describe(IMessage command) => new() { Type = FlightDescriptor.Types.DescriptorType.Cmd, Cmd = Any.Pack(command).ToByteString() };

    public static ArrowSchema ReadSchema(ByteString bytes) => SchemaMessage.Read(bytes.Span).Schema;

    public GrpcCallOptions Options(TimeSpan? timeout = null)
    {
        var headers = new Metadata();
        if (Authorization != null)
        {
            headers.Add("authorization", Authorization);
        }

        if (_cookie != null && keepsCookies)
        {
            headers.Add("cookie", _cookie);
        }

        return new GrpcCallOptions { Headers = headers, Timeout = timeout, OnHeaders = Keep };
    }

    public void UseBasic(string user, string password) => Authorization = $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))}";

    /// <summary>Logs in with Handshake.</summary>
    /// <returns>Trailers.</returns>
    public async Task<Metadata> HandshakeAsync()
    {
        using GrpcDuplexCall call = Channel.Duplex(Service + "Handshake", Options());
        await call.WriteAsync(new HandshakeRequest());
        await call.CompleteAsync();
        using GrpcResponse response = await call.ResponseAsync();
        while (await response.ReadAsync(HandshakeResponse.Parser) != null)
        {
        }

        return response.Trailers;
    }

    public Task<FlightInfo> GetFlightInfoAsync(IMessage command, TimeSpan? timeout = null) => Channel.UnaryAsync(Service + "GetFlightInfo", Describe(command), FlightInfo.Parser, Options(timeout));

    public Task<PollInfo> PollAsync(FlightDescriptor descriptor) => Channel.UnaryAsync(Service + "PollFlightInfo", descriptor, PollInfo.Parser, Options());

    public async Task<ArrowSchema> GetSchemaAsync(IMessage command) =>
        ReadSchema((await Channel.UnaryAsync(Service + "GetSchema", Describe(command), SchemaResult.Parser, Options())).Schema);

    /// <summary>GetFlightInfo and DoGet; the schemas of both must be equal.</summary>
    public async Task<FlightTable> ReadAsync(IMessage command)
    {
        FlightInfo info = await GetFlightInfoAsync(command);
        FlightEndpoint endpoint = Assert.Single(info.Endpoint);
        Assert.Empty(endpoint.Location);
        FlightTable table = await DoGetAsync(endpoint.Ticket);
        Assert.Equal(Print(ReadSchema(info.Schema)), Print(table.Schema));
        return table;
    }

    public Task<FlightTable> QueryAsync(string sql) => ReadAsync(new CommandStatementQuery { Query = sql });

    public async Task<FlightTable> DoGetAsync(Ticket ticket)
    {
        using GrpcResponse response = await Channel.ServerStreamingAsync(Service + "DoGet", ticket, Options());
        using var account = new MemoryAccount("test");
        BatchDecoder? decoder = null;
        var rows = new List<object?[]>();
        var sizes = new List<int>();
        while (await response.ReadMessageAsync() is { } bytes)
        {
            FlightData message = FlightData.Parser.ParseFrom(bytes.Span);
            sizes.Add(bytes.Length);
            if (decoder == null)
            {
                decoder = new BatchDecoder(SchemaMessage.Read(message.DataHeader.Span), account);
                continue;
            }

            NativeBuffer body = NativeBuffer.AllocateZeroed(message.DataBody.Length, account);
            message.DataBody.Span.CopyTo(body.Span<byte>(0, message.DataBody.Length));
            if (decoder.Decode(message.DataHeader.Span, body, 0, message.DataBody.Length) is { } batch)
            {
                rows.AddRange(Enumerable.Range(0, batch.Length).Select(row => Array.ConvertAll(batch.Columns, column => VectorValues.Get(column, row))));
                batch.Release();
            }

            body.Release();
        }

        Assert.NotNull(decoder);
        return new FlightTable(decoder.Schema, rows, sizes);
    }

    public async Task<List<ByteString>> ActAsync(string type, IMessage? body = null, bool packed = true)
    {
        var action = new Action { Type = type, Body = body == null ? ByteString.Empty : packed ? Any.Pack(body).ToByteString() : body.ToByteString() };
        using GrpcResponse response = await Channel.ServerStreamingAsync(Service + "DoAction", action, Options());
        var results = new List<ByteString>();
        while (await response.ReadAsync(Result.Parser) is { } result)
        {
            results.Add(result.Body);
        }

        return results;
    }

    public async Task<ActionCreatePreparedStatementResult> PrepareAsync(string sql) =>
        Any.Parser.ParseFrom(Assert.Single(await ActAsync("CreatePreparedStatement", new ActionCreatePreparedStatementRequest { Query = sql }))).Unpack<ActionCreatePreparedStatementResult>();

    /// <summary>DoPut of rows; an empty list sends the schema alone, null no data at all.</summary>
    public async Task<ByteString> PutAsync(IMessage command, ArrowSchema? schema = null, IReadOnlyList<object?[]>? rows = null, IpcOptions? options = null)
    {
        using GrpcDuplexCall call = Channel.Duplex(Service + "DoPut", Options());
        using var account = new MemoryAccount("test");
        FlightDescriptor? descriptor = Describe(command);
        var encoder = schema == null ? null : new BatchEncoder(schema, options ?? IpcOptions.Flight, account);
        await call.WriteAsync(new FlightData { FlightDescriptor = descriptor, DataHeader = encoder == null ? ByteString.Empty : ByteString.CopyFrom(encoder.SchemaMessage.Metadata.Span) });
        if (encoder != null && rows is { Count: > 0 })
        {
            var batch = new Batch([.. schema!.Fields.Select((field, index) => VectorBuilder.Of(field.Type, account, rows.Select(row => row[index])))], rows.Count);
            foreach (IpcMessage message in encoder.Encode(batch))
            {
                var body = new System.Buffers.ArrayBufferWriter<byte>();
                message.WriteBody(body);
                await call.WriteAsync(new FlightData { DataHeader = ByteString.CopyFrom(message.Metadata.Span), DataBody = ByteString.CopyFrom(body.WrittenSpan) });
                message.Release();
            }
        }

        await call.CompleteAsync();
        using GrpcResponse response = await call.ResponseAsync();
        ByteString answer = ByteString.Empty;
        while (await response.ReadAsync(PutResult.Parser) is { } result)
        {
            answer = result.AppMetadata;
        }

        return answer;
    }

    public async Task<long> UpdateAsync(IMessage command, ArrowSchema? schema = null, IReadOnlyList<object?[]>? rows = null) =>
        DoPutUpdateResult.Parser.ParseFrom(await PutAsync(command, schema, rows)).RecordCount;

    public Task<long> UpdateAsync(string sql) => UpdateAsync(new CommandStatementUpdate { Query = sql });

    public void Dispose() => Channel.Dispose();

    public static string Print(ArrowSchema schema) => string.Join(", ", schema.Fields.Select(static field => field.ToString()));

    private void Keep(Metadata headers)
    {
        LastHeaders = headers;
        if (headers["authorization"] is { } token)
        {
            Authorization = token;
        }

        if (headers["set-cookie"] is { } cookie)
        {
            _cookie = cookie.Contains("Max-Age=0", StringComparison.Ordinal) ? null : cookie.Split(';')[0];
        }
    }
}
