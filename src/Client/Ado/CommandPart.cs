using System.Globalization;
using System.Text;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Tokens;

namespace SqlCluster.Client.Ado;

/// <summary>One statement of a command's text, as it is sent: named parameters have become $1, $2 and so on.</summary>
/// <param name="Text">What the server gets.</param>
/// <param name="Parameters">Which of the command's parameters each placeholder stands for.</param>
/// <param name="IsCommand">Whether it changes something and gives no rows: the server is asked for a count.</param>
/// <param name="TouchesSession">Whether it may leave settings or temporary things in the session.</param>
internal sealed record CommandPart(string Text, int[] Parameters, bool IsCommand, bool TouchesSession)
{
    private static readonly string[] Changing =
        ["insert", "update", "delete", "merge", "copy", "create", "drop", "alter", "truncate", "comment", "analyze", "vacuum", "grant", "revoke", "refresh", "do"];

    private static readonly string[] Session = ["set", "reset", "discard", "prepare", "deallocate", "declare", "listen", "unlisten", "begin", "start", "create", "close"];

    private (int Sent, int Given)[] _shifts = [];

    /// <summary>Where the character at a 1-based position of the sent text is in the command's text.</summary>
    public int Given(int position)
    {
        (int sent, int given) = (0, 0);
        foreach ((int Sent, int Given) shift in _shifts)
        {
            if (shift.Sent > position - 1)
            {
                break;
            }

            (sent, given) = shift;
        }

        return position <= 0 ? 0 : position - sent + given;
    }

    /// <summary>Cuts a text into its statements.</summary>
    public static IReadOnlyList<CommandPart> Split(string text, SqlClusterParameterCollection parameters)
    {
        IReadOnlyList<SqlTextToken> tokens = SqlTokenizer.Tokenize(text);
        var parts = new List<CommandPart>();
        int positional = 0;
        foreach (TextSpan span in SqlTokenizer.SplitStatements(text))
        {
            parts.Add(Read(text, span, tokens, parameters, ref positional));
        }

        return parts;
    }

    private static CommandPart Read(string text, TextSpan span, IReadOnlyList<SqlTextToken> tokens, SqlClusterParameterCollection parameters, ref int positional)
    {
        var sent = new StringBuilder();
        var shifts = new List<(int Sent, int Given)> { (0, span.Start) };
        var used = new List<int>();
        int copied = span.Start, end = span.Start + span.Length, greatest = 0, marks = 0;
        string first = "";
        bool returns = false;
        for (int i = 0; i < tokens.Count; i++)
        {
            SqlTextToken token = tokens[i];
            if (token.Span.Start < span.Start || token.Span.Start >= end)
            {
                continue;
            }

            string word = text.Substring(token.Span.Start, token.Span.Length);
            switch (token.Kind)
            {
                case SqlTokenKind.Keyword or SqlTokenKind.Identifier:
                    first = first.Length == 0 ? word.ToLowerInvariant() : first;
                    returns |= word.Equals("returning", StringComparison.OrdinalIgnoreCase);
                    break;
                case SqlTokenKind.Punctuation when first.Length == 0 && word == "(":
                    first = word;
                    break;
                case SqlTokenKind.Parameter when word == "?":
                    marks++;
                    break;
                case SqlTokenKind.Parameter when int.TryParse(word.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int number):
                    greatest = Math.Max(greatest, number);
                    break;
            }

            // An @ may be glued to the operator before it: a=@b.
            int at = token.Span.Start + token.Span.Length - 1;
            if (token.Kind is SqlTokenKind.Operator or SqlTokenKind.Punctuation or SqlTokenKind.Invalid && text[at] is '@' or ':' && Name(text, at + 1, end) is { Length: > 0 } name
                && parameters.IndexOf(name) is var index and >= 0)
            {
                int slot = used.IndexOf(index);
                if (slot < 0)
                {
                    slot = used.Count;
                    used.Add(index);
                }

                sent.Append(text, copied, at - copied).Append(CultureInfo.InvariantCulture, $"${slot + 1}");
                copied = at + 1 + name.Length;
                shifts.Add((sent.Length, copied));
            }
        }

        sent.Append(text, copied, end - copied);
        if (used.Count == 0)
        {
            used.AddRange(marks > 0 ? Enumerable.Range(positional, marks) : Enumerable.Range(0, greatest));
            positional += marks;
        }

        return new CommandPart(sent.ToString(), [.. used], Changing.Contains(first) && !returns, Session.Contains(first)) { _shifts = [.. shifts] };
    }

    private static string Name(string text, int start, int end)
    {
        int i = start;
        while (i < end && (char.IsLetterOrDigit(text[i]) || text[i] == '_'))
        {
            i++;
        }

        return text[start..i];
    }
}
