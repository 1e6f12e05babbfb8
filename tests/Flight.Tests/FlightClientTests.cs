using System.Text;
using Google.Protobuf;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.Client;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;

namespace SqlCluster.Flight.Tests;

public sealed class FlightClientTests
{
    public static TheoryData<bool, bool> Transports => GrpcCallTests.Transports;

    private static FlightClient Connect(TestServer server, bool bulk = true, string? token = null, string? password = null) =>
        new(new FlightClientOptions(new GrpcChannelOptions(server.Address) { ValidateServerCertificate = static (_, _, _, _) => true })
        {
            UseBulkReader = bulk,
            Token = token,
            User = password == null ? null : "ann",
            Password = password,
        });

    private static Ticket Ticket(string text) => new() { Ticket_ = ByteString.CopyFromUtf8(text) };

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task W2_BatchesArriveAsTheyWereSent(bool tls, bool bulk)
    {
        await using TestServer server = await TestServer.StartAsync(tls, FlightServer.Map);
        using FlightClient client = Connect(server, bulk);
        using var account = new MemoryAccount("client");
        using (FlightStream stream = await client.DoGetAsync(Ticket("5 4096"), account))
        {
            Assert.Equal("of the schema", Encoding.UTF8.GetString(stream.AppMetadata.Span));
            Assert.Equal(FlightServer.Schema.Fields, stream.Schema.Fields);
            for (int number = 0; number < 5; number++)
            {
                Batch batch = (await stream.ReadAsync())!;
                Assert.Equal($"of batch {number}", Encoding.UTF8.GetString(stream.AppMetadata.Span));
                Batch expected = FlightServer.Rows(number, 4096, account);
                Assert.Equal(((FixedVector)expected.Columns[0]).Values<long>().ToArray(), ((FixedVector)batch.Columns[0]).Values<long>().ToArray());
                Assert.Equal(((FixedVector)expected.Columns[2]).Values<double>().ToArray(), ((FixedVector)batch.Columns[2]).Values<double>().ToArray());
                var names = (ViewVector)batch.Columns[1];
                Assert.Equal(586, names.NullCount);
                Assert.Equal($"name {number} 4094", names.Text(4094));
                batch.Release();
                expected.Release();
            }

            Assert.Null(await stream.ReadAsync());
            Assert.Null(await stream.ReadAsync());
        }

        Assert.Equal(0, account.UsedBytes);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task G4_NoRowsStillGiveASchema(bool tls, bool bulk)
    {
        await using TestServer server = await TestServer.StartAsync(tls, FlightServer.Map);
        using FlightClient client = Connect(server, bulk);
        using var account = new MemoryAccount("client");
        using FlightStream stream = await client.DoGetAsync(Ticket("0 0"), account);
        Assert.Equal(["id", "name", "price"], stream.Schema.Fields.Select(static field => field.Name));
        Assert.Null(await stream.ReadAsync());
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task G16_AnErrorAfterSomeBatchesIsNotAnEnd(bool tls, bool bulk)
    {
        await using TestServer server = await TestServer.StartAsync(tls, FlightServer.Map);
        using FlightClient client = Connect(server, bulk);
        using var account = new MemoryAccount("client");
        using FlightStream stream = await client.DoGetAsync(Ticket("3 1000 fail"), account);
        int batches = 0;
        GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(async () =>
        {
            await foreach (Batch batch in stream.ReadAllAsync())
            {
                batches++;
            }
        });
        Assert.Equal((3, StatusCode.ResourceExhausted, "no more rows"), (batches, error.Code, error.Message));
        GrpcStatusException refused = await Assert.ThrowsAsync<GrpcStatusException>(() => client.DoGetAsync(Ticket("x 1"), account));
        Assert.Equal(StatusCode.Internal, refused.Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task G11_UploadsAreReadAsTheyWereSent(bool tls)
    {
        await using TestServer server = await TestServer.StartAsync(tls, FlightServer.Map);
        using FlightClient client = Connect(server);
        using var account = new MemoryAccount("client");
        var descriptor = new FlightDescriptor { Type = FlightDescriptor.Types.DescriptorType.Path, Path = { "target" } };
        using (FlightUpload upload = await client.DoPutAsync(descriptor, FlightServer.Schema, account))
        {
            for (int number = 0; number < 20; number++)
            {
                Batch batch = FlightServer.Rows(number, 10_000, account);
                await upload.WriteAsync(batch);
                batch.Release();
            }

            await upload.CompleteAsync();
            PutResult result = (await upload.ReadResultAsync())!;
            Assert.StartsWith("target 200000 19999900000 ", result.AppMetadata.ToStringUtf8(), StringComparison.Ordinal);
            Assert.Null(await upload.ReadResultAsync());
        }

        Assert.Equal(0, account.UsedBytes);
    }

    [Fact]
    public async Task G16_AnUploadHearsWhyItWasEnded()
    {
        await using TestServer server = await TestServer.StartAsync(map: FlightServer.Map);
        using FlightClient client = Connect(server);
        using var account = new MemoryAccount("client");
        using FlightUpload upload = await client.DoPutAsync(new FlightDescriptor { Path = { "target" } }, FlightServer.Schema, account);
        Batch batch = FlightServer.Rows(0, 10_000, account);
        await upload.WriteAsync(batch, "enough"u8.ToArray());
        GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(async () =>
        {
            while (true)
            {
                await upload.WriteAsync(batch);
            }
        });
        Assert.Equal((StatusCode.OutOfRange, "too many rows"), (error.Code, error.Message));
        Assert.DoesNotContain(server.Log.Entries, static entry => entry.Error is not null);
        batch.Release();
    }

    [Fact]
    public async Task G10_AnUpdateIsAnUploadWithoutBatches()
    {
        await using TestServer server = await TestServer.StartAsync(map: FlightServer.Map);
        using FlightClient client = Connect(server);
        Assert.Equal(42, await new FlightSqlClient(client).ExecuteUpdateAsync("DELETE FROM t"));
    }

    [Fact]
    public async Task G13_CancellingIsAnAction()
    {
        await using TestServer server = await TestServer.StartAsync(map: FlightServer.Map);
        using FlightClient client = Connect(server);
        Assert.Equal(CancelStatus.Cancelled, await client.CancelFlightInfoAsync(new FlightInfo()));
        GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(() => client.CloseSessionAsync());
        Assert.Equal((StatusCode.Unimplemented, "unknown action: CloseSession"), (error.Code, error.Message));
    }

    [Fact]
    public async Task F2_F4_F5_TokensAndCookiesAreKeptAndRenewed()
    {
        HashSet<string> known = ["Bearer t1"];
        await using TestServer server = await TestServer.StartAsync(map: FlightServer.Map, options: options => options with
        {
            Authenticate = call =>
            {
                string? authorization = call.Header("authorization");
                if (authorization == "Bearer old")
                {
                    call.AddHeader("authorization", "Bearer t1");   // renewal in a response header
                    return new("ann");
                }

                return new(known.Contains(authorization ?? "") ? "ann" : null);
            },
        });

        // A password: the first call logs in, a forgotten token logs in again.
        using FlightClient client = Connect(server, password: "secret");
        var descriptor = new FlightDescriptor { Cmd = ByteString.CopyFromUtf8("1 10") };
        Assert.Equal("Bearer t1 ", (await client.GetFlightInfoAsync(descriptor)).AppMetadata.ToStringUtf8());
        Assert.Equal("Bearer t1 session=s1", (await client.GetFlightInfoAsync(descriptor)).AppMetadata.ToStringUtf8());
        known = ["Bearer t2"];
        Assert.Equal("Bearer t2 session=s1", (await client.GetFlightInfoAsync(descriptor)).AppMetadata.ToStringUtf8());
        known = ["Bearer t3"];
        using (var account = new MemoryAccount("client"))
        using (FlightStream stream = await client.DoGetAsync(Ticket("1 10"), account))
        {
            Assert.Equal(10, (await stream.ReadAsync())!.RowCount);
        }

        known = ["Bearer t4"];
        Assert.Equal(42, await new FlightSqlClient(client).ExecuteUpdateAsync("DELETE FROM t"));

        // A token: replaced by any response that brings another.
        known = ["Bearer t1"];
        using FlightClient renewing = Connect(server, token: "old");
        Assert.Equal("Bearer old ", (await renewing.GetFlightInfoAsync(descriptor)).AppMetadata.ToStringUtf8());
        Assert.Equal("t1", renewing.Token);

        using FlightClient wrong = Connect(server, password: "wrong");
        GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(() => wrong.GetFlightInfoAsync(descriptor));
        Assert.Equal((StatusCode.Unauthenticated, "wrong user name or password"), (error.Code, error.Message));
        using FlightClient stranger = Connect(server);
        error = await Assert.ThrowsAsync<GrpcStatusException>(() => stranger.GetFlightInfoAsync(descriptor));
        Assert.Equal((StatusCode.Unauthenticated, "this server requires you to log in"), (error.Code, error.Message));
    }
}
