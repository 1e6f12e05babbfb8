using System.Net;
using System.Text;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Monitoring;
using SqlCluster.Server.Security;
using SqlCluster.Server.Tests.PgWire;

namespace SqlCluster.Server.Tests.Security;

/// <summary>Nothing of a server with users answers strangers: every Flight call of the method table, every PostgreSQL message before authentication. WebDoorTests has the routes.</summary>
public sealed class AuthenticationTests : IAsyncLifetime
{
    private const string Password = "geheim-1";
    private const int Unauthenticated = 16;

    private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-auth").FullName;
    private readonly MemoryStream _log = new();
    private readonly Engine _engine = new(new EngineOptions(Slots: 1));
    private readonly SettableTime _time = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler()) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
    private UserStore _users = null!;
    private ServerHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _users = UserStore.OpenOrCreate(Path.Combine(_folder, "users"));
        _users.Put("anna", ScramVerifier.Create(Password, 1));
        _host = await ServerHost.StartAsync(
            _engine, new ServerOptions { PgPort = 0, FlightPort = 0, Users = _users, Time = _time, Logger = new JsonLineLogger(_log, Microsoft.Extensions.Logging.LogLevel.Trace) }, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
        _engine.Dispose();
        Directory.Delete(_folder, true);
    }

    [Fact]
    public async Task F3_EveryFlightCallAsksForAUser()
    {
        _users.Put("former", ScramVerifier.Create("geheim-2", 1));
        string expired = await LogInAsync("anna", Password), removed = await LogInAsync("former", "geheim-2");
        _users.Remove("former");
        _time.Advance(TimeSpan.FromDays(2));
        string valid = await LogInAsync("anna", Password);
        Assert.Equal(
            ["/arrow.flight.protocol.FlightService/Handshake", "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/List", "/grpc.health.v1.Health/Watch"],
            _host.FlightMethods.Where(static method => method.IsAnonymous).Select(static method => method.Path).Order(StringComparer.Ordinal));
        string[] methods = [.. _host.FlightMethods.Where(static method => !method.IsAnonymous).Select(static method => method.Path)];
        Assert.Contains("/arrow.flight.protocol.FlightService/DoGet", methods);
        Assert.True(methods.Length >= 9);
        foreach (string method in methods)
        {
            foreach (string? header in new[]
            {
                null, "", "Basic", "Bearer", "Bearer x", "Bearer x.y", Basic("anna", ""), Basic("anna", "geheim-2"), Basic("former", "geheim-2"), Basic("nobody", "x"), Basic("", ""), "Basic !!!",
                expired, removed, valid[..^4] + "AAAA", valid + "A", "Digest x",
            })
            {
                (int status, string message) = await CallAsync(method, header);
                Assert.True(status == Unauthenticated && message.Length > 0, $"{method} with {header}: {status} {message}");
            }

            Assert.NotEqual(Unauthenticated, (await CallAsync(method, valid)).Status);
            Assert.NotEqual(Unauthenticated, (await CallAsync(method, Basic("anna", Password))).Status);
        }

        AssertNoSecrets(valid[7..], expired[7..]);
    }

    /// <summary>A new password counts from the next login on; who is in stays in, until the session is ended or the user removed.</summary>
    [Fact]
    public async Task AChangedPasswordCountsFromTheNextLoginOn()
    {
        const string ListFlights = "/arrow.flight.protocol.FlightService/ListFlights";
        _users.Put("carl", ScramVerifier.Create("geheim-3", 1));
        string token = await LogInAsync("carl", "geheim-3");
        _users.Put("carl", ScramVerifier.Create("geheim-4", 1));
        Assert.Equal(Unauthenticated, (await CallAsync(ListFlights, Basic("carl", "geheim-3"))).Status);
        Assert.Equal(Unauthenticated, (await CallAsync("/arrow.flight.protocol.FlightService/Handshake", Basic("carl", "geheim-3"))).Status);
        Assert.NotEqual(Unauthenticated, (await CallAsync(ListFlights, Basic("carl", "geheim-4"))).Status);
        Assert.NotEqual(Unauthenticated, (await CallAsync(ListFlights, token)).Status);
        _users.Remove("carl");
        Assert.Equal(Unauthenticated, (await CallAsync(ListFlights, token)).Status);
        AssertNoSecrets(token[7..]);
    }

    /// <summary>Every message type before the startup packet, and every one but the password's after it, ends the connection; none is served.</summary>
    [Fact]
    public async Task C6_NoPostgreSqlMessageIsServedBeforeAuthentication()
    {
        var tried = 0;
        foreach (char type in Server.PgWire.MessageStream.Types)
        {
            byte[] message = type switch
            {
                'Q' => RawClient.Message('Q', "SELECT 1"),
                'P' => RawClient.Message('P', "", "SELECT 1", (short)0),
                'p' => RawClient.Message('p', "wrong"),
                _ => RawClient.Message(type, "", ""),
            };
            foreach (bool isAfterStartup in new[] { false, true })
            {
                using RawClient client = await RawClient.ConnectAsync(_host.PgAddress!.Port);
                byte[][] sent = isAfterStartup ? [RawClient.Startup(196_608, "user", "anna"), message, message] : [message, message];
                await client.SendAsync(sent);
                var types = new StringBuilder();
                try
                {
                    while (await client.ReadAsync() is var (answer, body))
                    {
                        types.Append(answer);
                        Assert.False(answer == 'R' && body.AsSpan(0, 4).SequenceEqual(new byte[4]), $"{type}: AuthenticationOk");
                    }
                }
                catch (IOException)
                {
                    // Closed with our bytes unread.
                }

                Assert.DoesNotContain(types.ToString(), static answer => answer is 'Z' or 'T' or 'D' or 'C' or 'K' or '1');
                tried++;
            }
        }

        Assert.Equal(28, tried);
        Assert.Empty(_engine.Sessions);
        AssertNoSecrets();
    }

    private static string Basic(string user, string password) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    private async Task<string> LogInAsync(string user, string password)
    {
        using HttpResponseMessage response = await SendAsync("/arrow.flight.protocol.FlightService/Handshake", Basic(user, password));
        return response.Headers.GetValues("authorization").First();
    }

    private async Task<(int Status, string Message)> CallAsync(string method, string? authorization)
    {
        using HttpResponseMessage response = await SendAsync(method, authorization);
        await response.Content.ReadAsByteArrayAsync(Cancellation);
        string Field(string name) => response.TrailingHeaders.TryGetValues(name, out IEnumerable<string>? values) || response.Headers.TryGetValues(name, out values) ? values.First() : "";
        return (int.Parse(Field("grpc-status"), System.Globalization.CultureInfo.InvariantCulture), Field("grpc-message"));
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string? authorization)
    {
        // One empty message.
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://{_host.FlightAddress}{method}")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(new byte[5]) };
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        request.Headers.TryAddWithoutValidation("te", "trailers");
        if (authorization != null)
        {
            request.Headers.TryAddWithoutValidation("authorization", authorization);
        }

        return await _http.SendAsync(request, Cancellation);
    }

    private void AssertNoSecrets(params string[] more)
    {
        string log = Encoding.UTF8.GetString(_log.ToArray());
        foreach (string secret in (string[])["geheim", "SCRAM-SHA-256$", Convert.ToBase64String(Encoding.UTF8.GetBytes("anna:" + Password)), .. more])
        {
            Assert.DoesNotContain(secret, log, StringComparison.Ordinal);
        }
    }

    /// <summary>A clock that can be set forward.</summary>
    private sealed class SettableTime : TimeProvider
    {
        private TimeSpan _ahead;

        public void Advance(TimeSpan time) => _ahead += time;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;
    }
}
