using System.Text;

namespace SqlCluster.Execution.Functions.Scalar.Formatting;

/// <summary>Plain text inside templates.</summary>
internal static class TemplateText
{
    /// <summary>The text between quotes, where a backslash takes the next character as it is; the end of the template closes it too.</summary>
    /// <returns>Where the template goes on.</returns>
    public static int Quoted(string template, int open, out string text)
    {
        var plain = new StringBuilder();
        int i = open + 1;
        for (; i < template.Length && template[i] != '"'; i++)
        {
            i += template[i] == '\\' && i + 1 < template.Length ? 1 : 0;
            plain.Append(template[i]);
        }

        text = plain.ToString();
        return Math.Min(i + 1, template.Length);
    }

    /// <summary>The ending of an ordinal number: st, nd, rd or th.</summary>
    /// <param name="number">Text that ends with a digit.</param>
    /// <param name="pattern">TH or th.</param>
    public static string Ordinal(string number, string pattern)
    {
        bool isTeen = number.Length > 1 && number[^2] == '1';
        string ending = isTeen ? "th" : number[^1] switch { '1' => "st", '2' => "nd", '3' => "rd", _ => "th" };
        return pattern == "TH" ? ending.ToUpperInvariant() : ending;
    }
}
