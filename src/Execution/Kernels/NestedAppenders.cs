using System.Runtime.Intrinsics;
using System.Text;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Kernels;

/// <summary>Appends text and bytes; long values are copied to the appender's own heap.</summary>
internal sealed class ViewAppender(ArrowType type, MemoryAccount account) : ColumnAppender(type, account)
{
    private readonly ByteHeap _heap = new(account);
    private GrowingBuffer _views = new(account);

    public override long ReservedBytes => base.ReservedBytes + _views.ReservedBytes + _heap.ReservedBytes;

    /// <summary>Appends one value, which is not null.</summary>
    public void Append(ReadOnlySpan<byte> value)
    {
        Room(1)[0] = _heap.Add(value);
        AddValidRows(1);
    }

    /// <summary>Appends the parts of a text between separators of one byte: one more than there are separators.</summary>
    public void AppendFields(ReadOnlySpan<byte> text, byte separator)
    {
        int count = text.Count(separator) + 1, field = 0, start = 0, at = 0;
        Span<StringView> target = Room(count);
        for (; at + Vector128<byte>.Count <= text.Length; at += Vector128<byte>.Count)
        {
            for (uint ends = Vector128.Equals(Vector128.Create(text.Slice(at, Vector128<byte>.Count)), Vector128.Create(separator)).ExtractMostSignificantBits(); ends != 0; ends &= ends - 1)
            {
                int end = at + System.Numerics.BitOperations.TrailingZeroCount(ends);
                target[field++] = _heap.AddPart(text, start, end);
                start = end + 1;
            }
        }

        for (; at < text.Length; at++)
        {
            if (text[at] == separator)
            {
                target[field++] = _heap.AddPart(text, start, at);
                start = at + 1;
            }
        }

        target[field] = _heap.Add(text[start..]);
        AddValidRows(count);
    }

    /// <summary>Appends one text; null appends null.</summary>
    public void Append(string? text)
    {
        if (text == null)
        {
            AppendNulls(1);
            return;
        }

        Span<byte> room = _heap.Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        Room(1)[0] = _heap.Commit(Encoding.UTF8.GetBytes(text, room));
        AddValidRows(1);
    }

    protected override void AppendValues(Vector source, ReadOnlySpan<int> rows)
    {
        Span<StringView> target = Room(rows.Length);
        var reader = new VectorReader(source);
        if (source.HasNulls || rows.IndexOfAnyInRange(int.MinValue, -1) >= 0)
        {
            for (int i = 0; i < rows.Length; i++)
            {
                target[i] = rows[i] < 0 || reader.IsNull(rows[i]) ? default : _heap.Add(reader.View(rows[i]));
            }
        }
        else
        {
            for (int i = 0; i < rows.Length; i++)
            {
                target[i] = _heap.Add(reader.View(rows[i]));
            }
        }
    }

    protected override void AppendNullValues(int count) => Room(count).Clear();

    protected override Vector BuildVector(NativeBuffer? validity, int nullCount)
    {
        _views.Ensure(16, 0);
        return new ViewVector(Type, Count, _views.Buffer, 0, _heap.Buffers, validity, nullCount);
    }

    protected override void ResetValues()
    {
        _views.Reset();
        _heap.Reset();
    }

    protected override void DisposeValues()
    {
        _views.Dispose();
        _heap.Dispose();
    }

    private Span<StringView> Room(int rows) =>
        _views.Ensure((Count + rows) * 16L, Count * 16L).Span<StringView>(Count * 16L, rows);
}

/// <summary>Appends lists and maps.</summary>
internal sealed class ListAppender(ArrowType type, MemoryAccount account) : ColumnAppender(type, account)
{
    private readonly ColumnAppender _child = Create(type.Children![0].Type, account);
    private GrowingBuffer _offsets = new(account);

    public override long ReservedBytes => base.ReservedBytes + _offsets.ReservedBytes + _child.ReservedBytes;

