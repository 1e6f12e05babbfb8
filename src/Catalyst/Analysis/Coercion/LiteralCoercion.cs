using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;

namespace SqlCluster.Catalyst.Analysis.Coercion;

/// <summary>Reads string literals as values of the type that their context wants, and moves number literals between number types.</summary>
public sealed class LiteralCoercion(DateTimeFacts facts)
{
    /// <summary>The literal that a text stands for; errors 22P02, 22007, 22008 and 22003 name the text.</summary>
    public Literal Parse(string text, SqlType type, int position)
    {
        (InputResult result, object? value, SqlType found) = Read(text, type);
        if (result != InputResult.Ok && type is { Kind: TypeKind.Array, Element: { } element })
        {
            throw ArrayError(text, type, element, position);
        }

        return result switch
        {
            InputResult.Ok => new Literal(value, found),
            InputResult.Invalid when type.Kind == TypeKind.Bytea && ByteInput.HexFault(text) is { } fault => throw AnalyzerErrors.InvalidValue(fault, position),
            InputResult.Invalid => throw AnalyzerErrors.InvalidText(type, text, position),
            InputResult.OutOfRange => throw AnalyzerErrors.TextOutOfRange(type, text, position),
            InputResult.UnknownZone => throw AnalyzerErrors.InvalidValue($"time zone \"{DateTimeInput.ZoneIn(text)}\" not recognized", position),
        };
    }

    /// <summary>Why an array's text could not be read: its form, or the first item that is none of the element type.</summary>
    private Parser.Errors.QueryException ArrayError(string text, SqlType type, SqlType element, int position)
    {
        if (!type.Variant.IsVector() && ArrayFault.Find(text) is { } fault)
        {
            return AnalyzerErrors.MalformedArray(text, fault, position);
        }

        var reader = new ArrayText(text);
        for (bool isOpen = reader.TryOpen(); isOpen && reader.TryNext(out string? item, out bool isNull);)
        {
            if (isNull || TryParse(item, element) is not null)
            {
                continue;
            }

            try
            {
                Parse(item, element, position);
            }
            catch (Parser.Errors.QueryException error)
            {
                return error;
            }
        }

        return AnalyzerErrors.InvalidText(type, text, position);
    }

    /// <summary>As <see cref="Parse"/>, but null where the text does not convert.</summary>
    public Literal? TryParse(string text, SqlType type)
    {
        (InputResult result, object? value, SqlType found) = Read(text, type);
        return result == InputResult.Ok ? new Literal(value, found) : null;
    }

    /// <summary>Reads an interval with the fields of a qualifier such as DAY TO MINUTE.</summary>
    public static Literal ParseInterval(string text, IntervalUnit lastUnit, bool isMinuteToSecond, int position)
    {
        InputResult result = IntervalInput.Read(text, lastUnit, out IntervalValue value, isMinuteToSecond);
        return result switch
        {
            InputResult.Ok => new Literal(value, SqlType.Interval),
            InputResult.Invalid or InputResult.UnknownZone => throw AnalyzerErrors.InvalidText(SqlType.Interval, text, position),
            InputResult.OutOfRange => throw AnalyzerErrors.TextOutOfRange(SqlType.Interval, text, position),
        };
    }

