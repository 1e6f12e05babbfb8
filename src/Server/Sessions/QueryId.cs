using System.Globalization;
using System.Security.Cryptography;

namespace SqlCluster.Server.Sessions;

/// <summary>Names a statement in logs, on the status page and in the API: unique over processes, shown as <c>k3f9a2-17</c>.</summary>
/// <param name="Number">Counts the statements of the process, from 1.</param>
public readonly record struct QueryId(long Number)
{
    private static readonly string Process = RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 6);
    private static long _last;

    public static QueryId Next() => new(Interlocked.Increment(ref _last));

    /// <summary>Reads what <see cref="ToString"/> wrote; null for anything else and for another process's ids.</summary>
    public static QueryId? Parse(string text) =>
        text.StartsWith(Process + "-", StringComparison.Ordinal) && long.TryParse(text.AsSpan(Process.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? new QueryId(number)
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Process}-{Number}");
}
