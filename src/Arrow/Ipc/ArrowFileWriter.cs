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
    public void Write(Batch batch)
    {
        Start();
        foreach (IpcMessage message in _encoder.Encode(batch))
        {
            try
            {
                int metadata = MessageFraming.Write(_output, message);
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
    public void Finish()
    {
        Start();
        MessageFraming.WriteEnd(_output);
        byte[] footer = new FileFooter(_encoder.WireSchema, [], _batches).Write(), tail = new byte[4 + FileFooter.Magic.Length];
        BinaryPrimitives.WriteInt32LittleEndian(tail, footer.Length);
        FileFooter.Magic.CopyTo(tail.AsSpan(4));
        _output.Write(footer);
        _output.Write(tail);
        _output.Flush();
    }

    private void Start()
    {
        if (_position == 0)
        {
            byte[] head = new byte[8];
            FileFooter.Magic.CopyTo(head);
            _output.Write(head);
            _position = head.Length;
            _position += MessageFraming.Write(_output, _encoder.SchemaMessage);
        }
    }
}
