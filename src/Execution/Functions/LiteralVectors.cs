using System.Runtime.InteropServices;
using System.Text;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions;

/// <summary>Literals to vectors of one row and rows of vectors to literals.</summary>
internal static class LiteralVectors
{
    /// <summary>A flat vector of one row; the caller owns its buffers through <paramref name="column"/>.</summary>
    public static Vector ToVector(Literal literal, MemoryAccount account, out ResultColumn column)
    {
        column = new ResultColumn(literal.Type, account);
        column.Start(1);
        column.MoveTo(0);
        Set(column, literal);
        Vector vector = column.Build();
        column.DropUnusedValidity();
        return vector;
    }

    /// <summary>A constant of <paramref name="length"/> rows whose buffers live as long as the account.</summary>
    public static ConstantVector ToConstant(Literal literal, int length, MemoryAccount account) => new(ToVector(literal, account, out _), length);

    /// <summary>Puts a literal into the current slot of a result; null leaves it null.</summary>
    public static void Set(ResultColumn column, Literal literal)
    {
        switch (literal.Value)
        {
            case null: break;
            case bool truth: column.SetBoolean(truth); break;
            case long number: column.SetLong(number); break;
            case double number: column.SetDouble(number); break;
            case Int128 unscaled: column.SetDecimal(unscaled); break;
            case string text: column.SetText(literal.Type.Kind == TypeKind.Char ? text.TrimEnd(' ') : text); break;
            case NodeList<byte> bytes: column.SetBytes(bytes.AsSpan()); break;
            case IntervalValue interval: column.SetInterval(new Interval(interval.Months, interval.Days, interval.Microseconds)); break;
            case Guid uuid:
                Span<byte> raw = stackalloc byte[16];
                uuid.TryWriteBytes(raw, bigEndian: true, out _);
                column.SetUuid(MemoryMarshal.Read<UInt128>(raw));
                break;
            case NodeList<Literal> items: column.SetNested(items); break;
            default: throw ExecutionErrors.Internal($"a literal of {literal.Value.GetType().Name}");
        }
    }

    /// <summary>The value of a row.</summary>
    public static Literal ToLiteral(Vector vector, int row, SqlType type)
    {
        var reader = new VectorReader(vector);
        return reader.IsNull(row) ? Literal.Null(type) : new Literal(ValueOf(in reader, row, type), type);
    }

    /// <summary>The value of a row that is not null, as <see cref="Literal.Value"/>.</summary>
    public static object ValueOf(in VectorReader reader, int row, SqlType type)
    {
        switch (type.Kind)
        {
            case TypeKind.Boolean: return reader.Boolean(row);
            case TypeKind.Real or TypeKind.DoublePrecision: return reader.Double(row);
            case TypeKind.Numeric: return reader.Decimal(row);
            case TypeKind.Bytea: return NodeList.Create(reader.Bytes(row));
            case TypeKind.Interval:
                Interval interval = reader.Value<Interval>(row);
                return new IntervalValue(interval.Months, interval.Days, interval.Microseconds);
            case TypeKind.Uuid:
                Span<byte> raw = stackalloc byte[16];
                UInt128 bits = reader.Value<UInt128>(row);
                MemoryMarshal.Write(raw, in bits);
                return new Guid(raw, bigEndian: true);
            case TypeKind.Array or TypeKind.Map:
            {
                var list = (ListVector)reader.Flat;
                int slot = reader.Slot(row), start = list.Offsets[slot], count = list.Offsets[slot + 1] - start;
                SqlType element = type.Kind == TypeKind.Array ? type.Element! : EntryType(type);
                var items = new Literal[count];
                for (int i = 0; i < count; i++)
                {
                    items[i] = ToLiteral(list.Child, start + i, element);
                }

                return NodeList.Create<Literal>(items);
            }

            case TypeKind.Row:
            {
                Vector[] children = ((StructVector)reader.Flat).Children;
                int slot = reader.Slot(row);
                var items = new Literal[children.Length];
                for (int i = 0; i < children.Length; i++)
                {
                    items[i] = ToLiteral(children[i], slot, type.Fields![i].Type);
                }

                return NodeList.Create<Literal>(items);
            }

            default:
                return reader.Id is ArrowTypeId.Utf8 ? Encoding.UTF8.GetString(reader.Bytes(row)) : reader.Integer(row);
        }
    }

    /// <summary>The row type of a map's entries.</summary>
    public static SqlType EntryType(SqlType map) => SqlType.Row([new RowField("key", map.Key!), new RowField("value", map.Element!)]);
}
