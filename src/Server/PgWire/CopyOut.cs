using System.Globalization;
using System.Text;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.PgWire.Messages;
using SqlCluster.Server.PgWire.Types;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Statements;

namespace SqlCluster.Server.PgWire;

/// <summary>COPY ... TO STDOUT in the formats text, csv and binary.</summary>
internal static class CopyOut
{
    private static readonly byte[] Signature = [.. "PGCOPY\n"u8, 0xFF, (byte)'\r', (byte)'\n', 0];

    /// <summary>Runs the query and sends its rows, a message each.</summary>
    public static async Task RunAsync(Copy copy, Session session, PgWriter writer, CancellationToken closed)
    {
        CopyOptions options = CopyOptions.Of(copy);
        await using StatementResult result = await session.ExecuteAsync(new QueryStatement(copy.Query ?? CopyStatements.TableQuery(copy)), closed).ConfigureAwait(false);
        var rows = (StatementResult.Rows)result;
        bool isBinary = options.Format == "binary";
        writer.Begin('H').Byte(isBinary ? (byte)1 : (byte)0).Int16(rows.Columns.Count);
        for (int i = 0; i < rows.Columns.Count; i++)
        {
            writer.Int16(isBinary ? 1 : 0);
        }

        writer.End();
        long count = isBinary
            ? await SendBinaryAsync(rows, session, writer, closed).ConfigureAwait(false)
            : await SendTextAsync(rows, options, session, writer, closed).ConfigureAwait(false);
        writer.Begin('c').End();
        writer.CommandComplete(string.Create(CultureInfo.InvariantCulture, $"COPY {count}"));
    }

    private static async Task<long> SendBinaryAsync(StatementResult.Rows rows, Session session, PgWriter writer, CancellationToken closed)
    {
        ValueWriter[] columns = [.. rows.Columns.Select(column => ValueWriter.Create(column.Type, true, session.Settings.Get("TimeZone"), rows.Execution.Context.Settings.Objects))];
        writer.Begin('d').Bytes(Signature).Int32(0).Int32(0).End();
        long count = 0;
        while (await rows.ReadAsync(closed).ConfigureAwait(false) is { } batch)
        {
            for (int i = 0; i < columns.Length; i++)
            {
                columns[i].Open(batch.Columns[i]);
            }

            for (int i = 0; i < batch.RowCount; i++)
            {
                int row = batch.Selection?.Rows[i] ?? i;
                writer.Begin('d').Int16(columns.Length);
                foreach (ValueWriter column in columns)
                {
                    column.Write(writer, row);
                }

                writer.End();
                if (writer.Buffered >= PgWriter.FlushBytes)
                {
                    await writer.FlushAsync(closed).ConfigureAwait(false);
                }
            }

            count += batch.RowCount;
            batch.Release();
        }

        writer.Begin('d').Int16(-1).End();
        return count;
    }

    private static async Task<long> SendTextAsync(StatementResult.Rows rows, CopyOptions options, Session session, PgWriter writer, CancellationToken closed)
    {
        var text = new RowText([.. rows.Columns.Select(static column => column.Type)], session.Settings.Get("TimeZone"));
        var line = new StringBuilder();
        if (options.HasHeader)
        {
            for (int i = 0; i < rows.Columns.Count; i++)
            {
                options.Append(line, i, rows.Columns[i].Name);
            }

            Send(writer, line);
        }

        long count = 0;
        while (await rows.ReadAsync(closed).ConfigureAwait(false) is { } batch)
        {
            text.Open(batch);
            for (int i = 0; i < batch.RowCount; i++)
            {
                int row = batch.Selection?.Rows[i] ?? i;
                for (int column = 0; column < rows.Columns.Count; column++)
                {
                    options.Append(line, column, text.Get(row, column));
                }

                Send(writer, line);
                if (writer.Buffered >= PgWriter.FlushBytes)
                {
                    await writer.FlushAsync(closed).ConfigureAwait(false);
                }
            }

            count += batch.RowCount;
            batch.Release();
        }

        return count;
    }

