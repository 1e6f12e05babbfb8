using System.Globalization;
using System.Text;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Tests.Parquet;

/// <summary>Writes a vector's values in the form that Expected/make-expected.mjs writes DuckDB's, so that columns can be compared by hash.</summary>
internal static class ValueText
{
    public static string Of(Vector vector, int row)
    {
        if (vector.IsNull(row))
            return "\\N";
        return vector switch
        {
            DictionaryVector dictionary => Of(dictionary.Dictionary, dictionary.Code(row)),
            ConstantVector constant => Of(constant.Value, 0),
            BooleanVector booleans => booleans.Value(row) ? "true" : "false",
            ViewVector views => views.Type.Id == ArrowTypeId.Utf8
                ? Encoding.UTF8.GetString(views.Bytes(row))
                : Convert.ToHexStringLower(views.Bytes(row)),
            ListVector list => List(list, row),
            StructVector structs => "{" + string.Join(",", structs.Children.Select(child => Of(child, row))) + "}",
            FixedVector values => Fixed(values, row),
            _ => throw new InvalidOperationException(vector.GetType().Name),
        };
    }

    private static string List(ListVector list, int row)
    {
        int start = list.Offsets[row], end = list.Offsets[row + 1];
        return "[" + string.Join(",", Enumerable.Range(start, end - start).Select(i => Of(list.Child, i))) + "]";
    }

    private static string Fixed(FixedVector vector, int row) => vector.Type.Id switch
    {
        ArrowTypeId.Int8 => Text(vector.Values<sbyte>()[row]),
        ArrowTypeId.UInt8 => Text(vector.Values<byte>()[row]),
        ArrowTypeId.UInt16 => Text(vector.Values<ushort>()[row]),
        ArrowTypeId.UInt32 => Text(vector.Values<uint>()[row]),
        ArrowTypeId.UInt64 => $"{vector.Values<ulong>()[row]}/0",               // read as numeric(20,0)
        ArrowTypeId.Int16 => Text(vector.Values<short>()[row]),
        ArrowTypeId.Int32 or ArrowTypeId.Date32 => Text(vector.Values<int>()[row]),
        ArrowTypeId.Int64 or ArrowTypeId.Time64 or ArrowTypeId.Timestamp => Text(vector.Values<long>()[row]),
        ArrowTypeId.Decimal64 => $"{vector.Values<long>()[row]}/{vector.Type.Scale}",
        ArrowTypeId.Decimal128 => $"{vector.Values<Int128>()[row]}/{vector.Type.Scale}",
        ArrowTypeId.Float32 => Float(vector.Values<float>()[row]),
        ArrowTypeId.Float64 => Float(vector.Values<double>()[row]),
        ArrowTypeId.Interval => Interval(vector.Values<Interval>()[row]),
        ArrowTypeId.FixedSizeBinary => Convert.ToHexStringLower(vector.ValueBytes.Slice(row * 16, 16)),
        _ => throw new InvalidOperationException(vector.Type.ToString()),
    };

    private static string Float(double value) => double.IsNaN(value) ? "NaN" : BitConverter.DoubleToInt64Bits(value).ToString("x16", CultureInfo.InvariantCulture);

    private static string Interval(Interval value) => $"{value.Months} {value.Days} {value.Microseconds}";

    private static string Text<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
