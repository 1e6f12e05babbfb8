using System.Diagnostics;

namespace SqlCluster.Bench.Suites.Load;

/// <summary>Times of one operation on two servers in turns, so that what else the machine does hits both alike.</summary>
internal static class Latency
{
    private const int Block = 25;

    /// <param name="count">Operations on each.</param>
    /// <param name="operations">What is timed.</param>
    /// <returns>Times of each in milliseconds, sorted.</returns>
    public static async Task<double[][]> InTurnsAsync(int count, params Func<Task>[] operations)
    {
        var times = operations.Select(static _ => new List<double>()).ToArray();
        for (int done = -2 * Block; done < count; done += Block)      // the first blocks warm up
        {
            for (int which = 0; which < operations.Length; which++)
            {
                for (int i = 0; i < Block; i++)
                {
                    long start = Stopwatch.GetTimestamp();
                    await operations[which]().ConfigureAwait(false);
                    if (done >= 0)
                    {
                        times[which].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                    }
                }
            }
        }

        return [.. times.Select(static list => list.Order().ToArray())];
    }

    /// <summary>The time that a share of the operations stays below.</summary>
    public static double Quantile(double[] sorted, double share) => sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
}
