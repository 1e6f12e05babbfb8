using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Analysis.Resolvers;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Nested;

/// <summary>Dimensions of arrays of arrays, and arrays made or cut by them.</summary>
internal static class ArrayShapes
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        Of("cardinality", [ParameterType.AnyArray], SqlType.Integer, static row => row.Set(Lengths(row).Aggregate(1L, static (product, length) => product * length)), "Elements, those of inner arrays", ("cardinality(array[1,2,3])", "3"), ("cardinality(array[[1,2],[3,4]])", "4")),
        Of("array_length", [ParameterType.AnyArray, SqlType.Integer], SqlType.Integer, static row => SetLength(row), "Elements of a dimension", ("array_length(array[1,2,3], 1)", "3"), ("array_length(array[1], 2)", "NULL"), ("array_length(array[[1,2,3]], 2)", "3")),
        Of("array_upper", [ParameterType.AnyArray, SqlType.Integer], SqlType.Integer, static row => SetBound(row, static (first, length) => first + length - 1), "Last subscript of a dimension", ("array_upper(array[1,8,3], 1)", "3")),
        Of("array_lower", [ParameterType.AnyArray, SqlType.Integer], SqlType.Integer, static row => SetBound(row, static (first, _) => first), "First subscript of a dimension", ("array_lower(array[1,2], 1)", "1")),
        Of(
            "array_ndims", [ParameterType.AnyArray], SqlType.Integer,
            static row =>
            {
                if (Lengths(row) is { Length: > 0 } lengths && lengths[0] > 0)
                {
                    row.Set((long)lengths.Length);
                }
            },
            "Dimensions", ("array_ndims(array[1,2])", "1"), ("array_ndims(array[[1,2],[3,4]])", "2")),
        Of(
            "array_dims", [ParameterType.AnyArray], SqlType.Text,
            static row =>
            {
                if (Lengths(row) is { Length: > 0 } lengths && lengths[0] > 0)
                {
                    row.Set(string.Concat(lengths.Select(length => $"[{First(row)}:{First(row) + length - 1}]")));
                }
            },
            "Bounds of each dimension, as a text", ("array_dims(array[[1,2,3],[4,5,6]])", "[1:2][1:3]")),
        ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = "trim_array", Parameters = [ParameterType.AnyArray, SqlType.Integer], ReturnType = static types => types[0], MayFail = true, Description = "Without the last elements", Examples = [("trim_array(array[1,2,3,4,5,6], 2)", "{1,2,3,4}")],
            },
            static row =>
            {
                ListVector list = row.List(0, out int start, out int count);
                int cut = row.Int(1);
                if (cut < 0 || cut > count)
                {
                    throw ExecutionErrors.InvalidSubscript($"number of elements to trim must be between 0 and {count}");
                }

                row.Result.BeginList().AppendRange(list.Child, start, count - cut);
                row.Result.EndList();
            }),
        ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = "array_fill", Parameters = [ParameterType.AnyElement, SqlType.Array(SqlType.Integer)], ReturnType = static types => SqlType.Array(types[0]), IsStrict = false, MayFail = true,
                ReturnTypeOfArguments = FilledType, NeedsElementType = true,
                Description = "An array of one value; of several dimensions where their number is constant", Examples = [("array_fill(7, array[3])", "{7,7,7}"), ("array_fill(1, array[2,3])", "{{1,1,1},{1,1,1}}")],
            },
            Fill),
    ];

    private static ScalarFunction Of(string name, ParameterType[] parameters, SqlType result, RowBody body, string description, params (string, string)[] examples) => ScalarFunction.OfRows(
        new FunctionSignature { Name = name, Parameters = parameters, ReturnType = FunctionSignature.Returns(result), MayReturnNull = true, Description = description, Examples = examples }, body);

    /// <summary>Elements of each dimension, by the first array of each; arrays of different length among one another do not occur in PostgreSQL.</summary>
    private static int[] Lengths(Row row)
    {
        Span<int> lengths = stackalloc int[16];
        (VectorReader reader, int index) = row.Argument(0);
        return lengths[..Lengths((ListVector)reader.Flat, reader.Slot(index), row.Type(0), lengths)].ToArray();
    }

    /// <summary>Elements of each dimension of one array, by the first array of each.</summary>
    /// <param name="list">A column of arrays.</param>
    /// <param name="slot">Where the array stands in it; not null.</param>
    /// <param name="type">The array's type.</param>
    /// <param name="lengths">Where the lengths go; further dimensions are left out.</param>
    /// <returns>How many dimensions there are.</returns>
    public static int Lengths(ListVector list, int slot, SqlType type, Span<int> lengths)
    {
        (int start, int count, int dimensions) = (list.Offsets[slot], list.Offsets[slot + 1] - list.Offsets[slot], 0);
        while (true)
        {
            lengths[dimensions++] = count;
            type = type.Element!;
            if (type is not { Kind: TypeKind.Array, Variant: TypeVariant.None } || count == 0 || dimensions == lengths.Length)
            {
                return dimensions;
            }

            list = (ListVector)list.Child;
            (start, count) = (list.Offsets[start], list.Offsets[start + 1] - list.Offsets[start]);
        }
    }

    /// <summary>Sets the result to an array whose inner arrays have the same dimensions, and to an empty one where they have none.</summary>
    /// <remarks>NULL has no dimensions either: PostgreSQL puts it into an array of arrays nowhere but where all are so.</remarks>
    public static void RequireMatching(Row row)
    {
        ListVector list = row.List(0, out int start, out int count);
        var inner = new VectorReader(list.Child);
        SqlType type = row.Type(0).Element!;
        Span<int> first = stackalloc int[16], lengths = stackalloc int[16];
        int dimensions = 0;
        for (int i = 0; i < count; i++)
        {
            int own = inner.IsNull(start + i) ? 0 : Lengths((ListVector)inner.Flat, inner.Slot(start + i), type, lengths);
            own = own > 0 && lengths[0] == 0 ? 0 : own;
            if (i == 0)
            {
                dimensions = own;
                lengths[..own].CopyTo(first);
            }
            else if (!first[..dimensions].SequenceEqual(lengths[..own]))
            {
                throw ExecutionErrors.WrongDimensions("multidimensional arrays must have array expressions with matching dimensions");
            }
        }

        row.Result.BeginList().AppendRange(list.Child, start, dimensions == 0 ? 0 : count);
        row.Result.EndList();
    }

    private static int LengthOf(Row row) => Lengths(row) is var lengths && row.Int(1) is >= 1 and var dimension && dimension <= lengths.Length ? lengths[dimension - 1] : 0;

    private static void SetLength(Row row)
    {
        if (LengthOf(row) is > 0 and var length)
        {
            row.Set((long)length);
        }
    }

    /// <summary>A bound of a dimension; an empty array has none.</summary>
    private static void SetBound(Row row, Func<int, int, int> bound)
    {
        if (LengthOf(row) is > 0 and var length)
        {
            row.Set((long)bound(First(row), length));
        }
    }

    /// <summary>Subscripts begin at 1, those of the system catalogs' vectors at 0.</summary>
    private static int First(Row row) => row.Type(0).Variant.IsVector() ? 0 : 1;

    private static void Fill(Row row)
    {
        if (row.IsNull(1))
        {
            throw ExecutionErrors.NullDimension();
        }

        ListVector list = row.List(1, out int start, out int count);
        int dimensions = 0;
        for (SqlType type = row.Binding.ResultType; type.Kind == TypeKind.Array && !type.Equals(row.Type(0)); type = type.Element!)
        {
            dimensions++;
        }

        if (count > 0 && count != dimensions)
        {
            throw ExecutionErrors.Unsupported("array_fill of a number of dimensions that is not constant");
        }

        var reader = new VectorReader(list.Child);
        var lengths = new long[count];
        long size = count == 0 ? 0 : 1;
        for (int i = 0; i < count; i++)
        {
            lengths[i] = reader.IsNull(start + i) ? throw ExecutionErrors.NullDimension() : reader.Integer(start + i);
            size = lengths[i] is < 0 or > 10_000_000 || size * lengths[i] > 10_000_000 ? throw ExecutionErrors.ProgramLimit("array size exceeds the maximum allowed (10000000)") : size * lengths[i];
        }

        if (count > 1)
        {
            Literal value = row.IsNull(0) ? Literal.Null(row.Type(0)) : ValueOf(row);
            LiteralVectors.Set(row.Result, size == 0 ? new Literal(NodeList<Literal>.Empty, row.Binding.ResultType) : Nested(value, row.Binding.ResultType, lengths));
            return;
        }

        ColumnAppender values = row.Result.BeginList();
        (VectorReader source, int index) = row.Argument(0);
        Pulse pulse = row.Pulse;
        for (long i = 0; i < size; i++)
        {
            pulse.Spend(32);
            values.Append(source.Source, [index]);
        }

        row.Result.EndList();
    }

    private static Literal ValueOf(Row row)
    {
        (VectorReader reader, int index) = row.Argument(0);
        return new Literal(LiteralVectors.ValueOf(in reader, index, row.Type(0)), row.Type(0));
    }

    private static Literal Nested(Literal value, SqlType type, ReadOnlySpan<long> lengths) =>
        lengths.IsEmpty ? value : new Literal(NodeList.From(Enumerable.Repeat(Nested(value, type.Element!, lengths[1..]), (int)lengths[0])), type);

    /// <summary>As many dimensions as the constant array of lengths has elements.</summary>
    private static SqlType FilledType(IReadOnlyList<Expression> arguments)
    {
        int dimensions = arguments[1] switch
        {
            Call { Function.Name: SpecialFunctions.ArrayConstructor } lengths => lengths.Arguments.Count,
            Literal { Value: NodeList<Literal> lengths } => lengths.Count,
            _ => 1,
        };
        SqlType type = SqlType.Array(arguments[0].Type);
        for (int i = 1; i < Math.Min(dimensions, 6); i++)
        {
            type = SqlType.Array(type);
        }

        return type;
    }
}
