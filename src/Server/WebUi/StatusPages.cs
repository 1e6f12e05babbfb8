using System.Globalization;
using Microsoft.AspNetCore.Http;
using SqlCluster.Arrow.Memory;
using SqlCluster.Execution.Cluster.Driver;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Monitoring;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.WebUi;

/// <summary>The status page and the page of one statement: plain HTML that loads itself again, without scripts.</summary>
internal sealed class StatusPages(Engine engine, QueryCounters counters, Func<bool> isDraining, Credentials credentials)
{
    private const int RecentQueries = 50;
    private const int MostSessions = 200;
    private const int ShownTextLength = 400;

    private static readonly string Version = typeof(StatusPages).Assembly.GetName().Version!.ToString(3);

    public Task StatusAsync(WebRequest request)
    {
        IReadOnlyList<QueryView> running = QueryViews.Running(engine);
        IReadOnlyList<QueryView> recent = QueryViews.Recent(engine, RecentQueries);
        IReadOnlyList<SessionView> sessions = QueryViews.Sessions(engine);
        Markup page = Begin(request, "SqlCluster", 3);
        Tiles(page, sessions.Count);

        page.Raw("<h2>Running<span class=\"soft\">").Text(Markup.Count(running.Count)).Raw("</span></h2><div class=\"sheet\">");
        if (running.Count == 0)
        {
            page.Element("div", "Nothing is running.", "nothing");
        }
        else
        {
            page.Raw("<table><thead><tr><th>Query</th><th>State</th><th>User</th><th class=\"number\">Time</th><th class=\"number\">Rows</th><th class=\"number\">Memory</th><th>Tasks</th><th>Statement</th><th></th></tr></thead><tbody>");
            foreach (QueryView query in running)
            {
                Running(page, query, request.User);
            }

            page.Raw("</tbody></table>");
        }

        page.Raw("</div><h2>Recent<span class=\"soft\">the last ").Text(Markup.Count(recent.Count)).Raw("</span></h2><div class=\"sheet\">");
        if (recent.Count == 0)
        {
            page.Element("div", "No statement has ended yet.", "nothing");
        }
        else
        {
            page.Raw("<table><thead><tr><th>Query</th><th>Outcome</th><th>User</th><th>Began (UTC)</th><th class=\"number\">Time</th><th class=\"number\">Rows</th><th class=\"number\">Peak memory</th><th>Statement</th></tr></thead><tbody>");
            foreach (QueryView query in recent)
            {
                Recent(page, query);
            }

            page.Raw("</tbody></table>");
        }

        page.Raw("</div><h2>Sessions<span class=\"soft\">").Text(Markup.Count(sessions.Count)).Raw("</span></h2><div class=\"sheet\">");
        Sessions(page, sessions);
        page.Raw("</div>");
        if (engine.Cluster is { } cluster)
        {
            Executors(page, cluster);
        }

        return request.HtmlAsync(End(page));
    }

