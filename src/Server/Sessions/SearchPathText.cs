using System.Text;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.Sessions;

/// <summary>Values of search_path: schema names separated by commas, quoted where SQL would quote them.</summary>
internal static class SearchPathText
{
    /// <summary>The names in <paramref name="text"/>: those without quotes folded to lower case.</summary>
    /// <exception cref="QueryException">22023: a name has no end.</exception>
    public static List<string> Parse(string text)
    {
        var names = new List<string>();
        for (int i = 0; i <= text.Length; i++)
        {
            while (i < text.Length && char.IsWhiteSpace(text[i]))
            {
                i++;
            }

            if (i < text.Length && text[i] == '"')
            {
                names.Add(Quoted(text, ref i));
            }
            else
            {
                int start = i;
                i = text.IndexOf(',', start) is var comma and >= 0 ? comma : text.Length;
                names.Add(text[start..i].TrimEnd().ToLowerInvariant());
                continue;
            }

            i = text.IndexOf(',', i) is var next and >= 0 ? next : text.Length;
        }

        return names;
    }

    /// <summary>Reads a quoted name and leaves <paramref name="position"/> behind its end.</summary>
    private static string Quoted(string text, ref int position)
    {
        var name = new StringBuilder();
        for (int i = position + 1; i < text.Length; i++)
        {
            if (text[i] != '"')
            {
                name.Append(text[i]);
            }
            else if (i + 1 < text.Length && text[i + 1] == '"')
            {
                name.Append('"');
                i++;
            }
            else
            {
                position = i + 1;
                return name.ToString();
            }
        }

        throw new QueryException("22023", ErrorKind.User, $"invalid value for parameter \"search_path\": \"{text}\"") { Detail = "List syntax is invalid." };
    }
}
