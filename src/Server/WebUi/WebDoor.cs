using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Monitoring;
using SqlCluster.Server.Rest;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.WebUi;

/// <summary>Answers the UI port: status pages, API, metrics and health. One table of routes; all but health ask for a user when there are users.</summary>
internal sealed class WebDoor
{
    private const int MaxBodyBytes = 16 * 1024;

    private readonly Engine _engine;
    private readonly ILogger _logger;
    private readonly Credentials _credentials;

    /// <param name="engine">What is shown.</param>
    /// <param name="options">Users and log.</param>
    /// <param name="counters">Statements counted so far.</param>
    /// <param name="isDraining">Whether the server is about to stop.</param>
    public WebDoor(Engine engine, ServerOptions options, QueryCounters counters, Func<bool> isDraining)
    {
        _engine = engine;
        _logger = options.Logger;
        _credentials = new Credentials(options.Users);
        var pages = new StatusPages(engine, counters, isDraining, _credentials);
        Routes =
        [
            new Route("GET", "/", (request, _) => pages.StatusAsync(request)),
            new Route("GET", "/queries/{id}", pages.QueryAsync),
            new Route("POST", "/queries/{id}/cancel", CancelFromPageAsync),
            new Route("GET", "/style.css", static (request, _) => request.TextAsync("text/css; charset=utf-8", StyleSheet.Text)),
            new Route("GET", "/api/v1/queries", (request, _) => QueryApi.ListAsync(engine, request)),
            new Route("GET", "/api/v1/queries/{id}", (request, id) => QueryApi.ShowAsync(engine, request, id)),
            new Route("DELETE", "/api/v1/queries/{id}", (request, id) => QueryApi.CancelAsync(request, id, Cancel(id, request.User))),
            new Route("GET", "/api/v1/sessions", (request, _) => QueryApi.SessionsAsync(engine, request)),
            new Route("DELETE", "/api/v1/sessions/{id}", (request, id) => QueryApi.TerminateAsync(request, id, Terminate(id, request.User))),
            new Route("GET", "/api/v1/executors", (request, _) => QueryApi.ExecutorsAsync(engine, request)),
            new Route("GET", "/metrics", (request, _) => request.TextAsync(PrometheusText.ContentType, ServerMetrics.Write(engine, counters, isDraining()))),
            new Route("GET", "/health", (request, _) => HealthAsync(request, isDraining())) { IsOpen = true },
            new Route("GET", "/health/ready", (request, _) => HealthAsync(request, isDraining())) { IsOpen = true },
            new Route("GET", "/health/live", static (request, _) => HealthAsync(request, false)) { IsOpen = true },
        ];
    }

    /// <summary>Everything that the port answers.</summary>
    public IReadOnlyList<Route> Routes { get; }

    public async Task AnswerAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBodyBytes;
        }

        try
        {
            await RouteAsync(context).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or BadHttpRequestException or InvalidDataException)
        {
            // The client left, or sent what is no request.
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
            }
        }
        catch (Exception error)
        {
            _logger.LogError(error, "internal error on {Path}", context.Request.Path.Value);
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            }
        }
    }

    private async Task RouteAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "/";
        (Route Route, string Id)[] known = [.. Routes.Select(route => (route, Id: route.Match(path))).Where(static match => match.Id != null).Select(static match => (match.route, match.Id!))];
        string method = HttpMethods.IsHead(context.Request.Method) ? "GET" : context.Request.Method;
        (Route? route, string id) = known.FirstOrDefault(match => match.Route.Method == method);
        string? user = "";
        if (route is not { IsOpen: true })
        {
            // Strangers are not even told which addresses there are.
            if (_credentials.IsForeign(context.Request))
            {
                _logger.LogWarning("refused a request that another site sent: {Method} {Path} from {Address}", context.Request.Method, path, context.Connection.RemoteIpAddress);
                await new WebRequest(context, "").TextAsync("text/plain; charset=utf-8", "This request was sent by another site.\n", StatusCodes.Status403Forbidden).ConfigureAwait(false);
                return;
            }

            user = _credentials.Check(context.Request);
            if (user == null)
            {
                await RefuseAsync(context).ConfigureAwait(false);
                return;
            }

            context.Features.Get<HttpNewcomer>()?.Leave();
        }

        var request = new WebRequest(context, user);
        if (route != null)
        {
            await route.Answer(request, id).ConfigureAwait(false);
        }
        else if (known.Length > 0)
        {
            context.Response.Headers.Allow = string.Join(", ", known.Select(static match => match.Route.Method));
            await request.TextAsync("text/plain; charset=utf-8", "This address does not take that method.\n", StatusCodes.Status405MethodNotAllowed).ConfigureAwait(false);
        }
        else
        {
            await request.TextAsync("text/plain; charset=utf-8", "There is nothing at this address.\n", StatusCodes.Status404NotFound).ConfigureAwait(false);
        }
    }

    private Task RefuseAsync(HttpContext context)
    {
        if (Credentials.ClaimedUser(context.Request) is { } claimed)
        {
            _logger.LogWarning("authentication failed for {User} at {Door} from {Address}", claimed, Door.Web.Name(), context.Connection.RemoteIpAddress);
        }

        context.Response.Headers.WWWAuthenticate = "Basic realm=\"SqlCluster\", charset=\"UTF-8\"";
        return new WebRequest(context, "").TextAsync("text/plain; charset=utf-8", "Who are you? Log in with a user of this server.\n", StatusCodes.Status401Unauthorized);
    }

    private async Task CancelFromPageAsync(WebRequest request, string id)
    {
        if (!await _credentials.IsOwnFormAsync(request).ConfigureAwait(false))
        {
            await request.TextAsync("text/plain; charset=utf-8", "The form is out of date. Go back and load the page again.\n", StatusCodes.Status403Forbidden).ConfigureAwait(false);
            return;
        }

        Cancel(id, request.User);
        request.Http.Response.Headers.Location = "/";
        request.Http.Response.StatusCode = StatusCodes.Status303SeeOther;
    }

    /// <returns>Whether there was such a statement.</returns>
    private bool Cancel(string id, string by)
    {
        RunningQuery? query = QueryId.Parse(id) is { } parsed ? _engine.Sessions.FindQuery(parsed) : null;
        if (query == null)
        {
            return false;
        }

        _logger.LogInformation("query {Query} of {User} is cancelled by {By}", query.Id, query.User, by.Length == 0 ? "somebody on this machine" : by);
        query.Cancel();
        return true;
    }

    private bool Terminate(string id, string by)
    {
        Session? session = int.TryParse(id, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number) ? _engine.Sessions.Find(number) : null;
        if (session == null)
        {
            return false;
        }

        _logger.LogInformation("session {Session} of {User} is ended by {By}", session.Id, session.User, by.Length == 0 ? "somebody on this machine" : by);
        session.Terminate();
        return true;
    }

    private static Task HealthAsync(WebRequest request, bool isDraining) => request.TextAsync(
        "application/json", isDraining ? "{\"status\":\"draining\"}\n" : "{\"status\":\"ok\"}\n", isDraining ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
}
