using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Analysis.Resolvers;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Nested;

/// <summary>What special syntax becomes: constructors, subscripts, slices and fields of arrays, rows and maps; ANY and ALL over arrays. Result types come from the call.</summary>
internal static class NestedValues
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        ScalarFunction.OfRows(
            Special(SpecialFunctions.ArrayConstructor, [ParameterType.AnyElement], "An array of the arguments", isVariadic: true, neverNull: true, ("array[1, 2, null]", "{1,2,NULL}")),
            static row =>
            {
                ColumnAppender list = row.Result.BeginList();
                for (int i = 0; i < row.Count; i++)
                {
                    Add(row, list, i);
                }

                row.Result.EndList();
            }),
        ScalarFunction.OfRows(
            Special(SpecialFunctions.MatchingDimensions, [ParameterType.AnyArray], "An array of arrays of the same dimensions", isVariadic: false, neverNull: true, mayFail: true),
            ArrayShapes.RequireMatching),
        ScalarFunction.OfRows(
            Special(SpecialFunctions.ArraySubscript, [ParameterType.AnyArray, SqlType.Integer], "The element at a subscript", isVariadic: false, neverNull: false, ("(array[4,5,6])[2]", "5"), ("(array[4])[2]", "NULL")),
            static row =>
            {
                if (!row.IsNull(0) && !row.IsNull(1))
                {
                    ListVector list = row.List(0, out int start, out int count);
                    long index = row.Long(1);
                    if (index >= 1 && index <= count)
                    {
                        SetValue(row, list.Child, start + (int)index - 1);
                    }
                }
            }),
        ScalarFunction.OfRows(
            Special(SpecialFunctions.ArraySlice, [ParameterType.AnyArray, SqlType.Integer, SqlType.Integer], "The elements between two subscripts", isVariadic: true, neverNull: false, ("(array[1,2,3,4])[2:3]", "{2,3}"), ("(array[1,2,3])[2:]", "{2,3}"), ("(array[[1,2],[3,4]])[1:2][2:2]", "{{2},{4}}")),
            static row =>
            {
                for (int i = 0; i < row.Count; i++)
                {
                    if (row.IsNull(i))
                    {
                        return;
                    }
                }

                ListVector list = row.List(0, out int start, out int count);
                Slice(row, list, start, count, 1, row.Result);
            }),
        ScalarFunction.OfRows(
            Special(SpecialFunctions.MapSubscript, [ParameterType.Any, ParameterType.Any], "The value of a key", isVariadic: false, neverNull: false, ("(map {'a': 1, 'b': 2})['b']", "2")),
            static row => FindKey(row)),
        ScalarFunction.OfRows(
            Special(SpecialFunctions.MapConstructor, [ParameterType.Any], "A map of keys and values in turn", isVariadic: true, neverNull: true, ("map {'a': 1}", "{a=1}")),
            static row => MakeMap(row)),
        ScalarFunction.OfRows(
            Special(SpecialFunctions.Field, [ParameterType.Any, SqlType.Integer], "A field of a row", isVariadic: false, neverNull: false),
            static row =>
            {
                if (!row.IsNull(0))
                {
                    (VectorReader reader, int index) = row.Argument(0);
                    SetValue(row, ((StructVector)reader.Flat).Children[row.Int(1) - 1], reader.Slot(index));
                }
            }),
        new(
            Special(SpecialFunctions.RowConstructor, [ParameterType.Any], "A row of the arguments", isVariadic: true, neverNull: true, ("row(1, 'a', null)", "(1,a,)")),
            static binding => new RowConstructor(binding)),
        ScalarFunction.OfRows(Compare(SpecialFunctions.CompareAny, "Whether a comparison holds for an element", ("2 = any(array[1,2])", "true"), ("3 = any(array[1,null])", "NULL")), static row => CompareElements(row, isAll: false)),
        ScalarFunction.OfRows(Compare(SpecialFunctions.CompareAll, "Whether a comparison holds for all elements", ("2 > all(array[1,0])", "true"), ("2 > all(array[3,null])", "false")), static row => CompareElements(row, isAll: true)),
    ];

    private static FunctionSignature Special(string name, ParameterType[] parameters, string description, bool isVariadic, bool neverNull, params (string, string)[] examples) =>
        Special(name, parameters, description, isVariadic, neverNull, mayFail: false, examples);

    private static FunctionSignature Special(string name, ParameterType[] parameters, string description, bool isVariadic, bool neverNull, bool mayFail, params (string, string)[] examples) => new()
    {
        Name = name, Parameters = parameters, IsVariadic = isVariadic, ReturnType = ResultOf(name), IsStrict = false, NeverNull = neverNull, MayFail = mayFail, Description = description, Examples = examples,
    };

    private static FunctionSignature Compare(string name, string description, params (string, string)[] examples) => new()
    {
        Name = name, Parameters = [SqlType.Text, ParameterType.AnyElement, ParameterType.AnyArray], ReturnType = FunctionSignature.Returns(SqlType.Boolean), IsStrict = false, Description = description, Examples = examples,
    };

    private static Func<IReadOnlyList<SqlType>, SqlType> ResultOf(string name) => name switch
    {
        SpecialFunctions.ArrayConstructor => static types => SqlType.Array(types.Count == 0 ? SqlType.Text : types[0]),
        SpecialFunctions.ArraySubscript or SpecialFunctions.MapSubscript => static types => types[0].Element!,
        SpecialFunctions.MapConstructor => static types => SqlType.Map(types[0], types[1]),
        SpecialFunctions.RowConstructor => static types => SqlType.Row([.. types.Select(static (type, i) => new RowField($"f{i + 1}", type))]),
        _ => static types => types[0],
    };

    private static void Add(Row row, ColumnAppender list, int argument)
    {
        (VectorReader reader, int index) = row.Argument(argument);
        list.Append(reader.Source, [index]);
    }

    private static void SetValue(Row row, Vector source, int index)
    {
        var reader = new VectorReader(source);
        if (!reader.IsNull(index))
        {
            row.Result.SetValue(in reader, index);
        }
    }

    /// <summary>Sets the target to the elements within the bounds at <paramref name="bound"/>, each cut by the bounds that follow.</summary>
    private static void Slice(Row row, ListVector list, int start, int count, int bound, ResultColumn target)
    {
        long first = Math.Max(row.Long(bound), 1), last = Math.Min(row.Long(bound + 1), count);
        int from = start + (int)Math.Min(first - 1, count), length = (int)Math.Max(last - first + 1, 0);
        if (bound + 2 >= row.Count || length == 0)
        {
            target.BeginList().AppendRange(list.Child, from, length);
            target.EndList();
            return;
        }

        var inner = (ListVector)list.Child;
        SqlType type = row.Type(0);
        for (int i = 0; i <= bound / 2; i++)
        {
            type = type.Element!;
        }

        using var elements = new ResultColumn(type, row.Context.Account);
        elements.Start(length);
        for (int i = 0; i < length; i++)
        {
            elements.MoveTo(i);
            Slice(row, inner, inner.Offsets[from + i], inner.Offsets[from + i + 1] - inner.Offsets[from + i], bound + 2, elements);
        }

        target.BeginList().AppendRange(elements.Build(), 0, length);
        target.EndList();
    }

    private static void FindKey(Row row)
    {
        if (row.IsNull(0) || row.IsNull(1))
        {
            return;
        }

        ListVector map = row.List(0, out int start, out int count);
        Vector[] entries = ((StructVector)map.Child).Children;
        var keys = new VectorReader(entries[0]);
        (VectorReader wanted, int index) = row.Argument(1);
        Pulse pulse = row.Pulse;
        for (int i = start; i < start + count; i++)
        {
            pulse.Spend(32);
            if (RowEquality.ValuesEqual(in keys, i, in wanted, index))
            {
                SetValue(row, entries[1], i);
                return;
            }
        }
    }

    private static void MakeMap(Row row)
    {
        var entries = (StructAppender)row.Result.BeginList();
        for (int i = 0; i < row.Count; i += 2)
        {
            if (row.IsNull(i))
            {
                throw ExecutionErrors.InvalidArgument("map key cannot be null");
            }

            Add(row, entries.Fields[0], i);
            Add(row, entries.Fields[1], i + 1);
            entries.EndRow();
        }

        row.Result.EndList();
    }

    private static void CompareElements(Row row, bool isAll)
    {
        if (row.IsNull(2))
        {
            return;
        }

        ListVector list = row.List(2, out int start, out int count);
        var elements = new VectorReader(list.Child);
        (VectorReader value, int index) = row.Argument(1);
        SqlType left = row.Type(1), right = row.Type(2).Element!;
        string operation = row.Text(0);
        bool sawNull = row.IsNull(1) && count > 0;
        Pulse pulse = row.Pulse;
        for (int i = start; i < start + count && !row.IsNull(1); i++)
        {
            pulse.Spend(32);
            if (elements.IsNull(i))
            {
                sawNull = true;
                continue;
            }

            int order = left.Kind == TypeKind.Numeric
                ? DecimalMath.Compare(value.Decimal(index), left.Scale, elements.Decimal(i), right.Scale)
                : RowOrder.Compare(in value, index, in elements, i);
            bool holds = operation switch
            {
                "=" => order == 0,
                "<>" or "!=" => order != 0,
                "<" => order < 0,
                "<=" => order <= 0,
                ">" => order > 0,
                ">=" => order >= 0,
                _ => throw ExecutionErrors.Unsupported($"operator {operation} with ANY or ALL"),
            };
            if (holds != isAll)
            {
                row.Set(!isAll);
                return;
            }
        }

        if (!sawNull)
        {
            row.Set(isAll);
        }
    }

    /// <summary>Puts flat argument vectors side by side; nothing is copied.</summary>
    private sealed class RowConstructor(CallBinding binding) : VectorFunction
    {
        private readonly VectorGatherer[] _flatteners = [.. binding.ArgumentTypes.Select(_ => new VectorGatherer(binding.Context.Account))];

        public override Vector Invoke(ReadOnlySpan<Vector> arguments, int length, SelectionVector? selection)
        {
            var children = new Vector[arguments.Length];
            for (int i = 0; i < children.Length; i++)
            {
                children[i] = _flatteners[i].Flatten(arguments[i]);
            }

            return new StructVector(ArrowTypes.Of(binding.ResultType), length, children);
        }

        public override void Dispose()
        {
            foreach (VectorGatherer flattener in _flatteners)
            {
                flattener.Dispose();
            }
        }
    }
}
