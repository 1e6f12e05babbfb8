namespace SqlCluster.Execution.Storage;

/// <summary>Reads byte ranges of one immutable file: a local file now, an object in a store later.</summary>
/// <remarks>
/// Reads are positional, so any number of threads may share one instance. A reader that knows which ranges it will ask for
/// announces them with <see cref="WillNeed"/> first: a local file leaves that to the page cache, an object store starts the
/// coalesced requests (<see cref="FileRange.Coalesce"/>) and later answers <see cref="Read"/> from what has arrived.
/// </remarks>
public interface IRandomAccessFile : IDisposable
{
    /// <summary>Gets the name that error messages show.</summary>
    string Path { get; }

    /// <summary>Gets the length in bytes, as it was when the file was opened.</summary>
    long LengthBytes { get; }

    /// <summary>Gets what tells one version of the file from the next: modification time in ticks, or a hash of an object's tag.</summary>
    long Version { get; }

    /// <summary>Asks whether the file has been written to since it was opened; what was read before and after then does not belong together.</summary>
    bool HasChanged();

    /// <summary>Fills <paramref name="destination"/> with the bytes from <paramref name="offset"/> on.</summary>
    /// <exception cref="EndOfStreamException">The file ends before the range does.</exception>
    /// <exception cref="IOException">The system refuses the read.</exception>
    void Read(long offset, Span<byte> destination);

    /// <summary>Announces ranges that will be read soon, in the order of their use. Returns at once and never fails.</summary>
    void WillNeed(ReadOnlySpan<FileRange> ranges);
}
