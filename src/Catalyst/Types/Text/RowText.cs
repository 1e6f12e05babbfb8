using System.Text;

namespace SqlCluster.Catalyst.Types.Text;

/// <summary>Reads rows written as PostgreSQL writes them (section 8.16.6): <c>(1,"a b",)</c>; a field with nothing in it is null.</summary>
internal static class RowText
{
    /// <summary>The fields' texts.</summary>
    /// <param name="text">What stands in parentheses; blanks around them are left out, those within belong to the fields.</param>
    /// <param name="problem">What is wrong, where the result is null.</param>
    public static IReadOnlyList<string?>? Fields(string text, out string? problem)
    {
        string trimmed = text.Trim();
        problem = trimmed.Length == 0 || trimmed[0] != '(' ? "Missing left parenthesis." : null;
        if (problem is not null)
        {
            return null;
        }

        var fields = new List<string?>();
        var field = new StringBuilder();
        bool isQuoted = false, wasQuoted = false;
        for (int i = 1; i < trimmed.Length; i++)
        {
            char c = trimmed[i];
            if (c == '\\' && i + 1 < trimmed.Length)
            {
                field.Append(trimmed[++i]);
            }
            else if (c == '"')
            {
                if (isQuoted && i + 1 < trimmed.Length && trimmed[i + 1] == '"')
                {
                    field.Append(trimmed[i++]);
                    continue;
                }

                isQuoted = !isQuoted;
                wasQuoted = true;
            }
            else if (!isQuoted && c is ',' or ')')
            {
                fields.Add(field.Length == 0 && !wasQuoted ? null : field.ToString());
                field.Clear();
                wasQuoted = false;
                if (c == ')')
                {
                    problem = i == trimmed.Length - 1 ? null : "Junk after right parenthesis.";
                    return problem is null ? fields : null;
                }
            }
            else
            {
                field.Append(c);
            }
        }

        problem = "Unexpected end of input.";
        return null;
    }
}
