using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Monitoring;
using SqlCluster.Server.Security;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.WebUi;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.WebUi;

/// <summary>The status page, its API, metrics and health, over real HTTP.</summary>
public sealed class WebDoorTests : IAsyncLifetime
{
    private const string Endless = "WITH d(i) AS (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) SELECT sum(a.i) FROM d a, d b, d c, d, d e, d f, d g, d h, d i, d j";

    private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-web").FullName;
    private readonly MemoryStream _log = new();
    private readonly Engine _engine = new(new EngineOptions(Slots: 2));
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private ServerHost _open = null!;
    private ServerHost _guarded = null!;
    private UserStore _users = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _users = UserStore.OpenOrCreate(Path.Combine(_folder, "users"));
        _users.Put("anna", ScramVerifier.Create("geheim-1", 1));
        _users.Put("bob", ScramVerifier.Create("geheim-2", 1));
        _open = await ServerHost.StartAsync(_engine, new ServerOptions { UiPort = 0 }, Cancellation);
        _guarded = await ServerHost.StartAsync(_engine, new ServerOptions { UiPort = 0, PgPort = 0, Users = _users, Logger = new JsonLineLogger(_log, LogLevel.Debug) }, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _open.DisposeAsync();
        await _guarded.DisposeAsync();
        _engine.Dispose();
        Directory.Delete(_folder, true);
    }

    /// <summary>Every address but health asks for a user, and refuses none, a wrong one, and one who is no longer there.</summary>
    [Fact]
    public async Task EveryRouteAsksForAUser()
    {
        string[] open = [.. _guarded.Routes.Where(static route => route.IsOpen).Select(static route => route.Path)];
        Assert.Equal(["/health", "/health/ready", "/health/live"], open);
        _users.Put("former", ScramVerifier.Create("geheim-3", 1));
        using (HttpResponseMessage before = await SendAsync(_guarded, "GET", "/", "former", "geheim-3"))
        {
            Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        }

        _users.Remove("former");
        _users.Put("bob", ScramVerifier.Create("geheim-new", 1));
        Route[] routes = [.. _guarded.Routes.Where(static route => !route.IsOpen), new Route("GET", "/nosuch", static (_, _) => Task.CompletedTask), new Route("PUT", "/", static (_, _) => Task.CompletedTask)];
        foreach (Route route in routes)
        {
            string path = route.Path.Replace("{id}", "1", StringComparison.Ordinal);
            foreach ((string? user, string? password) in new[] { (null, null), ("anna", ""), ("anna", "geheim-2"), ("former", "geheim-3"), ("bob", "geheim-2"), ("nobody", "x"), ("", ""), ("anna", "geheim-1\0") })
            {
                using HttpResponseMessage answer = await SendAsync(_guarded, route.Method, path, user, password);
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
                Assert.Equal("Basic", answer.Headers.WwwAuthenticate.Single().Scheme);
            }

            foreach (string header in new[] { "Bearer x", "Basic", "Basic !!!", "Basic " + Convert.ToBase64String("anna"u8), "Basic " + Convert.ToBase64String(new byte[5000]), "basic" })
            {
                using HttpResponseMessage answer = await SendAsync(_guarded, route.Method, path, null, null, header);
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            }

            using HttpResponseMessage right = await SendAsync(_guarded, route.Method, path, "anna", "geheim-1");
            Assert.NotEqual(HttpStatusCode.Unauthorized, right.StatusCode);
        }

        foreach (string path in open)
        {
            using HttpResponseMessage answer = await SendAsync(_guarded, "GET", path);
            Assert.Equal((HttpStatusCode.OK, "{\"status\":\"ok\"}\n"), (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation)));
        }

