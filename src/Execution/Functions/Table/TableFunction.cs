using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Table;

/// <summary>An overload of a function that returns rows: what the analyzer sees, and how a call of it is computed.</summary>
internal sealed record TableFunction(FunctionSignature Signature, Func<TableCall, RowSource> Bind)
{
    public static TableFunction Create(
        string name, ParameterType[] parameters, int optional, Func<IReadOnlyList<SqlType>, SqlType> result, Func<TableCall, RowSource> bind, string description, bool isVariadic = false, string? columnName = null) =>
        new(
            new FunctionSignature
            {
                Name = name,
                Kind = FunctionKind.Table,
                Parameters = parameters,
                OptionalParameters = optional,
                IsVariadic = isVariadic,
                ReturnType = result,
                ColumnName = columnName,
                MayReturnNull = true,
                MayFail = true,
                Description = description,
            },
            bind);
}

/// <summary>One call: its types, and the arguments of the input row it is at.</summary>
internal sealed class TableCall(SqlType[] argumentTypes, SqlType resultType, EvaluationContext context)
{
    private VectorReader[] _arguments = [];
    private int _row;

    public SqlType[] ArgumentTypes => argumentTypes;

    public SqlType ResultType => resultType;

    public EvaluationContext Context => context;

    public int Count => argumentTypes.Length;

    public bool HasNull
    {
        get
        {
            for (int i = 0; i < _arguments.Length; i++)
            {
                if (_arguments[i].IsNull(_row))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The arguments of the input row as values of literals.</summary>
    public object?[] Values()
    {
        var values = new object?[_arguments.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = IsNull(i) ? null : LiteralVectors.ValueOf(in _arguments[i], _row, argumentTypes[i]);
        }

        return values;
    }

    public void MoveTo(VectorReader[] arguments, int row)
    {
        _arguments = arguments;
        _row = row;
    }

    public bool IsNull(int argument) => _arguments[argument].IsNull(_row);

    public long Long(int argument) => _arguments[argument].Integer(_row);

    public bool Boolean(int argument) => _arguments[argument].Boolean(_row);

    public Interval Interval(int argument) => _arguments[argument].Value<Interval>(_row);

    public string Text(int argument) => Utf8Text.Decode(_arguments[argument].Bytes(_row), context.Cancellation);

    public ReadOnlySpan<byte> Bytes(int argument) => _arguments[argument].Bytes(_row);

    /// <summary>Unscaled value at another scale, which is not less than the argument's.</summary>
    public Int128 Decimal(int argument, int scale)
    {
        Int128 value = _arguments[argument].Decimal(_row);
        for (int i = argumentTypes[argument].Scale; i < scale; i++)
        {
            value = checked(value * 10);
        }

        return value;
    }

    /// <summary>Elements of an array or map argument, and the first and the number of them.</summary>
    public VectorReader Elements(int argument, out int start, out int count) => new(List(argument, out start, out count).Child);

    /// <summary>The vector that holds the elements of an array or map argument, and the first and the number of them.</summary>
    public ListVector List(int argument, out int start, out int count)
    {
        var list = (ListVector)_arguments[argument].Flat;
        int slot = _arguments[argument].Slot(_row);
        start = list.Offsets[slot];
        count = list.Offsets[slot + 1] - start;
        return list;
    }
}

/// <summary>The rows that a call returns for one input row after the other.</summary>
internal abstract class RowSource : IDisposable
{
    /// <summary>Begins with the input row that the call is at.</summary>
    public abstract void Open();

    /// <summary>Puts the next rows into the columns, a slot a row.</summary>
    /// <param name="columns">The call's columns.</param>
    /// <param name="start">First slot.</param>
    /// <param name="room">Slots at most.</param>
    /// <returns>Rows put in; fewer than <paramref name="room"/>: there are no more.</returns>
    public abstract int Fill(ResultColumn[] columns, int start, int room);

    public virtual void Dispose()
    {
    }
}
