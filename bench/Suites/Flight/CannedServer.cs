using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.FlightData;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Hosting;
using SqlCluster.Flight.Protos;

namespace SqlCluster.Bench.Suites.Flight;

/// <summary>A Flight service without an engine behind it, and a bare socket that sends as much, in a process of their own: what the transport alone can do.</summary>
internal sealed class CannedServer : IDisposable
{
    private const string Name = "canned-flight-server";
    private const int RowsPerBatch = 64 * 1024;
    private const int RowBytes = 16;
    private const int ChunkBytes = 64 * 1024;
    private static readonly ArrowSchema Schema = new([new("k", ArrowType.Int64, false), new("v", ArrowType.Float64, false)]);
    private readonly Process _process;

    /// <summary>Starts this program again with <see cref="Name"/>.</summary>
    public CannedServer()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(CannedServer).Assembly.Location, Name]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        _process = Process.Start(start) ?? throw new InvalidOperationException("the server did not start");
        string[] ports = (_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the server ended")).Split(' ');
        Address = new Uri($"http://127.0.0.1:{ports[0]}");
        RawPort = int.Parse(ports[1], CultureInfo.InvariantCulture);
    }

    public Uri Address { get; }

    /// <summary>Sends what an eight-byte length, in little-endian order, asks for.</summary>
    public int RawPort { get; }

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    /// <summary>The verb that starts the other process.</summary>
    public static Command Verb()
    {
        var verb = new Command(Name) { Hidden = true };
        verb.SetAction(static _ => ServeAsync());
        return verb;
    }

    /// <summary>The other process: serves until its input ends.</summary>
    private static async Task<int> ServeAsync()
    {
        using var account = new MemoryAccount("canned");
        var grpc = new GrpcServer(new GrpcServerOptions { Authenticate = static _ => new((object)"bench") });
        Batch large = Rows(RowsPerBatch, account), one = Rows(1, account);
        grpc.MapUnary<FlightDescriptor, FlightInfo>(FlightMethods.GetFlightInfo, FlightDescriptor.Parser, static (_, descriptor) =>
            new(new FlightInfo { FlightDescriptor = descriptor, TotalRecords = -1, Endpoint = { new FlightEndpoint { Ticket = new Ticket { Ticket_ = ByteString.CopyFromUtf8("0") } } } }));
        grpc.MapServerStreaming(FlightMethods.DoGet, Ticket.Parser, async (call, ticket) =>
        {
            long bytes = long.Parse(ticket.Ticket_.ToStringUtf8(), CultureInfo.InvariantCulture);
            FlightBatchWriter writer = FlightBatchWriter.ForResponse(call, Schema, account);
            await writer.WriteSchemaAsync().ConfigureAwait(false);
            for (long done = 0; done == 0 || done < bytes; done += RowsPerBatch * RowBytes)
            {
                await writer.WriteAsync(bytes == 0 ? one : large).ConfigureAwait(false);
            }
        });
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseSockets(KestrelSettings.Apply);
        builder.Services.AddLargeBlocks();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            KestrelSettings.Apply(kestrel);
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2);
        });
        WebApplication app = builder.Build();
        await using (app.ConfigureAwait(false))
        {
            app.Run(grpc.InvokeAsync);
            await app.StartAsync().ConfigureAwait(false);
            using var raw = new TcpListener(IPAddress.Loopback, 0);
            raw.Start();
            Task sending = SendRawAsync(raw, large);
            await Console.Out.WriteLineAsync($"{new Uri(app.Urls.Single()).Port} {((IPEndPoint)raw.LocalEndpoint).Port}").ConfigureAwait(false);
            await Console.In.ReadToEndAsync().ConfigureAwait(false);
            raw.Stop();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return 0;
    }

    private static async Task SendRawAsync(TcpListener listener, Batch batch)
    {
        byte[] chunk = ((FixedVector)batch.Columns[0]).ValueBytes[..ChunkBytes].ToArray();
        while (true)
        {
            using Socket socket = await listener.AcceptSocketAsync().ConfigureAwait(false);
            byte[] request = new byte[8];
            await socket.ReceiveAsync(request).ConfigureAwait(false);
            for (long left = BitConverter.ToInt64(request); left > 0; left -= chunk.Length)
            {
                await socket.SendAsync(chunk).ConfigureAwait(false);
            }
        }
    }

    private static Batch Rows(int count, MemoryAccount account) => new(
        [
            VectorBuilder.Of(ArrowType.Int64, account, Enumerable.Range(0, count).Select(static i => (object?)(long)i)),
            VectorBuilder.Of(ArrowType.Float64, account, Enumerable.Range(0, count).Select(static i => (object?)(i * 0.5))),
        ],
        count);
}
