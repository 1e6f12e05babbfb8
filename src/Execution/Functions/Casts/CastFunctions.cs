using System.Globalization;
using System.Text;
using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;
using Calendar = SqlCluster.Catalyst.Types.Text.Calendar;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Finds how a value of one type becomes one of another: every pair that PostgreSQL casts explicitly.</summary>
internal static class CastFunctions
{
    /// <summary>The conversion; null when the values need none (text to varchar, array to itself).</summary>
    /// <exception cref="Parser.Errors.QueryException">There is no such cast (42846).</exception>
    public static VectorFunction? Bind(SqlType from, SqlType to, EvaluationContext context)
    {
        if (IsSame(from, to))
        {
            return null;
        }

        var binding = new CallBinding([from], to, [null], context);
        return IntegerWidening.TryBind(binding) ?? DecimalCast.TryBind(binding) ?? NestedCasts.TryBind(binding)
            ?? (Body(from, to) is { } body ? new RowFunction(binding, body, isStrict: true) : throw ExecutionErrors.CannotCast(from.ToString(), to.ToString()));
    }

    /// <summary>Whether values of the types are the same bits.</summary>
    private static bool IsSame(SqlType from, SqlType to) =>
        from == to
        || (from.Kind == TypeKind.Unknown && to.Kind == TypeKind.Text)
        || (from.IsText && to.Kind is TypeKind.Text && to.Variant != TypeVariant.SingleByte && !CatalogInput.HasForm(to.Variant))
        || (from.Kind == TypeKind.Oid && to.Kind == TypeKind.Oid)
        || (from.IsText && to.Kind == TypeKind.Varchar && (to.Precision == 0 || (from.Kind is TypeKind.Varchar or TypeKind.Char && from.Precision > 0 && from.Precision <= to.Precision)))
        || (from.Kind == to.Kind && from.Kind is (TypeKind.Timestamp or TypeKind.TimestampTz or TypeKind.Time or TypeKind.Interval) && (!to.HasFractionDigits || to.Precision >= 6))
        || (from.Kind is TypeKind.Json or TypeKind.Jsonb && to.Kind is TypeKind.Text)
        || (from.Kind == TypeKind.Jsonb && to.Kind == TypeKind.Json)
        || (from.Kind is TypeKind.Oid && to.Kind == TypeKind.BigInt);

    private static RowBody? Body(SqlType from, SqlType to)
    {
        bool fromText = from.IsText || from.Kind == TypeKind.Unknown;
        if (from.Kind == TypeKind.Jsonb && (to.Kind == TypeKind.Boolean || to.IsNumber))
        {
            return OfJson(to);
        }

        switch (to.Kind)
        {
            case TypeKind.Text when to.Variant == TypeVariant.SingleByte && from.IsText: return Shortened(from, 1, isBlankPadded: false);
            case TypeKind.Text when to.Variant == TypeVariant.SingleByte && from.Kind == TypeKind.Integer: return static row => SetLetter(row);
            case TypeKind.Text when CatalogInput.HasForm(to.Variant) && fromText: return row => row.Set(CatalogInput.Read(row.Text(0), to.Variant) ?? throw ExecutionErrors.InvalidText(TypeVariants.NameOf(to.Variant), row.Text(0)));
            case TypeKind.Text or TypeKind.Unknown: return ToText(from);
            case TypeKind.Varchar: return Shortened(from, to.Precision, isBlankPadded: false);
            case TypeKind.Char: return Shortened(from, to.Precision, isBlankPadded: true);
            case TypeKind.Name: return Shortened(from, 63, isBlankPadded: false);
            case TypeKind.Boolean:
                return fromText ? static row => row.Set(ParseBoolean(row.Text(0))) : from.IsInteger ? static row => row.Set(row.Long(0) != 0) : null;
            case TypeKind.Oid when fromText && to.Variant.IsObjectName():
                return row => row.Set((row.Context.Objects ?? throw ExecutionErrors.Unsupported($"type {to} without a catalog")).Find(to.Variant, row.Text(0)));
            case TypeKind.Integer when from.Variant == TypeVariant.SingleByte:
                return static row => row.Set(row.Bytes(0) is [var letter, ..] ? (long)(sbyte)letter : 0L);
            case TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt or TypeKind.Oid:
                return fromText ? row => row.Set(AsciiForms.TryParseInteger(row.Bytes(0), to, out long value) ? value : NumberForms.ParseInteger(row.Text(0), to)) : ToInteger(from, to);
            case TypeKind.Real or TypeKind.DoublePrecision:
                return fromText ? row => row.Set(NumberForms.ParseDouble(row.Text(0), to)) : ToDouble(from, to);
            case TypeKind.Numeric:
                return fromText ? row => row.Set(NumberForms.ParseDecimal(row.Text(0), to))
                    : from.IsFloat ? row => row.Set(DecimalMath.FromDouble(row.Double(0), to, from.Kind == TypeKind.Real ? 6 : 15))
                    : null;
            case TypeKind.Bytea: return fromText ? static row => ParseBytes(row) : null;
            case TypeKind.Uuid: return fromText ? static row => row.Set(ParseUuid(row.Text(0))) : null;
            case TypeKind.Json: return fromText ? static row => JsonForms.Validate(row) : null;
            case TypeKind.Jsonb: return fromText || from.Kind == TypeKind.Json ? static row => JsonForms.Normalize(row) : null;
            case TypeKind.Date: return ToDate(from, fromText);
            case TypeKind.Time: return ToTime(from, to, fromText);
            case TypeKind.Timestamp: return ToTimestamp(from, to, fromText);
            case TypeKind.TimestampTz: return ToTimestampTz(from, to, fromText);
            case TypeKind.Interval:
                int digits = to.Precision;
                return fromText ? row => row.Set(DateTimeCasts.Round(DateTimeCasts.ParseInterval(row.Text(0)), digits))
                    : from.Kind == TypeKind.Time ? row => row.Set(DateTimeCasts.Round(new Interval(0, 0, row.Long(0)), digits))
                    : from.Kind == TypeKind.Interval ? row => row.Set(DateTimeCasts.Round(row.Interval(0), digits))
                    : null;
            default: return null;
        }
    }

