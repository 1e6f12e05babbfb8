using System.Diagnostics;
using System.Runtime.CompilerServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Kernels;

/// <summary>Reads any vector row by row, whatever its encoding: for code that is not worth a kernel per encoding.</summary>
/// <remarks>Valid as long as the vector's buffers are. Cheap to make; make one per batch and column, not per row.</remarks>
internal readonly unsafe struct VectorReader
{
    private readonly byte* _values;
    private readonly byte* _codes;
    private readonly byte* _validity;
    private readonly int _codeWidth;
    private readonly int _width;

    public VectorReader(Vector vector)
    {
        Source = vector;
        NativeBuffer? validity = vector.ValidityBuffer;
        _validity = validity == null ? null : validity.Address;
        Flat = vector;
        _codeWidth = 0;
        switch (vector)
        {
            case DictionaryVector dictionary:
                _codes = dictionary.CodesBuffer.Address + dictionary.OffsetBytes;
                _codeWidth = dictionary.CodeWidth;
                Flat = dictionary.Dictionary;
                break;
            case ConstantVector constant:
                Flat = constant.Value;
                _codeWidth = -1;
                IsNullConstant = constant.IsNullConstant;
                break;
        }

        Id = Flat.Type.Id;
        _width = Flat is FixedVector ? Flat.Type.Width : 0;
        _values = Flat switch
        {
            FixedVector fixedVector => fixedVector.ValuesBuffer.Address + fixedVector.OffsetBytes,
            ViewVector views => views.ViewsBuffer.Address + views.OffsetBytes,
            BooleanVector booleans => booleans.ValuesBuffer.Address,
            _ => null,
        };
    }

    /// <summary>The vector that is read.</summary>
    public Vector Source { get; }

    /// <summary>The vector, its dictionary, or the constant's one row: what <see cref="Slot"/> indexes.</summary>
    public Vector Flat { get; }

    /// <summary>Type of the values.</summary>
    public ArrowTypeId Id { get; }

    private bool IsNullConstant { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Slot(int row) => _codeWidth switch
    {
        0 => row,
        1 => _codes[row],
        2 => ((ushort*)_codes)[row],
        4 => ((int*)_codes)[row],
        _ => 0,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsNull(int row) => _validity != null ? (_validity[row >> 3] >> (row & 7) & 1) == 0 : IsNullConstant;

    /// <summary>A fixed-width value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(int row)
        where T : unmanaged
    {
        Debug.Assert(Unsafe.SizeOf<T>() == Flat.Type.Width, "element size differs from the type's width");
        return ((T*)_values)[Slot(row)];
    }

    /// <summary>Text or bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Bytes(int row) => StringView.Bytes(in ((StringView*)_values)[Slot(row)]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public StringView View(int row) => ((StringView*)_values)[Slot(row)];

    public bool Boolean(int row)
    {
        int slot = Slot(row);
        return (_values[slot >> 3] >> (slot & 7) & 1) != 0;
    }

    /// <summary>A decimal's unscaled value, from either width.</summary>
    public Int128 Decimal(int row) => Id == ArrowTypeId.Decimal64 ? ((long*)_values)[Slot(row)] : ((Int128*)_values)[Slot(row)];

    /// <summary>Any integer-like fixed value of up to 8 bytes (integers, dates, times), sign-extended.</summary>
    public long Integer(int row) => _width switch
    {
        1 => Id == ArrowTypeId.UInt8 ? _values[Slot(row)] : ((sbyte*)_values)[Slot(row)],
        2 => Id == ArrowTypeId.UInt16 ? ((ushort*)_values)[Slot(row)] : ((short*)_values)[Slot(row)],
        4 => Id == ArrowTypeId.UInt32 ? ((uint*)_values)[Slot(row)] : ((int*)_values)[Slot(row)],
        _ => ((long*)_values)[Slot(row)],
    };

    /// <summary>real or double precision.</summary>
    public double Double(int row) => Id == ArrowTypeId.Float32 ? ((float*)_values)[Slot(row)] : ((double*)_values)[Slot(row)];
}
