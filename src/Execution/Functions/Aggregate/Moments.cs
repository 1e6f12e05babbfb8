using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>variance and stddev of one column; corr, covar_* and regr_* of two (first the dependent one), in double precision.</summary>
internal static class Moments
{
    public static readonly AggregateFunction[] Functions =
    [
        One("variance", MomentResult.VarianceSample, "Sample variance."),
        One("var_samp", MomentResult.VarianceSample, "Sample variance."),
        One("var_pop", MomentResult.VariancePopulation, "Population variance."),
        One("stddev", MomentResult.DeviationSample, "Sample standard deviation."),
        One("stddev_samp", MomentResult.DeviationSample, "Sample standard deviation."),
        One("stddev_pop", MomentResult.DeviationPopulation, "Population standard deviation."),
        Two("corr", MomentResult.Correlation, "Correlation coefficient."),
        Two("covar_samp", MomentResult.CovarianceSample, "Sample covariance."),
        Two("covar_pop", MomentResult.CovariancePopulation, "Population covariance."),
        Two("regr_avgx", MomentResult.AverageX, "Mean of the independent variable."),
        Two("regr_avgy", MomentResult.AverageY, "Mean of the dependent variable."),
        Two("regr_sxx", MomentResult.SquaresX, "Sum of squares of the independent variable about its mean."),
        Two("regr_syy", MomentResult.SquaresY, "Sum of squares of the dependent variable about its mean."),
        Two("regr_sxy", MomentResult.Products, "Sum of products about the means."),
        Two("regr_slope", MomentResult.Slope, "Slope of the least-squares line."),
        Two("regr_intercept", MomentResult.Intercept, "Where the least-squares line crosses the y axis."),
        Two("regr_r2", MomentResult.R2, "Square of the correlation coefficient."),
        AggregateFunction.Create("regr_count", [SqlType.DoublePrecision, SqlType.DoublePrecision], FunctionSignature.Returns(SqlType.BigInt), States,
            static binding => new MomentAccumulator(binding, MomentResult.Count), "Rows where both values are not null.", neverNull: true),
    ];

    private static SqlType[] States(IReadOnlyList<SqlType> types) => [.. Enumerable.Repeat(SqlType.DoublePrecision, types.Count == 1 ? 3 : 6)];

    private static AggregateFunction One(string name, MomentResult result, string description) => AggregateFunction.Create(
        name, [SqlType.DoublePrecision], FunctionSignature.Returns(SqlType.DoublePrecision), States, binding => new MomentAccumulator(binding, result), description);

    private static AggregateFunction Two(string name, MomentResult result, string description) => AggregateFunction.Create(
        name, [SqlType.DoublePrecision, SqlType.DoublePrecision], FunctionSignature.Returns(SqlType.DoublePrecision), States,
        binding => new MomentAccumulator(binding, result), description);
}

/// <summary>What is computed from the moments.</summary>
internal enum MomentResult
{
    VarianceSample,
    VariancePopulation,
    DeviationSample,
    DeviationPopulation,
    Correlation,
    CovarianceSample,
    CovariancePopulation,
    AverageX,
    AverageY,
    SquaresX,
    SquaresY,
    Products,
    Slope,
    Intercept,
    R2,
    Count,
}

/// <summary>Count, sums, and sums of squares and products about the means (Youngs and Cramer's updates, which do not cancel; Chan, Golub and LeVeque to merge).</summary>
internal struct MomentState
{
    public double Count;
    public double SumX;
    public double SquaresX;
    public double SumY;
    public double SquaresY;
    public double Products;

    /// <summary>One column alone; PostgreSQL rounds here a little differently than for two.</summary>
    public void Add(double x)
    {
        Count++;
        SumX += x;
        if (Count > 1)
        {
            double dx = (x * Count) - SumX;
            SquaresX += dx * dx / (Count * (Count - 1));
        }
        else
        {
            SquaresX = double.IsFinite(x) ? 0 : double.NaN;
        }
    }

    public void Add(double x, double y)
    {
        Count++;
        SumX += x;
        SumY += y;
        if (Count > 1)
        {
            double dx = (x * Count) - SumX, dy = (y * Count) - SumY, scale = 1 / (Count * (Count - 1));
            SquaresX += dx * dx * scale;
            SquaresY += dy * dy * scale;
            Products += dx * dy * scale;
        }
        else
        {
            // An infinite or NaN value makes every moment NaN.
            SquaresX = double.IsFinite(x) ? 0 : double.NaN;
            SquaresY = double.IsFinite(y) ? 0 : double.NaN;
            Products = double.IsFinite(x) && double.IsFinite(y) ? 0 : double.NaN;
        }
    }

    public void Merge(in MomentState other)
    {
        if (other.Count == 0)
        {
            return;
        }

        if (Count == 0)
        {
            this = other;
            return;
        }

        double count = Count + other.Count;
        double dx = (SumX / Count) - (other.SumX / other.Count), dy = (SumY / Count) - (other.SumY / other.Count), weight = Count * other.Count / count;
        SquaresX += other.SquaresX + (dx * dx * weight);
        SquaresY += other.SquaresY + (dy * dy * weight);
        Products += other.Products + (dx * dy * weight);
        SumX += other.SumX;
        SumY += other.SumY;
        Count = count;
    }

