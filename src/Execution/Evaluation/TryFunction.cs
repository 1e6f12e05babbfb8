using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Evaluation;

/// <summary>TRY_CAST: rows whose conversion fails become null. All rows are tried at once; when one fails, row by row.</summary>
internal sealed class TryFunction(VectorFunction inner, SqlType type, EvaluationContext context) : VectorFunction
{
    private readonly ResultColumn _column = new(type, context.Account);
    private NativeBuffer? _row;

    public override Vector Invoke(ReadOnlySpan<Vector> arguments, int length, SelectionVector? selection)
    {
        try
        {
            return inner.Invoke(arguments, length, selection);
        }
        catch (QueryException error) when (error.Kind == ErrorKind.User)
        {
            return InvokeRows(arguments, length, selection);
        }
    }

    public override void Dispose()
    {
        inner.Dispose();
        _column.Dispose();
        _row?.Release();
        _row = null;
    }

    private Vector InvokeRows(ReadOnlySpan<Vector> arguments, int length, SelectionVector? selection)
    {
        _column.Start(length);
        ReadOnlySpan<int> rows = selection == null ? default : selection.Rows;
        int count = selection?.Count ?? length;
        for (int i = 0; i < count; i++)
        {
            int row = selection == null ? i : rows[i];
            NativeBuffer.Reuse(ref _row, 4, context.Account).Span<int>(0, 1)[0] = row;
            try
            {
                var value = new VectorReader(inner.Invoke(arguments, length, new SelectionVector(_row!, 1)));
                if (!value.IsNull(row))
                {
                    _column.MoveTo(row);
                    _column.SetValue(in value, row);
                }
            }
            catch (QueryException error) when (error.Kind == ErrorKind.User)
            {
                // This row stays null.
            }
        }

        return _column.Build();
    }
}
