using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>Encryption and passwords, with the clients that matter and byte by byte.</summary>
public sealed class SecurityTests(SecurePgServer server) : IClassFixture<SecurePgServer>
{
    private static readonly byte[] SslRequest = [.. RawClient.Number(8), .. RawClient.Number(80_877_103)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("SSL Mode=Require;SSL Negotiation=Postgres;Channel Binding=Require")]
    [InlineData("SSL Mode=Require;SSL Negotiation=Direct;Channel Binding=Require")]
    [InlineData("SSL Mode=Require;Channel Binding=Disable")]
    [InlineData("SSL Mode=Disable")]
    public async Task C2_C6_NpgsqlLogsIn(string mode)
    {
        Assert.Equal("anna", await NpgsqlAsync(server.Port, $"{mode};Username=anna;Password={SecurePgServer.Password}"));
    }

    [Theory]
    [InlineData("Require", "True TLSv1.3 True")]
    [InlineData("Disable", "False  ")]
    public async Task B1_PgStatSslSaysWhatAConnectionIsEncryptedWith(string mode, string expected)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(server.Port, $"SSL Mode={mode};Username=anna;Password={SecurePgServer.Password}"));
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand("SELECT ssl, version, bits >= 128 AND cipher LIKE 'TLS_%' FROM pg_stat_ssl WHERE pid = pg_backend_pid()", connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Cancellation);
        Assert.True(await reader.ReadAsync(Cancellation));
        Assert.Equal(expected, $"{reader[0]} {reader[1]} {reader[2]}");
    }

    [Theory]
    [InlineData("anna", "wrong")]
    [InlineData("berta", SecurePgServer.Password)]
    public async Task C7_WrongPasswordsAndStrangersLookAlike(string user, string password)
    {
        foreach ((int port, string mode) in ((int, string)[])[(server.Port, "Disable"), (server.Port, "Require"), (server.CleartextPort, "Require")])
        {
            var error = await Assert.ThrowsAsync<PostgresException>(() => NpgsqlAsync(port, $"SSL Mode={mode};Username={user};Password={password}"));
            Assert.Equal(("28P01", $"password authentication failed for user \"{user}\"", "FATAL"), (error.SqlState, error.MessageText, error.InvariantSeverity));
        }
    }

    [Fact]
    public async Task C6_CleartextPasswordsAreTakenInsideTlsOnly()
    {
        Assert.Equal("anna", await NpgsqlAsync(server.CleartextPort, $"SSL Mode=Require;Username=anna;Password={SecurePgServer.Password}"));
        var error = await Assert.ThrowsAsync<PostgresException>(() => NpgsqlAsync(server.CleartextPort, $"SSL Mode=Disable;Username=anna;Password={SecurePgServer.Password}"));
        Assert.Equal("28000", error.SqlState);
    }

    [Theory]
    [InlineData("sslmode=verify-full channel_binding=require")]
    [InlineData("sslmode=verify-full channel_binding=disable")]
    [InlineData("sslmode=disable")]
    public async Task C6_PsqlLogsIn(string mode)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/psql"), "psql is not installed");
        string target = $"host=localhost port={server.Port.ToString(CultureInfo.InvariantCulture)} user=anna password={SecurePgServer.Password} dbname=sqlcluster sslrootcert={server.CertificateFile} {mode}";
        var start = new ProcessStartInfo("/usr/bin/psql", [target, "-At", "-c", "SELECT length(repeat('x', 100000)), 'a'", "-c", "SELECT repeat('x', 100000)"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process psql = Process.Start(start)!;
        string output = await psql.StandardOutput.ReadToEndAsync(Cancellation);
        string errors = await psql.StandardError.ReadToEndAsync(Cancellation);
        await psql.WaitForExitAsync(Cancellation);
        Assert.Equal(("100000|a\n" + new string('x', 100_000) + "\n", ""), (output, errors));
    }

    [Fact]
    public async Task C1_BytesInFrontOfTheHandshakeEndTheConnection()
    {
        using RawClient client = await RawClient.ConnectAsync(server.Port);
        await client.SendAsync(SslRequest, RawClient.Startup(196_608, "user", "anna"));
        Assert.Equal("E:08P01", await client.ReadUntilReadyAsync());
        Assert.Null(await client.ReadAsync());
    }

    [Fact]
    public async Task C2_DirectTlsNeedsTheProtocolsName()
    {
        (_, string none) = await HandshakeAsync([]);
        Assert.Contains("received direct SSL connection request without ALPN", none, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() => HandshakeAsync([new SslApplicationProtocol("h2")]));
        (string chosen, _) = await HandshakeAsync([new SslApplicationProtocol("postgresql")]);
        Assert.Equal("postgresql", chosen);
    }

    [Fact]
    public async Task C1_X1_CancelRequestsComeInsideTlsToo()
    {
        await using var connection = new NpgsqlConnection(ConnectionString(server.Port, $"SSL Mode=Require;Username=anna;Password={SecurePgServer.Password}"));
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand("SELECT count(*) FROM generate_series(1, 100000) a(i), generate_series(1, 100000) b(i) WHERE a.i * b.i % 7 = 3", connection);
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        soon.CancelAfter(200);
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => command.ExecuteScalarAsync(soon.Token));
        Assert.Equal("57014", (error.InnerException as PostgresException)?.SqlState);
        command.CommandText = "SELECT 1";
        Assert.Equal(1, await command.ExecuteScalarAsync(Cancellation));
    }

    /// <summary>Answers to the SASL challenge that no client sends.</summary>
    [Theory]
    [InlineData("E:08P01", "SCRAM-SHA-512", "n,,n=,r=abc")]
    [InlineData("E:08P01", "SCRAM-SHA-256", "")]
    [InlineData("E:08P01", "SCRAM-SHA-256", "n,,n=")]
    [InlineData("E:08P01", "SCRAM-SHA-256", "n,,n=,r=")]
    [InlineData("E:08P01", "SCRAM-SHA-256", "p=tls-unique,,n=,r=abc")]
    [InlineData("E:08P01", "SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,n=,r=abc")]
    [InlineData("E:0A000", "SCRAM-SHA-256", "n,a=admin,n=,r=abc")]
    [InlineData("E:0A000", "SCRAM-SHA-256", "n,,m=x,n=,r=abc")]
    public async Task C6_MalformedSaslMessagesAreRefused(string answer, string mechanism, string message)
    {
        using RawClient client = await RawClient.ConnectAsync(server.Port);
        await client.SendAsync(RawClient.Startup(196_608, "user", "anna"));
        var (type, body) = (await client.ReadAsync())!.Value;
        Assert.Equal(('R', "SCRAM-SHA-256\0\0"), (type, Encoding.ASCII.GetString(body.AsSpan(4))));
        await client.SendAsync(RawClient.Message('p', mechanism, Encoding.UTF8.GetByteCount(message), Encoding.UTF8.GetBytes(message)));
        Assert.Equal(answer, await client.ReadUntilReadyAsync());
    }

    [Theory]
    [InlineData("E:08P01", "c=biws,r=other,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("E:28000", "c=eSws,r={nonce},p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("E:08P01", "c=biws,r={nonce},p=AAAA")]
    [InlineData("E:08P01", "c=biws,r={nonce},p=?")]
    [InlineData("E:08P01", "c=biws,r={nonce}")]
    [InlineData("E:28P01", "c=biws,r={nonce},p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public async Task C6_ProofsThatDoNotFitAreRefused(string answer, string final)
    {
        using RawClient client = await RawClient.ConnectAsync(server.Port);
        await client.SendAsync(RawClient.Startup(196_608, "user", "anna"));
        await client.ReadAsync();
        byte[] first = "n,,n=,r=abc"u8.ToArray();
        await client.SendAsync(RawClient.Message('p', "SCRAM-SHA-256", first.Length, first));
        string challenge = Encoding.ASCII.GetString((await client.ReadAsync())!.Value.Body.AsSpan(4));
        string nonce = challenge.Split(',')[0][2..];
        Assert.StartsWith("abc", nonce, StringComparison.Ordinal);
        await client.SendAsync(RawClient.Message('p', Encoding.ASCII.GetBytes(final.Replace("{nonce}", nonce, StringComparison.Ordinal))));
        Assert.Equal(answer, await client.ReadUntilReadyAsync());
        Assert.Null(await client.ReadAsync());
    }

    /// <summary>A stranger is asked with the same salt each time, as a user would be.</summary>
    [Fact]
    public async Task C6_StrangersGetASaltThatStays()
    {
        Assert.Equal(await SaltAsync("nobody"), await SaltAsync("nobody"));
        Assert.NotEqual(await SaltAsync("nobody"), await SaltAsync("somebody"));
        Assert.Equal(await SaltAsync("anna"), await SaltAsync("anna"));
    }

    private async Task<string> SaltAsync(string user)
    {
        using RawClient client = await RawClient.ConnectAsync(server.Port);
        await client.SendAsync(RawClient.Startup(196_608, "user", user));
        await client.ReadAsync();
        byte[] first = "n,,n=,r=abc"u8.ToArray();
        await client.SendAsync(RawClient.Message('p', "SCRAM-SHA-256", first.Length, first));
        return Encoding.ASCII.GetString((await client.ReadAsync())!.Value.Body.AsSpan(4)).Split(',')[1];
    }

    private async Task<(string Protocol, string Answer)> HandshakeAsync(List<SslApplicationProtocol> protocols)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port, Cancellation);
        await using var tls = new SslStream(client.GetStream(), false, static (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = protocols }, Cancellation);
        await tls.WriteAsync(RawClient.Startup(196_608, "user", "anna"), Cancellation);
        var buffer = new byte[4096];
        int read = await tls.ReadAsync(buffer, Cancellation);
        return (tls.NegotiatedApplicationProtocol.ToString(), Encoding.ASCII.GetString(buffer, 0, read));
    }

    private static async Task<string> NpgsqlAsync(int port, string more)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(port, more));
        await connection.OpenAsync(Cancellation);
        return connection.PostgresParameters["session_authorization"];
    }

    private static string ConnectionString(int port, string more) =>
        $"Host=127.0.0.1;Port={port.ToString(CultureInfo.InvariantCulture)};Database=sqlcluster;Server Compatibility Mode=NoTypeLoading;Pooling=false;GSS Encryption Mode=Disable;Timeout=30;{more}";
}
