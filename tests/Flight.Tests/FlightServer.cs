using System.Text;
using Google.Protobuf;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.FlightData;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Sql;
using Action = SqlCluster.Flight.Protos.Action;
using Any = Google.Protobuf.WellKnownTypes.Any;

namespace SqlCluster.Flight.Tests;

/// <summary>A Flight service with known rows, for the codec and the client; the real one is src/Server/FlightSql.</summary>
internal static class FlightServer
{
    public const string Password = "Basic YW5uOnNlY3JldA==";   // ann:secret
    public static readonly ArrowSchema Schema = new([new("id", ArrowType.Int64, false), new("name", ArrowType.Utf8), new("price", ArrowType.Float64)]);

    /// <summary>Rows of batch <paramref name="number"/>: every seventh name is null.</summary>
    public static Batch Rows(int number, int count, MemoryAccount account) => new(
        [
            VectorBuilder.Of(ArrowType.Int64, account, Enumerable.Range(0, count).Select(i => (object?)((long)number * count + i))),
            VectorBuilder.Of(ArrowType.Utf8, account, Enumerable.Range(0, count).Select(i => i % 7 == 0 ? null : (object?)$"name {number} {i}")),
            VectorBuilder.Of(ArrowType.Float64, account, Enumerable.Range(0, count).Select(i => (object?)(i * 0.5))),
        ],
        count);

    public static void Map(GrpcServer grpc)
    {
        int logins = 0;
        grpc.MapStreaming(FlightMethods.Handshake, GrpcMethodKind.Duplex, async call =>
        {
            while (await call.ReadAsync(HandshakeRequest.Parser) != null)
            {
            }

            if (call.Header("authorization") != Password)
            {
                throw new GrpcStatusException(StatusCode.Unauthenticated, "wrong user name or password");
            }

            string token = $"Bearer t{++logins}";
            call.AddHeader("authorization", token);
            call.AddTrailer("authorization", token);
            await call.WriteAsync(new HandshakeResponse());
        }, isAnonymous: true);
        grpc.MapUnary<FlightDescriptor, FlightInfo>(FlightMethods.GetFlightInfo, FlightDescriptor.Parser, static (call, descriptor) =>
        {
            call.AddHeader("set-cookie", "session=s1; Path=/; HttpOnly");
            call.AddHeader("x-cookie", call.Header("cookie") ?? "none");
            var info = new FlightInfo { FlightDescriptor = descriptor, TotalRecords = -1, TotalBytes = -1 };
            info.Endpoint.Add(new FlightEndpoint { Ticket = new Ticket { Ticket_ = descriptor.Cmd } });
            info.AppMetadata = ByteString.CopyFromUtf8($"{call.Header("authorization")} {call.Header("cookie")}");
            return new(info);
        });
        grpc.MapServerStreaming(FlightMethods.DoGet, Ticket.Parser, static async (call, ticket) =>
        {
            // "BATCHES ROWS", "fail" behind it ends with an error.
            string[] words = ticket.Ticket_.ToStringUtf8().Split(' ');
            int batches = int.Parse(words[0]), rows = int.Parse(words[1]);
            using var account = new MemoryAccount("test");
            FlightBatchWriter writer = FlightBatchWriter.ForResponse(call, Schema, account);
            await writer.WriteSchemaAsync(appMetadata: "of the schema"u8.ToArray());
            for (int i = 0; i < batches; i++)
            {
                Batch batch = Rows(i, rows, account);
                await writer.WriteAsync(batch, Encoding.UTF8.GetBytes($"of batch {i}"));
                batch.Release();
            }

            if (words is [.., "fail"])
            {
                throw new GrpcStatusException(StatusCode.ResourceExhausted, "no more rows");
            }
        });
        grpc.MapStreaming(FlightMethods.DoPut, GrpcMethodKind.Duplex, static async call =>
        {
            using var account = new MemoryAccount("test", 100 << 20);
            using FlightBatchReader reader = await FlightBatchReader.ForRequestAsync(call, account);
            long rows = 0, sum = 0;
            while (await reader.ReadAsync(call.CancellationToken) is { } batch)
            {
                rows += batch.RowCount;
                foreach (long id in ((FixedVector)batch.Columns[0]).Values<long>())
                {
                    sum += id;
                }

                batch.Release();
                if (reader.AppMetadata.Span.SequenceEqual("enough"u8))
                {
                    throw new GrpcStatusException(StatusCode.OutOfRange, "too many rows");
                }
            }

            FlightDescriptor descriptor = reader.Descriptor ?? throw new GrpcStatusException(StatusCode.InvalidArgument, "no descriptor");
            string command = descriptor.Path.FirstOrDefault() ?? Any.Parser.ParseFrom(descriptor.Cmd).TypeUrl;
            call.AddHeader("x-sum", $"{sum}");
            await call.WriteAsync(new PutResult
            {
                AppMetadata = command.EndsWith("CommandStatementUpdate", StringComparison.Ordinal)
                    ? new DoPutUpdateResult { RecordCount = 42 }.ToByteString()
                    : ByteString.CopyFromUtf8($"{command} {rows} {sum} {reader.Schema}"),
            });
        });
        grpc.MapServerStreaming(FlightMethods.DoAction, Action.Parser, static async (call, action) =>
        {
            if (action.Type == "CancelFlightInfo")
            {
                _ = CancelFlightInfoRequest.Parser.ParseFrom(action.Body);
                await call.WriteAsync(new Result { Body = new CancelFlightInfoResult { Status = CancelStatus.Cancelled }.ToByteString() });
                return;
            }

            throw new GrpcStatusException(StatusCode.Unimplemented, $"unknown action: {action.Type}");
        });
    }
}
