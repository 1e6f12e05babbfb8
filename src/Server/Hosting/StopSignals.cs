using System.Runtime.InteropServices;

namespace SqlCluster.Server.Hosting;

/// <summary>The first SIGTERM or Ctrl-C asks for a shutdown; the second one is left to the system, which ends the process.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _signals;
    private readonly CancellationTokenRegistration _cancelled;

    public StopSignals(CancellationToken cancellation)
    {
        _signals = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal)];
        _cancelled = cancellation.Register(() => _stopped.TrySetResult());
    }

    public Task Stopped => _stopped.Task;

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
        {
            signal.Dispose();
        }

        _cancelled.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (_stopped.TrySetResult())
        {
            context.Cancel = true;
        }
        else
        {
            Environment.Exit(128 + (context.Signal == PosixSignal.SIGINT ? 2 : 15));
        }
    }
}
