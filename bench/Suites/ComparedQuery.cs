using System.Globalization;

namespace SqlCluster.Bench.Suites;

/// <summary>What was measured of one query on our engine and on DuckDB: medians in ms, and whether the answer is right.</summary>
internal sealed class ComparedQuery(int number)
{
    private readonly List<double> _ours = [], _ourProcessor = [], _duckDb = [], _duckDbProcessor = [];

    public int Number => number;

    public long PeakBytes { get; set; }

    /// <summary>"right", "unchecked" for want of an answer, or what is wrong.</summary>
    public string Verdict { get; set; } = "unchecked";

    /// <summary>Why DuckDB gave no time; null: it gave one, or was not asked.</summary>
    public string? Failure { get; private set; }

    public bool IsRight => Verdict is "right" or "unchecked";

    public bool IsMeasuredOnBoth => _ours.Count > 0 && _duckDb.Count > 0;

    public double Ours => Median(_ours);

    public double DuckDb => Median(_duckDb);

    public double Ratio => Ours / DuckDb;

    public double ProcessorRatio => Median(_ourProcessor) / Median(_duckDbProcessor);

    public void AddOurs(double milliseconds, double processorMilliseconds)
    {
        _ours.Add(milliseconds);
        _ourProcessor.Add(processorMilliseconds);
    }

    public void AddDuckDb(double milliseconds, double processorMilliseconds)
    {
        _duckDb.Add(milliseconds);
        _duckDbProcessor.Add(processorMilliseconds);
    }

    /// <summary>Asks DuckDB, unless it failed at this query before. What it did until it fails is no measurement.</summary>
    public void MeasureDuckDb(Action ask)
    {
        if (Failure != null)
        {
            return;
        }

        try
        {
            ask();
        }
        catch (DuckDbFailure failure)
        {
            Failure = failure.Message.Split('\n')[0];
            _duckDb.Clear();
            _duckDbProcessor.Clear();
        }
    }

    /// <summary>The line of the table.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"q{Number:00} {Ours,10:0.0} {DuckDb,8:0.0} {Ratio,7:0.00} {Median(_ourProcessor),10:0} {Median(_duckDbProcessor),11:0} {ProcessorRatio,7:0.00} {PeakBytes / 1048576.0,11:0.0}   {Verdict}{(Failure == null ? "" : $"; DuckDB: {Failure}")}");

    private static double Median(List<double> values)
    {
        if (values.Count == 0)
        {
            return double.NaN;
        }

        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
