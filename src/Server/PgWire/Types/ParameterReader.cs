using System.Globalization;
using System.Text;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.PgWire.Messages;
using SqlCluster.Server.Sessions;
using Literal = SqlCluster.Catalyst.Expressions.Literal;

namespace SqlCluster.Server.PgWire.Types;

/// <summary>Reads parameter values of Bind, text and binary.</summary>
internal static class ParameterReader
{
    /// <summary>As in PostgreSQL (MAXDIM).</summary>
    private const int MaxDimensions = 6;

    /// <summary>24:00:00 is a time.</summary>
    private const long MicrosecondsOfDay = 86_400_000_000;

    /// <summary>Bounds of timestamps as PostgreSQL has them, in microseconds from 2000: 4714-11-24 BC, and the end of the year 294276.</summary>
    private const long FirstTimestamp = -211_813_488_000_000_000, BehindTimestamps = 9_223_371_331_200_000_000;

    /// <param name="parameter">Number from 1, for errors.</param>
    /// <param name="type">Type of the parameter.</param>
    /// <param name="isBinary">Binary, else text.</param>
    /// <param name="bytes">The value; null for NULL.</param>
    /// <param name="session">Converts texts as its casts do.</param>
    /// <exception cref="QueryException">Not a value of the type.</exception>
    public static Literal Read(int parameter, SqlType type, bool isBinary, byte[]? bytes, Session session)
    {
        if (bytes == null)
        {
            return Literal.Null(NumericArrays.Includes(type) ? NumericArrays.WithoutNumbers(type) : type);
        }

        if (!isBinary)
        {
            return FromText(PgReader.Decode(bytes), type, session);
        }

        try
        {
            return FromBinary(bytes, type, session);
        }
        catch (QueryException error) when (error.SqlState == "08P01")
        {
            throw PgErrors.BadBinary(parameter);
        }
        catch (OverflowException)
        {
            throw PgErrors.OutOfRange(type.Kind is TypeKind.TimestampTz ? "timestamp" : type.ToString());
        }
    }

