using System.IO.Pipelines;
using Google.Protobuf;

namespace SqlCluster.Flight.Grpc;

/// <summary>A call whose client sends many messages. The response may be read while messages are still being written.</summary>
/// <remarks>One writer and one reader at a time. End the request with <see cref="CompleteAsync"/>; disposing before the response's end cancels the call.</remarks>
public sealed class GrpcDuplexCall : IDisposable
{
    private readonly DuplexContent _request;
    private readonly Task<GrpcResponse> _response;
    private readonly bool _compress;
    private readonly CallLifetime _lifetime;
    private PipeWriter? _writer;
    private volatile bool _isDisposed;

    internal GrpcDuplexCall(DuplexContent request, Task<GrpcResponse> response, bool compress, CallLifetime lifetime)
    {
        _request = request;
        _response = response;
        _compress = compress;
        _lifetime = lifetime;
    }

    /// <summary>Fires when the caller or the deadline ends the call.</summary>
    public CancellationToken CancellationToken => _lifetime.Token;

    /// <summary>The response, once its headers are there; a server may wait for messages before it sends them.</summary>
    /// <exception cref="GrpcStatusException">The server cannot be reached, or its answer is no gRPC.</exception>
    public async Task<GrpcResponse> ResponseAsync()
    {
        try
        {
            return await _response.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            throw Translate(error);
        }
    }

    /// <summary>Sends a message, waiting while the server does not read.</summary>
    /// <exception cref="GrpcStatusException">The call has failed; the server's own status where there is one.</exception>
    public ValueTask WriteAsync(IMessage message) => WriteAsync(writer =>
    {
        MessageEncoding.Write(writer, message, _compress);
        return ValueTask.CompletedTask;
    });

    /// <summary>Has <paramref name="write"/> put whole messages with their prefixes into the request, and sends them.</summary>
    public async ValueTask WriteAsync(Func<PipeWriter, ValueTask> write)
    {
        try
        {
            if (_writer == null)
            {
                Task<Stream> opened = _request.Opened;
                if (await Task.WhenAny(opened, _response).ConfigureAwait(false) != opened && !opened.IsCompleted)
                {
                    await _response.ConfigureAwait(false);   // throws where connecting failed
                }

                _writer = PipeWriter.Create(await opened.ConfigureAwait(false), new StreamPipeWriterOptions(minimumBufferSize: 64 * 1024, leaveOpen: true));
            }

            await write(_writer).ConfigureAwait(false);
            await _writer.FlushAsync(_lifetime.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            throw await FailureAsync(error).ConfigureAwait(false);
        }
    }

    /// <summary>Says that no more messages follow.</summary>
    public async ValueTask CompleteAsync()
    {
        if (_writer != null)
        {
            try
            {
                await _writer.CompleteAsync().ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or OperationCanceledException)
            {
                // The server ended the call before the request was complete: its response says why.
            }
        }

        _request.Complete();
    }

    public void Dispose()
    {
        _isDisposed = true;
        _request.Abort();
        if (_response.IsCompletedSuccessfully)
        {
            _response.Result.Dispose();
        }
        else
        {
            // The response may still come; whatever comes is dropped.
            _ = _response.ContinueWith(
                static task =>
                {
                    _ = task.Exception;
                    if (task.IsCompletedSuccessfully)
                    {
                        task.Result.Dispose();
                    }
                },
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            _lifetime.Cancel();
        }
    }

    /// <summary>When writing fails because the server has ended the call, its status says more than the broken stream.</summary>
    private async Task<Exception> FailureAsync(Exception error)
    {
        if (error is GrpcStatusException || _lifetime.Token.IsCancellationRequested)
        {
            return _lifetime.Translate(error);
        }

        try
        {
            GrpcResponse response = await _response.ConfigureAwait(false);
            while (await response.ReadMessageAsync().ConfigureAwait(false) != null)
            {
                // Answers to what was written before.
            }

            return GrpcErrors.EndedEarly();
        }
        catch (Exception status)
        {
            return Translate(status);
        }
    }

    /// <summary>The framework cancels the body of a request whose connection breaks: nobody else has asked for it.</summary>
    private Exception Translate(Exception error) =>
        error is OperationCanceledException && !_lifetime.Token.IsCancellationRequested && !_isDisposed ? GrpcErrors.Broken(new IOException("the server closed it", error)) : _lifetime.Translate(error);
}
