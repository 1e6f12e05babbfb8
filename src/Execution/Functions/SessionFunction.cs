using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Table;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions;

/// <summary>A function that asks the session about itself or its catalog. The layer that has sessions declares it; it is called like every other.</summary>
/// <remarks>
/// Values are those of <see cref="Literal"/>: bool, long (integers, oids, dates, times), double (numerics, too), string, a list of literals for arrays and rows, null.
/// Runs row by row on the coordinator: for catalog queries, not for data.
/// </remarks>
public sealed class SessionFunction : FunctionSignature
{
    /// <summary>The result for one row's arguments; of functions that return rows: an <see cref="IEnumerable{T}"/> of object?[], a value a column.</summary>
    public required Func<IObjectNames, object?[], object?> Body { get; init; }

    internal ScalarFunction Scalar => new(this, binding => new RowFunction(binding, Invoke, IsStrict));

    internal TableFunction Table => new(this, call => new Rows(call, Body));

    private void Invoke(Row row)
    {
        var arguments = new object?[row.Count];
        for (int i = 0; i < arguments.Length; i++)
        {
            (VectorReader reader, int index) = row.Argument(i);
            arguments[i] = row.IsNull(i) ? null : row.Type(i).Kind == TypeKind.Numeric ? DecimalMath.ToDouble(reader.Decimal(index), row.Type(i).Scale) : LiteralVectors.ValueOf(in reader, index, row.Type(i));
        }

        IObjectNames session = row.Context.Objects ?? throw ExecutionErrors.Unsupported($"function {Name} without a session");
        LiteralVectors.Set(row.Result, new Literal(Body(session, arguments), row.Binding.ResultType));
    }

    private sealed class Rows(TableCall call, Func<IObjectNames, object?[], object?> body) : RowSource
    {
        private IEnumerator<object?[]>? _rows;

        public override void Open()
        {
            IObjectNames session = call.Context.Objects ?? throw ExecutionErrors.Unsupported("a function of the session without one");
            _rows?.Dispose();
            _rows = ((IEnumerable<object?[]>)body(session, call.Values())!).GetEnumerator();
        }

        public override int Fill(ResultColumn[] columns, int start, int room)
        {
            int count = 0;
            while (count < room && _rows!.MoveNext())
            {
                for (int i = 0; i < columns.Length; i++)
                {
                    columns[i].MoveTo(start + count);
                    LiteralVectors.Set(columns[i], new Literal(_rows.Current[i], columns[i].Type));
                }

                count++;
            }

            return count;
        }

        public override void Dispose() => _rows?.Dispose();
    }
}
