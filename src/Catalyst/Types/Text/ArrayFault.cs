namespace SqlCluster.Catalyst.Types.Text;

/// <summary>Says what is wrong with the form of an array's text, in PostgreSQL's words.</summary>
public static class ArrayFault
{
    /// <summary>The first fault of the form: braces, commas, quotes; null when only an item can be wrong.</summary>
    public static string? Find(string text)
    {
        int at = SkipBlanks(text, 0);
        if (at < text.Length && text[at] == '[')
        {
            return OfDimensions(text, at);
        }

        return at >= text.Length || text[at] != '{' ? "Array value must start with \"{\" or dimension information." : OfItems(text, at);
    }

    /// <summary>[1:2]={...}: bounds before the items.</summary>
    private static string? OfDimensions(string text, int at)
    {
        while (at < text.Length && text[at] == '[')
        {
            int first = at + 1;
            at = Number(text, first);
            if (at == first)
            {
                return "\"[\" must introduce explicitly-specified array dimensions.";
            }

            if (at < text.Length && text[at] == ':')
            {
                int second = at + 1;
                at = Number(text, second);
                if (at == second)
                {
                    return "Missing array dimension value.";
                }
            }

            if (at >= text.Length || text[at] != ']')
            {
                return "Missing \"]\" after array dimensions.";
            }

            at = SkipBlanks(text, at + 1);
        }

        if (at >= text.Length || text[at] != '=')
        {
            return "Missing \"=\" after array dimensions.";
        }

        at = SkipBlanks(text, at + 1);
        return at >= text.Length || text[at] != '{' ? "Array contents must start with \"{\"." : OfItems(text, at);
    }

    private static string? OfItems(string text, int at)
    {
        // What stands before the place at hand: '{', '}', ',' or an item.
        char before = '\0';
        int depth = 0;
        var counts = new List<int>();
        var sizes = new List<int>();
        while (true)
        {
            at = SkipBlanks(text, at);
            if (at >= text.Length)
            {
                return "Unexpected end of input.";
            }

            char c = text[at];
            switch (c)
            {
                case '{':
                    if (before is 'i' or '}')
                    {
                        return "Unexpected \"{\" character.";
                    }

                    if (sizes.Count > 0 && depth >= sizes.Count)
                    {
                        return "Unexpected \"{\" character.";
                    }

                    depth++;
                    counts.Add(0);
                    at++;
                    break;
                case '}':
                    if (before == ',' || (before == '{' && depth > 1))
                    {
                        return "Unexpected \"}\" character.";
                    }

                    int count = counts[^1] + (before == '{' ? 0 : 1);
                    while (sizes.Count < depth)
                    {
                        sizes.Add(-1);
                    }

                    if (sizes[depth - 1] >= 0 && sizes[depth - 1] != count)
                    {
                        return "Multidimensional arrays must have sub-arrays with matching dimensions.";
                    }

                    sizes[depth - 1] = count;
                    counts.RemoveAt(counts.Count - 1);
                    at++;
                    if (--depth == 0)
                    {
                        return SkipBlanks(text, at) < text.Length ? "Junk after closing right brace." : null;
                    }

                    break;
                case ',':
                    if (before is not ('i' or '}'))
                    {
                        return "Unexpected \",\" character.";
                    }

                    counts[^1]++;
                    at++;
                    break;
                default:
                    if (before is 'i' or '}' || (sizes.Count > 0 && depth < sizes.Count))
                    {
                        return "Unexpected array element.";
                    }

                    if ((at = Item(text, at)) < 0)
                    {
                        return "Unexpected end of input.";
                    }

                    while (sizes.Count < depth)
                    {
                        sizes.Add(-1);
                    }

                    c = 'i';
                    break;
            }

            before = c;
        }
    }

    /// <summary>The end of an item, quoted or not; -1 when the text ends inside.</summary>
    private static int Item(string text, int at)
    {
        if (text[at] == '"')
        {
            for (at++; at < text.Length && text[at] != '"'; at++)
            {
                at += text[at] == '\\' ? 1 : 0;
            }

            return at < text.Length ? at + 1 : -1;
        }

        for (; at < text.Length && text[at] is not ('{' or '}' or ',' or '"'); at++)
        {
            at += text[at] == '\\' ? 1 : 0;
        }

        return at < text.Length ? at : -1;
    }

    private static int Number(string text, int at)
    {
        int digits = at < text.Length && text[at] is '+' or '-' ? at + 1 : at;
        int end = digits;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return end == digits ? at : end;
    }

    private static int SkipBlanks(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at;
    }
}
