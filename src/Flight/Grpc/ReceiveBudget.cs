namespace SqlCluster.Flight.Grpc;

/// <summary>Bytes of incomplete messages that all calls of a server hold together: what keeps many large requests at once from taking the process's memory.</summary>
/// <remarks>Messages up to <see cref="FreeBytes"/> are not counted: Kestrel's own stream limit bounds them.</remarks>
internal sealed class ReceiveBudget(long limitBytes)
{
    public const int FreeBytes = 64 * 1024;

    private long _usedBytes;

    public long UsedBytes => Interlocked.Read(ref _usedBytes);

    /// <exception cref="GrpcStatusException">No room.</exception>
    public void Take(long sizeBytes)
    {
        long used = Interlocked.Read(ref _usedBytes), before;
        do
        {
            // Taken before it is known to fit, a large claim would refuse small ones of the same moment.
            if (used + sizeBytes > limitBytes)
            {
                throw GrpcErrors.TooMuchBuffered(sizeBytes);
            }

            before = used;
            used = Interlocked.CompareExchange(ref _usedBytes, before + sizeBytes, before);
        }
        while (used != before);
    }

    public void Return(long sizeBytes) => Interlocked.Add(ref _usedBytes, -sizeBytes);
}
