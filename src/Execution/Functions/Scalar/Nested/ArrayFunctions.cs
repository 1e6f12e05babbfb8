using System.Text;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Functions.Scalar.Texts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Nested;

/// <summary>Arrays: lengths, searching, joining, containment, text.</summary>
internal static class ArrayFunctions
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        Same("array_append", [ParameterType.AnyArray, ParameterType.AnyElement], static types => types[0], static row => Build(row, static (row, list) => { AddAll(row, list, 0); AddOne(row, list, 1); }), "Adds an element at the end", ("array_append(array[1,2], 3)", "{1,2,3}")),
        Same("array_prepend", [ParameterType.AnyElement, ParameterType.AnyArray], static types => types[1], static row => Build(row, static (row, list) => { AddOne(row, list, 0); AddAll(row, list, 1); }), "Adds an element at the start", ("array_prepend(1, array[2,3])", "{1,2,3}")),
        Same("array_cat", [ParameterType.AnyArray, ParameterType.AnyArray], static types => types[0], static row => Concatenate(row), "Two arrays in one", ("array_cat(array[1,2], array[3])", "{1,2,3}")),
        Same("||", [ParameterType.AnyArray, ParameterType.AnyArray], static types => types[0], static row => Concatenate(row), "Two arrays in one", ("array[1,2] || array[3]", "{1,2,3}")),
        Same("||", [ParameterType.AnyArray, ParameterType.AnyElement], static types => types[0], static row => Build(row, static (row, list) => { AddAll(row, list, 0); AddOne(row, list, 1); }), "Adds an element at the end", ("array[1,2] || 3", "{1,2,3}")),
        Same("||", [ParameterType.AnyElement, ParameterType.AnyArray], static types => types[1], static row => Build(row, static (row, list) => { AddOne(row, list, 0); AddAll(row, list, 1); }), "Adds an element at the start", ("1 || array[2,3]", "{1,2,3}")),
        Same("array_remove", [ParameterType.AnyArray, ParameterType.AnyElement], static types => types[0], static row => Replace(row, remove: true), "Without the elements equal to a value", ("array_remove(array[1,2,3,2], 2)", "{1,3}")),
        Same("array_replace", [ParameterType.AnyArray, ParameterType.AnyElement, ParameterType.AnyElement], static types => types[0], static row => Replace(row, remove: false), "With elements replaced", ("array_replace(array[1,2,5,4], 5, 3)", "{1,2,3,4}")),
        Same("array_position", [ParameterType.AnyArray, ParameterType.AnyElement], static _ => SqlType.Integer, static row => SetPosition(row, 0), "First subscript of a value", ("array_position(array['sun','mon'], 'mon')", "2"), ("array_position(array[1], 5)", "NULL")),
        Same("array_position", [ParameterType.AnyArray, ParameterType.AnyElement, SqlType.Integer], static _ => SqlType.Integer, static row => SetPositionFrom(row), "First subscript of a value, from a subscript on", ("array_position(array[1,2,1], 1, 2)", "3")),
        Same("array_positions", [ParameterType.AnyArray, ParameterType.AnyElement], static _ => SqlType.Array(SqlType.Integer), static row => SetPositions(row), "Subscripts of a value", ("array_positions(array['A','A','B','A'], 'A')", "{1,2,4}")),
        OfArray("@>", [ParameterType.AnyArray, ParameterType.AnyArray], SqlType.Boolean, static row => row.Set(ContainsAll(row, 0, 1)), "Holds all elements of", ("array[1,4,3] @> array[3,1]", "true")),
        OfArray("<@", [ParameterType.AnyArray, ParameterType.AnyArray], SqlType.Boolean, static row => row.Set(ContainsAll(row, 1, 0)), "Has all its elements in", ("array[2,7] <@ array[1,7,4,2,6]", "true")),
        OfArray("&&", [ParameterType.AnyArray, ParameterType.AnyArray], SqlType.Boolean, static row => row.Set(Overlap(row)), "Has an element in common with", ("array[1,4,3] && array[2,1]", "true")),
        ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = "array_to_string", Parameters = [ParameterType.AnyArray, SqlType.Text, SqlType.Text], OptionalParameters = 1, ReturnType = FunctionSignature.Returns(SqlType.Text), IsStrict = false,
                Description = "Texts of the elements with a separator between", Examples = [("array_to_string(array[1,2,3,null,5], ',', '*')", "1,2,3,*,5"), ("array_to_string(array[1,null], ',')", "1")],
            },
            static row => ToText(row)),
        ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = "string_to_array", Parameters = [SqlType.Text, SqlType.Text, SqlType.Text], OptionalParameters = 1, ReturnType = FunctionSignature.Returns(SqlType.Array(SqlType.Text)), IsStrict = false,
                Description = "Fields of a text", Examples = [("string_to_array('xx~~yy~~zz', '~~', 'yy')", "{xx,NULL,zz}"), ("string_to_array('a,b', ',')", "{a,b}")],
            },
            static row => FromText(row)),
    ];

    private static ScalarFunction OfArray(string name, ParameterType[] parameters, SqlType result, RowBody body, string description, params (string, string)[] examples) => ScalarFunction.OfRows(
        new FunctionSignature { Name = name, Parameters = parameters, ReturnType = FunctionSignature.Returns(result), MayReturnNull = true, Description = description, Examples = examples }, body);

    /// <summary>A function that takes nulls as elements.</summary>
    private static ScalarFunction Same(string name, ParameterType[] parameters, Func<IReadOnlyList<SqlType>, SqlType> result, RowBody body, string description, params (string, string)[] examples) => ScalarFunction.OfRows(
        new FunctionSignature { Name = name, Parameters = parameters, ReturnType = result, IsStrict = false, Description = description, Examples = examples }, body);

    private static void Build(Row row, Action<Row, ColumnAppender> fill)
    {
        ColumnAppender list = row.Result.BeginList();
        fill(row, list);
        row.Result.EndList();
    }

    private static void AddOne(Row row, ColumnAppender list, int argument)
    {
        (VectorReader reader, int index) = row.Argument(argument);
        list.Append(reader.Source, [index]);
    }

    private static void AddAll(Row row, ColumnAppender list, int argument)
    {
        if (!row.IsNull(argument))
        {
            ListVector source = row.List(argument, out int start, out int count);
            list.AppendRange(source.Child, start, count);
        }
    }

    private static void Concatenate(Row row)
    {
        if (!row.IsNull(0) || !row.IsNull(1))
        {
            Build(row, static (row, list) =>
            {
                AddAll(row, list, 0);
                AddAll(row, list, 1);
            });
        }
    }

    private static bool IsElement(Row row, in VectorReader elements, int element, int argument)
    {
        (VectorReader value, int index) = row.Argument(argument);
        return RowEquality.AreEqual(in elements, element, in value, index, nullsEqual: true);
    }

    private static void Replace(Row row, bool remove)
    {
        if (row.IsNull(0))
        {
            return;
        }

        ListVector source = row.List(0, out int start, out int count);
        var elements = new VectorReader(source.Child);
        ColumnAppender list = row.Result.BeginList();
        Pulse pulse = row.Pulse;
        for (int i = start; i < start + count; i++)
        {
            pulse.Spend(32);
            if (!IsElement(row, in elements, i, 1))
            {
                list.AppendRange(source.Child, i, 1);
            }
            else if (!remove)
            {
                AddOne(row, list, 2);
            }
        }

        row.Result.EndList();
    }

    private static void SetPositionFrom(Row row)
    {
        if (row.IsNull(0))
        {
            return;
        }

        SetPosition(row, row.IsNull(2) ? throw ExecutionErrors.NullPosition() : Math.Max(row.Int(2) - 1L, 0));
    }

    private static void SetPosition(Row row, long from)
    {
        if (row.IsNull(0))
        {
            return;
        }

        ListVector source = row.List(0, out int start, out int count);
        var elements = new VectorReader(source.Child);
        Pulse pulse = row.Pulse;
        for (int i = (int)Math.Min(from, count); i < count; i++)
        {
            pulse.Spend(32);
            if (IsElement(row, in elements, start + i, 1))
            {
                row.Set(i + 1L);
                return;
            }
        }
    }

    private static void SetPositions(Row row)
    {
        if (row.IsNull(0))
        {
            return;
        }

        ListVector source = row.List(0, out int start, out int count);
        var elements = new VectorReader(source.Child);
        long[] found = [.. Positions(row, elements, start, count)];
        ColumnAppender list = row.Result.BeginList();
        using var column = new ResultColumn(SqlType.Integer, row.Context.Account);
        column.Start(found.Length);
        for (int i = 0; i < found.Length; i++)
        {
            column.MoveTo(i);
            column.SetLong(found[i]);
        }

        list.AppendRange(column.Build(), 0, found.Length);
        row.Result.EndList();
    }

    private static List<long> Positions(Row row, VectorReader elements, int start, int count)
    {
        var found = new List<long>();
        Pulse pulse = row.Pulse;
        for (int i = 0; i < count; i++)
        {
            pulse.Spend(32);
            if (IsElement(row, in elements, start + i, 1))
            {
                found.Add(i + 1);
            }
        }

        return found;
    }

    private static bool ContainsAll(Row row, int outer, int inner)
    {
        ListVector all = row.List(outer, out int allStart, out int allCount), part = row.List(inner, out int partStart, out int partCount);
        var allElements = new VectorReader(all.Child);
        var partElements = new VectorReader(part.Child);
        Pulse pulse = row.Pulse;
        for (int i = partStart; i < partStart + partCount; i++)
        {
            if (!Holds(in allElements, allStart, allCount, in partElements, i, ref pulse))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Overlap(Row row)
    {
        ListVector left = row.List(0, out int leftStart, out int leftCount), right = row.List(1, out int rightStart, out int rightCount);
        var leftElements = new VectorReader(left.Child);
        var rightElements = new VectorReader(right.Child);
        Pulse pulse = row.Pulse;
        for (int i = rightStart; i < rightStart + rightCount; i++)
        {
            if (Holds(in leftElements, leftStart, leftCount, in rightElements, i, ref pulse))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Holds(in VectorReader elements, int start, int count, in VectorReader value, int index, ref Pulse pulse)
    {
        for (int i = start; i < start + count; i++)
        {
            pulse.Spend(32);
            if (RowEquality.AreEqual(in elements, i, in value, index, nullsEqual: false))
            {
                return true;
            }
        }

        return false;
    }

    private static void ToText(Row row)
    {
        if (row.IsNull(0) || row.IsNull(1))
        {
            return;
        }

        ListVector source = row.List(0, out int start, out int count);
        SqlType element = row.Type(0).Element!;
        var elements = new VectorReader(source.Child);
        string separator = row.Text(1);
        string? forNull = row.Count > 2 && !row.IsNull(2) ? row.Text(2) : null;
        var text = new StringBuilder();
        Pulse pulse = row.Pulse;
        bool isFirst = true;
        for (int i = start; i < start + count; i++)
        {
            string? value = elements.IsNull(i) ? forNull
                : element.Kind == TypeKind.Boolean ? (elements.Boolean(i) ? "t" : "f")
                : TextForms.Format(element, in elements, i, row.Context.Zone, row.Context.Objects, row.Cancellation);
            if (value != null)
            {
                text.Append(isFirst ? "" : separator).Append(value);
                isFirst = false;
            }

            pulse.Spend(32);
        }

        row.Set(text.ToString());
    }

    /// <summary>A null delimiter splits into characters, an empty one not at all; fields equal to the third argument are null.</summary>
    private static void FromText(Row row)
    {
        if (row.IsNull(0))
        {
            return;
        }

        ReadOnlySpan<byte> text = row.Bytes(0), separator = row.IsNull(1) ? default : row.Bytes(1), forNull = row.Count > 2 && !row.IsNull(2) ? row.Bytes(2) : default;
        bool hasNull = row.Count > 2 && !row.IsNull(2), byCharacter = row.IsNull(1);
        var list = (ViewAppender)row.Result.BeginList();
        if (separator.Length == 1 && !hasNull && text.Length is > 0 and <= Pulse.StretchBytes)
        {
            list.AppendFields(text, separator[0]);
            row.Result.EndList();
            return;
        }

        Pulse pulse = row.Pulse;
        for (bool isLast = text.IsEmpty; !isLast;)
        {
            int end = byCharacter ? Utf8Text.CharacterLength(text) : separator.IsEmpty ? -1 : TextSearch.Find(text, separator, ref pulse);
            isLast = end < 0 || (byCharacter && end == text.Length);
            ReadOnlySpan<byte> field = end < 0 ? text : text[..end];
            if (hasNull && field.SequenceEqual(forNull))
            {
                list.AppendNulls(1);
            }
            else
            {
                list.Append(field);
            }

            pulse.Spend(8 + field.Length);
            text = isLast ? default : text[(end + separator.Length)..];
        }

        row.Result.EndList();
    }
}