    /// <summary>A value from its text, as a cast from text makes it; lengths of varchar do not cut.</summary>
    private static Literal FromText(string text, SqlType type, Session session)
    {
        switch (type.Kind)
        {
            case TypeKind.Text or TypeKind.Varchar or TypeKind.Name or TypeKind.Unknown:
                return new Literal(NoZero(text), type);
            case TypeKind.Char:
                return new Literal(NoZero(text).TrimEnd(' '), type);
            case TypeKind.Integer when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value):
                return new Literal((long)value, type);
            case TypeKind.BigInt when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value):
                return new Literal(value, type);
            default:
                return session.Pipeline.EvaluateAs(new StringLiteral(NoZero(text)), type);
        }
    }

    internal static Literal FromBinary(ReadOnlySpan<byte> bytes, SqlType type, Session session)
    {
        var reader = new PgReader(bytes);
        Literal value;
        switch (type.Kind)
        {
            case TypeKind.Boolean: value = new Literal(reader.Byte() != 0, type); break;
            case TypeKind.SmallInt: value = new Literal((long)reader.Int16(), type); break;
            case TypeKind.Integer: value = new Literal((long)reader.Int32(), type); break;
            case TypeKind.Oid: value = new Literal((long)unchecked((uint)reader.Int32()), type); break;
            case TypeKind.BigInt: value = new Literal(reader.Int64(), type); break;
            case TypeKind.Real: value = new Literal((double)BitConverter.Int32BitsToSingle(reader.Int32()), type); break;
            case TypeKind.DoublePrecision: value = new Literal(BitConverter.Int64BitsToDouble(reader.Int64()), type); break;
            case TypeKind.Numeric: return FromText(NumericText(bytes), type, session);
            case TypeKind.Date: value = new Literal((long)PgEpoch.FromWire(reader.Int32()), type); break;
            case TypeKind.Time: value = new Literal(reader.Int64() is var time and >= 0 and <= MicrosecondsOfDay ? time : throw PgErrors.OutOfRange("time"), type); break;
            case TypeKind.Timestamp or TypeKind.TimestampTz: value = new Literal(reader.Int64() is var moment && (moment is >= FirstTimestamp and < BehindTimestamps or long.MinValue or long.MaxValue) ? PgEpoch.FromWire(moment) : throw PgErrors.OutOfRange("timestamp"), type); break;
            case TypeKind.Interval:
                long microseconds = reader.Int64();
                int days = reader.Int32();
                value = new Literal(new IntervalValue(reader.Int32(), days, microseconds), type);
                break;
            case TypeKind.Uuid: value = new Literal(new Guid(reader.Take(16), bigEndian: true), type); break;
            case TypeKind.Bytea: return new Literal((NodeList<byte>)[.. bytes.ToArray()], type);
            case TypeKind.Jsonb:
                return reader.Byte() == 1 ? FromText(PgReader.Decode(reader.Take(reader.Left)), type, session) : throw PgErrors.Protocol("unsupported jsonb version number");
            case TypeKind.Array: value = FromArray(ref reader, type, session); break;
            case TypeKind.Text when type.Variant == TypeVariant.Inet: return FromText(AddressText(bytes), type, session);
            case TypeKind.Text when type.Variant == TypeVariant.SingleByte && bytes is [0]: return new Literal("", type);
            case TypeKind.Text when type.Variant == TypeVariant.Lsn: value = new Literal(CatalogInput.LogPosition((ulong)reader.Int64()), type); break;
            case TypeKind.Text when type.Variant == TypeVariant.Tid:
                int block = reader.Int32();
                value = new Literal(string.Create(CultureInfo.InvariantCulture, $"({(uint)block},{reader.Count()})"), type);
                break;
            case TypeKind.Row or TypeKind.Map or TypeKind.Void: throw PgErrors.NoBinaryInput(type.ToString());
            default: return FromText(PgReader.Decode(bytes), type, session);
        }

        reader.End();
        return value;
    }

    /// <summary>An array; of several dimensions, an array of arrays.</summary>
    private static Literal FromArray(ref PgReader reader, SqlType type, Session session)
    {
        int dimensions = reader.Int32();
        int flags = reader.Int32();
        int elementOid = reader.Int32();
        SqlType element = type.InnermostElement;
        if (dimensions is < 0 or > MaxDimensions)
        {
            throw dimensions < 0 ? PgErrors.BadBinaryArray($"invalid number of dimensions: {dimensions}") : PgErrors.TooManyDimensions(dimensions, MaxDimensions);
        }

        if (flags is not (0 or 1))
        {
            throw PgErrors.BadBinaryArray("invalid array flags");
        }

        if (PgTypes.FromOid(elementOid) is { } sent && PgTypes.Oid(sent) != PgTypes.Oid(element))
        {
            throw PgErrors.WrongElementType(elementOid, sent.ToString(), PgTypes.Oid(element), element.ToString());
        }

        SqlType none = element.Kind == TypeKind.Numeric ? NumericArrays.WithoutNumbers(type) : type;
        if (dimensions == 0)
        {
            return new Literal(NodeList<Literal>.Empty, none);
        }

        Span<int> lengths = stackalloc int[dimensions];
        long count = 1;
        foreach (ref int length in lengths)
        {
            length = reader.Int32();
            reader.Int32();
            count = length < 0 || (count *= length) > reader.Left / sizeof(int) ? throw PgErrors.Protocol("invalid array in message") : count;
        }

        return count == 0 ? new Literal(NodeList<Literal>.Empty, none) : Items(ref reader, lengths, element, session);
    }

    private static Literal Items(ref PgReader reader, scoped ReadOnlySpan<int> lengths, SqlType element, Session session)
    {
        var values = new List<Literal>();
        for (int i = 0; i < lengths[0]; i++)
        {
            if (lengths.Length > 1)
            {
                values.Add(Items(ref reader, lengths[1..], element, session));
                continue;
            }

            int size = reader.Int32();
            values.Add(size < 0 ? Literal.Null(element) : FromBinary(reader.Take(size), element, session));
        }

        SqlType type = SqlType.Array(lengths.Length == 1 ? element : values[0].Type);
        return element.Kind == TypeKind.Numeric
            ? NumericArrays.Of(values, NumericArrays.WithoutNumbers(type)) ?? throw new QueryException("22003", ErrorKind.User, "value overflows numeric format")
            : new Literal((NodeList<Literal>)[.. values], type);
    }

    /// <summary>inet: family, prefix bits, whether it is a cidr, bytes of the address, the address.</summary>
    private static string AddressText(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is not (8 or 20) || bytes[3] != bytes.Length - 4)
        {
            throw PgErrors.Protocol("invalid external \"inet\" value");
        }

        return CatalogInput.Address(bytes[4..], bytes[1]);
    }

    /// <summary>Digits of a binary numeric: 4 decimal digits a group, the first of weight 10000^weight.</summary>
    internal static string NumericText(ReadOnlySpan<byte> bytes)
    {
        var reader = new PgReader(bytes);
        int count = reader.Count();
        int weight = reader.Int16();
        int sign = reader.Count();
        int scale = reader.Count();
        switch (sign)
        {
            case 0xC000: return "NaN";
            case 0xD000: return "Infinity";
            case 0xF000: return "-Infinity";
            case not (0 or 0x4000): throw PgErrors.Protocol("invalid sign in external \"numeric\" value");
        }

        // Nothing beyond these bounds fits in 38 digits; they keep small messages from making long texts.
        if (count > 64 || weight is > 64 or < -64 || scale > 256)
        {
            throw new QueryException("22003", ErrorKind.User, "value overflows numeric format");
        }

        var text = new StringBuilder(sign == 0 ? "" : "-");
        Span<int> groups = stackalloc int[count];
        for (int i = 0; i < count; i++)
        {
            groups[i] = reader.Count();
            if (groups[i] > 9999)
            {
                throw PgErrors.Protocol("invalid digit in external \"numeric\" value");
            }
        }

        reader.End();
        text.Append('0');
        for (int i = 0; i <= weight; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(i < count ? groups[i] : 0):D4}");
        }

        if (scale > 0)
        {
            text.Append('.');
            int start = text.Length;
            for (int i = weight + 1; text.Length - start < scale; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"{(i >= 0 && i < count ? groups[i] : 0):D4}");
            }

            text.Length = start + scale;
        }

        return text.ToString();
    }

    private static string NoZero(string text) => text.Contains('\0', StringComparison.Ordinal)
        ? throw new QueryException("22021", ErrorKind.User, "invalid byte sequence for encoding \"UTF8\": 0x00")
        : text;
}
