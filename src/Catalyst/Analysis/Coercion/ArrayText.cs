using System.Diagnostics.CodeAnalysis;
using System.Text;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Analysis.Coercion;

/// <summary>Reads the items of PostgreSQL's array text: {1,2}, {"a b",NULL,c\,d}. Nested braces come out as one item.</summary>
internal sealed class ArrayText(string text)
{
    private readonly StringBuilder _found = new();
    private int _at;

    public bool IsComplete { get; private set; }

    /// <summary>Whether the last item is an array of its own: braces that are not quoted.</summary>
    public bool IsNested { get; private set; }

    public bool TryOpen()
    {
        SkipBlanks();
        if (_at >= text.Length || text[_at++] != '{')
        {
            return false;
        }

        SkipBlanks();
        if (_at < text.Length && text[_at] == '}')
        {
            _at++;
            Close();
        }

        return true;
    }

    /// <summary>The next item; false at the end or where the text is damaged (<see cref="IsComplete"/> tells).</summary>
    public bool TryNext([NotNullWhen(true)] out string? item, out bool isNull)
    {
        (item, isNull, IsNested) = (null, false, false);
        if (IsComplete || _at >= text.Length)
        {
            return false;
        }

        Interruption.Ask();
        SkipBlanks();
        StringBuilder found = _found.Clear();
        bool quoted = false, any = false;
        int depth = 0, contentLength = 0;
        for (; _at < text.Length; _at++)
        {
            char c = text[_at];
            if (c == '"' && depth == 0)
            {
                (quoted, any) = (!quoted, true);
                contentLength = found.Length;
                continue;
            }

            if (c == '\\' && _at + 1 < text.Length)
            {
                // Of an array within this one all is kept: it is read again.
                found.Append(depth > 0 ? "\\" : "").Append(text[++_at]);
                contentLength = found.Length;
                any |= depth == 0;
                continue;
            }

            quoted ^= c == '"';

            if (!quoted)
            {
                if (depth == 0 && c is ',' or '}' && depth == 0)
                {
                    break;
                }

                depth += c == '{' ? 1 : c == '}' ? -1 : 0;
                IsNested |= c == '{';
            }

            found.Append(c);
            contentLength = quoted || !char.IsWhiteSpace(c) ? found.Length : contentLength;
        }

        if (_at >= text.Length || quoted)
        {
            return false;
        }

        found.Length = contentLength;
        if (text[_at++] == '}')
        {
            Close();
        }

        item = found.ToString();
        isNull = !any && item.Equals("null", StringComparison.OrdinalIgnoreCase);
        if (!any && item.Length == 0)
        {
            IsComplete = false;
            return false;
        }

        return true;
    }

    private void Close()
    {
        SkipBlanks();
        IsComplete = _at >= text.Length;
    }

    private void SkipBlanks()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }
    }
}