    private (InputResult Result, object? Value, SqlType Type) Read(string text, SqlType type)
    {
        InputResult result;
        switch (type.Kind)
        {
            case TypeKind.Boolean:
                result = NumberInput.Boolean(text, out bool truth);
                return (result, truth, type);
            case TypeKind.SmallInt:
                result = NumberInput.Integer(text, short.MinValue, short.MaxValue, out long small);
                return (result, small, type);
            case TypeKind.Integer:
                result = NumberInput.Integer(text, int.MinValue, int.MaxValue, out long integer);
                return (result, integer, type);
            case TypeKind.BigInt:
                result = NumberInput.Integer(text, long.MinValue, long.MaxValue, out long big);
                return (result, big, type);
            case TypeKind.Oid:
                result = NumberInput.Integer(text, 0, uint.MaxValue, out long oid);
                return (result, oid, type);
            case TypeKind.Real:
                result = NumberInput.Double(text, out double single);
                return (result == InputResult.Ok && float.IsInfinity((float)single) && !double.IsInfinity(single) ? InputResult.OutOfRange : result, (double)(float)single, type);
            case TypeKind.DoublePrecision:
                result = NumberInput.Double(text, out double number);
                return (result, number, type);
            case TypeKind.Numeric:
                return ReadNumeric(text, type);
            case TypeKind.Text when type.Variant == TypeVariant.SingleByte:
                return (InputResult.Ok, text[..Math.Min(text.Length, 1)], type);
            case TypeKind.Text when CatalogInput.HasForm(type.Variant):
                return CatalogInput.Read(text, type.Variant) is { } form ? (InputResult.Ok, form, type) : (InputResult.Invalid, null, type);
            case TypeKind.Unknown or TypeKind.Text or TypeKind.Json or TypeKind.Jsonb:
                return (InputResult.Ok, text, type.Kind == TypeKind.Unknown ? SqlType.Text : type);
            case TypeKind.Varchar or TypeKind.Char or TypeKind.Name:
                return (InputResult.Ok, FitText(text, type), type);
            case TypeKind.Date:
                result = DateTimeInput.Date(text, facts, out long days);
                return (result, days, type);
            case TypeKind.Time:
                result = DateTimeInput.Time(text, facts, out long time);
                return (result, time, type);
            case TypeKind.Timestamp:
                result = DateTimeInput.Timestamp(text, facts, out long timestamp);
                return (result, timestamp, type);
            case TypeKind.TimestampTz:
                result = DateTimeInput.TimestampTz(text, facts, out long instant);
                return (result, instant, type);
            case TypeKind.Interval:
                result = IntervalInput.Read(text, IntervalUnit.Second, out IntervalValue interval);
                return (result, interval, type);
            case TypeKind.Uuid:
                result = ByteInput.Uuid(text, out Guid uuid);
                return (result, uuid, type);
            case TypeKind.Bytea:
                result = ByteInput.Bytea(text, out byte[] bytes);
                return (result, NodeList.Create<byte>(bytes), type);
            case TypeKind.Array:
                return ReadArray(text, type);
            default:
                return (InputResult.Invalid, null, type);
        }
    }

    /// <summary>With a precision the value is rounded to the scale; numeric as such (the unconstrained type) takes the digits as written.</summary>
    private static (InputResult Result, object? Value, SqlType Type) ReadNumeric(string text, SqlType type)
    {
        InputResult result = NumberInput.Numeric(text, out Int128 unscaled, out int scale);
        if (result != InputResult.Ok || type.Equals(NumericTyping.Unconstrained))
        {
            return (result, unscaled, NumericTyping.OfDigits(unscaled, scale));
        }

        return NumberInput.TryRescale(unscaled, scale, type.Precision, type.Scale, out Int128 rescaled)
            ? (InputResult.Ok, rescaled, type)
            : (InputResult.OutOfRange, null, type);
    }

    /// <summary>Reads {a,"b c",NULL,{...}}.</summary>
    private (InputResult Result, object? Value, SqlType Type) ReadArray(string text, SqlType type)
    {
        if (type.Variant.IsVector() && !text.StartsWith('{'))
        {
            text = $"{{{string.Join(',', text.Split(' ', StringSplitOptions.RemoveEmptyEntries))}}}";
        }

        var items = new List<Literal>();
        var reader = new ArrayText(text);
        if (!reader.TryOpen())
        {
            return (InputResult.Invalid, null, type);
        }

        while (reader.TryNext(out string? item, out bool isNull))
        {
            if (isNull)
            {
                items.Add(Literal.Null(type.Element!));
                continue;
            }

            if (reader.IsNested && type.Element!.IsText)
            {
                throw AnalyzerErrors.Unsupported("arrays of several dimensions where one of one dimension is expected", 0);
            }

            (InputResult result, object? value, SqlType found) = Read(item, type.Element!);
            if (result != InputResult.Ok)
            {
                return (result, null, type);
            }

            items.Add(new Literal(value, found));
        }

        return !reader.IsComplete ? (InputResult.Invalid, null, type)
            : !NumericArrays.AreUnconstrained(type) ? (InputResult.Ok, NodeList.From(items), type)
            : NumericArrays.Of(items, type) is { } numerics ? (InputResult.Ok, numerics.Value, numerics.Type)
            : (InputResult.OutOfRange, null, type);
    }