        string log = Encoding.UTF8.GetString(_log.ToArray());
        Assert.Contains("authentication failed", log, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", log, StringComparison.Ordinal);
        Assert.DoesNotContain("SCRAM-SHA-256$", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStatementIsShownAndCancelledFromItsPage()
    {
        using Session session = _engine.OpenSession("<b>anna</b>", new SessionClient(Door.PostgreSql, IPAddress.Loopback, 4711, "\"app\" & <i>"));
        Task<QueryException> failing = Assert.ThrowsAsync<QueryException>(() => ResultReader.ReadAsync(session, Endless + " /* <script>alert(1)</script> */", Cancellation));
        while (session.Running?.Execution == null)
        {
            await Task.Yield();
        }

        string id = session.Running.Id.ToString();
        string page = await TextAsync(_open, "/");
        Assert.Contains(id, page, StringComparison.Ordinal);
        Assert.Contains("http-equiv=\"refresh\"", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", await TextAsync(_open, "/queries/" + id), StringComparison.Ordinal);
        foreach (string html in new[] { page, await TextAsync(_open, "/queries/" + id) })
        {
            Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
            Assert.DoesNotContain("<b>anna", html, StringComparison.Ordinal);
            Assert.DoesNotContain("src=", html, StringComparison.Ordinal);
        }

        JsonElement shown = JsonDocument.Parse(await TextAsync(_open, "/api/v1/queries/" + id)).RootElement;
        Assert.Equal(("running", "<b>anna</b>", "postgresql"), (shown.GetProperty("query").GetProperty("state").GetString(), shown.GetProperty("query").GetProperty("user").GetString(), shown.GetProperty("query").GetProperty("door").GetString()));
        Assert.NotEmpty(shown.GetProperty("stages").EnumerateArray());
        Assert.Contains(shown.GetProperty("plan").EnumerateArray(), static line => line.GetString()!.Contains("HashAggregate", StringComparison.Ordinal));
        string token = Regex.Match(page, $"/queries/{id}/cancel\"><input type=\"hidden\" name=\"token\" value=\"([0-9a-f]+)\"").Groups[1].Value;
        foreach (string wrong in new[] { "", token[..^1], new string('0', token.Length) })
        {
            using HttpResponseMessage refused = await PostAsync($"/queries/{id}/cancel", wrong);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        Assert.False(failing.IsCompleted);
        using (HttpResponseMessage taken = await PostAsync($"/queries/{id}/cancel", token))
        {
            Assert.Equal((HttpStatusCode.SeeOther, "/"), (taken.StatusCode, taken.Headers.Location!.ToString()));
        }

        Assert.Equal("57014", (await failing).SqlState);
        Assert.Contains("57014", await TextAsync(_open, "/queries/" + id), StringComparison.Ordinal);
        using HttpResponseMessage again = await SendAsync(_open, "DELETE", "/api/v1/queries/" + id);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    [Fact]
    public async Task TheApiCancelsAndTerminates()
    {
        using Session session = _engine.OpenSession("anna", new SessionClient(Door.FlightSql));
        Task<QueryException> failing = Assert.ThrowsAsync<QueryException>(() => ResultReader.ReadAsync(session, Endless, Cancellation));
        while (session.Running == null)
        {
            await Task.Yield();
        }

        using (HttpResponseMessage cancelled = await SendAsync(_guarded, "DELETE", "/api/v1/queries/" + session.Running.Id, "anna", "geheim-1"))
        {
            Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        }

        Assert.Equal("57014", (await failing).SqlState);
        JsonElement sessions = JsonDocument.Parse(await TextAsync(_open, "/api/v1/sessions")).RootElement.GetProperty("sessions");
        Assert.Contains(sessions.EnumerateArray(), shown => shown.GetProperty("id").GetInt32() == session.Id && shown.GetProperty("state").GetString() == "idle" && shown.GetProperty("query").GetString() == Endless);
        using HttpResponseMessage terminated = await SendAsync(_open, "DELETE", $"/api/v1/sessions/{session.Id}");
        Assert.Equal(HttpStatusCode.Accepted, terminated.StatusCode);
        Assert.Equal("57P01", session.EndError!.SqlState);
    }

    /// <summary>A page of another site, or a name made to point at this machine, changes nothing and sees nothing.</summary>
    [Theory]
    [InlineData("DELETE", "/api/v1/sessions/1", "Sec-Fetch-Site", "cross-site")]
    [InlineData("POST", "/queries/x/cancel", "Origin", "http://evil.example")]
    [InlineData("GET", "/", "Host", "evil.example")]
    [InlineData("GET", "/api/v1/queries", "Host", "evil.example:4040")]
    public async Task OtherSitesAreRefused(string method, string path, string header, string value)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Address(_open, path));
        request.Headers.TryAddWithoutValidation(header, value);
        using HttpResponseMessage answer = await _client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task MetricsAreReadable()
    {
        Server.Tests.Monitoring.PrometheusReader read = Server.Tests.Monitoring.PrometheusReader.Read(await TextAsync(_open, "/metrics"));
        Assert.Equal(0, read.Samples["sqlcluster_draining"]);
    }

    [Theory]
    [InlineData("GET", "/nosuch", 404)]
    [InlineData("GET", "/queries/zzzzzz-99", 404)]
    [InlineData("GET", "/api/v1/queries/1", 404)]
    [InlineData("DELETE", "/api/v1/sessions/999999", 404)]
    [InlineData("DELETE", "/api/v1/sessions/x", 404)]
    [InlineData("PUT", "/", 405)]
    [InlineData("POST", "/metrics", 405)]
    [InlineData("HEAD", "/", 200)]
    [InlineData("GET", "/style.css", 200)]
    public async Task OtherAddressesAndMethods(string method, string path, int status)
    {
        using HttpResponseMessage answer = await SendAsync(_open, method, path);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.StartsWith("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    private static Uri Address(ServerHost host, string path) => new($"http://{host.UiAddress}{path}");

    private async Task<string> TextAsync(ServerHost host, string path)
    {
        using HttpResponseMessage answer = await SendAsync(host, "GET", path);
        return await answer.Content.ReadAsStringAsync(Cancellation);
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string token) =>
        await _client.PostAsync(Address(_open, path), new FormUrlEncodedContent([new("token", token)]), Cancellation);

    private async Task<HttpResponseMessage> SendAsync(ServerHost host, string method, string path, string? user = null, string? password = null, string? header = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Address(host, path));
        if (user != null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        }
        else if (header != null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", header);
        }

        return await _client.SendAsync(request, Cancellation);
    }
}
