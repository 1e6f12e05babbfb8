using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Execution.Kernels;

/// <summary>Collects rows of vectors into one growing flat column that owns everything it holds; long text is copied.</summary>
/// <remarks>
/// What build sides, sort buffers, group keys and shuffle partitions are made of. <see cref="Build"/> gives a vector over the appender's buffers, valid until the
/// next append, <see cref="Reset"/> or <see cref="Dispose"/>, unless retained. Decimals stay in 64 bits until a value needs 128.
/// </remarks>
internal abstract class ColumnAppender(ArrowType type, MemoryAccount account) : IDisposable
{
    private GrowingBuffer _validity = new(account);
    private int _nullCount;

    /// <summary>Type that <see cref="Build"/> gives (decimals: unless widened).</summary>
    public ArrowType Type { get; } = type;

    /// <summary>Rows so far.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes reserved from the account.</summary>
    public virtual long ReservedBytes => _validity.ReservedBytes;

    protected MemoryAccount Account { get; } = account;

    public static ColumnAppender Create(ArrowType type, MemoryAccount account) => type.Id switch
    {
        ArrowTypeId.Utf8 or ArrowTypeId.Binary => new ViewAppender(type, account),
        ArrowTypeId.Boolean => new BooleanAppender(account),
        ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 => new DecimalAppender(type, account),
        ArrowTypeId.List or ArrowTypeId.Map => new ListAppender(type, account),
        ArrowTypeId.Struct => new StructAppender(type, account),
        ArrowTypeId.Null => new BooleanAppender(account),
        _ => new FixedAppender(type, account),
    };

    /// <summary>Appends rows by number; -1 appends null.</summary>
    public void Append(Vector source, ReadOnlySpan<int> rows)
    {
        if (rows.IsEmpty)
        {
            return;
        }

        AppendValidity(source, rows);
        if (source is ConstantVector { IsNullConstant: true })
        {
            AppendNullValues(rows.Length);
        }
        else
        {
            AppendValues(source, rows);
        }

        Count += rows.Length;
    }

    /// <summary>Appends <paramref name="count"/> rows from <paramref name="start"/> on.</summary>
    public virtual void AppendRange(Vector source, int start, int count)
    {
        Span<int> rows = stackalloc int[256];
        while (count > 0)
        {
            int part = Math.Min(count, rows.Length);
            for (int i = 0; i < part; i++)
            {
                rows[i] = start + i;
            }

            Append(source, rows[..part]);
            start += part;
            count -= part;
            if (count > 0)
            {
                Interruption.Ask();
            }
        }
    }

    /// <summary>Appends every row, or the selected ones.</summary>
    public void Append(Vector source, SelectionVector? selection)
    {
        if (selection == null)
        {
            AppendRange(source, 0, source.Length);
        }
        else
        {
            Append(source, selection.Rows);
        }
    }

    public void AppendNulls(int count)
    {
        MarkValid(count, false);
        AppendNullValues(count);
        Count += count;
    }

    /// <summary>All rows so far.</summary>
    public Vector Build() => BuildVector(_nullCount == 0 ? null : _validity.Buffer, _nullCount);

    /// <summary>Forgets all rows; buffers that others retained stay theirs.</summary>
    public void Reset()
    {
        Count = 0;
        _nullCount = 0;
        _validity.Reset();
        ResetValues();
    }

    public void Dispose()
    {
        _validity.Dispose();
        DisposeValues();
    }

    /// <summary>Appends the values of <paramref name="rows"/>; of nulls, anything readable (views: empty).</summary>
    protected abstract void AppendValues(Vector source, ReadOnlySpan<int> rows);

    protected abstract void AppendNullValues(int count);

    protected abstract Vector BuildVector(NativeBuffer? validity, int nullCount);

    protected abstract void ResetValues();

    protected abstract void DisposeValues();

    /// <summary>Books rows that are not null, for the range copies of derived classes.</summary>
    protected void AddValidRows(int count)
    {
        MarkValid(count, true);
        Count += count;
    }

