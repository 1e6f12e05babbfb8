using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Nested;

/// <summary>Arrays with an element or a slice replaced: what <c>UPDATE … SET a[2] = …</c> and <c>SET a[2:3] = …</c> store.</summary>
/// <remarks>
/// As PostgreSQL's array_set_element and array_set_slice (arrayfuncs.c), but that subscripts begin at 1: what lies between the end of the array and the new elements is null,
/// also where the array was empty.
/// </remarks>
internal static class ArrayAssignments
{
    private const int MaxItems = 10_000_000;

    public static IEnumerable<ScalarFunction> Overloads =>
    [
        ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = "array_set", Parameters = [ParameterType.AnyArray, ParameterType.AnyElement, SqlType.Integer], ReturnType = static types => types[0], IsStrict = false,
                Description = "With an element replaced: what SET a[i] = x stores", Examples = [("array_set(array[1,2,3], 5, 2)", "{1,5,3}"), ("array_set(array[1], 5, 3)", "{1,NULL,5}")],
            },
            static row => SetElement(row)),
        ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = "array_set_slice", Parameters = [ParameterType.AnyArray, ParameterType.AnyArray, SqlType.Integer, SqlType.Integer, SqlType.Boolean], ReturnType = static types => types[0], IsStrict = false,
                Description = "With a slice replaced: what SET a[i:j] = x stores; last, whether both bounds were given", Examples = [("array_set_slice(array[1,2,3], array[7,8], 2, 3, true)", "{1,7,8}")],
            },
            static row => SetSlice(row)),
    ];

    private static void SetElement(Row row)
    {
        if (row.IsNull(2))
        {
            throw ExecutionErrors.NullSubscript();
        }

        int at = Subscript(row.Int(2));
        ColumnAppender list = row.Result.BeginList();
        CopyHead(row, list, at - 1);
        (VectorReader value, int index) = row.Argument(1);
        list.Append(value.Source, [index]);
        CopyTail(row, list, at);
        row.Result.EndList();
    }

    private static void SetSlice(Row row)
    {
        if (row.IsNull(2) || row.IsNull(3))
        {
            throw ExecutionErrors.NullSubscript();
        }

        if (row.IsNull(1))
        {
            row.SetArgument(0);         // an assignment of NULL leaves the array alone
            return;
        }

        int length = Length(row);
        if (length == 0 && !row.Boolean(4))
        {
            throw ExecutionErrors.SliceBoundsMissing();
        }

        int lower = row.Int(2) == int.MinValue ? 1 : row.Int(2), upper = row.Int(3) == int.MaxValue ? length : row.Int(3);
        if (lower > upper)
        {
            throw ExecutionErrors.InvalidSubscript("upper bound cannot be less than lower bound");
        }

        lower = Subscript(lower);
        upper = Subscript(upper);
        ListVector source = row.List(1, out int start, out int count);
        if (count < upper - lower + 1)
        {
            throw ExecutionErrors.InvalidSubscript("source array too small");
        }

        ColumnAppender list = row.Result.BeginList();
        CopyHead(row, list, lower - 1);
        list.AppendRange(source.Child, start, upper - lower + 1);
        CopyTail(row, list, upper);
        row.Result.EndList();
    }

    private static int Subscript(int subscript) => subscript < 1 ? throw ExecutionErrors.InvalidSubscript("array subscript out of range")
        : subscript > MaxItems ? throw ExecutionErrors.InvalidSubscript("array size exceeds the maximum allowed (10000000)") : subscript;

    private static int Length(Row row)
    {
        if (row.IsNull(0))
        {
            return 0;
        }

        row.List(0, out _, out int count);
        return count;
    }

    /// <summary>The first elements; null where there are none.</summary>
    private static void CopyHead(Row row, ColumnAppender list, int wanted)
    {
        int known = Math.Min(wanted, Length(row));
        if (known > 0)
        {
            list.AppendRange(row.List(0, out int start, out _).Child, start, known);
        }

        if (wanted > known)
        {
            list.AppendNulls(wanted - known);
        }
    }

    /// <summary>The elements behind the first ones.</summary>
    private static void CopyTail(Row row, ColumnAppender list, int first)
    {
        int length = Length(row);
        if (length > first)
        {
            list.AppendRange(row.List(0, out int start, out _).Child, start + first, length - first);
        }
    }
}
