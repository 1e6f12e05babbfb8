using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace SqlCluster.Flight.Hosting;

/// <summary>Makes the buffer small in which Kestrel encodes the headers of an HTTP/2 connection's answers: 16 KB for as long as the connection lives, or as much as the client's SETTINGS_MAX_FRAME_SIZE allows.</summary>
/// <remarks>
/// What gRPC answers with fits in a few hundred bytes; a block of headers that does not fit in the buffer goes out in several frames (CONTINUATION, RFC 9113, section 6.10), and a single header that
/// does not takes a larger buffer for the moment. Kestrel has no setting for it and keeps the buffer to itself: it is found by its name, and exchanged under the lock under which it is used. Where it is not
/// found (another runtime) it stays, and all else is as it was; a test says so of the runtime that we build for.
/// </remarks>
public static class HeaderBuffers
{
    /// <summary>Bytes that are left: more than any answer's headers but those with a long error message.</summary>
    public const int Bytes = 4096;

    private const string Namespace = "Microsoft.AspNetCore.Server.Kestrel.Core.Internal.Http2.";

    private static readonly FieldInfo? Context = Field("Http2Stream", "_context");
    private static readonly FieldInfo? Writer = Field("Http2StreamContext", "<FrameWriter>k__BackingField");
    private static readonly FieldInfo? Buffer = Field("Http2FrameWriter", "_headerEncodingBuffer");
    private static readonly FieldInfo? WriteLock = Field("Http2FrameWriter", "_writeLock");
    private static readonly bool IsKnown = Context != null && Writer != null && Buffer?.FieldType == typeof(byte[]) && WriteLock?.FieldType == typeof(Lock);

    /// <summary>To be called for a connection's first request. A client that changes its settings later has a large buffer again, of <see cref="KestrelSettings.MaxFrameBytes"/> at most.</summary>
    /// <returns>Whether the connection's buffer is small now.</returns>
    public static bool Shrink(HttpContext request)
    {
        if (!IsKnown || !Context!.DeclaringType!.IsInstanceOfType(request.Features) || Context.GetValue(request.Features) is not { } context || Writer!.GetValue(context) is not { } writer)
        {
            return false;
        }

        if (((byte[])Buffer!.GetValue(writer)!).Length > Bytes)
        {
            lock ((Lock)WriteLock!.GetValue(writer)!)
            {
                Buffer.SetValue(writer, new byte[Bytes]);
            }
        }

        return true;
    }

    private static FieldInfo? Field(string type, string name) =>
        typeof(Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions).Assembly.GetType(Namespace + type)?.GetField(name, BindingFlags.Instance | BindingFlags.NonPublic);
}
