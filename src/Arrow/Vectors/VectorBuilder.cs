using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;

namespace SqlCluster.Arrow.Vectors;

/// <summary>Makes a vector of values given one by one, in the forms of <see cref="VectorValues"/>: for parameters, metadata answers and tests, not for loops over rows.</summary>
public abstract class VectorBuilder
{
    private readonly ArrayBufferWriter<bool> _valid = new();

    private protected VectorBuilder(ArrowType type, MemoryAccount account)
    {
        Type = type;
        Account = account;
    }

    public ArrowType Type { get; }

    /// <summary>Rows so far.</summary>
    public int Count => _valid.WrittenCount;

    private protected MemoryAccount Account { get; }

    public static VectorBuilder Create(ArrowType type, MemoryAccount account) => type.Id switch
    {
        ArrowTypeId.Null or ArrowTypeId.Utf8 or ArrowTypeId.Binary => new TextBuilder(type, account),
        ArrowTypeId.Boolean => new BooleanBuilder(type, account),
        ArrowTypeId.List or ArrowTypeId.Map => new ListBuilder(type, account),
        ArrowTypeId.Struct => new StructBuilder(type, account),
        ArrowTypeId.DenseUnion => new DenseUnionBuilder(type, account),
        _ => new FixedBuilder(type, account),
    };

    /// <summary>A vector of the given values, which the caller owns.</summary>
    public static Vector Of(ArrowType type, MemoryAccount account, params IEnumerable<object?> values)
    {
        VectorBuilder builder = Create(type, account);
        foreach (object? value in values)
        {
            builder.Append(value);
        }

        return builder.Build();
    }

    /// <summary>Adds a row.</summary>
    /// <exception cref="InvalidCastException">The value is not in the form that the type has.</exception>
    public void Append(object? value)
    {
        _valid.GetSpan(1)[0] = value != null;
        if (value == null)
        {
            AddNull();
        }
        else
        {
            AddValue(value);
        }

        _valid.Advance(1);
    }

    /// <summary>All rows so far, in buffers that the caller owns.</summary>
    public abstract Vector Build();

    private protected abstract void AddValue(object value);

    private protected abstract void AddNull();

    private protected static NativeBuffer Copy<T>(ReadOnlySpan<T> values, MemoryAccount account)
        where T : unmanaged
    {
        NativeBuffer buffer = NativeBuffer.AllocateZeroed((long)values.Length * Unsafe.SizeOf<T>(), account);
        values.CopyTo(buffer.Span<T>(0, values.Length));
        return buffer;
    }