    /// <summary>A "char" from its code, none for 0. Codes beyond ASCII are no texts here.</summary>
    private static void SetLetter(Row row)
    {
        long code = row.Long(0);
        if (code is < 0 or > 127)
        {
            throw ExecutionErrors.OutOfRange("\"char\"");
        }

        row.Set(code == 0 ? [] : [(byte)code]);
    }

    private static RowBody ToText(SqlType from)
    {
        if (from.IsInteger || (from.Kind == TypeKind.Oid && !from.Variant.IsObjectName()))
        {
            return static row =>
            {
                row.Long(0).TryFormat(row.Result.Reserve(24), out int written, default, CultureInfo.InvariantCulture);
                row.Result.CommitBytes(written);
            };
        }

        return row =>
        {
            if (!TryWrite(row, from))
            {
                (Kernels.VectorReader reader, int index) = row.Argument(0);
                row.Set(TextForms.Format(from, in reader, index, row.Context.Zone, row.Context.Objects, row.Cancellation));
            }
        };
    }

    /// <summary>Writes numerics of 64 bits and dates of four-digit years straight into the result.</summary>
    private static bool TryWrite(Row row, SqlType from)
    {
        int written = 0;
        if (from.Kind == TypeKind.Date)
        {
            written = AsciiForms.FormatDate(row.Long(0), row.Result.Reserve(AsciiForms.MostBytes));
        }
        else if (from.Kind == TypeKind.Numeric && from.Scale < 38 && row.Decimal(0) is var value && value > long.MinValue && value <= long.MaxValue)
        {
            written = AsciiForms.FormatDecimal((long)value, from.Scale, row.Result.Reserve(AsciiForms.MostBytes + from.Scale));
        }

        if (written > 0)
        {
            row.Result.CommitBytes(written);
        }

        return written > 0;
    }

    /// <summary>To a text type with a length: an explicit cast cuts without complaint. Blank-padded values are kept without their trailing blanks.</summary>
    private static RowBody Shortened(SqlType from, int length, bool isBlankPadded)
    {
        if (length == 0 && from.IsInteger)
        {
            return ToText(from);
        }

        if (from.IsText || from.Kind == TypeKind.Unknown)
        {
            return row =>
            {
                ReadOnlySpan<byte> bytes = row.Bytes(0);
                int end = length == 0 ? bytes.Length : Utf8Text.Offset(bytes, length);
                while (isBlankPadded && end > 0 && bytes[end - 1] == ' ')
                {
                    end--;
                }

                row.SetPart(0, 0, end);
            };
        }

        return row =>
        {
            if (length == 0 && TryWrite(row, from))
            {
                return;
            }

            (Kernels.VectorReader reader, int index) = row.Argument(0);
            byte[] bytes = Encoding.UTF8.GetBytes(TextForms.Format(from, in reader, index, row.Context.Zone, row.Context.Objects, row.Cancellation));
            row.Set(bytes.AsSpan(0, length == 0 ? bytes.Length : Utf8Text.Offset(bytes, length)));
        };
    }