    /// <summary>The elements; append those of the next row to it, then call <see cref="EndRow"/>.</summary>
    public ColumnAppender Child => _child;

    /// <summary>Ends a row whose elements were appended to <see cref="Child"/>.</summary>
    public void EndRow()
    {
        Room(1)[0] = _child.Count;
        AddValidRows(1);
    }

    protected override void AppendValues(Vector source, ReadOnlySpan<int> rows)
    {
        Span<int> offsets = Room(rows.Length);
        var reader = new VectorReader(source);
        var lists = (ListVector)reader.Flat;
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i] >= 0 && !reader.IsNull(rows[i]))
            {
                int slot = reader.Slot(rows[i]);
                _child.AppendRange(lists.Child, lists.Offsets[slot], lists.Offsets[slot + 1] - lists.Offsets[slot]);
            }

            offsets[i] = _child.Count;
        }
    }

    protected override void AppendNullValues(int count) => Room(count).Fill(_child.Count);

    protected override Vector BuildVector(NativeBuffer? validity, int nullCount)
    {
        if (Count == 0)
        {
            Room(0);
        }

        return new ListVector(Type, Count, _offsets.Buffer, _child.Build(), validity, nullCount);
    }

    protected override void ResetValues()
    {
        _offsets.Reset();
        _child.Reset();
    }

    protected override void DisposeValues()
    {
        _offsets.Dispose();
        _child.Dispose();
    }

    /// <summary>Room for the end offsets of the next rows.</summary>
    private Span<int> Room(int rows)
    {
        NativeBuffer buffer = _offsets.Ensure((Count + rows + 1) * 4L, Count == 0 ? 0 : (Count + 1) * 4L);
        if (Count == 0)
        {
            buffer.Span<int>(0, 1)[0] = 0;
        }

        return buffer.Span<int>((Count + 1) * 4L, rows);
    }
}

/// <summary>Appends structs, field by field.</summary>
internal sealed class StructAppender(ArrowType type, MemoryAccount account) : ColumnAppender(type, account)
{
    private readonly ColumnAppender[] _fields = [.. type.Children!.Select(field => Create(field.Type, account))];

    /// <summary>The fields; append one row to each, then call <see cref="EndRow"/>.</summary>
    public ColumnAppender[] Fields => _fields;

    /// <summary>Ends a row whose values were appended to <see cref="Fields"/>.</summary>
    public void EndRow() => AddValidRows(1);

    public override long ReservedBytes => base.ReservedBytes + _fields.Sum(static appender => appender.ReservedBytes);

    protected override void AppendValues(Vector source, ReadOnlySpan<int> rows)
    {
        Vector[] fields = source is StructVector flat ? flat.Children : ((StructVector)new VectorReader(source).Flat).Children;
        if (source is StructVector)
        {
            for (int i = 0; i < _fields.Length; i++)
            {
                _fields[i].Append(fields[i], rows);
            }

            return;
        }

        var reader = new VectorReader(source);
        Span<int> slot = stackalloc int[1];
        foreach (int row in rows)
        {
            slot[0] = row < 0 || reader.IsNull(row) ? -1 : reader.Slot(row);
            for (int i = 0; i < _fields.Length; i++)
            {
                _fields[i].Append(fields[i], slot);
            }
        }
    }

    protected override void AppendNullValues(int count)
    {
        foreach (ColumnAppender field in _fields)
        {
            field.AppendNulls(count);
        }
    }

    protected override Vector BuildVector(NativeBuffer? validity, int nullCount) =>
        new StructVector(Type, Count, [.. _fields.Select(static appender => appender.Build())], validity, nullCount);

    protected override void ResetValues()
    {
        foreach (ColumnAppender field in _fields)
        {
            field.Reset();
        }
    }

    protected override void DisposeValues()
    {
        foreach (ColumnAppender field in _fields)
        {
            field.Dispose();
        }
    }
}
