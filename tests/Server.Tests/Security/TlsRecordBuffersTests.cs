using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SqlCluster.Server.Security;

namespace SqlCluster.Server.Tests.Security;

/// <summary>Connections that give OpenSSL's record buffers back between records.</summary>
public sealed class TlsRecordBuffersTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Fails with a runtime whose insides differ: then idle TLS connections hold 10 KB more, and this way of saving them needs another look.</summary>
    [Fact]
    public async Task BuffersAreReleasedAndRecordsStillPassWholeInBothDirections()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "OpenSSL is Linux's");
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var clientSocket = new TcpClient();
        await clientSocket.ConnectAsync((IPEndPoint)listener.LocalEndpoint, Cancellation);
        using TcpClient serverSocket = await listener.AcceptTcpClientAsync(Cancellation);
        await using var client = new SslStream(clientSocket.GetStream(), false, static (_, _, _, _) => true);
        await using var server = new SslStream(serverSocket.GetStream());
        Assert.False(TlsRecordBuffers.ReleaseWhenIdle(server), "before the handshake there is nothing to set");
        await Task.WhenAll(client.AuthenticateAsClientAsync("localhost"), server.AuthenticateAsServerAsync(certificate));

        Assert.True(TlsRecordBuffers.ReleaseWhenIdle(server));

        byte[] sent = new byte[300_000];
        new Random(1).NextBytes(sent);
        foreach (int count in (int[])[1, 5, 16_384, 16_385, 300_000, 0, 7])
        {
            foreach ((SslStream from, SslStream to) in ((SslStream, SslStream)[])[(client, server), (server, client)])
            {
                byte[] received = new byte[count];
                await Task.WhenAll(from.WriteAsync(sent.AsMemory(0, count), Cancellation).AsTask(), to.ReadExactlyAsync(received, Cancellation).AsTask());
                Assert.Equal(sent[..count], received);
            }
        }
    }
}
