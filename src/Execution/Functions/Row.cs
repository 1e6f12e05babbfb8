using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions;

/// <summary>The arguments of the current row and where its result goes: what functions without a kernel of their own are written against.</summary>
/// <remarks>A body sets the result exactly once; a result that is not set is null.</remarks>
internal sealed class Row(CallBinding binding)
{
    private readonly VectorReader[] _arguments = new VectorReader[binding.ArgumentTypes.Length];
    private int _row;

    public CallBinding Binding => binding;

    public EvaluationContext Context => binding.Context;

    public CancellationToken Cancellation => binding.Context.Cancellation;

    /// <summary>For a loop inside this row's values.</summary>
    public Pulse Pulse => new(binding.Context.Cancellation);

    /// <summary>Arguments of the call.</summary>
    public int Count => _arguments.Length;

    /// <summary>Whatever a body wants to keep between rows of one call: a compiled pattern, a builder.</summary>
    public object? State { get; set; }

    /// <summary>Where the result goes.</summary>
    public ResultColumn Result { get; } = new(binding.ResultType, binding.Context.Account);

    public bool IsNull(int argument) => _arguments[argument].IsNull(_row);

    /// <summary>smallint, integer, bigint, oid, date, time or timestamp.</summary>
    public long Long(int argument) => _arguments[argument].Integer(_row);

    public int Int(int argument) => (int)_arguments[argument].Integer(_row);

    public double Double(int argument) => _arguments[argument].Double(_row);

    /// <summary>Unscaled value of a numeric; its scale is the argument type's.</summary>
    public Int128 Decimal(int argument) => _arguments[argument].Decimal(_row);

    public bool Boolean(int argument) => _arguments[argument].Boolean(_row);

    public Interval Interval(int argument) => _arguments[argument].Value<Interval>(_row);

    public UInt128 Uuid(int argument) => _arguments[argument].Value<UInt128>(_row);

    public ReadOnlySpan<byte> Bytes(int argument) => _arguments[argument].Bytes(_row);

    public StringView View(int argument) => _arguments[argument].View(_row);

    public string Text(int argument) => Utf8Text.Decode(_arguments[argument].Bytes(_row), Cancellation);

    public SqlType Type(int argument) => binding.ArgumentTypes[argument];

    /// <summary>An array's elements: their vector, and the first and the number of them.</summary>
    public ListVector List(int argument, out int start, out int count)
    {
        var list = (ListVector)_arguments[argument].Flat;
        int slot = _arguments[argument].Slot(_row);
        start = list.Offsets[slot];
        count = list.Offsets[slot + 1] - start;
        return list;
    }

    /// <summary>A reader of an argument and its row, for code that takes both (text forms, comparisons).</summary>
    public (VectorReader Reader, int Row) Argument(int argument) => (_arguments[argument], _row);

    public void Set(long value) => Result.SetLong(value);

    public void Set(bool value) => Result.SetBoolean(value);

    public void Set(double value) => Result.SetDouble(value);

    /// <summary>Unscaled value at the result type's scale.</summary>
    public void Set(Int128 unscaled) => Result.SetDecimal(unscaled);

    public void Set(Interval value) => Result.SetInterval(value);

    public void Set(UInt128 uuid) => Result.SetUuid(uuid);

    public void Set(ReadOnlySpan<byte> bytes) => Result.SetBytes(bytes, Cancellation);

    public void Set(string text) => Result.SetText(text, Cancellation);

    /// <summary>Part of an argument's text: not copied.</summary>
    public void SetPart(int argument, int start, int length) => Result.SetPart(_arguments[argument].Source, _arguments[argument].Bytes(_row).Slice(start, length));

    /// <summary>An argument of the result's type, whatever it is.</summary>
    public void SetArgument(int argument)
    {
        if (!IsNull(argument))
        {
            Result.SetValue(in _arguments[argument], _row);
        }
    }

    internal void Bind(ReadOnlySpan<Vector> arguments)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            _arguments[i] = new VectorReader(arguments[i]);
        }
    }

    internal bool MoveTo(int row, bool isStrict)
    {
        _row = row;
        if (isStrict)
        {
            for (int i = 0; i < _arguments.Length; i++)
            {
                if (_arguments[i].IsNull(row))
                {
                    return false;
                }
            }
        }

        return true;
    }
}

/// <summary>Runs a body for each selected row.</summary>
internal sealed class RowFunction(CallBinding binding, RowBody body, bool isStrict) : VectorFunction
{
    /// <summary>A power of two: rows of large values between two looks at the cancellation.</summary>
    private const int RowsPerCheck = 16;

    private readonly Row _row = new(binding);

    public override Vector Invoke(ReadOnlySpan<Vector> arguments, int length, SelectionVector? selection)
    {
        _row.Bind(arguments);
        ResultColumn result = _row.Result;
        result.Start(length);
        if (selection == null)
        {
            for (int i = 0; i < length; i++)
            {
                if (i % RowsPerCheck == 0)
                {
                    binding.Context.Cancellation.ThrowIfCancellationRequested();
                }

                result.MoveTo(i);
                if (_row.MoveTo(i, isStrict))
                {
                    body(_row);
                }
            }
        }
        else
        {
            int done = 0;
            foreach (int i in selection.Rows)
            {
                if (done++ % RowsPerCheck == 0)
                {
                    binding.Context.Cancellation.ThrowIfCancellationRequested();
                }

                result.MoveTo(i);
                if (_row.MoveTo(i, isStrict))
                {
                    body(_row);
                }
            }
        }

        return result.Build();
    }

    public override void Dispose() => _row.Result.Dispose();
}
