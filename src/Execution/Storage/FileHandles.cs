using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SqlCluster.Execution.Storage;

/// <summary>How many files and sockets the process may have open at once (RLIMIT_NOFILE, getrlimit(2)), and who may have which of them.</summary>
/// <remarks><code>
/// 0                                      MostConnections        MostFiles              Limit
/// | connections, files, the runtime      | files, the runtime   | the runtime          |
/// </code>
/// The system hands out the lowest number that is free (open(2), POSIX), so a handle's own number says that all below it are taken: whoever gets one beyond its share gives it back. No counting, no races.
/// The last share must never be used up: a thread of the runtime opens a pipe as it starts, an assembly stays open in two handles, and a thread of the framework that cannot start one more thread
/// ends the process ("Out of memory."). On other systems than Linux there is no limit here. .NET raises the soft limit to the hard one as it starts.
/// </remarks>
public static partial class FileHandles
{
    private const int LimitOfFiles = 7;
    private const int NoneLeftHere = 24;
    private const int NoneLeftAnywhere = 23;

    /// <summary>Handles that the process may have open, among them those that are open already.</summary>
    public static int Limit { get; } = ReadLimit();

    /// <summary>Files of statements have numbers below this one.</summary>
    public static int MostFiles { get; } = FilesOf(Limit);

    /// <summary>Connections have numbers below this one.</summary>
    public static int MostConnections { get; } = ConnectionsOf(Limit);

    /// <summary>Handles that are open now; 0 where that cannot be known.</summary>
    public static int CountOpen() => OperatingSystem.IsLinux() ? Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() : 0;

    /// <summary>What a limit leaves for files and connections: a sixteenth is the runtime's, 48 at least and 512 at most.</summary>
    internal static int FilesOf(int limit) => limit - Math.Clamp(limit / 16, 48, 512);

    /// <summary>What a limit leaves for connections: an eighth is for files alone.</summary>
    internal static int ConnectionsOf(int limit) => FilesOf(limit) - (limit / 8);

    /// <summary>Whether the operating system, or this class, has refused a handle because there are too many: EMFILE, ENFILE.</summary>
    public static bool AreUsedUp(Exception error) => error is IOException && error.HResult is NoneLeftHere or NoneLeftAnywhere;

    /// <summary>The file that was just opened, closed again when its number is the runtime's.</summary>
    /// <exception cref="IOException">As the operating system has it when there are none left.</exception>
    public static SafeFileHandle Keep(SafeFileHandle opened)
    {
        CheckNumber(opened, opened);
        return opened;
    }

    /// <inheritdoc cref="Keep(SafeFileHandle)"/>
    public static FileStream Keep(FileStream opened)
    {
        CheckNumber(opened.SafeFileHandle, opened);
        return opened;
    }

    private static void CheckNumber(SafeFileHandle handle, IDisposable opened)
    {
        if (OperatingSystem.IsLinux() && handle.DangerousGetHandle() >= MostFiles)
        {
            opened.Dispose();
            throw new IOException("Too many open files", NoneLeftHere);
        }
    }

    private static int ReadLimit() =>
        OperatingSystem.IsLinux() && GetLimit(LimitOfFiles, out Limits limits) == 0 ? (int)Math.Min(limits.Soft, int.MaxValue) : int.MaxValue;

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limits limits);

    /// <summary>struct rlimit of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Limits
    {
        public readonly ulong Soft;
        public readonly ulong Hard;
    }
}