    /// <summary>The result, or null (NaN is a result).</summary>
    public readonly double? Result(MomentResult result)
    {
        if (result == MomentResult.Count)
        {
            return Count;
        }

        bool isSample = result is MomentResult.VarianceSample or MomentResult.DeviationSample or MomentResult.CovarianceSample;
        if (Count < (isSample ? 2 : 1))
        {
            return null;
        }

        return result switch
        {
            MomentResult.VarianceSample => SquaresX / (Count - 1),
            MomentResult.VariancePopulation => SquaresX / Count,
            MomentResult.DeviationSample => Math.Sqrt(SquaresX / (Count - 1)),
            MomentResult.DeviationPopulation => Math.Sqrt(SquaresX / Count),
            MomentResult.CovarianceSample => Products / (Count - 1),
            MomentResult.CovariancePopulation => Products / Count,
            MomentResult.AverageX => SumX / Count,
            MomentResult.AverageY => SumY / Count,
            MomentResult.SquaresX => SquaresX,
            MomentResult.SquaresY => SquaresY,
            MomentResult.Products => Products,
            MomentResult.Correlation => SquaresX == 0 || SquaresY == 0 ? null : Math.Clamp(Products / Math.Sqrt(SquaresX * SquaresY), -1, 1),
            MomentResult.Slope => SquaresX == 0 ? null : Products / SquaresX,
            MomentResult.Intercept => SquaresX == 0 ? null : (SumY - (SumX * Products / SquaresX)) / Count,
            MomentResult.R2 => SquaresX == 0 ? null : SquaresY == 0 ? 1 : Products * Products / (SquaresX * SquaresY),
            MomentResult.Count => Count,
        };
    }
}

/// <summary>Moments by group. With two arguments the first is y, the second x, and rows where either is null do not count.</summary>
internal sealed class MomentAccumulator(AggregateBinding binding, MomentResult result) : Accumulator
{
    private readonly bool _hasTwo = binding.ArgumentTypes.Length == 2;
    private readonly ResultColumn _output = new(binding.ResultType, binding.Context.Account);
    private readonly ResultColumn[] _stateOutputs =
        [.. Enumerable.Range(0, binding.ArgumentTypes.Length == 1 ? 3 : 6).Select(_ => new ResultColumn(SqlType.DoublePrecision, binding.Context.Account))];
    private StateArray<MomentState> _states = new(binding.Context.Account);

    public override long ReservedBytes => _states.ReservedBytes;

    public override void Resize(int groupCount) => _states.Resize(groupCount);

    public override void Update(ReadOnlySpan<Vector> arguments, in GroupedRows rows)
    {
        var y = new Kernels.VectorReader(arguments[0]);
        Kernels.VectorReader x = _hasTwo ? new Kernels.VectorReader(arguments[1]) : y;
        Span<MomentState> states = _states.Values;
        for (int i = 0; i < rows.Count; i++)
        {
            int row = rows.Row(i);
            if (!y.IsNull(row) && !x.IsNull(row))
            {
                ref MomentState state = ref states[rows.Group(i)];
                if (_hasTwo)
                {
                    state.Add(x.Double(row), y.Double(row));
                }
                else
                {
                    state.Add(x.Double(row));
                }
            }
        }
    }

    public override void Merge(ReadOnlySpan<Vector> states, in GroupedRows rows)
    {
        var readers = new Kernels.VectorReader[states.Length];
        for (int c = 0; c < readers.Length; c++)
        {
            readers[c] = new Kernels.VectorReader(states[c]);
        }

        Span<MomentState> own = _states.Values;
        for (int i = 0; i < rows.Count; i++)
        {
            int row = rows.Row(i);
            var other = new MomentState { Count = readers[0].Double(row), SumX = readers[1].Double(row), SquaresX = readers[2].Double(row) };
            if (_hasTwo)
            {
                other.SumY = readers[3].Double(row);
                other.SquaresY = readers[4].Double(row);
                other.Products = readers[5].Double(row);
            }

            own[rows.Group(i)].Merge(in other);
        }
    }

    public override void States(int start, int count, Span<Vector> states)
    {
        ReadOnlySpan<MomentState> own = _states.Values.Slice(start, count);
        for (int c = 0; c < states.Length; c++)
        {
            ResultColumn output = _stateOutputs[c];
            output.Start(count);
            for (int i = 0; i < count; i++)
            {
                output.MoveTo(i);
                output.SetDouble(c switch { 0 => own[i].Count, 1 => own[i].SumX, 2 => own[i].SquaresX, 3 => own[i].SumY, 4 => own[i].SquaresY, _ => own[i].Products });
            }

            states[c] = output.Build();
        }
    }

    public override Vector Finish(int start, int count)
    {
        ReadOnlySpan<MomentState> own = _states.Values.Slice(start, count);
        _output.Start(count);
        for (int i = 0; i < count; i++)
        {
            if (own[i].Result(result) is { } value)
            {
                _output.MoveTo(i);
                if (result == MomentResult.Count)
                {
                    _output.SetLong((long)value);
                }
                else
                {
                    _output.SetDouble(value);
                }
            }
        }

        return _output.Build();
    }

    public override void Clear() => _states.Clear();

    public override void Dispose()
    {
        _states.Dispose();
        _output.Dispose();
        Array.ForEach(_stateOutputs, static output => output.Dispose());
    }
}
