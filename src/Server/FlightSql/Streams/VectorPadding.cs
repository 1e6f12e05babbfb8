using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using Shape = SqlCluster.Server.FlightSql.Streams.BlankPadding.Shape;

namespace SqlCluster.Server.FlightSql.Streams;

/// <summary>Pads the vectors of one piece: some rows of each, the others come out empty.</summary>
/// <param name="account">For new texts.</param>
/// <param name="owned">Gets the buffers that were made.</param>
/// <param name="cancellation">Ends the work.</param>
internal sealed class VectorPadding(MemoryAccount account, List<NativeBuffer> owned, CancellationToken cancellation)
{
    /// <summary>A vector of the same rows; the same one where nothing is to be padded.</summary>
    /// <param name="vector">Of any encoding.</param>
    /// <param name="shape">Where its char(n) is.</param>
    /// <param name="rows">Those that count, ascending.</param>
    public Vector Pad(Vector vector, Shape shape, ReadOnlySpan<int> rows)
    {
        switch (vector, shape)
        {
            case (ConstantVector constant, _):
                Vector value = Pad(constant.Value, shape, rows.IsEmpty ? [] : [0]);
                return ReferenceEquals(value, constant.Value) ? vector : new ConstantVector(value, vector.Length);
            case (DictionaryVector dictionary, _):
                Vector entries = Pad(dictionary.Dictionary, shape, Codes(dictionary, rows));
                return ReferenceEquals(entries, dictionary.Dictionary) ? vector : dictionary.WithDictionary(entries);
            case (ViewVector texts, Shape.Texts { Characters: var characters }):
                return Texts(texts, characters, rows);
            case (ListVector lists, Shape.Elements { Element: var element }):
                Vector child = Pad(lists.Child, element, Elements(lists, rows));
                return ReferenceEquals(child, lists.Child) ? vector : new ListVector(vector.Type, vector.Length, lists.OffsetsBuffer, child, vector.ValidityBuffer, vector.NullCount);
            case (StructVector structs, Shape.Members { Fields: var fields }):
                return Members(structs, fields, rows);
            default:
                return vector;
        }
    }

    private Vector Texts(ViewVector texts, int characters, ReadOnlySpan<int> rows)
    {
        ReadOnlySpan<StringView> views = texts.Views;
        long size = 0, blanks = 0;
        foreach (int row in rows)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!texts.IsNull(row))
            {
                size += views[row].Length;
                blanks += Missing(StringView.Bytes(in views[row]), characters);
            }
        }

        if (blanks == 0)
        {
            return texts;
        }

        NativeBuffer data = Owned(checked((int)(size + blanks))), padded = Owned(texts.Length * 16L);
        Span<byte> target = data.Span<byte>(0, (int)(size + blanks));
        int[] ends = new int[texts.Length];
        int used = 0, next = 0;
        foreach (int row in rows)
        {
            cancellation.ThrowIfCancellationRequested();
            ends.AsSpan(next, row - next).Fill(used);
            if (!texts.IsNull(row))
            {
                ReadOnlySpan<byte> text = StringView.Bytes(in views[row]);
                int missing = Missing(text, characters);
                text.CopyTo(target[used..]);
                target.Slice(used + text.Length, missing).Fill((byte)' ');
                used += text.Length + missing;
            }

            ends[row] = used;
            next = row + 1;
        }

        ends.AsSpan(next).Fill(used);
        StringViews.Create(data, ends, padded.Span<StringView>(0, texts.Length));
        return new ViewVector(texts.Type, texts.Length, padded, 0, [data], texts.ValidityBuffer, texts.NullCount);
    }

    private Vector Members(StructVector structs, Shape?[] fields, ReadOnlySpan<int> rows)
    {
        var children = new Vector[fields.Length];
        bool isSame = true;
        for (int i = 0; i < children.Length; i++)
        {
            children[i] = fields[i] is { } field ? Pad(structs.Children[i], field, rows) : structs.Children[i];
            isSame &= ReferenceEquals(children[i], structs.Children[i]);
        }

        return isSame ? structs : new StructVector(structs.Type, structs.Length, children, structs.ValidityBuffer, structs.NullCount);
    }

    /// <summary>The entries that the rows use, ascending.</summary>
    private static int[] Codes(DictionaryVector dictionary, ReadOnlySpan<int> rows)
    {
        bool[] used = new bool[dictionary.Dictionary.Length];
        foreach (int row in rows)
        {
            used[dictionary.Code(row)] = true;
        }

        return [.. Enumerable.Range(0, used.Length).Where(code => used[code])];
    }

    private static int[] Elements(ListVector lists, ReadOnlySpan<int> rows)
    {
        var elements = new List<int>();
        foreach (int row in rows)
        {
            for (int i = lists.Offsets[row]; i < lists.Offsets[row + 1] && !lists.IsNull(row); i++)
            {
                elements.Add(i);
            }
        }

        return [.. elements];
    }

    /// <summary>Characters, not bytes, that a text lacks.</summary>
    private static int Missing(ReadOnlySpan<byte> text, int characters)
    {
        int count = 0;
        foreach (byte unit in text)
        {
            count += (unit & 0xC0) == 0x80 ? 0 : 1;
        }

        return Math.Max(characters - count, 0);
    }

    private NativeBuffer Owned(long sizeBytes)
    {
        NativeBuffer buffer = NativeBuffer.AllocateZeroed(sizeBytes, account);
        owned.Add(buffer);
        return buffer;
    }
}
