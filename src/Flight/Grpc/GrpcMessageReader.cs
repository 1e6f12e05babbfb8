using System.Buffers;
using System.IO.Pipelines;

namespace SqlCluster.Flight.Grpc;

/// <summary>Takes length-prefixed messages off a request's pipe.</summary>
/// <remarks>A message is held in the pipe until it is complete, so it is small or charged to the server's <see cref="ReceiveBudget"/>.</remarks>
internal sealed class GrpcMessageReader(PipeReader pipe, string? encoding, int limitBytes, ReceiveBudget budget)
{
    private SequencePosition? _consumed;
    private long _taken;

    public async ValueTask<ReadOnlySequence<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_consumed is { } consumed)
        {
            pipe.AdvanceTo(consumed);
            _consumed = null;
        }

        Close();
        while (true)
        {
            ReadResult result = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (result.IsCanceled)
            {
                throw new OperationCanceledException(cancellationToken);
            }

            ReadOnlySequence<byte> buffer = result.Buffer;
            if (buffer.Length >= MessageEncoding.PrefixBytes)
            {
                (byte flag, long length) = Prefix(buffer);
                bool compressed = MessageEncoding.IsCompressed(flag, encoding);
                if (length > limitBytes)
                {
                    throw GrpcErrors.MessageTooLarge(length, limitBytes);
                }

                if (buffer.Length - MessageEncoding.PrefixBytes >= length)
                {
                    return Complete(buffer.Slice(MessageEncoding.PrefixBytes, length), compressed);
                }

                Charge(length);
            }

            if (result.IsCompleted)
            {
                bool cut = buffer.Length > 0;
                pipe.AdvanceTo(buffer.End);
                return cut ? throw GrpcErrors.Truncated() : null;
            }

            // Examined to the end, so that Kestrel gives the client credit for more.
            pipe.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>Returns what the current message was charged.</summary>
    public void Close()
    {
        if (_taken > 0)
        {
            budget.Return(_taken);
            _taken = 0;
        }
    }

    private ReadOnlySequence<byte> Complete(ReadOnlySequence<byte> message, bool compressed)
    {
        if (!compressed)
        {
            _consumed = message.End;
            return message;
        }

        byte[] plain = MessageEncoding.Decompress(message, limitBytes);
        pipe.AdvanceTo(message.End);
        return new ReadOnlySequence<byte>(plain);
    }

    private void Charge(long length)
    {
        if (_taken == 0 && length > ReceiveBudget.FreeBytes)
        {
            budget.Take(length);
            _taken = length;
        }
    }

    private static (byte Flag, long Length) Prefix(ReadOnlySequence<byte> buffer)
    {
        Span<byte> prefix = stackalloc byte[MessageEncoding.PrefixBytes];
        buffer.Slice(0, MessageEncoding.PrefixBytes).CopyTo(prefix);
        return MessageEncoding.ReadPrefix(prefix);
    }
}