    private void AppendValidity(Vector source, ReadOnlySpan<int> rows)
    {
        bool hasMissing = rows.IndexOfAnyInRange(int.MinValue, -1) >= 0;
        if (!source.HasNulls && !hasMissing)
        {
            MarkValid(rows.Length, true);
            return;
        }

        MarkValid(rows.Length, true);
        Span<byte> bitmap = EnsureValidity(Count + rows.Length);
        var reader = new VectorReader(source);
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i] < 0 || reader.IsNull(rows[i]))
            {
                Bits.Clear(bitmap, Count + i);
                _nullCount++;
            }
        }
    }

    /// <summary>Marks the next rows; the bitmap exists only once there was a null.</summary>
    private void MarkValid(int count, bool isValid)
    {
        if (isValid && _nullCount == 0)
        {
            return;
        }

        Span<byte> bitmap = EnsureValidity(Count + count);
        for (int i = Count; i < Count + count; i++)
        {
            if (isValid)
            {
                Bits.Set(bitmap, i);
            }
            else
            {
                Bits.Clear(bitmap, i);
            }
        }

        _nullCount += isValid ? 0 : count;
    }

    private Span<byte> EnsureValidity(int rows)
    {
        bool isFirst = _nullCount == 0;
        NativeBuffer buffer = _validity.Ensure(Bits.WordCount(rows) * 8L, isFirst ? 0 : Bits.WordCount(Count) * 8L);
        Span<byte> bitmap = buffer.Span<byte>(0, Bits.WordCount(rows) * 8);
        if (isFirst)
        {
            bitmap.Fill(0xFF);
        }

        return bitmap;
    }
}

/// <summary>A buffer that grows by doubling and keeps its content.</summary>
internal struct GrowingBuffer(MemoryAccount account)
{
    /// <summary>Bytes copied between two questions after a cancellation: a few milliseconds where all of it is fresh.</summary>
    public const int StretchBytes = 4 << 20;

    private NativeBuffer? _buffer;

    /// <summary>The block, once there is one.</summary>
    public readonly NativeBuffer Buffer => _buffer!;

    public readonly long ReservedBytes => _buffer?.SizeBytes ?? 0;

    /// <summary>Makes room for <paramref name="sizeBytes"/>, keeping the first <paramref name="usedBytes"/>. A block that others retained is left to them.</summary>
    public NativeBuffer Ensure(long sizeBytes, long usedBytes)
    {
        if (_buffer != null && _buffer.SizeBytes >= sizeBytes && !_buffer.IsShared)
        {
            return _buffer;
        }

        NativeBuffer larger = NativeBuffer.Allocate(Math.Max(sizeBytes, _buffer == null ? 1024 : _buffer.SizeBytes + Math.Min(_buffer.SizeBytes, Math.Max(64 << 20, _buffer.SizeBytes / 4))), account);
        if (_buffer != null)
        {
            Copy(_buffer, larger, usedBytes);
            _buffer.Release();
        }

        return _buffer = larger;
    }

    public void Reset()
    {
        if (_buffer is { IsShared: true })
        {
            _buffer.Release();
            _buffer = null;
        }
    }

    public void Dispose()
    {
        _buffer?.Release();
        _buffer = null;
    }

    /// <summary>Copies the first bytes, a stretch at a time: fresh memory costs much more than the copy, and a cancelled query need not wait for hundreds of megabytes of it.</summary>
    private static void Copy(NativeBuffer source, NativeBuffer target, long bytes)
    {
        try
        {
            for (long copied = 0; copied < bytes; copied += StretchBytes)
            {
                int part = (int)Math.Min(bytes - copied, StretchBytes);
                source.Span<byte>(copied, part).CopyTo(target.Span<byte>(copied, part));
                Interruption.Ask();
            }
        }
        catch (OperationCanceledException)
        {
            target.Release();
            throw;
        }
    }
}