    public Task QueryAsync(WebRequest request, string id)
    {
        if (QueryViews.Find(engine, id) is not { } detail)
        {
            Markup missing = Begin(request, "No such query", 0);
            return request.HtmlAsync(End(missing.Raw("<div class=\"sheet\">").Element("div", "This server does not know the query, or has forgotten it.", "nothing").Raw("</div>")), StatusCodes.Status404NotFound);
        }

        QueryView query = detail.Query;
        bool isRunning = query.SqlState == null && query.State is "running" or "queued" or "cancelling" or "suspended";
        Markup page = Begin(request, $"Query {query.Id}", isRunning ? 2 : 0);
        page.Raw("<div class=\"title\">").Element("h2", query.Id, "id").Badge(query.State);
        if (isRunning)
        {
            CancelForm(page, query.Id, request.User);
        }

        page.Raw("</div>");
        if (query.Error != null)
        {
            page.Raw("<p>").Element("span", $"{query.SqlState}: {query.Error}", "error").Raw("</p>");
        }

        page.Raw("<div class=\"sheet\"><dl>");
        Fact(page, "Time", Markup.Time(query.DurationMs));
        Fact(page, "In the queue", Markup.Time(query.QueuedMs));
        Fact(page, "Rows", Markup.Count(query.Rows));
        Fact(page, isRunning ? "Memory now, at most" : "Memory at most", (isRunning ? Markup.Bytes(query.MemoryBytes) + ", " : "") + Markup.Bytes(query.PeakMemoryBytes));
        Fact(page, "Read", Markup.Bytes(query.BytesRead));
        Fact(page, "Spilled", Markup.Bytes(query.BytesSpilled));
        Fact(page, "Began (UTC)", query.Start.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
        Fact(page, "User", query.User);
        Fact(page, "Session", query.Session.ToString(CultureInfo.InvariantCulture));
        Fact(page, "Door", DoorName(query.Door) + (query.Address == null ? "" : " from " + query.Address));
        Fact(page, "Application", query.Application.Length == 0 ? "—" : query.Application);
        page.Raw("</dl></div><h2>Statement</h2><div class=\"sheet\">").Element("pre", query.Text, "sql").Raw("</div>");
        if (detail.Stages.Count > 0)
        {
            page.Raw("<h2>Stages</h2><div class=\"sheet\"><table><thead><tr><th>Stage</th><th>State</th><th class=\"number\">Tasks</th><th></th></tr></thead><tbody>");
            foreach (StageView stage in detail.Stages)
            {
                page.Raw("<tr>").Element("td", stage.Stage.ToString(CultureInfo.InvariantCulture)).Raw("<td>").Badge(stage.State).Raw("</td>")
                    .Element("td", string.Create(CultureInfo.InvariantCulture, $"{stage.TasksEnded} of {stage.Tasks}"), "number").Raw("<td class=\"text\">").Progress(stage.TasksEnded, stage.Tasks).Raw("</td></tr>");
            }

            page.Raw("</tbody></table></div>");
        }

        if (detail.Plan.Count > 0)
        {
            page.Raw("<h2>Plan<span class=\"soft\">").Text(isRunning ? "what each operator has done so far" : "what each operator did").Raw("</span></h2><div class=\"sheet\">").Element("pre", string.Join('\n', detail.Plan)).Raw("</div>");
        }

        return request.HtmlAsync(End(page));
    }

    private void Tiles(Markup page, int sessions)
    {
        long failed = counters.Ended.Where(static pair => pair.Key.Outcome == QueryOutcome.Failed).Sum(static pair => pair.Value);
        page.Raw("<div class=\"tiles\">");
        Tile(page, Markup.Count(engine.Admission.Running), "running");
        Tile(page, Markup.Count(engine.Admission.Queued), "in the queue");
        Tile(page, Markup.Count(sessions), "sessions");
        Tile(page, $"{engine.Executor.BusySlots} / {engine.Executor.Slots}", "slots busy");
        Tile(page, Markup.Bytes(engine.Memory.UsedBytes), "held by queries");
        Tile(page, Markup.Bytes(NativePool.ReservedBytes), "in the buffer pool");
        Tile(page, Markup.Count(counters.Durations()[^1]), $"statements, {Markup.Count(failed)} failed");
        Tile(page, Markup.Bytes(counters.BytesRead), "read from files");
        page.Raw("</div>");
    }

    private static void Tile(Markup page, string value, string what) => page.Raw("<div class=\"tile\">").Element("b", value).Element("span", what).Raw("</div>");

    private static void Fact(Markup page, string name, string value) => page.Raw("<div>").Element("dt", name).Element("dd", value).Raw("</div>");

    private void Running(Markup page, QueryView query, string user)
    {
        Link(page.Raw("<tr>"), query.Id);
        page.Raw("<td>").Badge(query.State).Raw("</td>");
        Who(page, query);
        page.Element("td", Markup.Time(query.DurationMs), "number").Element("td", Markup.Count(query.Rows), "number").Element("td", Markup.Bytes(query.MemoryBytes), "number");
        page.Raw("<td>").Progress(query.TasksEnded, query.Tasks).Raw("</td>");
        Statement(page, query);
        page.Raw("<td>");
        CancelForm(page, query.Id, user);
        page.Raw("</td></tr>");
    }

    private static void Recent(Markup page, QueryView query)
    {
        Link(page.Raw("<tr>"), query.Id);
        page.Raw("<td>").Badge(query.State).Raw("</td>");
        Who(page, query);
        page.Element("td", query.Start.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)).Element("td", Markup.Time(query.DurationMs), "number")
            .Element("td", Markup.Count(query.Rows), "number").Element("td", Markup.Bytes(query.PeakMemoryBytes), "number");
        Statement(page, query);
        page.Raw("</tr>");
    }

