namespace SqlCluster.Server.Sessions;

/// <summary>What a NOTIFY says.</summary>
/// <param name="SessionId">Who sent it.</param>
/// <param name="Channel">Where to.</param>
/// <param name="Payload">A text of the sender's, often empty.</param>
internal sealed record Notification(int SessionId, string Channel, string Payload)
{
    /// <summary>Bytes of a notification apart from its texts, about.</summary>
    private const int BytesOfItself = 64;

    /// <summary>What it holds while it waits, in bytes, about.</summary>
    public long SizeBytes => BytesOfItself + (2L * (Channel.Length + Payload.Length));
}