    private protected static NativeBuffer Bitmap(ReadOnlySpan<bool> values, MemoryAccount account)
    {
        NativeBuffer buffer = NativeBuffer.AllocateZeroed(Bits.WordCount(values.Length) * 8L, account);
        Span<byte> bits = buffer.Span<byte>(0, Bits.WordCount(values.Length) * 8);
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i])
            {
                Bits.Set(bits, i);
            }
        }

        return buffer;
    }

    private protected (NativeBuffer? Bitmap, int NullCount) Validity()
    {
        int nulls = _valid.WrittenSpan.Count(false);
        return nulls == 0 ? (null, 0) : (Bitmap(_valid.WrittenSpan, Account), nulls);
    }

    private sealed class FixedBuilder(ArrowType type, MemoryAccount account) : VectorBuilder(type, account)
    {
        private readonly ArrayBufferWriter<byte> _values = new();

        public override Vector Build()
        {
            (NativeBuffer? validity, int nulls) = Validity();
            return new FixedVector(Type, Count, Copy(_values.WrittenSpan, Account), 0, validity, nulls);
        }

        private protected override void AddNull()
        {
            _values.GetSpan(Type.Width)[..Type.Width].Clear();
            _values.Advance(Type.Width);
        }

        private protected override void AddValue(object value)
        {
            switch (Type.Id)
            {
                case ArrowTypeId.Int8: Add((sbyte)value); break;
                case ArrowTypeId.Int16: Add((short)value); break;
                case ArrowTypeId.Int32 or ArrowTypeId.Date32: Add((int)value); break;
                case ArrowTypeId.Int64 or ArrowTypeId.Time64 or ArrowTypeId.Timestamp: Add((long)value); break;
                case ArrowTypeId.UInt8: Add((byte)value); break;
                case ArrowTypeId.UInt16: Add((ushort)value); break;
                case ArrowTypeId.UInt32: Add((uint)value); break;
                case ArrowTypeId.UInt64: Add((ulong)value); break;
                case ArrowTypeId.Float32: Add((float)value); break;
                case ArrowTypeId.Float64: Add((double)value); break;
                case ArrowTypeId.Decimal64: Add(checked((long)(Int128)value)); break;
                case ArrowTypeId.Decimal128: Add((Int128)value); break;
                case ArrowTypeId.Interval: Add((Interval)value); break;
                default:
                    byte[] bytes = (byte[])value;
                    _values.Write(bytes.Length == Type.Width ? bytes : throw new InvalidCastException($"{bytes.Length} bytes for {Type}"));
                    break;
            }
        }

        private void Add<T>(T value)
            where T : unmanaged => _values.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));
    }

    private sealed class BooleanBuilder(ArrowType type, MemoryAccount account) : VectorBuilder(type, account)
    {
        private readonly ArrayBufferWriter<bool> _values = new();

        public override Vector Build()
        {
            (NativeBuffer? validity, int nulls) = Validity();
            return new BooleanVector(Count, Bitmap(_values.WrittenSpan, Account), validity, nulls);
        }

        private protected override void AddNull() => _values.Write([false]);

        private protected override void AddValue(object value) => _values.Write([(bool)value]);
    }

    private sealed class TextBuilder(ArrowType type, MemoryAccount account) : VectorBuilder(type, account)
    {
        private readonly ArrayBufferWriter<byte> _data = new();
        private readonly ArrayBufferWriter<int> _ends = new();

        public override Vector Build()
        {
            NativeBuffer data = Copy(_data.WrittenSpan, Account), views = NativeBuffer.AllocateZeroed(Count * 16L, Account);
            StringViews.Create(data, _ends.WrittenSpan, views.Span<StringView>(0, Count));
            (NativeBuffer? validity, int nulls) = Validity();
            return new ViewVector(Type, Count, views, 0, [data], validity, nulls);
        }

        private protected override void AddNull() => _ends.Write([_data.WrittenCount]);

        private protected override void AddValue(object value)
        {
            _data.Write(value as byte[] ?? Encoding.UTF8.GetBytes((string)value));
            AddNull();
        }
    }

    private sealed class ListBuilder(ArrowType type, MemoryAccount account) : VectorBuilder(type, account)
    {
        private readonly ArrayBufferWriter<int> _ends = new();
        private readonly VectorBuilder _child = Create(type.Children![0].Type, account);

        public override Vector Build()
        {
            (NativeBuffer? validity, int nulls) = Validity();
            return new ListVector(Type, Count, Copy<int>([0, .. _ends.WrittenSpan], Account), _child.Build(), validity, nulls);
        }

        private protected override void AddNull() => _ends.Write([_child.Count]);

        private protected override void AddValue(object value)
        {
            foreach (object? item in (object?[])value)
            {
                _child.Append(item);
            }

            AddNull();
        }
    }

    private sealed class StructBuilder(ArrowType type, MemoryAccount account) : VectorBuilder(type, account)
    {
        private readonly VectorBuilder[] _children = Array.ConvertAll(type.Children!, child => Create(child.Type, account));

        public override Vector Build()
        {
            (NativeBuffer? validity, int nulls) = Validity();
            return new StructVector(Type, Count, Array.ConvertAll(_children, static child => child.Build()), validity, nulls);
        }

        private protected override void AddNull()
        {
            foreach (VectorBuilder child in _children)
            {
                child.Append(null);
            }
        }

        private protected override void AddValue(object value)
        {
            object?[] items = (object?[])value;
            for (int i = 0; i < _children.Length; i++)
            {
                _children[i].Append(items[i]);
            }
        }
    }

    private sealed class DenseUnionBuilder(ArrowType type, MemoryAccount account) : VectorBuilder(type, account)
    {
        private readonly ArrayBufferWriter<byte> _selectors = new();
        private readonly ArrayBufferWriter<int> _offsets = new();
        private readonly VectorBuilder[] _children = Array.ConvertAll(type.Children!, child => Create(child.Type, account));

        public override Vector Build() => new DenseUnionVector(
            Type, Count, Copy(_selectors.WrittenSpan, Account), Copy(_offsets.WrittenSpan, Account), Array.ConvertAll(_children, static child => child.Build()));

        private protected override void AddNull() => AddValue(new UnionValue(0, null));

        private protected override void AddValue(object value)
        {
            var (child, item) = (UnionValue)value;
            _selectors.Write([(byte)child]);
            _offsets.Write([_children[child].Count]);
            _children[child].Append(item);
        }
    }
}
