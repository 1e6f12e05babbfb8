using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Npgsql;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.Client;
using SqlCluster.Flight.Grpc;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Security;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.Security;

/// <summary>Certificates of clients on both doors (C6, F1): who gets in with which, that nothing is served without where one is needed, and what is said.</summary>
public sealed class ClientCertificateTests : IAsyncLifetime
{
    private const string Password = "geheim-1";
    private const string Unknown = "the client certificate is signed by an authority that this server does not know";

    private readonly TestCertificates _own = new(), _foreign = new("Foreign Authority");
    private readonly Engine _engine = new(new EngineOptions(Slots: 1));
    private readonly List<ServerHost> _hosts = [];
    private UserStore _users = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ServerHost Accepts => _hosts[0];

    private ServerHost Requires => _hosts[1];

    private ServerHost ReadsAlternativeNames => _hosts[2];

    public async ValueTask InitializeAsync()
    {
        _users = UserStore.OpenOrCreate(Path.Combine(_own.Folder, "users"));
        _users.Put("anna", ScramVerifier.Create(Password, 1));
        _users.Put("bert@example.com", ScramVerifier.Create(Password, 1));
        (string certificate, string key) = _own.Sign("server", ["localhost", "127.0.0.1"]);
        var options = new ServerOptions { PgPort = 0, FlightPort = 0, Users = _users, Certificate = ServerCertificate.Open(certificate, key), ShutdownTimeout = TimeSpan.FromSeconds(2) };
        foreach ((bool isRequired, CertificateUserName name) in new[] { (false, CertificateUserName.Cn), (true, CertificateUserName.Cn), (true, CertificateUserName.San) })
        {
            _hosts.Add(await ServerHost.StartAsync(_engine, options with { ClientCertificates = ClientCertificates.Open(_own.AuthorityFile, isRequired, name) }, Cancellation));
        }

        _own.Sign("anna", isClient: true);
        _own.Sign("stranger", ["x.example.com", "bert@example.com"], isClient: true);
        _own.Sign("outdated", days: -2, isClient: true);
        _foreign.Sign("anna", isClient: true);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ServerHost host in _hosts)
        {
            await host.DisposeAsync();
        }

