using System.Runtime.InteropServices;

namespace SqlCluster.Execution.Storage;

/// <summary>Makes a limit on the size of files (ulimit -f, LimitFSIZE) an error of the write that meets it; without it the system ends the whole process.</summary>
public static class FileSizeSignal
{
    /// <summary>SIGXFSZ, of the same number on Linux and macOS.</summary>
    private const int FileSizeExceeded = 25;

    private static readonly Lock Once = new();
    private static PosixSignalRegistration? _registration;

    /// <summary>For the rest of the process: a signal may wait for its handler when the last write has long failed, and without one it would end the process after all.</summary>
    public static void Ignore()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        lock (Once)
        {
            _registration ??= PosixSignalRegistration.Create((PosixSignal)FileSizeExceeded, static context => context.Cancel = true);
        }
    }
}
