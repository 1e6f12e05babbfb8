using SqlCluster.Arrow.Vectors;
using SqlCluster.Server.PgWire.Messages;
using SqlCluster.Server.PgWire.Types;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.PgWire;

/// <summary>Sends a result's rows, all at once or in parts. Waits while the client is slow, which in turn parks the query.</summary>
internal sealed class RowSender : IAsyncDisposable
{
    /// <summary>Bytes worth passing on before the next batch is there.</summary>
    private const int EagerBytes = 8 * 1024;

    private readonly ValueWriter[] _writers;
    private Batch? _batch;
    private int _next;

    /// <param name="rows">The result, which is disposed with this.</param>
    /// <param name="formats">Formats of its columns.</param>
    /// <param name="timeZone">The session's.</param>
    /// <param name="styles">Text forms that the session has chosen.</param>
    public RowSender(StatementResult.Rows rows, ResultFormats formats, string timeZone, TextStyles styles)
    {
        Rows = rows;
        _writers = [.. rows.Columns.Select((column, index) => ValueWriter.Create(column.Type, formats.IsBinary(index), timeZone, rows.Execution.Context.Settings.Objects, styles, rows.Cancellation))];
    }

    public StatementResult.Rows Rows { get; }

    /// <summary>Sends rows.</summary>
    /// <param name="writer">Takes them.</param>
    /// <param name="maxRows">At most so many; 0: all.</param>
    /// <param name="cancellation">The connection is gone.</param>
    /// <returns>How many were sent, and whether there may be more.</returns>
    public async ValueTask<(long Sent, bool HasMore)> SendAsync(PgWriter writer, long maxRows, CancellationToken cancellation)
    {
        long sent = 0;
        while (true)
        {
            if (_batch == null && !await NextAsync(writer, cancellation).ConfigureAwait(false))
            {
                return (sent, false);
            }

            while (_next < _batch!.RowCount)
            {
                if (maxRows > 0 && sent == maxRows)
                {
                    Compact();
                    return (sent, true);
                }

                try
                {
                    sent += WriteRows(writer, _batch, maxRows > 0 ? maxRows - sent : long.MaxValue);
                }
                catch (OperationCanceledException error)
                {
                    throw Rows.Explain(error);
                }

                if (writer.Buffered >= PgWriter.FlushBytes)
                {
                    ValueTask flush = writer.FlushAsync(cancellation);
                    if (_next == _batch.RowCount)
                    {
                        // The pages of the last row need not wait for the client.
                        Release();
                        await flush.ConfigureAwait(false);
                        break;
                    }

                    if (!flush.IsCompleted)
                    {
                        Compact();
                    }

                    await flush.ConfigureAwait(false);
                    if (!Thread.CurrentThread.IsThreadPoolThread)
                    {
                        // So much is not for a thread that other connections wait for.
                        await Task.Yield();
                    }
                }
            }

            Release();
        }
    }

    /// <summary>Passes over rows without sending them.</summary>
    /// <param name="writer">Takes what waits to be sent while the rows are made.</param>
    /// <param name="maxRows">At most so many.</param>
    /// <param name="cancellation">The connection is gone.</param>
    /// <returns>How many rows were passed over.</returns>
    public async ValueTask<long> SkipAsync(PgWriter writer, long maxRows, CancellationToken cancellation)
    {
        long skipped = 0;
        while (skipped < maxRows && (_batch != null || await NextAsync(writer, cancellation).ConfigureAwait(false)))
        {
            int part = (int)Math.Min(maxRows - skipped, _batch!.RowCount - _next);
            skipped += part;
            _next += part;
            if (_next == _batch.RowCount)
            {
                Release();
            }
        }

        return skipped;
    }

    public ValueTask DisposeAsync()
    {
        Release();
        return Rows.DisposeAsync();
    }

    private void Release()
    {
        _batch?.Release();
        _batch = null;
    }

    private async ValueTask<bool> NextAsync(PgWriter writer, CancellationToken cancellation)
    {
        ValueTask<Batch?> read = Rows.ReadAsync(cancellation);
        if (!read.IsCompleted && writer.Buffered >= EagerBytes)
        {
            await writer.FlushAsync(cancellation).ConfigureAwait(false);
        }

        _batch = await read.ConfigureAwait(false);
        _next = 0;
        OpenWriters();
        return _batch != null;
    }

    private void OpenWriters()
    {
        for (int i = 0; _batch != null && i < _writers.Length; i++)
        {
            _writers[i].Open(_batch.Columns[i]);
        }
    }

    /// <summary>Keeps no more than the rows while the client takes its time.</summary>
    private void Compact()
    {
        Batch compact = Rows.Execution.Compact(_batch!, _next);
        if (!ReferenceEquals(compact, _batch))
        {
            _batch = compact;
            _next = 0;
            OpenWriters();
        }
    }

    /// <summary>Writes rows until the buffer is full or the batch or the limit ends.</summary>
    private long WriteRows(PgWriter writer, Batch batch, long limit)
    {
        ReadOnlySpan<int> selection = batch.Selection == null ? default : batch.Selection.Rows;
        int start = _next;
        int end = limit >= batch.RowCount - start ? batch.RowCount : start + (int)limit;
        while (_next < end && writer.Buffered < PgWriter.FlushBytes)
        {
            int row = batch.Selection == null ? _next : selection[_next];
            writer.Begin('D').Int16(_writers.Length);
            foreach (ValueWriter column in _writers)
            {
                column.Write(writer, row);
            }

            writer.End();
            _next++;
        }

        return _next - start;
    }
}