    private static void Send(PgWriter writer, StringBuilder line)
    {
        writer.Begin('d').Text(line.Append('\n').ToString()).End();
        line.Clear();
    }

    /// <summary>How COPY writes text.</summary>
    private sealed record CopyOptions(string Format)
    {
        public bool HasHeader { get; private init; }

        private char Delimiter { get; init; }

        private string Null { get; init; } = "";

        private char Quote { get; init; } = '"';

        private char Escape { get; init; }

        private bool IsCsv => Format == "csv";

        public static CopyOptions Of(Copy copy)
        {
            var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (StatementOption option in copy.Options)
            {
                values[option.Name] = option.Value is null ? "on" : SettingStatements.Text(option.Value);
            }

            string format = Take(values, "format") is { } name ? name.ToLowerInvariant() : "text";
            if (format is not ("text" or "csv" or "binary"))
            {
                throw new QueryException("22023", ErrorKind.User, $"COPY format \"{format}\" not recognized");
            }

            bool isCsv = format == "csv";
            char quote = Single(values, "quote", '"');
            var options = new CopyOptions(format)
            {
                HasHeader = Take(values, "header") is { } header && header.ToLowerInvariant() is "on" or "true" or "1" or "match",
                Delimiter = Single(values, "delimiter", isCsv ? ',' : '\t'),
                Null = Take(values, "null") ?? (isCsv ? "" : "\\N"),
                Quote = quote,
                Escape = Single(values, "escape", quote),
            };
            if (Take(values, "encoding") is { } encoding && !encoding.Replace("-", "", StringComparison.Ordinal).Equals("utf8", StringComparison.OrdinalIgnoreCase))
            {
                throw new QueryException("22023", ErrorKind.User, $"argument to option \"encoding\" must be a valid encoding name: only UTF8, not \"{encoding}\"");
            }

            return values.Count == 0 ? options : throw StatementErrors.UnknownCopyOption(values.Keys.First());
        }

        public void Append(StringBuilder line, int column, string? value)
        {
            if (column > 0)
            {
                line.Append(Delimiter);
            }

            if (value == null)
            {
                line.Append(Null);
            }
            else if (!IsCsv)
            {
                AppendEscaped(line, value);
            }
            else if (value == Null || value == "\\." || value.AsSpan().IndexOfAny(Delimiter, Quote, '\n') >= 0 || value.Contains('\r', StringComparison.Ordinal))
            {
                AppendQuoted(line, value);
            }
            else
            {
                line.Append(value);
            }
        }

        private static string? Take(Dictionary<string, string> values, string name) => values.Remove(name, out string? value) ? value : null;

        private static char Single(Dictionary<string, string> values, string name, char otherwise) => Take(values, name) switch
        {
            null => otherwise,
            { Length: 1 } text => text[0],
            _ => throw new QueryException("0A000", ErrorKind.Unsupported, $"COPY {name} must be a single one-byte character"),
        };

        private void AppendEscaped(StringBuilder line, string value)
        {
            foreach (char unit in value)
            {
                switch (unit)
                {
                    case '\b': line.Append("\\b"); break;
                    case '\f': line.Append("\\f"); break;
                    case '\n': line.Append("\\n"); break;
                    case '\r': line.Append("\\r"); break;
                    case '\t': line.Append("\\t"); break;
                    case '\v': line.Append("\\v"); break;
                    case '\\': line.Append("\\\\"); break;
                    default: line.Append(unit == Delimiter ? "\\" : "").Append(unit); break;
                }
            }
        }

        private void AppendQuoted(StringBuilder line, string value)
        {
            line.Append(Quote);
            foreach (char unit in value)
            {
                if (unit == Quote || unit == Escape)
                {
                    line.Append(Escape);
                }

                line.Append(unit);
            }

            line.Append(Quote);
        }
    }
}
