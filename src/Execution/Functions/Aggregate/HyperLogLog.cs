using System.Numerics;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>Counts distinct hashes in registers of one byte: HyperLogLog (Flajolet, Fusy, Gandouet, Meunier: "HyperLogLog", 2007) over 64-bit hashes.</summary>
/// <remarks>
/// <code>
/// hash   iiiiiiiiiii 00001xxxxxxxx...        register[i] = max(register[i], position of the first 1 bit behind the index)
/// </code>
/// With 2^p registers the standard error is 1.04 / sqrt(2^p): 2.3 % for p = 11, 0.81 % for p = 14. The estimate is Ertl's ("New cardinality estimation algorithms for
/// HyperLogLog sketches", 2017, algorithm 6): without bias at any count, so that it needs neither HLL++'s tables nor a switch to linear counting. Registers of two sketches
/// merge by maximum: the result is the registers of all rows, however they were split.
/// </remarks>
internal static class HyperLogLog
{
    private const double BiasFactor = 0.7213475204444817;

    /// <summary>Relative standard error of the estimate.</summary>
    public static double StandardError(int indexBits) => 1.04 / Math.Sqrt(1 << indexBits);

    /// <summary>Notes a hash.</summary>
    public static void Add(Span<byte> registers, int indexBits, ulong hash)
    {
        ref byte register = ref registers[(int)(hash >> (64 - indexBits))];
        byte rank = (byte)(BitOperations.LeadingZeroCount((hash << indexBits) | (1UL << (indexBits - 1))) + 1);
        register = Math.Max(register, rank);
    }

    /// <summary>Adds what another sketch of the same size has seen.</summary>
    public static void Merge(Span<byte> registers, ReadOnlySpan<byte> other)
    {
        for (int i = 0; i < registers.Length; i++)
        {
            registers[i] = Math.Max(registers[i], other[i]);
        }
    }

    /// <summary>Estimated number of distinct hashes.</summary>
    public static double Estimate(ReadOnlySpan<byte> registers)
    {
        int size = registers.Length, ranks = 64 - BitOperations.Log2((uint)size);
        Span<int> counts = stackalloc int[66];
        counts.Clear();
        foreach (byte register in registers)
        {
            counts[register]++;
        }

        double sum = size * Tau(1 - ((double)counts[ranks + 1] / size));
        for (int rank = ranks; rank >= 1; rank--)
        {
            sum = 0.5 * (sum + counts[rank]);
        }

        sum += size * Sigma((double)counts[0] / size);
        return BiasFactor * size * size / sum;
    }

    /// <summary>x + x^2 + 2 x^4 + 4 x^8 + ...: corrects for empty registers.</summary>
    private static double Sigma(double x)
    {
        if (x == 1)
        {
            return double.PositiveInfinity;
        }

        double sum = x, weight = 1, previous;
        do
        {
            x *= x;
            previous = sum;
            sum += x * weight;
            weight += weight;
        }
        while (sum != previous);
        return sum;
    }

    /// <summary>(1 - x - (1 - x^1/2)^2 / 2 - (1 - x^1/4)^2 / 4 - ...) / 3: corrects for full registers.</summary>
    private static double Tau(double x)
    {
        if (x is 0 or 1)
        {
            return 0;
        }

        double sum = 1 - x, weight = 1, previous;
        do
        {
            x = Math.Sqrt(x);
            previous = sum;
            weight *= 0.5;
            sum -= (1 - x) * (1 - x) * weight;
        }
        while (sum != previous);
        return sum / 3;
    }
}
