using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>All rows of a join's right side, side by side: what joins without hash keys walk.</summary>
internal sealed class RowStore : IDisposable
{
    private readonly ColumnAppender[] _appenders;
    private NativeBuffer? _matched;

    private RowStore(ColumnAppender[] appenders) => _appenders = appenders;

    public int RowCount { get; private set; }

    /// <summary>The right side's columns.</summary>
    public Vector[] Columns { get; private set; } = [];

    /// <summary>Set to 1 for rows that found a partner; empty unless asked for.</summary>
    public Span<byte> Matched => _matched == null ? default : _matched.Span<byte>(0, RowCount);

    /// <param name="columns">Columns of the input.</param>
    /// <param name="input">Read to its end.</param>
    /// <param name="tracksMatches">Whether <see cref="Matched"/> is needed.</param>
    /// <param name="account">Pays for the rows.</param>
    public static RowStore Read(NodeList<ExecColumn> columns, Operator input, bool tracksMatches, MemoryAccount account)
    {
        var store = new RowStore([.. columns.Select(column => ColumnAppender.Create(ArrowTypes.Of(column.Type), account))]);
        while (input.Next() is { } batch)
        {
            for (int i = 0; i < store._appenders.Length; i++)
            {
                store._appenders[i].Append(batch.Columns[i], batch.Selection);
            }

            store.RowCount = checked(store.RowCount + batch.RowCount);
        }

        store.Columns = Array.ConvertAll(store._appenders, static appender => appender.Build());
        store._matched = tracksMatches ? NativeBuffer.AllocateZeroed(Math.Max(store.RowCount, 1), account) : null;
        return store;
    }

    public void Dispose()
    {
        Array.ForEach(_appenders, static appender => appender.Dispose());
        _matched?.Release();
        _matched = null;
    }
}
