using System.Globalization;
using System.Net;
using System.Text;

namespace SqlCluster.Server.WebUi;

/// <summary>Writes HTML; every text that comes from outside goes through <see cref="Text"/>.</summary>
internal sealed class Markup
{
    private readonly StringBuilder _html = new();

    /// <summary>Adds markup of our own.</summary>
    public Markup Raw(string html)
    {
        _html.Append(html);
        return this;
    }

    /// <summary>Adds text, escaped.</summary>
    public Markup Text(string text)
    {
        _html.Append(WebUtility.HtmlEncode(text));
        return this;
    }

    /// <summary>Adds an element that holds text.</summary>
    public Markup Element(string name, string text, string classes = "") =>
        Raw($"<{name}").Raw(classes.Length == 0 ? ">" : $" class=\"{classes}\">").Text(text).Raw($"</{name}>");

    /// <summary>Adds a state's badge; states are words of ours.</summary>
    public Markup Badge(string state) => Element("span", state.Replace('_', ' '), "badge " + state);

    public Markup Progress(int done, int of) =>
        of == 0 ? this : Raw(string.Create(CultureInfo.InvariantCulture, $"<progress value=\"{done}\" max=\"{of}\" title=\"{done} of {of} tasks\">{done} of {of}</progress>"));

    /// <summary>1.2 GB.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB"];
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Math.Round(value, value < 10 && unit > 0 ? 1 : 0)} {units[unit]}");
    }

    /// <summary>12 ms, 3.4 s, 5 min 12 s, 3 h 20 min.</summary>
    public static string Time(double milliseconds) => milliseconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.0} ms"),
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms"),
        < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.0} s"),
        < 3_600_000 => string.Create(CultureInfo.InvariantCulture, $"{(int)(milliseconds / 60_000)} min {(int)(milliseconds / 1000) % 60} s"),
        < 86_400_000 => string.Create(CultureInfo.InvariantCulture, $"{(int)(milliseconds / 3_600_000)} h {(int)(milliseconds / 60_000) % 60} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)(milliseconds / 86_400_000)} d {(int)(milliseconds / 3_600_000) % 24} h"),
    };

    /// <summary>1,234,567.</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public override string ToString() => _html.ToString();
}
