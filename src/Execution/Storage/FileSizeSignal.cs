using System.Runtime.InteropServices;

namespace SqlCluster.Execution.Storage;

/// <summary>Makes a limit on the size of files (ulimit -f, LimitFSIZE) an error of the write that meets it; without it the system ends the whole process.</summary>
public static class FileSizeSignal
{
    /// <summary>SIGXFSZ, of the same number on Linux and macOS.</summary>
    private const int FileSizeExceeded = 25;

    /// <returns>Ends the arrangement when disposed; null where there is no such signal.</returns>
    public static IDisposable? Ignore() => OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create((PosixSignal)FileSizeExceeded, static context => context.Cancel = true);
}
