using System.Text.Encodings.Web;
using System.Text.Json;
using SqlCluster.Catalyst.Types;
using SqlCluster.Server.Sessions;

namespace SqlCluster.SqlCli.Formats;

/// <summary>An object a row: in one array, or one a line. Numbers and booleans are JSON's own, NULL is null, everything else text.</summary>
internal sealed class JsonFormat(TextWriter writer, bool isLines) : IResultFormat
{
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public async Task WriteAsync(StatementResult result, CancellationToken cancellation)
    {
        if (result is not StatementResult.Rows rows)
        {
            return;
        }

        string[] names = [.. rows.Columns.Select(static column => $"\"{Encoder.Encode(column.Name)}\":")];
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
            writer.Write('"');
            writer.Write(Encoder.Encode(value));
            writer.Write('"');
        }
    }
}
