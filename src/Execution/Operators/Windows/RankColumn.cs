using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Functions.Window;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>row_number, rank, dense_rank, percent_rank, cume_dist and ntile: they look at positions only.</summary>
internal sealed class RankColumn : WindowColumn
{
    private readonly WindowFunctionKind _kind;
    private readonly WindowRows _rows;
    private readonly ResultColumn _result;
    private readonly int _argument;
    private RowCursor? _cursor;
    private RowReader? _values;

    public RankColumn(WindowFunctionKind kind, WindowCall call, WindowRows rows, TaskContext context)
    {
        _kind = kind;
        _rows = rows;
        _result = new ResultColumn(call.ResultType, context.Account);
        _argument = call.Arguments.IsEmpty ? -1 : rows.Keep(call.Arguments[0]);
    }

    public override Vector Compute(int start, int count)
    {
        RowCursor cursor = _cursor ?? new RowCursor(_rows);
        RowReader? argument = _argument < 0 ? null : _values ??= _rows.Values(_argument).Read();
        _result.Start(count);
        for (int i = 0; i < count; i++)
        {
            cursor.MoveTo(start + i);
            _result.MoveTo(i);
            switch (_kind)
            {
                case WindowFunctionKind.RowNumber: _result.SetLong(cursor.Row - cursor.PartitionStart + 1); break;
                case WindowFunctionKind.Rank: _result.SetLong(cursor.PeerStart - cursor.PartitionStart + 1); break;
                case WindowFunctionKind.DenseRank: _result.SetLong(cursor.Peer - cursor.FirstPeer + 1); break;
                case WindowFunctionKind.PercentRank: _result.SetDouble(PercentRank(in cursor)); break;
                case WindowFunctionKind.CumeDist:
                    _result.SetDouble((double)(cursor.PeerEnd - cursor.PartitionStart) / (cursor.PartitionEnd - cursor.PartitionStart));
                    break;
                case WindowFunctionKind.Ntile when !argument!.IsNull(cursor.PartitionStart):
                    _result.SetLong(Bucket(in cursor, argument.Integer(cursor.PartitionStart)));
                    break;
                default: break;
            }
        }

        _cursor = cursor;
        return _result.Build();
    }

    public override void Dispose() => _result.Dispose();

    private static double PercentRank(in RowCursor cursor)
    {
        int rows = cursor.PartitionEnd - cursor.PartitionStart;
        return rows == 1 ? 0 : (double)(cursor.PeerStart - cursor.PartitionStart) / (rows - 1);
    }

    /// <summary>The first buckets get one row more when the rows do not come out even.</summary>
    private static long Bucket(in RowCursor cursor, long buckets)
    {
        if (buckets <= 0)
        {
            throw WindowErrors.InvalidBuckets();
        }

        long rows = cursor.PartitionEnd - cursor.PartitionStart, row = cursor.Row - cursor.PartitionStart;
        (long size, long larger) = Math.DivRem(rows, buckets);
        long inLarger = larger * (size + 1);
        return row < inLarger ? (row / (size + 1)) + 1 : larger + ((row - inLarger) / size) + 1;
    }
}
