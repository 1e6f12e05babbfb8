using Google.Protobuf;
using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Schema;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.FlightSql.Types;

/// <summary>How results go out: what every driver reads, unless the session asks for more.</summary>
internal static class WireOptions
{
    public static IpcOptions Of(Session session) => IpcOptions.Flight with
    {
        UuidAsUtf8 = true,
        KeepDictionaries = session.Settings.Get("flight_dictionaries") == "on",
        ViewsAsUtf8 = session.Settings.Get("flight_views") != "on",
        Compression = session.Settings.Get("flight_compression") switch
        {
            "lz4" => IpcCompression.Lz4,
            "zstd" => IpcCompression.Zstd,
            _ => IpcCompression.None,
        },
    };

    /// <summary>Of metadata answers, which no setting changes.</summary>
    public static readonly IpcOptions Metadata = IpcOptions.Flight with { UuidAsUtf8 = true };
}

/// <summary>Schemas as FlightInfo, SchemaResult and prepared statements hold them: encapsulated IPC messages.</summary>
internal static class SchemaBytes
{
    public static ByteString Of(ArrowSchema schema, IpcOptions options) => ByteString.CopyFrom(IpcMessage.Encapsulate(SchemaMessage.Write(schema, options)));
}
