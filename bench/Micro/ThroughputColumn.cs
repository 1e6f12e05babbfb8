using System.Globalization;
using System.Reflection;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace SqlCluster.Bench.Micro;

/// <summary>Rows that one call handles.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RowsAttribute(long count) : Attribute
{
    public long Count { get; } = count;
}

/// <summary>Bytes that one call puts out.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OutputBytesAttribute(long count) : Attribute
{
    public long Count { get; } = count;
}

/// <summary>What a benchmark handles a second: rows and nanoseconds a row, or gigabytes of output.</summary>
internal sealed class ThroughputColumn : IColumn
{
    public string Id => nameof(ThroughputColumn);

    public string ColumnName => "Throughput";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => false;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => "Output in GB/s, or million rows a second and nanoseconds a row; from the median";

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, summary.Style);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not { Median: > 0 and var nanoseconds })
        {
            return "-";
        }

        MethodInfo method = benchmarkCase.Descriptor.WorkloadMethod;
        if (method.GetCustomAttribute<OutputBytesAttribute>() is { } bytes)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{bytes.Count / nanoseconds:F2} GB/s");
        }

        return method.GetCustomAttribute<RowsAttribute>() is { } rows
            ? string.Create(CultureInfo.InvariantCulture, $"{rows.Count * 1000 / nanoseconds:F0} M rows/s, {nanoseconds / rows.Count:F2} ns/row")
            : "-";
    }
}
