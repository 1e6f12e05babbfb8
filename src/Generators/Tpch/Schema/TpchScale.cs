using System.Globalization;

namespace SqlCluster.Generators.Tpch.Schema;

/// <summary>A scale factor: 1 is about one gigabyte of text.</summary>
/// <remarks>dbgen itself knows whole numbers and, below 1, thousandths; other factors in between yield the rows that the same arithmetic gives.</remarks>
public readonly record struct TpchScale
{
    public const decimal Smallest = 0.001m;
    public const decimal Largest = 10_000m;

    public TpchScale(decimal factor)
    {
        if (factor is < Smallest or > Largest)
        {
            throw new ArgumentOutOfRangeException(
                nameof(factor), string.Create(CultureInfo.InvariantCulture, $"scale factor must be between {Smallest} and {Largest}: {factor}"));
        }
        Factor = factor;
    }

    public decimal Factor { get; }

    /// <summary>Scales a count given for factor 1.</summary>
    public long Of(long baseCount) => (long)(baseCount * Factor);

    public override string ToString() => Factor.ToString(CultureInfo.InvariantCulture);
}
