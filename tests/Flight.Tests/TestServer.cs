using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Hosting;
using SqlCluster.Flight.Protos;

namespace SqlCluster.Flight.Tests;

/// <summary>A gRPC server on a loopback port with methods that show what a call carries; Ticket is the message of all of them.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    public const string Service = "/test.Calls/";
    public static readonly X509Certificate2 Certificate = CreateCertificate("localhost");
    private readonly WebApplication _app;

    private TestServer(WebApplication app, GrpcServer grpc, RecordingLogger log, HealthService health)
    {
        _app = app;
        Grpc = grpc;
        Log = log;
        Health = health;
        Address = new Uri(app.Urls.Single());
    }

    public Uri Address { get; }

    public GrpcServer Grpc { get; }

    public RecordingLogger Log { get; }

    public HealthService Health { get; }

    /// <summary>Handlers of Hang by the content of their request: that they have begun, and that they were cut off.</summary>
    public static ConcurrentDictionary<string, (TaskCompletionSource Begun, TaskCompletionSource Cancelled)> Hanging { get; } = new();

    /// <summary>A request for Hang and what becomes of it.</summary>
    public static (Ticket Request, Task Begun, Task Cancelled) Hang()
    {
        string name = Guid.NewGuid().ToString();
        (TaskCompletionSource begun, TaskCompletionSource cancelled) = Hanging.GetOrAdd(name, static _ => (new(), new()));
        return (Message(name), begun.Task, cancelled.Task);
    }

    public static async Task<TestServer> StartAsync(bool tls = false, Action<GrpcServer>? map = null, Func<GrpcServerOptions, GrpcServerOptions>? options = null, bool clientCertificate = false, int port = 0)
    {
        var log = new RecordingLogger();
        var settings = new GrpcServerOptions { Authenticate = static call => new(call.Header("x-stranger") == null ? "somebody" : null), Logger = log };
        var grpc = new GrpcServer(options?.Invoke(settings) ?? settings);
        MapCalls(grpc);
        map?.Invoke(grpc);
        HealthService health = HealthService.MapTo(grpc);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.AddLargeBlocks();
        builder.Logging.AddProvider(log);
        builder.WebHost.UseSockets(KestrelSettings.Apply);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            KestrelSettings.Apply(kestrel);
            kestrel.Listen(IPAddress.Loopback, port, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                if (tls)
                {
                    listen.UseHttps(https =>
                    {
                        https.ServerCertificate = Certificate;
                        https.ClientCertificateMode = clientCertificate ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate;
                        https.AllowAnyClientCertificate();
                    });
                }
            });
        });
        WebApplication app = builder.Build();
        app.Run(grpc.InvokeAsync);
        await app.StartAsync();
        return new TestServer(app, grpc, log, health);
    }

    public GrpcChannel Connect(Func<GrpcChannelOptions, GrpcChannelOptions>? options = null)
    {
        var settings = new GrpcChannelOptions(Address) { ValidateServerCertificate = static (_, certificate, _, _) => certificate?.GetCertHashString() == Certificate.GetCertHashString() };
        return new GrpcChannel(options?.Invoke(settings) ?? settings);
    }

    /// <summary>Stops as a program does: drain, then Kestrel.</summary>
    public async Task StopAsync(CancellationToken patience)
    {
        Task kestrel = _app.StopAsync(patience);
        await Grpc.DrainAsync(patience);
        await kestrel;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    public static Ticket Message(string text) => new() { Ticket_ = ByteString.CopyFromUtf8(text) };

    public static X509Certificate2 CreateCertificate(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private static void MapCalls(GrpcServer grpc)
    {
        grpc.MapUnary<Ticket, Ticket>(Service + "Echo", Ticket.Parser, static (call, request) => new(Echo(call, request)));
        grpc.MapUnary<Ticket, Ticket>(Service + "Fail", Ticket.Parser, static (call, request) =>
            throw new GrpcStatusException((StatusCode)int.Parse(request.Ticket_.ToStringUtf8()), "ошибка 100% bad\n") { Trailers = new() { { "x-detail-bin", (ReadOnlySpan<byte>)[1, 2, 255] } } });
        grpc.MapUnary<Ticket, Ticket>(Service + "Bug", Ticket.Parser, static (_, _) => throw new InvalidTimeZoneException("secret details"));
        grpc.MapUnary<Ticket, Ticket>(Service + "Hang", Ticket.Parser, static async (call, request) =>
        {
            (TaskCompletionSource begun, TaskCompletionSource cancelled) = Hanging.GetOrAdd(request.Ticket_.ToStringUtf8(), static _ => (new(), new()));
            begun.TrySetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, call.CancellationToken);
            }
            finally
            {
                cancelled.TrySetResult();
            }

            return request;
        });

        // "COUNT SIZE": so many messages of so many bytes; "fail" behind it ends with an error.
        grpc.MapServerStreaming(Service + "Stream", Ticket.Parser, static async (call, request) =>
        {
            string[] words = request.Ticket_.ToStringUtf8().Split(' ');
            if (words.Length < 2 || !int.TryParse(words[0], out int count) || !int.TryParse(words[1], out int size) || size is < 0 or > 1 << 20)
            {
                throw new GrpcStatusException(StatusCode.InvalidArgument, "COUNT SIZE");
            }

            var message = new Ticket { Ticket_ = ByteString.CopyFrom(new byte[size]) };
            if (call.Header("x-gzip") != null)
            {
                call.CompressResponses();
            }

            for (int i = 0; i < count; i++)
            {
                await call.WriteAsync(message);
            }

            if (words is [.., "fail"])
            {
                throw new GrpcStatusException(StatusCode.Aborted, "in mid-stream");
            }
        });
        grpc.MapStreaming(Service + "Count", GrpcMethodKind.ClientStreaming, static async call =>
        {
            long messages = 0, bytes = 0;
            while (await call.ReadMessageAsync() is { } message)
            {
                messages++;
                bytes += message.Length;
            }

            call.Write(Message($"{messages} {bytes}"));
        });
        grpc.MapStreaming(Service + "Duplex", GrpcMethodKind.Duplex, static async call =>
        {
            await call.SendHeadersAsync();
            while (await call.ReadAsync(Ticket.Parser) is { } message)
            {
                if (message.Ticket_.ToStringUtf8() == "stop")
                {
                    throw new GrpcStatusException(StatusCode.FailedPrecondition, "stopped as asked");
                }

                await call.WriteAsync(message);
            }
        });
    }

    private static Ticket Echo(GrpcCall call, Ticket request)
    {
        if (call.BinaryHeader("x-in-bin") is { } bytes)
        {
            call.AddHeader("x-out-bin", bytes);
        }

        if (call.Header("x-gzip") != null)
        {
            call.CompressResponses();
        }

        call.AddHeader("x-deadline", call.Deadline is { } deadline ? ((int)(deadline - call.Started).TotalMilliseconds).ToString() : "none");
        call.AddHeader("x-agent", call.UserAgent);
        call.AddHeader("x-peer", call.Peer.Address.ToString());
        call.AddHeader("x-identity", (string?)call.Identity ?? "nobody");
        call.AddHeader("x-certificate", call.ClientCertificate?.Subject ?? "none");
        call.AddHeader("x-connection", call.ConnectionId);
        call.AddHeader("x-many", string.Join('|', call.Headers("x-many")));
        call.AddTrailer("x-trailer", "behind");
        call.AddTrailer("x-trailer-bin", [0, 1, 254]);
        return request;
    }
}

/// <summary>Keeps what a server logs as a warning or worse.</summary>
internal sealed class RecordingLogger : ILogger, ILoggerProvider
{
    public ConcurrentQueue<(string Message, Exception? Error)> Entries { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Entries.Enqueue((formatter(state, exception), exception));
        }
    }

    public void Dispose()
    {
    }
}
