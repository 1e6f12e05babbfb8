using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>Sums of intervals, field by field.</summary>
internal sealed class IntervalSum(bool groupsMayBeEmpty, MemoryAccount account) : SumAccumulator<Interval>(groupsMayBeEmpty, account)
{
    private const long MicrosecondsPerDay = 86_400_000_000;
    private readonly StateOutput _output = new(SqlType.Interval, account);

    public override void Add(Vector argument, in GroupedRows rows)
    {
        ReadOnlySpan<int> picked = Dense.Present(argument, in rows, out ReadOnlySpan<int> groups, out int count);
        var reader = new VectorReader(argument);
        Span<Interval> sums = Sums;
        try
        {
            for (int i = 0; i < count; i++)
            {
                Interval value = reader.Value<Interval>(picked.IsEmpty ? i : picked[i]);
                ref Interval sum = ref sums[groups.IsEmpty ? 0 : groups[i]];
                sum = checked(new Interval(sum.Months + value.Months, sum.Days + value.Days, sum.Microseconds + value.Microseconds));
            }
        }
        catch (OverflowException)
        {
            throw ExecutionErrors.OutOfRange("interval");
        }

        Seen.Mark(argument, groups, count);
    }

    public override Vector State(int start, int count) => Finish(start, count);

    public override Vector Finish(int start, int count) => _output.Fixed<Interval>(Sums.Slice(start, count), start, Seen);

    /// <summary>As PostgreSQL divides intervals: what is left of a month becomes days of 30 to the month, what is left of a day time.</summary>
    public override void Average(ReadOnlySpan<long> counts, int start, SqlType type, ResultColumn result)
    {
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0)
            {
                Interval sum = Sums[start + i];
                long count = counts[i];
                double monthDays = sum.Months % count * 30.0 / count;
                double days = monthDays + ((double)(sum.Days % count) / count);
                int wholeDays = (int)(sum.Days / count) + (int)days;
                double microseconds = ((days - (int)days) * MicrosecondsPerDay) + ((double)sum.Microseconds / count);
                result.MoveTo(i);
                result.SetInterval(new Interval((int)(sum.Months / count), wholeDays, (long)Math.Round(microseconds)));
            }
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _output.Dispose();
    }
}