    /// <summary>jsonb's booleans and numbers; other kinds of value are an error.</summary>
    private static RowBody OfJson(SqlType to) => row =>
    {
        using System.Text.Json.JsonDocument document = JsonForms.Parse(row.Bytes(0), row.Cancellation);
        System.Text.Json.JsonElement value = document.RootElement;
        bool isNumber = value.ValueKind == System.Text.Json.JsonValueKind.Number;
        switch (to.Kind)
        {
            case TypeKind.Boolean when value.ValueKind is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False:
                row.Set(value.GetBoolean());
                break;
            case TypeKind.Numeric when isNumber:
                row.Set(NumberForms.ParseDecimal(value.GetRawText(), to));
                break;
            case TypeKind.Real or TypeKind.DoublePrecision when isNumber:
                row.Set(NumberForms.ParseDouble(value.GetRawText(), to));
                break;
            case TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt when isNumber:
                Int128 whole = NumberForms.ParseDecimal(value.GetRawText(), SqlType.Numeric(SqlType.MaxPrecision, 0));
                row.Set(NumberForms.ParseInteger(whole.ToString(System.Globalization.CultureInfo.InvariantCulture), to));
                break;
            default:
                throw ExecutionErrors.CannotCastJson(
                    value.ValueKind switch
                    {
                        System.Text.Json.JsonValueKind.Object => "object",
                        System.Text.Json.JsonValueKind.Array => "array",
                        System.Text.Json.JsonValueKind.String => "string",
                        System.Text.Json.JsonValueKind.Number => "numeric",
                        System.Text.Json.JsonValueKind.Null => "null",
                        _ => "boolean",
                    },
                    to.Kind == TypeKind.Numeric ? "numeric" : to.ToString());
        }
    };

    private static RowBody? ToInteger(SqlType from, SqlType to)
    {
        (long min, long max) = to.Kind switch
        {
            TypeKind.SmallInt => (short.MinValue, short.MaxValue),
            TypeKind.Integer => (int.MinValue, int.MaxValue),
            TypeKind.Oid => (0, uint.MaxValue),
            _ => (long.MinValue, long.MaxValue),
        };
        string name = to.Kind == TypeKind.Oid ? "OID" : to.ToString();
        if (to.Kind == TypeKind.Oid && from.Kind is (TypeKind.SmallInt or TypeKind.Integer))
        {
            // The same 32 bits without a sign.
            return static row => row.Set((long)unchecked((uint)(int)row.Long(0)));
        }

        if (from.IsInteger || from.Kind == TypeKind.Oid)
        {
            return row => row.Set(row.Long(0) is var value && value >= min && value <= max ? value : throw ExecutionErrors.OutOfRange(name));
        }

        if (from.Kind == TypeKind.Boolean)
        {
            return static row => row.Set(row.Boolean(0) ? 1L : 0L);
        }

        if (from.Kind == TypeKind.Numeric)
        {
            int scale = from.Scale;
            return row =>
            {
                Int128 value = DecimalMath.Rescale(row.Decimal(0), scale, 0);
                row.Set(value >= min && value <= max ? (long)value : throw ExecutionErrors.OutOfRange(name));
            };
        }

        if (!from.IsFloat)
        {
            return null;
        }

        double limit = max == long.MaxValue ? 9.2233720368547758e18 : max + 1.0;
        return row =>
        {
            double value = Math.Round(row.Double(0), MidpointRounding.ToEven);
            row.Set(value >= min && value < limit ? (long)value : throw ExecutionErrors.OutOfRange(name));
        };
    }

    private static RowBody? ToDouble(SqlType from, SqlType to)
    {
        int scale = from.Scale;
        if (from.Kind == TypeKind.Numeric)
        {
            return row => row.Set(DecimalMath.ToDouble(row.Decimal(0), scale));
        }

        if (from.IsInteger || from.Kind == TypeKind.Oid)
        {
            return static row => row.Set((double)row.Long(0));
        }

        return from.Kind == TypeKind.Real && to.Kind == TypeKind.DoublePrecision ? static row => row.Set(row.Double(0))
            : from.Kind == TypeKind.DoublePrecision ? static row =>
            {
                double value = row.Double(0);
                float narrow = (float)value;
                row.Set(float.IsInfinity(narrow) && double.IsFinite(value) ? throw ExecutionErrors.FloatOverflow()
                    : narrow == 0 && value != 0 ? throw ExecutionErrors.FloatUnderflow()
                    : narrow);
            }
        : null;
    }

