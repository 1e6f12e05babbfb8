namespace SqlCluster.Arrow.Ipc;

/// <summary>How the buffers of a message's body are compressed, each by itself (Message.fbs, BodyCompression).</summary>
public enum IpcCompression
{
    None,
    /// <summary>LZ4's frame format.</summary>
    Lz4,
    Zstd,
}

/// <summary>What readers have to understand of the messages that are written. The defaults are what every client reads.</summary>
public sealed record IpcOptions
{
    public static IpcOptions Default { get; } = new();

    /// <summary>As defaults, with messages of at most 2 MB: gRPC clients accept 4 MB and up.</summary>
    public static IpcOptions Flight { get; } = new() { MaxMessageBytes = 2 << 20 };

    public IpcCompression Compression { get; init; }

    /// <summary>Text and bytes as offsets and data (Utf8, Binary); otherwise as views (Utf8View, BinaryView).</summary>
    public bool ViewsAsUtf8 { get; init; } = true;

    /// <summary>Text and bytes columns as dictionary codes (int32) with a dictionary message whenever the dictionary changes; otherwise unpacked.</summary>
    public bool KeepDictionaries { get; init; }

    /// <summary>uuid as its 36 characters; otherwise as 16 bytes.</summary>
    public bool UuidAsUtf8 { get; init; }

    /// <summary>Unit of timestamps; values are converted, fractions cut off.</summary>
    public IpcTimeUnit TimestampUnit { get; init; } = IpcTimeUnit.Microsecond;

    /// <summary>Body bytes of a message (before compression) above which its rows are split over several; one row always stays whole.</summary>
    public long MaxMessageBytes { get; init; } = 1L << 30;
}

/// <summary>Unit of times, timestamps and durations (Schema.fbs, TimeUnit).</summary>
public enum IpcTimeUnit
{
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
}

/// <summary>What a reader accepts; beyond it input is refused with <see cref="IpcException"/> before memory is taken.</summary>
public sealed record IpcLimits
{
    public static IpcLimits Default { get; } = new();

    /// <summary>Bytes of one message's metadata.</summary>
    public int MaxMetadataBytes { get; init; } = 64 << 20;

    /// <summary>Bytes of one message's body, before and after decompression.</summary>
    public long MaxBodyBytes { get; init; } = 4L << 30;

    /// <summary>Levels of nested types.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>Rows of one batch's columns together whose memory does not grow with the message: run-end encoded ones, and lists of a fixed size.</summary>
    public int MaxExpandedRows { get; init; } = 1 << 26;
}
