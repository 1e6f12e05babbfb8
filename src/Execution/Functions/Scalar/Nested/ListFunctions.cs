using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Nested;

/// <summary>DuckDB's list functions that PostgreSQL has no other name for: sorting, distinct elements, sums and extremes of one array's elements.</summary>
internal static class ListFunctions
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        .. new[] { "list_sort", "array_sort" }.Select(static name => Of(
            name, [ParameterType.AnyArray, SqlType.Text, SqlType.Text], 2, static types => types[0], static row => Sort(row, isDescending: false), "Elements in order, nulls last; 'DESC' and 'NULLS FIRST' turn it around",
            ("list_sort(array[3,1,null,2])", "{1,2,3,NULL}"), ("list_sort(array[3,1,null,2], 'DESC', 'NULLS FIRST')", "{NULL,3,2,1}"))),
        .. new[] { "list_reverse_sort", "array_reverse_sort" }.Select(static name => Of(
            name, [ParameterType.AnyArray], 0, static types => types[0], static row => Sort(row, isDescending: true), "Elements from the largest to the smallest, nulls last", ("list_reverse_sort(array[3,1,null,2])", "{3,2,1,NULL}"))),
        .. new[] { "list_distinct", "array_distinct" }.Select(static name => Of(
            name, [ParameterType.AnyArray], 0, static types => types[0], static row => Append(row, Firsts(row)), "Each element once, in the order of the first of each, without nulls", ("list_distinct(array[2,1,2,null])", "{2,1}"))),
        .. new[] { "list_unique", "array_unique" }.Select(static name => Of(
            name, [ParameterType.AnyArray], 0, static _ => SqlType.BigInt, static row => row.Set((long)Firsts(row).Count), "Number of different elements, nulls left out", ("list_unique(array[2,1,2,null])", "2"))),
        .. new[] { "list_reverse", "array_reverse" }.Select(static name => Of(name, [ParameterType.AnyArray], 0, static types => types[0], Reverse, "Elements from the last to the first", ("list_reverse(array[1,null,2])", "{2,NULL,1}"))),
        .. new[] { "list_contains", "array_contains", "list_has", "array_has" }.Select(static name => Of(
            name, [ParameterType.AnyArray, ParameterType.AnyElement], 0, static _ => SqlType.Boolean, Contains, "Whether an element is the value", ("list_contains(array[1,2], 2)", "true"))),
        Of("list_min", [ParameterType.AnyArray], 0, static types => types[0].Element!, static row => SetExtreme(row, -1), "Smallest element, nulls left out", ("list_min(array[2,1,null])", "1")),
        Of("list_max", [ParameterType.AnyArray], 0, static types => types[0].Element!, static row => SetExtreme(row, 1), "Largest element, nulls left out", ("list_max(array['a','b'])", "b")),
        Of("list_sum", [ParameterType.AnyArray], 0, static types => NumericTyping.Sum(Number(types[0])), SetSum, "Sum of the elements, nulls left out", ("list_sum(array[1,null,2])", "3")),
        Of("list_avg", [ParameterType.AnyArray], 0, static types => MeanType(types[0]), SetAverage, "Mean of the elements, nulls left out", ("list_avg(array[1,2])", "1.5")),
        Of("len", [ParameterType.AnyArray], 0, static _ => SqlType.BigInt, SetLength, "Elements, nulls among them; an inner array is one", ("len(array[1,null])", "2")),
        Of("flatten", [ParameterType.AnyArray], 0, static types => types[0].Element is { Kind: TypeKind.Array } inner ? inner : types[0], Flatten, "Elements of all elements, in one array", ("flatten(array[array[1,2],array[3,4]])", "{1,2,3,4}")),
    ];

    private static ScalarFunction Of(
        string name, ParameterType[] parameters, int optional, Func<IReadOnlyList<SqlType>, SqlType> result, RowBody body, string description, params (string, string)[] examples) => ScalarFunction.OfRows(
        new FunctionSignature
        {
            Name = name, Parameters = parameters, OptionalParameters = optional, ReturnType = result, MayReturnNull = true, MayFail = true, Description = description,
            Examples = name.StartsWith("list_", StringComparison.Ordinal) || name == "flatten" ? examples : [],
        },
        body);

    /// <exception cref="Parser.Errors.QueryException">42883: the elements are no numbers.</exception>
    private static SqlType Number(SqlType array) => array.Element is { IsNumber: true } element ? element : throw ExecutionErrors.NotNumbers(array.ToString());

    private static SqlType MeanType(SqlType array)
    {
        _ = Number(array);
        return SqlType.DoublePrecision;
    }

    private static void SetLength(Row row)
    {
        _ = row.List(0, out _, out int count);
        row.Set((long)count);
    }

    private static void Append(Row row, List<int> elements)
    {
        ListVector source = row.List(0, out _, out _);
        row.Result.BeginList().Append(source.Child, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(elements));
        row.Result.EndList();
    }

    /// <summary>The elements that are not null in order, those that are equal by their place.</summary>
    private static List<int> Ordered(Row row, bool isDescending, out List<int> nulls)
    {
        ListVector source = row.List(0, out int start, out int count);
        var reader = new VectorReader(source.Child);
        var elements = new List<int>(count);
        nulls = [];
        for (int i = start; i < start + count; i++)
        {
            (reader.IsNull(i) ? nulls : elements).Add(i);
        }

        int sign = isDescending ? -1 : 1;
        row.Pulse.Sort(
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(elements), (left, right) => RowOrder.Compare(in reader, left, in reader, right) is var order && order != 0 ? order * sign : left.CompareTo(right));
        return elements;
    }

    private static void Sort(Row row, bool isDescending)
    {
        bool areNullsFirst = row.Count > 2 && Choice(row, 2, "NULLS FIRST", "NULLS LAST");
        List<int> elements = Ordered(row, isDescending || (row.Count > 1 && Choice(row, 1, "DESC", "ASC")), out List<int> nulls);
        elements.InsertRange(areNullsFirst ? 0 : elements.Count, nulls);
        Append(row, elements);
    }

    private static bool Choice(Row row, int argument, string yes, string no) => row.Text(argument).ToUpperInvariant() switch
    {
        var text when text == yes => true,
        var text when text == no => false,
        var text => throw ExecutionErrors.InvalidArgument($"\"{text}\" is neither {yes} nor {no}"),
    };

    /// <summary>The first element of each value, in the array's order.</summary>
    private static List<int> Firsts(Row row)
    {
        List<int> ordered = Ordered(row, false, out _);
        var reader = new VectorReader(row.List(0, out _, out _).Child);
        int kept = 0;
        for (int i = 0; i < ordered.Count; i++)
        {
            if (i == 0 || RowOrder.Compare(in reader, ordered[i - 1], in reader, ordered[i]) != 0)
            {
                ordered[kept++] = ordered[i];
            }
        }

        ordered.RemoveRange(kept, ordered.Count - kept);
        ordered.Sort();
        return ordered;
    }

    private static void Reverse(Row row)
    {
        row.List(0, out int start, out int count);
        List<int> elements = [.. Enumerable.Range(start, count)];
        elements.Reverse();
        Append(row, elements);
    }

    private static void Contains(Row row)
    {
        ListVector source = row.List(0, out int start, out int count);
        var elements = new VectorReader(source.Child);
        (VectorReader value, int index) = row.Argument(1);
        Pulse pulse = row.Pulse;
        for (int i = start; i < start + count; i++)
        {
            pulse.Spend(32);
            if (RowEquality.AreEqual(in elements, i, in value, index, nullsEqual: false))
            {
                row.Set(true);
                return;
            }
        }

        row.Set(false);
    }

    private static void SetExtreme(Row row, int sign)
    {
        ListVector source = row.List(0, out int start, out int count);
        var elements = new VectorReader(source.Child);
        Pulse pulse = row.Pulse;
        int best = -1;
        for (int i = start; i < start + count; i++)
        {
            pulse.Spend(32);
            if (!elements.IsNull(i) && (best < 0 || RowOrder.Compare(in elements, i, in elements, best) * sign > 0))
            {
                best = i;
            }
        }

        if (best >= 0)
        {
            row.Result.SetValue(in elements, best);
        }
    }

    private static void SetSum(Row row)
    {
        ListVector source = row.List(0, out int start, out int count);
        var elements = new VectorReader(source.Child);
        Pulse pulse = row.Pulse;
        SqlType type = row.Type(0).Element!, result = row.Binding.ResultType;
        (Int128 exact, double floating, int seen) = (0, 0, 0);
        for (int i = start; i < start + count; i++)
        {
            pulse.Spend(8);
            if (elements.IsNull(i))
            {
                continue;
            }

            seen++;
            switch (type.Kind)
            {
                case TypeKind.Real or TypeKind.DoublePrecision: floating += elements.Double(i); break;
                case TypeKind.Numeric: exact = Add(exact, elements.Decimal(i)); break;
                default: exact += elements.Integer(i); break;
            }
        }

        if (seen == 0)
        {
            return;
        }

        switch (result.Kind)
        {
            case TypeKind.Real or TypeKind.DoublePrecision: row.Set(floating); break;
            case TypeKind.Numeric: row.Set(DecimalMath.Rescale(exact, type.Kind == TypeKind.Numeric ? type.Scale : 0, result.Scale)); break;
            default: row.Set((long)exact); break;
        }
    }

    private static Int128 Add(Int128 left, Int128 right)
    {
        try
        {
            return checked(left + right);
        }
        catch (OverflowException)
        {
            throw ExecutionErrors.OutOfRange("numeric");
        }
    }

    private static void SetAverage(Row row)
    {
        ListVector source = row.List(0, out int start, out int count);
        var elements = new VectorReader(source.Child);
        SqlType type = row.Type(0).Element!;
        Pulse pulse = row.Pulse;
        (double sum, int seen) = (0, 0);
        for (int i = start; i < start + count; i++)
        {
            pulse.Spend(8);
            if (!elements.IsNull(i))
            {
                seen++;
                sum += type.Kind switch
                {
                    TypeKind.Real or TypeKind.DoublePrecision => elements.Double(i),
                    TypeKind.Numeric => (double)elements.Decimal(i) / Math.Pow(10, type.Scale),
                    _ => elements.Integer(i),
                };
            }
        }

        if (seen > 0)
        {
            row.Set(sum / seen);
        }
    }

    private static void Flatten(Row row)
    {
        if (row.Type(0).Element is not { Kind: TypeKind.Array })
        {
            row.SetArgument(0);
            return;
        }

        ListVector source = row.List(0, out int start, out int count);
        var inner = (ListVector)source.Child;
        var arrays = new VectorReader(inner);
        ColumnAppender list = row.Result.BeginList();
        Pulse pulse = row.Pulse;
        for (int i = start; i < start + count; i++)
        {
            pulse.Spend(32);
            if (!arrays.IsNull(i))
            {
                list.AppendRange(inner.Child, inner.Offsets[i], inner.Offsets[i + 1] - inner.Offsets[i]);
            }
        }

        row.Result.EndList();
    }
}