    private static string FitText(string text, SqlType type)
    {
        int length = type.Kind == TypeKind.Name ? 63 : type.Precision;
        if (length > 0 && text.Length > length)
        {
            int units = CharacterCut(text, length);
            text = text[..units];
        }

        return type.Kind == TypeKind.Char ? text.PadRight(Math.Max(length, 0)) : text;
    }

    /// <summary>UTF-16 units of the first characters (code points).</summary>
    private static int CharacterCut(string text, int characters)
    {
        int unit = 0;
        for (int count = 0; count < characters && unit < text.Length; count++)
        {
            unit += char.IsHighSurrogate(text[unit]) && unit + 1 < text.Length ? 2 : 1;
        }

        return unit;
    }

    /// <summary>The same number as another number type when nothing is lost; null when it does not fit.</summary>
    public static Literal? Convert(Literal literal, SqlType type)
    {
        if (literal.IsNull)
        {
            return Literal.Null(type);
        }

        return (literal.Value, type.Kind) switch
        {
            (long value, TypeKind.SmallInt) => value is >= short.MinValue and <= short.MaxValue ? new Literal(value, type) : null,
            (long value, TypeKind.Integer) => value is >= int.MinValue and <= int.MaxValue ? new Literal(value, type) : null,
            (long value, TypeKind.BigInt) => new Literal(value, type),
            (long value, TypeKind.Oid) => value is >= 0 and <= uint.MaxValue ? new Literal(value, type) : null,
            (long value, TypeKind.Real) => new Literal((double)(float)value, type),
            (long value, TypeKind.DoublePrecision) => new Literal((double)value, type),
            (long value, TypeKind.Numeric) => Rescale(value, 0, type),
            (Int128 value, TypeKind.Numeric) => Rescale(value, literal.Type.Scale, type),
            (Int128 value, TypeKind.DoublePrecision) => new Literal(ToDouble(value, literal.Type.Scale), type),
            (Int128 value, TypeKind.Real) => new Literal((double)(float)ToDouble(value, literal.Type.Scale), type),
            (double value, TypeKind.DoublePrecision) => new Literal(value, type),
            (long value, TypeKind.Timestamp) when literal.Type.Kind == TypeKind.Date => TimestampOf(value, type),
            (string value, TypeKind.Text) when type.Variant != TypeVariant.SingleByte && !CatalogInput.HasForm(type.Variant) && literal.Type.Kind is not TypeKind.Char => new Literal(value, type),
            (string value, TypeKind.Varchar) when type.Precision == 0 && literal.Type.Kind is not TypeKind.Char => new Literal(value, type),
            _ => null,
        };
    }

    /// <summary>The value of a numeric as the nearest double.</summary>
    public static double ToDouble(Int128 unscaled, int scale) => double.Parse(
        LiteralPrinter.Decimal(unscaled, scale), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture);

    private static Literal? Rescale(Int128 unscaled, int scale, SqlType type)
    {
        bool isExact = NumberInput.TryRescale(unscaled, scale, type.Precision, type.Scale, out Int128 rescaled)
            && NumberInput.TryRescale(rescaled, type.Scale, SqlType.MaxPrecision, Math.Max(scale, type.Scale), out Int128 back)
            && NumberInput.TryRescale(unscaled, scale, SqlType.MaxPrecision, Math.Max(scale, type.Scale), out Int128 before)
            && back == before;
        return isExact ? new Literal(rescaled, type) : null;
    }

    private static Literal? TimestampOf(long days, SqlType type) => days switch
    {
        Calendar.InfiniteDate => new Literal(Calendar.InfiniteTimestamp, type),
        Calendar.MinusInfiniteDate => new Literal(Calendar.MinusInfiniteTimestamp, type),
        _ => Math.Abs(days) < 100_000_000 ? new Literal(days * Calendar.MicrosecondsPerDay, type) : null,
    };
}
