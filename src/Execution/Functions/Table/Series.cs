using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Scalar.Dates;

namespace SqlCluster.Execution.Functions.Table;

/// <summary>generate_series, whose end belongs to it, and DuckDB's range, whose end does not.</summary>
internal static class Series
{
    public static IEnumerable<TableFunction> Functions =>
    [
        Numbers(SqlType.Integer),
        Numbers(SqlType.BigInt),
        TableFunction.Create(
            "generate_series", [SqlType.Numeric(SqlType.MaxPrecision, 0), SqlType.Numeric(SqlType.MaxPrecision, 0), SqlType.Numeric(SqlType.MaxPrecision, 0)], 1,
            static types => SqlType.Numeric(SqlType.MaxPrecision, types.Max(static type => type.Scale)), static call => new NumericSeries(call), "Numbers from the first to the second."),
        Instants("generate_series", SqlType.Timestamp),
        Instants("generate_series", SqlType.TimestampTz),
        TableFunction.Create("range", [SqlType.BigInt], 0, FunctionSignature.Returns(SqlType.BigInt), static call => new IntegerSeries(call, false), "Numbers from 0 up to, not including, the argument."),
        TableFunction.Create(
            "range", [SqlType.BigInt, SqlType.BigInt, SqlType.BigInt], 1, FunctionSignature.Returns(SqlType.BigInt), static call => new IntegerSeries(call, false),
            "Numbers from the first up to, not including, the second."),
        Instants("range", SqlType.Timestamp),
        Instants("range", SqlType.TimestampTz),
    ];

    private static TableFunction Numbers(SqlType type) => TableFunction.Create(
        "generate_series", [type, type, type], 1, FunctionSignature.Returns(type), static call => new IntegerSeries(call, true), "Numbers from the first to the second.");

    private static TableFunction Instants(string name, SqlType type) => TableFunction.Create(
        name, [type, type, SqlType.Interval], 0, FunctionSignature.Returns(type), call => new InstantSeries(call, name == "generate_series"), "Instants, one every interval.");

    /// <exception cref="Parser.Errors.QueryException">22023: the step is zero.</exception>
    private static T NotZero<T>(T step, bool isZero) => isZero ? throw ExecutionErrors.InvalidArgument("step size cannot equal zero") : step;

    private sealed class IntegerSeries(TableCall call, bool includesEnd) : RowSource
    {
        private Int128 _next;
        private Int128 _end;
        private long _step;

        public override void Open()
        {
            (_next, _end, _step) = (1, 0, 1);
            if (!call.HasNull)
            {
                bool hasStart = call.Count > 1;
                long step = call.Count > 2 ? call.Long(2) : 1;
                _step = NotZero(step, step == 0);
                _next = hasStart ? call.Long(0) : 0;
                _end = call.Long(hasStart ? 1 : 0);
                _end -= includesEnd ? 0 : Math.Sign(_step);
            }
        }

        public override int Fill(ResultColumn[] columns, int start, int room)
        {
            Int128 left = _step > 0 ? _end - _next : _next - _end;
            int count = left < 0 ? 0 : (int)Int128.Min((left / Int128.Abs(_step)) + 1, room);
            ResultColumn column = columns[0];
            for (int i = 0; i < count; i++)
            {
                column.MoveTo(start + i);
                column.SetLong((long)_next);
                _next += _step;
            }

            return count;
        }
    }

    private sealed class NumericSeries(TableCall call) : RowSource
    {
        private Int128 _next;
        private Int128 _end;
        private Int128 _step;

        public override void Open()
        {
            (_next, _end, _step) = (1, 0, 1);
            if (!call.HasNull)
            {
                int scale = call.ResultType.Scale;
                _step = 1;
                for (int i = 0; i < scale && call.Count < 3; i++)
                {
                    _step *= 10;
                }

                _step = call.Count < 3 ? _step : NotZero(call.Decimal(2, scale), call.Decimal(2, scale) == 0);
                (_next, _end) = (call.Decimal(0, scale), call.Decimal(1, scale));
            }
        }

        public override int Fill(ResultColumn[] columns, int start, int room)
        {
            int count = 0;
            for (; count < room && (_step > 0 ? _next <= _end : _next >= _end); count++)
            {
                columns[0].MoveTo(start + count);
                columns[0].SetDecimal(_next);
                _next += _step;
            }

            return count;
        }
    }

    private sealed class InstantSeries(TableCall call, bool includesEnd) : RowSource
    {
        private long _next;
        private long _end;
        private Interval _step;
        private int _direction;

        public override void Open()
        {
            _direction = 0;
            if (!call.HasNull)
            {
                _step = call.Interval(2);
                _direction = NotZero(_step.ComparisonKey.CompareTo(0), _step.ComparisonKey == 0);
                (_next, _end) = (call.Long(0), call.Long(1));
            }
        }

        public override int Fill(ResultColumn[] columns, int start, int room)
        {
            int count = 0;
            for (; count < room && HasNext(); count++)
            {
                columns[0].MoveTo(start + count);
                columns[0].SetLong(_next);
                _next = call.ResultType.Kind == TypeKind.TimestampTz ? DateArithmetic.AddInZone(_next, _step, call.Context.Zone) : DateArithmetic.Add(_next, _step);
            }

            return count;
        }

        private bool HasNext() => _direction != 0 && (Math.Sign(_end.CompareTo(_next)) is var order) && (order == 0 ? includesEnd : order == Math.Sign(_direction));
    }
}
