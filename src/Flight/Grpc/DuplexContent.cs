using System.Net;

namespace SqlCluster.Flight.Grpc;

/// <summary>A request body that its owner writes bit by bit while the call runs.</summary>
internal sealed class DuplexContent(CancellationToken cancellationToken) : HttpContent
{
    private readonly TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The body, once the connection has room for the call.</summary>
    public Task<Stream> Opened => _opened.Task;

    public void Complete() => _completed.TrySetResult();

    public void Abort() => _completed.TrySetException(new OperationCanceledException("the call was disposed"));

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, cancellationToken);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken token)
    {
        await stream.FlushAsync(token).ConfigureAwait(false);   // the headers leave now, so that the server may begin
        _opened.TrySetResult(stream);
        await _completed.Task.WaitAsync(token).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
