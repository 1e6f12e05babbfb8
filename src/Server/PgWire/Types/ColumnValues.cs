using System.Numerics;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using Vector = SqlCluster.Arrow.Vectors.Vector;

namespace SqlCluster.Server.PgWire.Types;

/// <summary>Brings a column of any encoding into an array, a slot a row, so that the loop over the rows only indexes it.</summary>
internal static class ColumnValues
{
    /// <summary>The vector, its dictionary, or the constant's one row.</summary>
    public static Vector Flat(Vector vector) => vector switch
    {
        DictionaryVector dictionary => dictionary.Dictionary,
        ConstantVector constant => constant.Value,
        _ => vector,
    };

    /// <summary>Row of <see cref="Flat"/> that a row has its value from.</summary>
    public static int Slot(Vector vector, int row) => vector switch
    {
        DictionaryVector dictionary => dictionary.Code(row),
        ConstantVector => 0,
        _ => row,
    };

    /// <summary>Loads fixed-width values; slots of null rows are unspecified.</summary>
    public static void Load<T>(Vector vector, ref T[] values)
        where T : unmanaged
    {
        int length = vector.Length;
        if (values.Length < length)
        {
            values = new T[length];
        }

        if (length == 0)
        {
            return;
        }

        ReadOnlySpan<T> flat = ((FixedVector)Flat(vector)).Values<T>();
        switch (vector)
        {
            case ConstantVector: values.AsSpan(0, length).Fill(flat[0]); break;
            case DictionaryVector { CodeWidth: 1 } dictionary: Gather(flat, dictionary.Codes8, values); break;
            case DictionaryVector { CodeWidth: 2 } dictionary: Gather(flat, dictionary.Codes16, values); break;
            case DictionaryVector dictionary: Gather(flat, dictionary.Codes32, values); break;
            default: flat.CopyTo(values); break;
        }
    }

    /// <summary>Loads integers, dates and times of any width, sign-extended.</summary>
    public static void LoadIntegers(Vector vector, ref long[] values)
    {
        switch (Flat(vector).Type.Id, Flat(vector).Type.Width)
        {
            case (_, 8): Load(vector, ref values); break;
            case (ArrowTypeId.UInt8, _): Widen<byte>(vector, ref values); break;
            case (ArrowTypeId.UInt16, _): Widen<ushort>(vector, ref values); break;
            case (ArrowTypeId.UInt32, _): Widen<uint>(vector, ref values); break;
            case (_, 1): Widen<sbyte>(vector, ref values); break;
            case (_, 2): Widen<short>(vector, ref values); break;
            default: Widen<int>(vector, ref values); break;
        }
    }

    /// <summary>Loads unscaled decimals of either width.</summary>
    public static void LoadDecimals(Vector vector, ref Int128[] values)
    {
        if (Flat(vector).Type.Id != ArrowTypeId.Decimal64)
        {
            Load(vector, ref values);
            return;
        }

        long[] narrow = [];
        Load(vector, ref narrow);
        if (values.Length < vector.Length)
        {
            values = new Int128[vector.Length];
        }

        for (int i = 0; i < vector.Length; i++)
        {
            values[i] = narrow[i];
        }
    }

    private static void Gather<T, TCode>(ReadOnlySpan<T> dictionary, ReadOnlySpan<TCode> codes, T[] values)
        where TCode : unmanaged, INumberBase<TCode>
    {
        for (int i = 0; i < codes.Length; i++)
        {
            values[i] = dictionary[int.CreateTruncating(codes[i])];
        }
    }

    private static void Widen<T>(Vector vector, ref long[] values)
        where T : unmanaged, IBinaryInteger<T>
    {
        T[] narrow = [];
        Load(vector, ref narrow);
        if (values.Length < vector.Length)
        {
            values = new long[vector.Length];
        }

        for (int i = 0; i < vector.Length; i++)
        {
            values[i] = long.CreateTruncating(narrow[i]);
        }
    }
}
