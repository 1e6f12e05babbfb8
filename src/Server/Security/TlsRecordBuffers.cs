using System.Net.Security;
using System.Reflection;
using System.Runtime.InteropServices;

namespace SqlCluster.Server.Security;

/// <summary>Has OpenSSL give a connection's record buffers back while nothing passes through it (SSL_MODE_RELEASE_BUFFERS): 34 KB, of which an idle connection has touched 10.</summary>
/// <remarks>
/// .NET has no setting for it, and <see cref="SslStream"/> keeps OpenSSL's object to itself: it is found by its type. Where it is not found (another runtime, another TLS) the buffers
/// stay, and all else is as it was; a test says so of the runtime that we build for. Costs an allocation and a release of 17 KB for each record, a hundredth of its encryption.
/// </remarks>
internal static class TlsRecordBuffers
{
    private const int SetMode = 33;                 // SSL_CTRL_MODE
    private const nint ReleaseBuffers = 0x10;       // SSL_MODE_RELEASE_BUFFERS
    private const string HandleType = "Microsoft.Win32.SafeHandles.SafeSslHandle";

    private static readonly SslControl? Control = FindControl();

    private static readonly FieldInfo[] Handles =
        [.. typeof(SslStream).GetFields(BindingFlags.NonPublic | BindingFlags.Instance).Where(static field => typeof(SafeHandle).IsAssignableFrom(field.FieldType))];

    /// <summary>SSL_ctrl(3).</summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint SslControl(nint ssl, int command, nint number, nint pointer);

    /// <summary>To be called when the handshake is over.</summary>
    /// <returns>Whether the buffers are given back from now on.</returns>
    public static bool ReleaseWhenIdle(SslStream stream)
    {
        if (Control == null || Handles.Select(field => field.GetValue(stream) as SafeHandle).FirstOrDefault(static handle => handle?.GetType().FullName == HandleType) is not { } handle)
        {
            return false;
        }

        bool isHeld = false;
        try
        {
            handle.DangerousAddRef(ref isHeld);
            return (Control(handle.DangerousGetHandle(), SetMode, ReleaseBuffers, 0) & ReleaseBuffers) != 0;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            if (isHeld)
            {
                handle.DangerousRelease();
            }
        }
    }

    /// <summary>The function of the very library that the runtime has loaded: a handle of one version means nothing to another.</summary>
    private static SslControl? FindControl()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            string[] loaded = [.. File.ReadLines("/proc/self/maps").Select(static line => line[(line.LastIndexOf(' ') + 1)..]).Where(static path => Path.GetFileName(path).StartsWith("libssl.so", StringComparison.Ordinal)).Distinct()];
            return loaded is [var path] && NativeLibrary.TryLoad(path, out nint library) && NativeLibrary.TryGetExport(library, "SSL_ctrl", out nint address)
                ? Marshal.GetDelegateForFunctionPointer<SslControl>(address)
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