    private static void Executors(Markup page, ClusterDriver cluster)
    {
        page.Raw("<h2>Executors<span class=\"soft\">").Text(Markup.Count(cluster.ExecutorCount)).Raw("</span></h2><div class=\"sheet\">");
        if (cluster.States.Count == 0)
        {
            page.Element("div", "No executor has registered: statements run in the server.", "nothing").Raw("</div>");
            return;
        }

        page.Raw("<table><thead><tr><th>Executor</th><th>State</th><th>Address</th><th>Slots</th><th class=\"number\">Memory</th><th class=\"number\">Shares</th><th class=\"number\">Ended</th><th>Since (UTC)</th></tr></thead><tbody>");
        foreach (ExecutorState executor in cluster.States)
        {
            page.Raw("<tr>").Element("td", executor.Id.ToString(CultureInfo.InvariantCulture)).Raw("<td>").Badge(executor.LossCause == null ? "running" : "failed").Raw("</td><td>").Text(executor.Address).Raw(" ").Element("span", executor.LossCause ?? "", "soft");
            page.Raw("</td>").Element("td", string.Create(CultureInfo.InvariantCulture, $"{executor.BusySlots} / {executor.Cores}")).Element("td", $"{Markup.Bytes(executor.UsedMemoryBytes)} / {Markup.Bytes(executor.MemoryBytes)}", "number");
            page.Element("td", Markup.Count(executor.RunningShares), "number").Element("td", Markup.Count(executor.EndedShares), "number")
                .Element("td", executor.Registered.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)).Raw("</tr>");
        }

        page.Raw("</tbody></table></div>");
    }

    private static void Sessions(Markup page, IReadOnlyList<SessionView> sessions)
    {
        if (sessions.Count == 0)
        {
            page.Element("div", "Nobody is connected.", "nothing");
            return;
        }

        page.Raw("<table><thead><tr><th>Session</th><th>State</th><th>User</th><th>Door</th><th>Application</th><th class=\"number\">In this state for</th><th>Last statement</th></tr></thead><tbody>");
        foreach (SessionView session in sessions.Take(MostSessions))
        {
            page.Raw("<tr>").Element("td", session.Id.ToString(CultureInfo.InvariantCulture)).Raw("<td>").Badge(session.State).Raw("</td>").Element("td", session.User);
            page.Raw("<td>").Text(DoorName(session.Door)).Raw(" ").Element("span", session.Address == null ? "" : $"{session.Address}:{session.Port}", "soft").Raw("</td>").Element("td", session.Application);
            page.Element("td", Markup.Time((TimeProvider.System.GetUtcNow() - session.StateChange).TotalMilliseconds), "number");
            page.Raw("<td class=\"text\">").Element("code", Shorten(session.Query ?? "")).Raw("</td></tr>");
        }

        page.Raw("</tbody></table>");
    }

    private static void Link(Markup page, string id) => page.Raw($"<td><a class=\"id\" href=\"/queries/{id}\">").Text(id).Raw("</a></td>");

    private static void Who(Markup page, QueryView query) =>
        page.Raw("<td>").Text(query.User).Raw("<br>").Element("span", query.Application.Length == 0 ? DoorName(query.Door) : query.Application, "soft").Raw("</td>");

    private static void Statement(Markup page, QueryView query)
    {
        page.Raw("<td class=\"text\">").Element("code", Shorten(query.Text));
        if (query.Error != null)
        {
            page.Element("span", $"{query.SqlState}: {Shorten(query.Error)}", "error");
        }

        page.Raw("</td>");
    }

    private void CancelForm(Markup page, string id, string user)
    {
        string action = $"/queries/{id}/cancel";
        page.Raw($"<form method=\"post\" action=\"{action}\"><input type=\"hidden\" name=\"token\" value=\"{credentials.FormToken(user, action)}\"><button>Cancel</button></form>");
    }

    private static string Shorten(string text) => text.Length <= ShownTextLength ? text : text[..ShownTextLength] + " …";

    private static string DoorName(string door) => door switch
    {
        "postgresql" => "PostgreSQL",
        "flight" => "Flight SQL",
        _ => door,
    };

    /// <param name="request">?refresh=0 keeps the page as it is.</param>
    /// <param name="title">Of the page.</param>
    /// <param name="seconds">After which the page loads itself again; 0: never.</param>
    private Markup Begin(WebRequest request, string title, int seconds)
    {
        bool isPaused = request.Http.Request.Query["refresh"] == "0";
        var page = new Markup();
        page.Raw("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        if (seconds > 0 && !isPaused)
        {
            page.Raw(string.Create(CultureInfo.InvariantCulture, $"<meta http-equiv=\"refresh\" content=\"{seconds}\">"));
        }

        page.Element("title", title).Raw("<link rel=\"stylesheet\" href=\"/style.css\"></head><body><header><h1><a href=\"/\">SqlCluster</a></h1>");
        page.Element("span", $"version {Version}, up {Markup.Time((TimeProvider.System.GetUtcNow() - engine.Start).TotalMilliseconds)}", "soft");
        if (seconds > 0)
        {
            page.Raw(isPaused ? "<a href=\"?\">Refresh again</a>" : "<a href=\"?refresh=0\">Pause</a>");
        }

        return page.Badge(isDraining() ? "draining" : "serving").Raw("</header><main>");
    }

    private static string End(Markup page) => page.Raw("</main></body></html>").ToString();
}
