using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Functions.Table;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.TableFunctions;

/// <summary>One call of a function that returns rows: its arguments, its rows and its columns.</summary>
internal sealed class RunningFunction : IDisposable
{
    private readonly ExpressionList _arguments;
    private readonly TableCall _call;
    private readonly RowSource _source;
    private readonly ResultColumn[] _columns;
    private readonly bool _isPacked;
    private readonly MemoryAccount _account;
    private NativeBuffer? _packedValidity;
    private VectorReader[] _values = [];
    private int _slots;

    public RunningFunction(Call call, NodeList<ExecColumn> columns, TaskContext context)
    {
        _account = context.Account;
        _arguments = new ExpressionList(call.Arguments, context.Evaluation);
        _call = new TableCall([.. call.Arguments.Select(static argument => argument.Type)], call.ResultType, context.Evaluation);
        _source = SetReturningFunctions.Of(call.Function).Bind(_call);
        _isPacked = call.ResultType.Kind == TypeKind.Row && columns is [{ Type.Kind: TypeKind.Row }];
        IEnumerable<SqlType> types = _isPacked ? call.ResultType.Fields!.Select(static field => field.Type) : columns.Select(static column => column.Type);
        _columns = [.. types.Select(type => new ResultColumn(type, context.Account))];
    }

    /// <summary>Computes the arguments for an input batch.</summary>
    public void Bind(Batch batch) => _values = Array.ConvertAll(_arguments.Evaluate(batch), static vector => new VectorReader(vector));

    /// <summary>Begins an output batch.</summary>
    public void Start(int slots)
    {
        _slots = slots;
        Array.ForEach(_columns, column => column.Start(slots));
        if (_isPacked)
        {
            NativeBuffer.Reuse(ref _packedValidity, Math.Max(Bits.WordCount(slots), 1) * 8L, _account);
            Bitmaps.Words(_packedValidity!, slots).Clear();
        }
    }

    /// <summary>Begins with an input row.</summary>
    public void Open(int row)
    {
        _call.MoveTo(_values, row);
        _source.Open();
    }

    /// <summary>As <see cref="RowSource.Fill"/>.</summary>
    public int Fill(int start, int room)
    {
        int count = _source.Fill(_columns, start, room);
        for (int i = 0; _isPacked && i < count; i++)
        {
            Bits.Set(_packedValidity!.Span<byte>(0, Bits.ByteCount(_slots)), start + i);
        }

        return count;
    }

    /// <summary>Adds the columns of the output batch.</summary>
    public void AddColumns(List<Vector> columns, int length)
    {
        Vector[] built = Array.ConvertAll(_columns, column => column.Build(length));
        if (!_isPacked)
        {
            columns.AddRange(built);
            return;
        }

        int nulls = 0;
        for (int i = 0; i < length; i++)
        {
            nulls += Bits.Get(_packedValidity!.Span<byte>(0, Bits.ByteCount(_slots)), i) ? 0 : 1;
        }

        columns.Add(new StructVector(ArrowTypes.Of(_call.ResultType), length, built, nulls == 0 ? null : _packedValidity, nulls));
    }

    public void Dispose()
    {
        _arguments.Dispose();
        _source.Dispose();
        Array.ForEach(_columns, static column => column.Dispose());
        _packedValidity?.Release();
        _packedValidity = null;
    }
}
