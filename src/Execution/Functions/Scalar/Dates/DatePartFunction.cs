using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Dates;

/// <summary>A calendar field of dates or timestamps, or hours and minutes of timestamps, named by a constant, for whole vectors. Infinite and very distant ones are left to the function that takes rows.</summary>
internal sealed class DatePartFunction(CallBinding binding, DatePart? part, long unit, VectorFunction onRows) : VectorFunction
{
    private readonly ArrowType _type = ArrowTypes.Of(binding.ResultType);
    private readonly MemoryAccount _account = binding.Context.Account;
    private readonly VectorGatherer _flattener = new(binding.Context.Account);
    private readonly ResultBuffers _result = new(binding.Context.Account);
    private NativeBuffer? _days;

    /// <summary>The function for a call, or <paramref name="onRows"/> when the field is not a constant of the calendar, or the argument neither date nor timestamp.</summary>
    public static VectorFunction Bind(CallBinding binding, VectorFunction onRows)
    {
        if (binding.Constants[0]?.Value is not string name || binding.ResultType is not ({ Kind: TypeKind.DoublePrecision } or { Kind: TypeKind.Numeric, Scale: 0, Precision: <= 18 }))
        {
            return onRows;
        }

        string field = name.ToLowerInvariant();
        TypeKind source = binding.ArgumentTypes[1].Kind;
        return PartOf(field) is { } part && source is TypeKind.Date or TypeKind.Timestamp ? new DatePartFunction(binding, part, 0, onRows)
            : UnitOf(field) is > 0 and var unit && source == TypeKind.Timestamp ? new DatePartFunction(binding, null, unit, onRows)
            : onRows;
    }

    public override Vector Invoke(ReadOnlySpan<Vector> arguments, int length, SelectionVector? selection)
    {
        if ((selection != null && selection.Count * 4 < length) || arguments[1] is ConstantVector)
        {
            return onRows.Invoke(arguments, length, selection);
        }

        var dates = (FixedVector)_flattener.Flatten(arguments[1]);
        Span<int> days = NativeBuffer.Reuse(ref _days, Math.Max(length * 4L, 8), _account).Span<int>(0, length);
        if (!(part == null ? TryGetUnits(dates, unit, days) : TryGetDays(dates, days)))
        {
            return onRows.Invoke(arguments, length, selection);
        }

        if (part is { } field)
        {
            DatePartKernels.Run(field, days, days);
        }

        _result.ShareValidity(dates);
        if (_type.Id == ArrowTypeId.Float64)
        {
            Span<double> values = _result.Values<double>(length);
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = days[i];
            }
        }
        else
        {
            GatherKernels.Widen(days, default, _result.Values<long>(length));
        }

        return _result.BuildFixed(_type, length);
    }

    public override void Dispose()
    {
        onRows.Dispose();
        _flattener.Dispose();
        _result.Dispose();
        _days?.Release();
        _days = null;
    }

    private static DatePart? PartOf(string field) => field switch
    {
        "year" or "years" or "y" or "yr" or "yrs" => DatePart.Year,
        "quarter" or "qtr" => DatePart.Quarter,
        "month" or "months" or "mon" or "mons" => DatePart.Month,
        "day" or "days" or "d" => DatePart.Day,
        "doy" => DatePart.DayOfYear,
        "dow" => DatePart.DayOfWeek,
        "isodow" => DatePart.IsoDayOfWeek,
        _ => null,
    };

    /// <summary>Microseconds of a field of the day; 0: it is none.</summary>
    private static long UnitOf(string field) => field switch
    {
        "hour" or "hours" or "h" or "hr" => 3_600_000_000,
        "minute" or "minutes" or "min" or "m" => 60_000_000,
        _ => 0,
    };

    /// <summary>Hours of the day, or minutes of the hour.</summary>
    private static bool TryGetUnits(FixedVector dates, long unit, Span<int> units)
    {
        ReadOnlySpan<long> instants = dates.Values<long>()[..units.Length];
        (long earliest, long latest) = ArithmeticKernels.Range(instants);
        if (!Calendar.IsFinite(earliest) || !Calendar.IsFinite(latest))
        {
            return false;
        }

        long round = unit == 60_000_000 ? 3_600_000_000 : Calendar.MicrosecondsPerDay;
        for (int i = 0; i < units.Length; i++)
        {
            long rest = instants[i] % round;
            units[i] = (int)((rest < 0 ? rest + round : rest) / unit);
        }

        return true;
    }

    /// <returns>False when some slot, perhaps one that does not count, is out of the kernel's range.</returns>
    private static bool TryGetDays(FixedVector dates, Span<int> days)
    {
        if (dates.Type.Id == ArrowTypeId.Date32)
        {
            ReadOnlySpan<int> values = dates.Values<int>()[..days.Length];
            (int first, int last) = ArithmeticKernels.Range(values);
            if (first < DatePartKernels.FirstDay || last >= DatePartKernels.EndDay)
            {
                return false;
            }

            values.CopyTo(days);
            return true;
        }

        ReadOnlySpan<long> instants = dates.Values<long>()[..days.Length];
        (long earliest, long latest) = ArithmeticKernels.Range(instants);
        if (!Calendar.IsFinite(earliest) || !Calendar.IsFinite(latest))
        {
            return false;
        }

        for (int i = 0; i < days.Length; i++)
        {
            days[i] = (int)((instants[i] - (instants[i] < 0 ? Calendar.MicrosecondsPerDay - 1 : 0)) / Calendar.MicrosecondsPerDay);
        }

        return true;
    }
}
