using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Monitoring;
using SqlCluster.Server.WebUi;

namespace SqlCluster.Server.Rest;

/// <summary>The API under /api/v1: statements, sessions and executors as JSON, and their ends.</summary>
internal static class QueryApi
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.Never };

    /// <summary>Running statements and then those that ended last; ?state= keeps those of one state, ?limit= so many ended ones.</summary>
    public static Task ListAsync(Engine engine, WebRequest request)
    {
        int limit = int.TryParse(request.Http.Request.Query["limit"], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int given) ? given : 100;
        string state = request.Http.Request.Query["state"].ToString();
        IEnumerable<QueryView> queries = QueryViews.Running(engine).Reverse().Concat(QueryViews.Recent(engine, limit));
        return JsonAsync(request, new { queries = queries.Where(query => state.Length == 0 || query.State == state) });
    }

    public static Task ShowAsync(Engine engine, WebRequest request, string id) =>
        QueryViews.Find(engine, id) is { } query ? JsonAsync(request, query) : MissingAsync(request, $"there is no query {id}");

    public static Task SessionsAsync(Engine engine, WebRequest request) => JsonAsync(request, new { sessions = QueryViews.Sessions(engine) });

    /// <summary>Executors in other processes, lost ones last.</summary>
    public static Task ExecutorsAsync(Engine engine, WebRequest request) => JsonAsync(request, new { executors = engine.Cluster?.States ?? [] });

    public static Task CancelAsync(WebRequest request, string id, bool wasThere) =>
        wasThere ? JsonAsync(request, new { cancelled = id }, StatusCodes.Status202Accepted) : MissingAsync(request, $"no query {id} is running");

    public static Task TerminateAsync(WebRequest request, string id, bool wasThere) =>
        wasThere ? JsonAsync(request, new { terminated = id }, StatusCodes.Status202Accepted) : MissingAsync(request, $"there is no session {id}");

    private static Task MissingAsync(WebRequest request, string message) => JsonAsync(request, new { error = message }, StatusCodes.Status404NotFound);

    private static Task JsonAsync<T>(WebRequest request, T value, int status = StatusCodes.Status200OK) =>
        request.TextAsync("application/json; charset=utf-8", JsonSerializer.Serialize(value, Format) + "\n", status);
}