        _engine.Dispose();
        _own.Dispose();
        _foreign.Dispose();
    }

    [Fact]
    public async Task C6_PostgreSqlClientsGetInByTheirCertificate()
    {
        foreach (ServerHost host in new[] { Accepts, Requires })
        {
            Assert.Equal("anna", await NpgsqlAsync(host, "anna", Own("anna")));
            Assert.Equal("anna", await NpgsqlAsync(host, "anna", Own("anna") + ";SSL Negotiation=Direct"));
            Assert.Equal(("anna\n", ""), await PsqlAsync(host, "anna", Own("anna"), ""));

            // Somebody else's certificate opens the connection, but is no password.
            Assert.Equal("anna", await NpgsqlAsync(host, "anna", Own("stranger") + $";Password={Password}"));
            Assert.Equal("28P01", (await RefusedAsync(host, "anna", Own("stranger") + ";Password=wrong")).SqlState);
            Assert.Contains("no password supplied", (await PsqlAsync(host, "anna", Own("stranger"), "")).Error, StringComparison.Ordinal);
        }

        Assert.Equal("anna", await NpgsqlAsync(Accepts, "anna", $"Password={Password}"));
        Assert.Equal("bert@example.com", await NpgsqlAsync(ReadsAlternativeNames, "bert@example.com", Own("stranger")));
    }

    /// <summary>Without a certificate, with one of an unknown authority, an old one, one for servers: the reason is said, nothing is served, and neither a password nor the lack of TLS helps.</summary>
    [Theory]
    [InlineData("", "connection requires a valid client certificate")]
    [InlineData("foreign", "certificate authentication failed: " + Unknown)]
    [InlineData("outdated", "certificate authentication failed: the client certificate has expired")]
    [InlineData("server", "certificate authentication failed: the client certificate is not one for clients")]
    public async Task C6_WithoutAGoodCertificateNobodyGetsIn(string certificate, string message)
    {
        string shown = certificate == "" ? "" : certificate == "foreign" ? Foreign("anna") : Own(certificate);
        PostgresException error = await RefusedAsync(Requires, "anna", $"{shown};Password={Password}");
        Assert.Equal(("28000", message, "FATAL"), (error.SqlState, error.MessageText, error.InvariantSeverity));
        (_, string said) = await PsqlAsync(Requires, "anna", shown, Password);
        Assert.True(said.Contains(message, StringComparison.Ordinal), said);
        if (certificate == "")
        {
            error = await RefusedAsync(Requires, "anna", $"SSL Mode=Disable;Password={Password}");
            Assert.Equal(("28000", message), (error.SqlState, error.MessageText));
        }
        else
        {
            Assert.Equal(message, (await RefusedAsync(Accepts, "anna", $"{shown};Password={Password}")).MessageText);
        }

        Assert.Empty(_engine.Sessions);
    }

    [Fact]
    public async Task F1_FlightClientsGetInByTheirCertificate()
    {
        foreach (ServerHost host in new[] { Accepts, Requires })
        {
            Assert.Equal("anna", await FlightAsync(host, _own, "anna", null, null));
            Assert.Equal("anna", await FlightAsync(host, _own, "anna", "anna", ""));
            Assert.Equal("anna", await FlightAsync(host, _own, "stranger", "anna", Password));
            Assert.Equal("password authentication failed for user \"anna\" [28P01]", (await Assert.ThrowsAsync<GrpcStatusException>(() => FlightAsync(host, _own, "stranger", "anna", ""))).Message);
            Assert.Equal("password authentication failed for user \"anna\" [28P01]", (await Assert.ThrowsAsync<GrpcStatusException>(() => FlightAsync(host, _own, "anna", "anna", "wrong"))).Message);
        }

        Assert.Equal("anna", await FlightAsync(Accepts, _own, null, "anna", Password));
        Assert.Equal("bert@example.com", await FlightAsync(ReadsAlternativeNames, _own, "stranger", null, null));
        _users.Remove("anna");
        Assert.Equal("this server requires a user name and a password", (await Assert.ThrowsAsync<GrpcStatusException>(() => FlightAsync(Requires, _own, "anna", null, null))).Message);
        Assert.Equal("28P01", (await RefusedAsync(Requires, "anna", Own("anna") + ";Password=x")).SqlState);
    }

    /// <summary>Every call of the method table, with every certificate that will not do and with none, whatever else the caller shows.</summary>
    [Fact]
    public async Task F1_EveryFlightCallRefusesWithoutAGoodCertificate()
    {
        string token = await TokenAsync();
        string[] methods = [.. Requires.FlightMethods.Where(static method => !method.IsAnonymous).Select(static method => method.Path), "/arrow.flight.protocol.FlightService/Handshake"];
        Assert.True(methods.Length >= 10);
        (X509Certificate2? Shown, string Message)[] bad =
        [
            (null, "this server requires a client certificate"),
            (Load(_foreign, "anna"), Unknown),
            (Load(_own, "outdated"), "the client certificate has expired"),
            (Load(_own, "server"), "the client certificate is not one for clients"),
        ];
        foreach ((X509Certificate2? shown, string message) in bad)
        {
            using HttpClient client = Client(shown);
            foreach (string method in methods)
            {
                foreach (string? header in new[] { null, Basic("anna", ""), Basic("anna", Password), "Bearer " + token })
                {
                    Assert.Equal((16, message), await CallAsync(client, method, header));
                }
            }
        }

        using HttpClient good = Client(Load(_own, "anna")), other = Client(Load(_own, "stranger"));
        foreach (string method in methods)
        {
            Assert.NotEqual(16, (await CallAsync(good, method, null)).Status);
            Assert.NotEqual(16, (await CallAsync(other, method, "Bearer " + token)).Status);
            Assert.Equal(16, (await CallAsync(other, method, null)).Status);
            Assert.Equal(16, (await CallAsync(good, method, Basic("anna", "wrong"))).Status);
        }
    }

    /// <summary>A new file of authorities counts for the next connection; half of one changes nothing.</summary>
    [Fact]
    public async Task C6_AuthoritiesAreReadAgain()
    {
        string whole = await File.ReadAllTextAsync(_foreign.AuthorityFile, Cancellation);
        await File.WriteAllTextAsync(_own.AuthorityFile, whole[..(whole.Length / 2)], Cancellation);
        await Task.Delay(1100, Cancellation);     // files are looked at once a second
        Assert.Equal("anna", await NpgsqlAsync(Requires, "anna", Own("anna")));
        await File.WriteAllTextAsync(_own.AuthorityFile, whole, Cancellation);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        while (true)
        {
            try
            {
                Assert.Equal("anna", await NpgsqlAsync(Requires, "anna", Foreign("anna")));
                break;
            }
            catch (PostgresException)
            {
                await Task.Delay(100, patience.Token);
            }
        }

        Assert.Equal("certificate authentication failed: " + Unknown, (await RefusedAsync(Requires, "anna", Own("anna"))).MessageText);
    }

    [Fact]
    public async Task C2_TheOldestTlsVersionIsAsConfigured()
    {
        (string certificate, string key) = _own.Sign("newest", ["127.0.0.1"]);
        await using ServerHost host = await ServerHost.StartAsync(_engine, new ServerOptions { PgPort = 0, FlightPort = 0, Users = _users, Certificate = ServerCertificate.Open(certificate, key, isTls13Only: true) }, Cancellation);
        foreach ((int port, string name) in new[] { (host.PgAddress!.Port, "postgresql"), (host.FlightAddress!.Port, "h2") })
        {
            Assert.Equal(SslProtocols.Tls13, await HandshakeAsync(port, name, SslProtocols.Tls12 | SslProtocols.Tls13));
            await Assert.ThrowsAnyAsync<Exception>(() => HandshakeAsync(port, name, SslProtocols.Tls12));
        }

        Assert.Equal(SslProtocols.Tls12, await HandshakeAsync(Accepts.PgAddress!.Port, "postgresql", SslProtocols.Tls12));
        Assert.Equal(SslProtocols.Tls12, await HandshakeAsync(Accepts.FlightAddress!.Port, "h2", SslProtocols.Tls12));
#pragma warning disable CA5397, SYSLIB0039 // that they are turned away is the point
        await Assert.ThrowsAnyAsync<Exception>(() => HandshakeAsync(Accepts.PgAddress!.Port, "postgresql", SslProtocols.Tls11));
#pragma warning restore CA5397, SYSLIB0039
    }

    private static async Task<SslProtocols> HandshakeAsync(int port, string name, SslProtocols protocols)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Cancellation);
        await using var tls = new SslStream(client.GetStream(), false, static (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = [new SslApplicationProtocol(name)], EnabledSslProtocols = protocols }, Cancellation);
        return tls.SslProtocol;
    }

    private string Own(string name) => Files(_own, name);

    private string Foreign(string name) => Files(_foreign, name);

    private static string Files(TestCertificates certificates, string name) => $"SSL Certificate={Path.Combine(certificates.Folder, name + ".crt")};SSL Key={Path.Combine(certificates.Folder, name + ".key")}";

    private static X509Certificate2 Load(TestCertificates certificates, string name)
    {
        using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(Path.Combine(certificates.Folder, name + ".crt"), Path.Combine(certificates.Folder, name + ".key"));
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    private static async Task<string> NpgsqlAsync(ServerHost host, string user, string more)
    {
        string mode = more.Contains("SSL Mode", StringComparison.Ordinal) ? "" : "SSL Mode=Require;";
        await using var connection = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={host.PgAddress!.Port.ToString(CultureInfo.InvariantCulture)};Username={user};Database=sqlcluster;Server Compatibility Mode=NoTypeLoading;Pooling=false;GSS Encryption Mode=Disable;Timeout=60;{mode}{more}");
        await connection.OpenAsync(Cancellation);
        return connection.PostgresParameters["session_authorization"];
    }

    private static Task<PostgresException> RefusedAsync(ServerHost host, string user, string more) => Assert.ThrowsAsync<PostgresException>(() => NpgsqlAsync(host, user, more));

    /// <param name="files">As for Npgsql; psql calls them sslcert and sslkey.</param>
    private async Task<(string Output, string Error)> PsqlAsync(ServerHost host, string user, string files, string password)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/psql"), "psql is not installed");
        string shown = files.Replace("SSL Certificate=", "sslcert=", StringComparison.Ordinal).Replace(";SSL Key=", " sslkey=", StringComparison.Ordinal);
        string target = $"host=localhost port={host.PgAddress!.Port.ToString(CultureInfo.InvariantCulture)} user={user} dbname=sqlcluster sslmode=verify-full sslrootcert={_own.AuthorityFile} {(shown.Length > 0 ? shown : "sslcert=/nosuch")}{(password.Length > 0 ? " password=" + password : "")}";
        using Process psql = Process.Start(new ProcessStartInfo("/usr/bin/psql", [target, "-w", "-At", "-c", "SELECT session_user"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = psql.StandardOutput.ReadToEndAsync(Cancellation), errors = psql.StandardError.ReadToEndAsync(Cancellation);
        await psql.WaitForExitAsync(Cancellation);
        return (await output, await errors);
    }

    private async Task<string> FlightAsync(ServerHost host, TestCertificates from, string? certificate, string? login, string? password)
    {
        var channel = new GrpcChannelOptions(new Uri($"https://127.0.0.1:{host.FlightAddress!.Port}"))
        {
            Trust = ServerTrust.Only([X509CertificateLoader.LoadCertificateFromFile(_own.AuthorityFile)]),
            ClientCertificate = certificate == null ? null : Load(from, certificate),
        };
        using var flight = new FlightClient(new FlightClientOptions(channel) { User = login, Password = password, LogsInAlways = true });
        var sql = new FlightSqlClient(flight);
        using var account = new Arrow.Memory.MemoryAccount("test");
        Flight.Protos.FlightInfo info = await sql.ExecuteAsync("SELECT session_user::text", cancellationToken: Cancellation);
        using FlightStream stream = await sql.ReadAsync(info.Endpoint[0], account, Cancellation);
        Batch batch = (await stream.ReadAsync(Cancellation))!;
        var user = (string)VectorValues.Get(batch.Columns[0], 0)!;
        batch.Release();
        return user;
    }

    private async Task<string> TokenAsync()
    {
        using HttpClient client = Client(Load(_own, "anna"));
        using HttpResponseMessage response = await SendAsync(client, "/arrow.flight.protocol.FlightService/Handshake", Basic("anna", Password));
        return response.Headers.GetValues("authorization").First()[7..];
    }

    private static HttpClient Client(X509Certificate2? certificate) => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            ClientCertificateContext = certificate == null ? null : SslStreamCertificateContext.Create(certificate, null, true),
        },
    });

    private static string Basic(string user, string password) => "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{user}:{password}"));

    private async Task<(int Status, string Message)> CallAsync(HttpClient client, string method, string? authorization)
    {
        using HttpResponseMessage response = await SendAsync(client, method, authorization);
        await response.Content.ReadAsByteArrayAsync(Cancellation);
        string Field(string name) => response.TrailingHeaders.TryGetValues(name, out IEnumerable<string>? values) || response.Headers.TryGetValues(name, out values) ? values.First() : "";
        return (int.Parse(Field("grpc-status"), CultureInfo.InvariantCulture), Field("grpc-message"));
    }

    private async Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"https://127.0.0.1:{Requires.FlightAddress!.Port}{method}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(new byte[5]),     // one empty message
        };
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        request.Headers.TryAddWithoutValidation("te", "trailers");
        if (authorization != null)
        {
            request.Headers.TryAddWithoutValidation("authorization", authorization);
        }

        return await client.SendAsync(request, Cancellation);
    }
}
