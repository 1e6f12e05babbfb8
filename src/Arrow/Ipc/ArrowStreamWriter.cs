using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Writes batches in Arrow's stream format.</summary>
public sealed class ArrowStreamWriter(Stream output, ArrowSchema schema, IpcOptions options, MemoryAccount account)
{
    private readonly BatchEncoder _encoder = new(schema, options, account);
    private bool _isStarted;

    /// <summary>Writes the rows that count; the batch stays the caller's.</summary>
    public void Write(Batch batch)
    {
        Start();
        foreach (IpcMessage message in _encoder.Encode(batch))
        {
            try
            {
                MessageFraming.Write(output, message);
            }
            finally
            {
                message.Release();
            }
        }
    }

    /// <summary>Ends the stream, which holds the schema even when no batch came; closes nothing.</summary>
    public void Finish()
    {
        Start();
        MessageFraming.WriteEnd(output);
        output.Flush();
    }

    private void Start()
    {
        if (!_isStarted)
        {
            _isStarted = true;
            MessageFraming.Write(output, _encoder.SchemaMessage);
        }
    }
}
