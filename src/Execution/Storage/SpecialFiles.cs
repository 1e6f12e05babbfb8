using System.Runtime.InteropServices;

namespace SqlCluster.Execution.Storage;

/// <summary>Tells pipes, sockets and devices from files: opening a pipe waits for its other end, reading a device never ends, and neither can be read twice.</summary>
public static partial class SpecialFiles
{
    // struct statx of Linux (statx(2)), the same on every processor: 256 bytes, the mode at 28.
    private const int StatxBytes = 256;
    private const int ModeOffset = 28;
    private const int CurrentFolder = -100;
    private const uint AskForType = 1;
    private const int TypeMask = 0xF000, Pipe = 0x1000, CharacterDevice = 0x2000, BlockDevice = 0x6000, Socket = 0xC000;

    /// <summary>What a path leads to, "a named pipe", "a socket" or "a device"; null: a file, a folder, nothing, or this system cannot say.</summary>
    public static string? KindOf(string path) => TypeOf(path) switch
    {
        Pipe => "a named pipe",
        Socket => "a socket",
        CharacterDevice or BlockDevice => "a device",
        _ => null,
    };

    /// <summary>Refuses what is no file before it is opened for reading.</summary>
    /// <exception cref="Parser.Errors.QueryException">42809: a pipe, a socket or a device.</exception>
    internal static void CheckReadable(string path)
    {
        if (KindOf(path) is { } kind)
        {
            throw TextFileErrors.NotAFile(path, kind);
        }
    }

    /// <summary>Whether a path is written as it is, not under another name and renamed: what lies in /dev, such as /dev/stdout and /dev/null, but no disk, and nothing in the folder of shared memory there.</summary>
    public static bool IsWrittenInPlace(string path)
    {
        string full = Path.GetFullPath(path);
        return full.StartsWith("/dev/", StringComparison.Ordinal) && !full.StartsWith("/dev/shm/", StringComparison.Ordinal) && TypeOf(full) != BlockDevice;
    }

    private static int TypeOf(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        Span<byte> status = stackalloc byte[StatxBytes];
        try
        {
            return StatX(CurrentFolder, path, 0, AskForType, ref MemoryMarshal.GetReference(status)) == 0 ? MemoryMarshal.Read<ushort>(status[ModeOffset..]) & TypeMask : 0;
        }
        catch (Exception error) when (error is EntryPointNotFoundException or DllNotFoundException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int StatX(int folder, string path, int flags, uint mask, ref byte status);
}

/// <summary>A pipe, a socket or a disk where a file was to be written: nothing is renamed onto it.</summary>
/// <param name="path">The path.</param>
/// <param name="kind">What it is, with an article.</param>
public sealed class SpecialFileException(string path, string kind) : IOException($"could not open file \"{path}\" for writing: it is {kind}")
{
    public string Kind => kind;
}