    private static RowBody? ToDate(SqlType from, bool fromText) => from.Kind switch
    {
        _ when fromText => static row => row.Set(AsciiForms.TryParseDate(row.Bytes(0), out long days) ? days : DateTimeCasts.ParseDate(row.Text(0), row.Context)),
        TypeKind.Timestamp => static row => row.Set((long)DateTimeCasts.TimestampToDate(row.Long(0))),
        TypeKind.TimestampTz => static row => row.Set((long)DateTimeCasts.TimestampToDate(TimeZones.ToLocal(row.Context.Zone, row.Long(0)))),
        _ => null,
    };

    private static RowBody? ToTime(SqlType from, SqlType to, bool fromText)
    {
        int digits = to.Precision;
        return from.Kind switch
        {
            _ when fromText => row => row.Set(DateTimeCasts.Round(DateTimeCasts.ParseTime(row.Text(0), row.Context), digits)),
            TypeKind.Time => row => row.Set(DateTimeCasts.Round(row.Long(0), digits)),
            TypeKind.Timestamp => row => row.Set(DateTimeCasts.Round(Calendar.Split(row.Long(0)).Microseconds, digits)),
            TypeKind.TimestampTz => row => row.Set(DateTimeCasts.Round(Calendar.Split(TimeZones.ToLocal(row.Context.Zone, row.Long(0))).Microseconds, digits)),
            TypeKind.Interval => row => row.Set(Calendar.FloorModulo(row.Interval(0).Microseconds, Calendar.MicrosecondsPerDay)),
            _ => null,
        };
    }

    private static RowBody? ToTimestamp(SqlType from, SqlType to, bool fromText)
    {
        int digits = to.Precision;
        return from.Kind switch
        {
            _ when fromText => row => row.Set(DateTimeCasts.Round(DateTimeCasts.ParseTimestamp(row.Text(0), row.Context), digits)),
            TypeKind.Date => static row => row.Set(DateTimeCasts.DateToTimestamp(row.Long(0))),
            TypeKind.Timestamp => row => row.Set(DateTimeCasts.Round(row.Long(0), digits)),
            TypeKind.TimestampTz => row => row.Set(DateTimeCasts.Round(TimeZones.ToLocal(row.Context.Zone, row.Long(0)), digits)),
            _ => null,
        };
    }

    private static RowBody? ToTimestampTz(SqlType from, SqlType to, bool fromText)
    {
        int digits = to.Precision;
        return from.Kind switch
        {
            _ when fromText => row => row.Set(DateTimeCasts.Round(DateTimeCasts.ParseTimestampTz(row.Text(0), row.Context), digits)),
            TypeKind.Date => static row => row.Set(TimeZones.ToInstant(row.Context.Zone, DateTimeCasts.DateToTimestamp(row.Long(0)))),
            TypeKind.TimestampTz => row => row.Set(DateTimeCasts.Round(row.Long(0), digits)),
            TypeKind.Timestamp => row => row.Set(DateTimeCasts.Round(TimeZones.ToInstant(row.Context.Zone, row.Long(0)), digits)),
            _ => null,
        };
    }

    private static void ParseBytes(Row row)
    {
        string text = row.Text(0);
        row.Set(Kernels.Aside.RunLarge(text.Length, () => ByteaForms.Parse(text), row.Cancellation));
    }

    private static bool ParseBoolean(string text)
    {
        string trimmed = text.Trim().ToLowerInvariant();
        bool Is(string word, int least) => trimmed.Length >= least && word.StartsWith(trimmed, StringComparison.Ordinal);
        return Is("true", 1) || Is("yes", 1) || trimmed is "on" or "1" ? true
            : Is("false", 1) || Is("no", 1) || Is("off", 2) || trimmed == "0" ? false
            : throw ExecutionErrors.InvalidText("boolean", text);
    }

    private static UInt128 ParseUuid(string text)
    {
        string digits = text.Trim('{', '}').Replace("-", "", StringComparison.Ordinal);
        if (digits.Length != 32 || !digits.All(char.IsAsciiHexDigit))
        {
            throw ExecutionErrors.InvalidText("uuid", text);
        }

        return System.Runtime.InteropServices.MemoryMarshal.Read<UInt128>(Convert.FromHexString(digits));
    }
}
