using System.Globalization;
using System.Text;
using SqlCluster.Catalyst.Types;
using SqlCluster.SqlCli.Connections;

namespace SqlCluster.SqlCli.Formats;

/// <summary>An object a row: in one array, or one a line. Numbers and booleans are JSON's own, NULL is null, everything else text.</summary>
internal sealed class JsonFormat(TextWriter writer, bool isLines) : IResultFormat
{
    public async Task WriteAsync(Answer result, CancellationToken cancellation)
    {
        if (result is not Answer.Rows rows)
        {
            return;
        }

        string[] names = [.. rows.Columns.Select(static column => $"{Quote(column.Name)}:")];
        bool isFirst = true;
        writer.Write(isLines ? "" : "[");
        await foreach (string?[] row in RowReader.ReadAsync(rows, cancellation).ConfigureAwait(false))
        {
            writer.Write(isLines ? "{" : isFirst ? "\n  {" : ",\n  {");
            isFirst = false;
            for (int i = 0; i < row.Length; i++)
            {
                writer.Write(i == 0 ? "" : isLines ? "," : ", ");
                writer.Write(names[i]);
                writer.Write(isLines ? "" : " ");
                WriteValue(row[i], rows.Columns[i].Type);
            }

            writer.Write(isLines ? "}\n" : "}");
        }

        writer.Write(isLines ? "" : isFirst ? "]\n" : "\n]\n");
        await writer.FlushAsync(cancellation).ConfigureAwait(false);
    }

    public Task AbandonAsync() => writer.FlushAsync();

    private void WriteValue(string? value, SqlType type)
    {
        if (value == null)
        {
            writer.Write("null");
        }
        else if (type.Kind == TypeKind.Boolean)
        {
            writer.Write(value == "t" ? "true" : "false");
        }
        else if ((type.IsNumber && value is not ("NaN" or "Infinity" or "-Infinity")) || type.Kind is TypeKind.Json or TypeKind.Jsonb)
        {
            // Line breaks stand between JSON's tokens only; a line holds a row.
            writer.Write(isLines ? value.Replace('\n', ' ') : value);
        }
        else
        {
            writer.Write(Quote(value));
        }
    }

    /// <summary>Text as JSON has it: quotes, backslashes and control characters escaped, all else as it is.</summary>
    private static string Quote(string text)
    {
        var result = new StringBuilder(text.Length + 2).Append('"');
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' => result.Append("\\\""),
                '\\' => result.Append("\\\\"),
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                < ' ' => result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => result.Append(c),
            };
        }

        return result.Append('"').ToString();
    }
}
