using System.Globalization;
using System.Text;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.PgWire.Messages;
using SqlCluster.Server.PgWire.Types;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Statements;

namespace SqlCluster.Server.PgWire.Copy;

/// <summary>COPY ... TO STDOUT in the formats text, csv and binary.</summary>
internal static class CopyOut
{
    private const int StretchCharacters = 64 << 10;

    private static readonly byte[] Signature = [.. "PGCOPY\n"u8, 0xFF, (byte)'\r', (byte)'\n', 0];

    /// <summary>Runs the query and sends its rows, a message each.</summary>
    public static async Task RunAsync(Parser.Ast.Copy copy, Session session, PgWriter writer, CancellationToken closed)
    {
        CopyOptions options = CopyOptions.Of(copy);
        await using StatementResult result = await session.ExecuteAsync(QueryStatement.Of(copy.Query ?? CopyStatements.TableQuery(copy)), closed).ConfigureAwait(false);
        var rows = (StatementResult.Rows)result;
        bool isBinary = options.IsBinary;
        writer.Begin('H').Byte(isBinary ? (byte)1 : (byte)0).Int16(rows.Columns.Count);
        for (int i = 0; i < rows.Columns.Count; i++)
        {
            writer.Int16(isBinary ? 1 : 0);
        }

        writer.End();
        long count;
        try
        {
            count = isBinary
                ? await SendBinaryAsync(rows, session, writer, closed).ConfigureAwait(false)
                : await SendTextAsync(rows, options, session, writer, closed).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (rows.Cancellation.IsCancellationRequested)
        {
            throw rows.Explain(error);
        }

        writer.Begin('c').End();
        writer.CommandComplete(string.Create(CultureInfo.InvariantCulture, $"COPY {count}"));
    }

    private static async Task<long> SendBinaryAsync(StatementResult.Rows rows, Session session, PgWriter writer, CancellationToken closed)
    {
        ValueWriter[] columns = [.. rows.Columns.Select(column => ValueWriter.Create(column.Type, true, session.Settings.Get("TimeZone"), rows.Execution.Context.Settings.Objects, Styles(session), rows.Cancellation))];

        // The header shares a message with the first row, as PostgreSQL sends it: Npgsql counts on that.
        writer.Begin('d').Bytes(Signature).Int32(0).Int32(0);
        bool isFirst = true;
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
                (isFirst ? writer : writer.Begin('d')).Int16(columns.Length);
                isFirst = false;
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

        (isFirst ? writer : writer.Begin('d')).Int16(-1).End();
        return count;
    }

    private static async Task<long> SendTextAsync(StatementResult.Rows rows, CopyOptions options, Session session, PgWriter writer, CancellationToken closed)
    {
        var text = new RowText([.. rows.Columns.Select(static column => column.Type)], session.Settings.Get("TimeZone")) { Json = Styles(session).Json, Cancellation = rows.Cancellation };
        var line = new StringBuilder();
        bool[] isForced = [.. rows.Columns.Select(column => CopyOptions.Has(options.ForceQuote, column.Name))];
        if (options.Header != CopyHeader.None)
        {
            for (int i = 0; i < rows.Columns.Count; i++)
            {
                Append(line, options, i, rows.Columns[i].Name, false, closed);
            }

            Send(writer, line, closed);
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
                    Append(line, options, column, text.Get(row, column), isForced[column], rows.Cancellation);
                }

                Send(writer, line, rows.Cancellation);
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

    /// <summary>The default forms, but rows as jsonb where the session wants them so: clients that read results by COPY take their types from a description.</summary>
    private static TextStyles Styles(Session session) => new() { RowsAreJson = TextStyles.RowsAreJsonIn(session.Settings) };

    private static void Send(PgWriter writer, StringBuilder line, CancellationToken cancellation)
    {
        line.Append('\n');
        writer.Begin('d');
        if (line.Length <= StretchCharacters)
        {
            writer.Text(line.ToString());
        }
        else
        {
            SendLong(writer, line, cancellation);
        }

        writer.End();
        line.Clear();
    }

    /// <summary>A line of megabytes, a stretch at a time into room for all of it.</summary>
    private static void SendLong(PgWriter writer, StringBuilder line, CancellationToken cancellation)
    {
        _ = writer.GetSpan(line.Length);
        Encoder encoder = Encoding.UTF8.GetEncoder();
        foreach (ReadOnlyMemory<char> part in line.GetChunks())
        {
            cancellation.ThrowIfCancellationRequested();
            writer.Text(part.Span, encoder);
        }

        writer.Text([], encoder, isLast: true);
    }

    private static void Append(StringBuilder line, CopyOptions options, int column, string? value, bool isForced, CancellationToken cancellation)
    {
        if (column > 0)
        {
            line.Append(options.Delimiter);
        }

        if (value == null)
        {
            line.Append(options.Null);
        }
        else if (!options.IsCsv)
        {
            AppendEscaped(line, value, options.Delimiter, cancellation);
        }
        else if (isForced || value == options.Null || value == "\\." || value.AsSpan().IndexOfAny(options.Delimiter, options.Quote, '\n') >= 0 || value.Contains('\r', StringComparison.Ordinal))
        {
            AppendQuoted(line, value, options, cancellation);
        }
        else
        {
            for (int i = 0; i < value.Length; i += StretchCharacters)
            {
                cancellation.ThrowIfCancellationRequested();
                line.Append(value.AsSpan(i, Math.Min(StretchCharacters, value.Length - i)));
            }
        }
    }

    private static void AppendEscaped(StringBuilder line, string value, char delimiter, CancellationToken cancellation)
    {
        for (int i = 0; i < value.Length; i++)
        {
            if (i % StretchCharacters == StretchCharacters - 1)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            char unit = value[i];
            switch (unit)
            {
                case '\b': line.Append("\\b"); break;
                case '\f': line.Append("\\f"); break;
                case '\n': line.Append("\\n"); break;
                case '\r': line.Append("\\r"); break;
                case '\t': line.Append("\\t"); break;
                case '\v': line.Append("\\v"); break;
                case '\\': line.Append("\\\\"); break;
                default: line.Append(unit == delimiter ? "\\" : "").Append(unit); break;
            }
        }
    }

    private static void AppendQuoted(StringBuilder line, string value, CopyOptions options, CancellationToken cancellation)
    {
        line.Append(options.Quote);
        for (int i = 0; i < value.Length; i++)
        {
            if (i % StretchCharacters == StretchCharacters - 1)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            char unit = value[i];
            if (unit == options.Quote || unit == options.Escape)
            {
                line.Append(options.Escape);
            }

            line.Append(unit);
        }

        line.Append(options.Quote);
    }
}
