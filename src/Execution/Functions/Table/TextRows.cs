using System.Text.RegularExpressions;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Scalar.Texts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Table;

/// <summary>regexp_matches, regexp_split_to_table and string_to_table.</summary>
internal static class TextRows
{
    public static IEnumerable<TableFunction> Functions =>
    [
        TableFunction.Create(
            "regexp_matches", [SqlType.Text, SqlType.Text, SqlType.Text], 1, FunctionSignature.Returns(SqlType.Array(SqlType.Text)), static call => new TextArraySource(call, Matches),
            "Groups of the first match, or of every match with flag g."),
        TableFunction.Create(
            "regexp_split_to_table", [SqlType.Text, SqlType.Text, SqlType.Text], 1, FunctionSignature.Returns(SqlType.Text), static call => new TextSource(call, SplitByPattern),
            "Fields between matches."),
        TableFunction.Create(
            "string_to_table", [SqlType.Text, SqlType.Text, SqlType.Text], 1, FunctionSignature.Returns(SqlType.Text), static call => new TextSource(call, Split),
            "Fields between delimiters."),
    ];

    private static CheckedRegex Pattern(TableCall call) => RegexTranslation.Compile(call.Text(1), Flags(call).Replace("g", "", StringComparison.Ordinal), call.Context.Cancellation);

    private static string Flags(TableCall call) => call.Count > 2 ? call.Text(2) : "";

    private static IEnumerable<string?[]> Matches(TableCall call)
    {
        if (call.HasNull)
        {
            yield break;
        }

        string text = call.Text(0);
        CheckedRegex regex = Pattern(call);
        bool all = Flags(call).Contains('g', StringComparison.Ordinal);
        Match[] first = all ? [] : [regex.Run(text.Length, found => found.Match(text), call.Context.Cancellation)];
        foreach (Match match in all ? regex.Matches(text, call.Context.Cancellation) : first.Where(static match => match.Success))
        {
            yield return match.Groups.Count == 1 ? [match.Value] : [.. match.Groups.Values.Skip(1).Select(static group => group.Success ? group.Value : null)];
        }
    }

    private static IEnumerable<string?[]> SplitByPattern(TableCall call)
    {
        if (call.HasNull)
        {
            yield break;
        }

        if (Flags(call).Contains('g', StringComparison.Ordinal))
        {
            throw ExecutionErrors.InvalidArgument("regexp_split_to_table() does not support the \"global\" option");
        }

        string text = call.Text(0);
        int start = 0;
        foreach (Match match in Pattern(call).Matches(text, call.Context.Cancellation))
        {
            // An empty match at either end splits nothing.
            if (match.Length > 0 || (match.Index > start && match.Index < text.Length))
            {
                yield return [text[start..match.Index]];
                start = match.Index + match.Length;
            }
        }

        yield return [text[start..]];
    }

    /// <summary>A null delimiter splits into characters, an empty one not at all; fields equal to the third argument are null.</summary>
    private static IEnumerable<string?[]> Split(TableCall call)
    {
        if (call.IsNull(0))
        {
            yield break;
        }

        string text = call.Text(0);
        string? none = call.Count > 2 && !call.IsNull(2) ? call.Text(2) : null;
        if (text.Length == 0)
        {
            yield break;
        }

        IEnumerable<string> fields = call.IsNull(1) ? text.EnumerateRunes().Select(static rune => rune.ToString()) : call.Text(1) is { Length: > 0 } delimiter ? Fields(text, delimiter) : [text];
        foreach (string field in fields)
        {
            yield return [field == none ? null : field];
        }
    }

    private static IEnumerable<string> Fields(string text, string delimiter)
    {
        int start = 0;
        for (int end; (end = text.IndexOf(delimiter, start, StringComparison.Ordinal)) >= 0; start = end + delimiter.Length)
        {
            yield return text[start..end];
        }

        yield return text[start..];
    }
}

/// <summary>Rows of texts, a text a column.</summary>
internal sealed class TextSource(TableCall call, Func<TableCall, IEnumerable<string?[]>> rows) : RowSource
{
    private IEnumerator<string?[]>? _rows;

    public override void Open()
    {
        _rows?.Dispose();
        _rows = rows(call).GetEnumerator();
    }

    public override int Fill(ResultColumn[] columns, int start, int room)
    {
        int count = 0;
        for (; count < room && _rows!.MoveNext(); count++)
        {
            for (int i = 0; i < columns.Length; i++)
            {
                columns[i].MoveTo(start + count);
                if (_rows.Current[i] is { } text)
                {
                    columns[i].SetText(text);
                }
            }
        }

        return count;
    }

    public override void Dispose() => _rows?.Dispose();
}

/// <summary>Rows of one column, an array of texts each.</summary>
internal sealed class TextArraySource(TableCall call, Func<TableCall, IEnumerable<string?[]>> rows) : RowSource
{
    private readonly ResultColumn _texts = new(SqlType.Text, call.Context.Account);
    private IEnumerator<string?[]>? _rows;

    public override void Open()
    {
        _rows?.Dispose();
        _rows = rows(call).GetEnumerator();
    }

    public override int Fill(ResultColumn[] columns, int start, int room)
    {
        int count = 0;
        for (; count < room && _rows!.MoveNext(); count++)
        {
            string?[] texts = _rows.Current;
            _texts.Start(texts.Length);
            for (int i = 0; i < texts.Length; i++)
            {
                _texts.MoveTo(i);
                if (texts[i] is { } text)
                {
                    _texts.SetText(text);
                }
            }

            columns[0].MoveTo(start + count);
            ColumnAppender list = columns[0].BeginList();
            list.AppendRange(_texts.Build(), 0, texts.Length);
            columns[0].EndList();
        }

        return count;
    }

    public override void Dispose()
    {
        _rows?.Dispose();
        _texts.Dispose();
    }
}
