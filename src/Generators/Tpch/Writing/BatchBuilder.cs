using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Generators.Tpch.Rows;
using SqlCluster.Generators.Tpch.Schema;

namespace SqlCluster.Generators.Tpch.Writing;

/// <summary>Turns generated rows into batches. A batch is valid until the next one is built. Not thread-safe.</summary>
internal sealed class BatchBuilder(TpchTable table) : IDisposable
{
    private const int ViewBytes = 16;

    private readonly MemoryAccount _account = new("TPC-H generator");
    private readonly NativeBuffer?[] _values = new NativeBuffer?[table.Columns.Length];
    private readonly NativeBuffer?[] _texts = new NativeBuffer?[table.Columns.Length];
    private readonly Vector?[] _dictionaries = new Vector?[table.Columns.Length];

    /// <summary>Gets the schema of the batches.</summary>
    public static ArrowSchema SchemaOf(TpchTable table) =>
        new([.. table.Columns.Select(static column => new ArrowField(column.Name, TypeOf(column.Kind), Nullable: false))]);

    public Batch Build(TpchRows rows)
    {
        var columns = new Vector[table.Columns.Length];
        for (int i = 0; i < columns.Length; i++)
            columns[i] = BuildColumn(rows, i);
        return new Batch(columns, rows.RowCount);
    }

    public void Dispose() => _account.Dispose();

    private static ArrowType TypeOf(TpchColumnKind kind) => kind switch
    {
        TpchColumnKind.BigInt => ArrowType.Int64,
        TpchColumnKind.Integer => ArrowType.Int32,
        TpchColumnKind.Decimal => ArrowType.Decimal64(15, 2),
        TpchColumnKind.Date => ArrowType.Date32,
        TpchColumnKind.Text or TpchColumnKind.Word => ArrowType.Utf8,
    };

    private Vector BuildColumn(TpchRows rows, int column)
    {
        TpchColumnKind kind = table.Columns[column].Kind;
        return kind switch
        {
            TpchColumnKind.BigInt or TpchColumnKind.Decimal => Fixed(TypeOf(kind), rows.Longs(column), column),
            TpchColumnKind.Integer or TpchColumnKind.Date => Fixed(TypeOf(kind), rows.Ints(column), column),
            TpchColumnKind.Text => Texts(rows.Texts(column), column),
            TpchColumnKind.Word => Words(rows.Words(column), rows.RowCount, column),
        };
    }

    private FixedVector Fixed<T>(ArrowType type, ReadOnlySpan<T> values, int column)
        where T : unmanaged
    {
        NativeBuffer buffer = NativeBuffer.Reuse(ref _values[column], (long)values.Length * type.Width, _account);
        values.CopyTo(buffer.Span<T>(0, values.Length));
        return new FixedVector(type, values.Length, buffer);
    }

    private ViewVector Texts(TextColumn texts, int column)
    {
        NativeBuffer bytes = NativeBuffer.Reuse(ref _texts[column], texts.Bytes.Length, _account);
        texts.Bytes.CopyTo(bytes.Span<byte>());
        NativeBuffer views = NativeBuffer.Reuse(ref _values[column], (long)texts.Count * ViewBytes, _account);
        StringViews.Create(bytes, texts.Ends, views.Span<StringView>(0, texts.Count));
        return new ViewVector(ArrowType.Utf8, texts.Count, views, 0, [bytes]);
    }

    private DictionaryVector Words(WordColumn words, int rowCount, int column)
    {
        NativeBuffer codes = NativeBuffer.Reuse(ref _values[column], rowCount, _account);
        words.Codes(rowCount).CopyTo(codes.Span<byte>());
        return new DictionaryVector(rowCount, codes, 0, 1, _dictionaries[column] ??= DictionaryOf(words));
    }

    private ViewVector DictionaryOf(WordColumn words)
    {
        var texts = new TextColumn();
        foreach (ReadOnlyMemory<byte> word in words.Words)
            texts.Append(word.Span);
        NativeBuffer bytes = NativeBuffer.Allocate(texts.Bytes.Length, _account);
        texts.Bytes.CopyTo(bytes.Span<byte>());
        NativeBuffer views = NativeBuffer.Allocate((long)texts.Count * ViewBytes, _account);
        StringViews.Create(bytes, texts.Ends, views.Span<StringView>(0, texts.Count));
        return new ViewVector(ArrowType.Utf8, texts.Count, views, 0, [bytes]);
    }
}
