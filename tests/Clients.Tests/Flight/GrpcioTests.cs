using SqlCluster.Flight.Tests;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Security;
using SqlCluster.Testing;

namespace SqlCluster.Clients.Tests.Flight;

/// <summary>Our gRPC server judged by Python's grpcio: all four kinds of calls, metadata, trailers, deadlines, cancelling, gzip, limits, health.</summary>
public sealed class GrpcioTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task F1_F6_GrpcioCallsEveryKindOfMethod(bool tls)
    {
        await using TestServer server = await TestServer.StartAsync(tls);
        string certificate = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(certificate, TestServer.Certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
            string target = $"127.0.0.1:{server.Address.Port}";
            (int exitCode, string output) = await ClientProgram.PythonAsync("grpc-conformance.py", "grpc", tls ? [target, certificate] : [target]);
            Assert.True(exitCode == 0, output);
            Assert.Equal(11, output.Split('\n').Count(static line => line.StartsWith("ok ", StringComparison.Ordinal)));
            Assert.DoesNotContain(server.Log.Entries, static entry => entry.Error != null);
        }
        finally
        {
            File.Delete(certificate);
        }
    }

    [Fact]
    public async Task F1_GrpcioLogsInWithACertificate()
    {
        using var certificates = new TestCertificates();
        (string server, string serverKey) = certificates.Sign("server", ["localhost"]);
        (string client, string clientKey) = certificates.Sign("anna", isClient: true);
        UserStore users = UserStore.OpenOrCreate(Path.Combine(certificates.Folder, "users"));
        users.Put("anna", ScramVerifier.Create("geheim", 1));
        using var engine = new Engine(new EngineOptions(Slots: 1));
        await using ServerHost host = await ServerHost.StartAsync(engine, new ServerOptions
        {
            FlightPort = 0,
            Users = users,
            Certificate = ServerCertificate.Open(server, serverKey),
            ClientCertificates = ClientCertificates.Open(certificates.AuthorityFile, isRequired: true),
        });
        (int exitCode, string output) = await ClientProgram.PythonAsync("flight-mtls.py", "grpc", $"127.0.0.1:{host.FlightAddress!.Port}", certificates.AuthorityFile, client, clientKey);
        Assert.Equal((0, "with: OK, 1 payload, many actions\nwithout: UNAUTHENTICATED, this server requires a client certificate\n"), (exitCode, output));
    }
}
