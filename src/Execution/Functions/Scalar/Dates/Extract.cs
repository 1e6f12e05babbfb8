using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Functions.Scalar.Dates;

/// <summary>extract(field from x) as numeric and date_part('field', x) as double precision.</summary>
internal static class Extract
{
    private static readonly SqlType[] Sources = [SqlType.Timestamp, SqlType.TimestampTz, SqlType.Date, SqlType.Time, SqlType.Interval];

    public static IEnumerable<ScalarFunction> Overloads =>
    [
        .. Sources.Select(static source => Create(
            new FunctionSignature
            {
                Name = "extract",
                Parameters = [SqlType.Text, source],
                ReturnType = static _ => SqlType.Numeric(SqlType.MaxPrecision, 6),
                ReturnTypeOfArguments = static arguments => TypeOf(arguments[0], arguments[1].Type.Kind),
                MayReturnNull = true,
                MayFail = true,
                Description = "A field of a date or time",
                Examples = source.Kind switch
                {
                    TypeKind.Timestamp => [("extract(year from timestamp '2001-02-16 20:38:40')", "2001"), ("extract(second from timestamp '2001-02-16 20:38:40.5')", "40.500000"), ("extract(dow from timestamp '2001-02-16 20:38:40')", "5")],
                    TypeKind.Date => [("extract(month from date '2001-02-16')", "2"), ("extract(week from date '2005-01-01')", "53"), ("extract(epoch from date '1970-01-02')", "86400"), ("extract(century from date '2000-12-31')", "20")],
                    TypeKind.Interval => [("extract(epoch from interval '1 year 1 day')", "31644000.000000"), ("extract(minute from interval '1:02:03')", "2")],
                    _ => [],
                },
            },
            BindExtract)),
        .. Sources.Select(static source => Create(
            new FunctionSignature
            {
                Name = "date_part",
                Parameters = [SqlType.Text, source],
                ReturnType = FunctionSignature.Returns(SqlType.DoublePrecision),
                MayReturnNull = true,
                MayFail = true,
                Description = "A field of a date or time",
                Examples = source.Kind == TypeKind.Timestamp ? [("date_part('hour', timestamp '2001-02-16 20:38:40')", "20")] : [],
            },
            BindPart)),
    ];

    private static ScalarFunction Create(FunctionSignature signature, Func<CallBinding, RowBody> bind) =>
        new(signature, binding => DatePartFunction.Bind(binding, new RowFunction(binding, bind(binding), signature.IsStrict)));

    /// <summary>The narrowest numeric for a field: years have few digits, seconds six fraction digits.</summary>
    private static SqlType TypeOf(Expression field, TypeKind source)
    {
        string name = field is Literal { Value: string text } ? text.ToLowerInvariant() : "";
        int scale = name.Length == 0 ? 6 : DateFields.ScaleOf(name, source);
        return SqlType.Numeric(name is "year" or "month" or "day" or "quarter" or "week" or "dow" or "doy" or "isodow" or "hour" or "minute" or "second" ? 12 : 30, scale);
    }

    private static RowBody BindExtract(CallBinding binding)
    {
        string? constant = (binding.Constants[0]?.Value as string)?.ToLowerInvariant();
        SqlType source = binding.ArgumentTypes[1];
        int scale = binding.ResultType.Scale;
        return row =>
        {
            if (DateFields.Get(constant ?? row.Text(0).ToLowerInvariant(), source, row, 1) is { } value)
            {
                row.Set(DecimalMath.Rescale(value, 6, scale));
            }
        };
    }

    private static RowBody BindPart(CallBinding binding)
    {
        string? constant = (binding.Constants[0]?.Value as string)?.ToLowerInvariant();
        SqlType source = binding.ArgumentTypes[1];
        return row =>
        {
            if (DateFields.GetDouble(constant ?? row.Text(0).ToLowerInvariant(), source, row, 1) is { } value)
            {
                row.Set(value);
            }
        };
    }
}
