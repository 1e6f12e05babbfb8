using Microsoft.AspNetCore.Http;

namespace SqlCluster.Server.WebUi;

/// <summary>One address of the UI port.</summary>
/// <param name="Method">GET, POST or DELETE; GET answers HEAD too.</param>
/// <param name="Path">Path; a segment {id} stands for any.</param>
/// <param name="Answer">Answers; gets what stood for {id}, or "".</param>
internal sealed record Route(string Method, string Path, Func<WebRequest, string, Task> Answer)
{
    /// <summary>Whether nobody is asked who he is: health checks alone.</summary>
    public bool IsOpen { get; init; }

    /// <summary>What stands for {id}, or null when the path is another.</summary>
    public string? Match(string path)
    {
        string[] wanted = Path.Split('/');
        string[] given = path.Split('/');
        string id = "";
        if (wanted.Length != given.Length)
        {
            return null;
        }

        for (int i = 0; i < wanted.Length; i++)
        {
            if (wanted[i] == "{id}" && given[i].Length > 0)
            {
                id = given[i];
            }
            else if (wanted[i] != given[i])
            {
                return null;
            }
        }

        return id;
    }
}

/// <summary>A request that was let in.</summary>
/// <param name="Http">The request and its response.</param>
/// <param name="User">Who asks; "" where nobody is asked who he is.</param>
internal sealed record WebRequest(HttpContext Http, string User)
{
    public Task TextAsync(string contentType, string text, int status = StatusCodes.Status200OK)
    {
        Http.Response.StatusCode = status;
        Http.Response.ContentType = contentType;
        return Http.Response.WriteAsync(text, Http.RequestAborted);
    }

    public Task HtmlAsync(string html, int status = StatusCodes.Status200OK) => TextAsync("text/html; charset=utf-8", html, status);
}
