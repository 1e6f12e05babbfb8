using System.Buffers.Binary;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Writes batches in Arrow's file format: a stream between magic numbers, and a footer that says where each message is.</summary>
/// <remarks>Files may not replace dictionaries, so columns are unpacked whatever the options say.</remarks>
public sealed class ArrowFileWriter
{
    private readonly Stream _output;
    private readonly BatchEncoder _encoder;
    private readonly List<FileBlock> _batches = [];
    private long _position;

    /// <param name="output">Empty so far; need not be seekable.</param>
    /// <param name="schema">Columns of all batches.</param>
    /// <param name="options">How they are written.</param>
    /// <param name="account">Charged for what is converted.</param>
    public ArrowFileWriter(Stream output, ArrowSchema schema, IpcOptions options, MemoryAccount account)
    {
        _output = output;
        _encoder = new BatchEncoder(schema, options with { KeepDictionaries = false }, account);
    }

    /// <summary>Writes the rows that count; the batch stays the caller's.</summary>
    public async ValueTask WriteAsync(Batch batch, CancellationToken cancellation = default)
    {
        await StartAsync(cancellation).ConfigureAwait(false);
        foreach (IpcMessage message in _encoder.Encode(batch))
        {
            try
            {
                int metadata = await MessageFraming.WriteAsync(_output, message, cancellation).ConfigureAwait(false);
                _batches.Add(new FileBlock(_position, metadata, message.BodyLength));
                _position += metadata + message.BodyLength;
            }
            finally
            {
                message.Release();
            }
        }
    }

    /// <summary>Writes the footer; closes nothing.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellation = default)
    {
        await StartAsync(cancellation).ConfigureAwait(false);
        await MessageFraming.WriteEndAsync(_output, cancellation).ConfigureAwait(false);
        byte[] footer = new FileFooter(_encoder.WireSchema, [], _batches).Write(), tail = new byte[4 + FileFooter.Magic.Length];
        BinaryPrimitives.WriteInt32LittleEndian(tail, footer.Length);
        FileFooter.Magic.CopyTo(tail.AsSpan(4));
        await _output.WriteAsync(footer, cancellation).ConfigureAwait(false);
        await _output.WriteAsync(tail, cancellation).ConfigureAwait(false);
        await _output.FlushAsync(cancellation).ConfigureAwait(false);
    }

    private async ValueTask StartAsync(CancellationToken cancellation)
    {
        if (_position == 0)
        {
            byte[] head = new byte[8];
            FileFooter.Magic.CopyTo(head);
            await _output.WriteAsync(head, cancellation).ConfigureAwait(false);
            _position = head.Length;
            _position += await MessageFraming.WriteAsync(_output, _encoder.SchemaMessage, cancellation).ConfigureAwait(false);
        }
    }
}
