using SqlCluster.Flight.Tests;

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
}
