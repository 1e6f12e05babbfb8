using System.Text;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Csv;

/// <summary>Rows that were split into fields.</summary>
/// <param name="bytes">The block.</param>
/// <param name="block">The same bytes, for views to point to.</param>
/// <param name="fields">Where the fields are.</param>
/// <param name="dropped">Marks rows whose values cannot be read; empty: such a row ends the query.</param>
internal readonly ref struct CsvRows(ReadOnlySpan<byte> bytes, NativeBuffer block, CsvScanner fields, Span<bool> dropped)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly Span<bool> _dropped = dropped;

    public NativeBuffer Block => block;

    public int Count => fields.RowCount;

    /// <summary>A field as it stands in the file, without the line's carriage return; null-like when the record lacks it.</summary>
    public ReadOnlySpan<byte> Raw(int row, int column, out bool isMissing)
    {
        (int start, int end) = fields.Field(row, column);
        isMissing = end < start;
        if (isMissing)
        {
            return default;
        }

        if (column == fields.Width - 1 && end > start && _bytes[end - 1] == (byte)'\r')
        {
            end--;
        }

        return _bytes[start..end];
    }

    /// <summary>Marks a bad row; false when bad rows end the query.</summary>
    public bool Drop(int row)
    {
        if (_dropped.IsEmpty)
        {
            return false;
        }

        _dropped[row] = true;
        return true;
    }
}

/// <summary>Which texts stand for NULL and how fields are quoted.</summary>
internal sealed class CsvFieldRules(CsvDialect dialect, IReadOnlyList<byte[]> nullTexts, bool readsQuotedNulls)
{
    private readonly bool _onlyEmpty = nullTexts is [{ Length: 0 }];

    public CsvDialect Dialect => dialect;

    public bool IsQuoted(ReadOnlySpan<byte> field) => field.Length > 0 && field[0] == dialect.Quote;

    public bool IsNull(ReadOnlySpan<byte> text, bool wasQuoted)
    {
        if (wasQuoted && !readsQuotedNulls)
        {
            return false;
        }

        if (_onlyEmpty)
        {
            return text.IsEmpty;
        }

        foreach (byte[] nullText in nullTexts)
        {
            if (text.SequenceEqual(nullText))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Turns one column's fields into a vector, which is valid until the next call.</summary>
internal abstract class CsvColumn(int column, CsvFieldRules rules, MemoryAccount account) : IDisposable
{
    private NativeBuffer? _validity;
    private int _nullCount;
    private byte[] _scratch = [];

    protected CsvFieldRules Rules => rules;

    protected int Column => column;

    protected MemoryAccount Account => account;

    public static CsvColumn Create(SqlType type, int column, CsvFieldRules rules, EvaluationContext context)
    {
        MemoryAccount account = context.Account;
        ArrowType arrow = ArrowTypes.Of(type);
        return type.Kind switch
        {
            TypeKind.Text or TypeKind.Varchar when type.Precision == 0 => new CsvTextColumn(column, rules, account),
            TypeKind.Boolean => new CsvBooleanColumn(column, rules, account),
            TypeKind.SmallInt => new CsvFixedColumn<short, ShortParser>(default, arrow, column, rules, account),
            TypeKind.Integer => new CsvFixedColumn<int, IntParser>(default, arrow, column, rules, account),
            TypeKind.BigInt => new CsvFixedColumn<long, LongParser>(default, arrow, column, rules, account),
            TypeKind.DoublePrecision => new CsvFixedColumn<double, DoubleParser>(default, arrow, column, rules, account),
            TypeKind.Date => new CsvFixedColumn<int, DateParser>(new DateParser(rules.Dialect.DateOrderOf(column)), arrow, column, rules, account),
            TypeKind.Time when type.Precision <= 0 => new CsvFixedColumn<long, TimeParser>(default, arrow, column, rules, account),
            TypeKind.Timestamp when type.Precision <= 0 => new CsvFixedColumn<long, TimestampParser>(new TimestampParser(rules.Dialect.DateOrderOf(column)), arrow, column, rules, account),
            TypeKind.TimestampTz when type.Precision <= 0 => new CsvFixedColumn<long, InstantParser>(default, arrow, column, rules, account),
            TypeKind.Numeric when arrow.Width == 8 => new CsvFixedColumn<long, SmallDecimalParser>(new SmallDecimalParser(type), arrow, column, rules, account),
            TypeKind.Numeric => new CsvFixedColumn<Int128, DecimalParser>(new DecimalParser(type), arrow, column, rules, account),
            _ => new CsvCastColumn(type, column, rules, context),
        };
    }

    /// <returns>The first row that cannot be read, -1 when all can.</returns>
    public abstract int Read(in CsvRows rows, out Vector vector);

    public virtual void Dispose()
    {
        _validity?.Release();
        _validity = null;
    }

    protected void StartNulls() => _nullCount = 0;

    protected void SetNull(int row, int rowCount)
    {
        if (_nullCount++ == 0)
        {
            NativeBuffer.Reuse(ref _validity, Bits.WordCount(rowCount) * 8L, account);
            Bits.Fill(_validity!.Span<byte>(0, Bits.WordCount(rowCount) * 8), rowCount);
        }

        Bits.Clear(_validity!.Span<byte>(0, Bits.WordCount(rowCount) * 8), row);
    }

    protected NativeBuffer? Validity(out int nullCount)
    {
        nullCount = _nullCount;
        return _nullCount == 0 ? null : _validity;
    }

    /// <summary>A field's text without quotes; valid until the next call.</summary>
    protected ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field, out bool wasQuoted)
    {
        wasQuoted = rules.IsQuoted(field);
        if (!wasQuoted)
        {
            return field;
        }

        if (_scratch.Length < field.Length)
        {
            _scratch = new byte[field.Length * 2];
        }

        return _scratch.AsSpan(0, rules.Dialect.Unquote(field, _scratch));
    }
}

/// <summary>Values of a fixed width. Quoted empty fields are NULL here.</summary>
internal sealed class CsvFixedColumn<T, TParser>(TParser parser, ArrowType type, int column, CsvFieldRules rules, MemoryAccount account) : CsvColumn(column, rules, account)
    where T : unmanaged
    where TParser : struct, ICsvParser<T>
{
    private NativeBuffer? _values;

    public override int Read(in CsvRows rows, out Vector vector)
    {
        int count = rows.Count;
        Span<T> values = NativeBuffer.Reuse(ref _values, Math.Max(count, 1) * (long)type.Width, Account).Span<T>(0, count);
        StartNulls();
        vector = null!;
        for (int row = 0; row < values.Length; row++)
        {
            ReadOnlySpan<byte> field = rows.Raw(row, Column, out _);
            if (field.IsEmpty || !parser.TryParse(field, out values[row]))
            {
                ReadOnlySpan<byte> text = Text(field, out bool wasQuoted).Trim(" \t"u8);
                bool isNull = text.IsEmpty || Rules.IsNull(text, wasQuoted);
                if (isNull || !parser.TryParse(text, out values[row]))
                {
                    if (!isNull && !rows.Drop(row))
                    {
                        return row;
                    }

                    values[row] = default;
                    SetNull(row, count);
                }
            }
            else if (Rules.IsNull(field, false))
            {
                SetNull(row, count);
            }
        }

        NativeBuffer? validity = Validity(out int nulls);
        vector = new FixedVector(type, count, _values!, 0, validity, nulls);
        return -1;
    }

    public override void Dispose()
    {
        base.Dispose();
        _values?.Release();
        _values = null;
    }
}

internal sealed class CsvBooleanColumn(int column, CsvFieldRules rules, MemoryAccount account) : CsvColumn(column, rules, account)
{
    private NativeBuffer? _values;

    public override int Read(in CsvRows rows, out Vector vector)
    {
        int count = rows.Count;
        Span<byte> bits = NativeBuffer.Reuse(ref _values, Math.Max(Bits.WordCount(count), 1) * 8L, Account).Span<byte>(0, Bits.WordCount(count) * 8);
        bits.Clear();
        StartNulls();
        vector = null!;
        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<byte> text = Text(rows.Raw(row, Column, out _), out bool wasQuoted);
            if (text.IsEmpty || Rules.IsNull(text, wasQuoted))
            {
                SetNull(row, count);
            }
            else if (CsvValues.TryBoolean(text, out bool value)
                || Catalyst.Types.Text.NumberInput.Boolean(Encoding.UTF8.GetString(text), out value) == Catalyst.Types.Text.InputResult.Ok)
            {
                if (value)
                {
                    Bits.Set(bits, row);
                }
            }
            else if (!rows.Drop(row))
            {
                return row;
            }
        }

        NativeBuffer? validity = Validity(out int nulls);
        vector = new BooleanVector(count, _values!, validity, nulls);
        return -1;
    }

    public override void Dispose()
    {
        base.Dispose();
        _values?.Release();
        _values = null;
    }
}

/// <summary>Text: unquoted fields stay where they are in the block.</summary>
internal sealed class CsvTextColumn(int column, CsvFieldRules rules, MemoryAccount account) : CsvColumn(column, rules, account)
{
    private readonly ByteHeap _heap = new(account);
    private NativeBuffer? _views;

    public override int Read(in CsvRows rows, out Vector vector)
    {
        int count = rows.Count;
        Span<StringView> views = NativeBuffer.Reuse(ref _views, Math.Max(count, 1) * 16L, Account).Span<StringView>(0, count);
        _heap.Reset();
        StartNulls();
        for (int row = 0; row < views.Length; row++)
        {
            ReadOnlySpan<byte> field = rows.Raw(row, Column, out bool isMissing);
            if (!Rules.IsQuoted(field))
            {
                bool isNull = isMissing || Rules.IsNull(field, false);
                views[row] = isNull ? default : ViewKernels.ViewOf(field);
                if (isNull)
                {
                    SetNull(row, count);
                }

                continue;
            }

            ReadOnlySpan<byte> inner = field[1..^1];
            bool isPlain = field.Length > 1 && field[^1] == Rules.Dialect.Quote && inner.IndexOfAny(Rules.Dialect.Quote, Rules.Dialect.Escape) < 0;
            ReadOnlySpan<byte> text = isPlain ? inner : Text(field, out _);
            if (Rules.IsNull(text, true))
            {
                views[row] = default;
                SetNull(row, count);
            }
            else
            {
                views[row] = isPlain ? ViewKernels.ViewOf(text) : _heap.Add(text);
            }
        }

        NativeBuffer? validity = Validity(out int nulls);
        vector = new ViewVector(ArrowType.Utf8, count, _views!, 0, [rows.Block, .. _heap.Buffers], validity, nulls);
        return -1;
    }

    public override void Dispose()
    {
        base.Dispose();
        _heap.Dispose();
        _views?.Release();
        _views = null;
    }
}

/// <summary>Values of other types: the text is cast as SQL would do it.</summary>
internal sealed class CsvCastColumn : CsvColumn
{
    private readonly CsvTextColumn _text;
    private readonly CompiledExpression _cast;
    private readonly CompiledExpression _tryCast;

    public CsvCastColumn(SqlType type, int column, CsvFieldRules rules, EvaluationContext context)
        : base(column, rules, context.Account)
    {
        _text = new CsvTextColumn(column, rules, context.Account);
        var input = new InputReference(0, "text", SqlType.Text, true);
        _cast = ExpressionCompiler.Compile(new Cast(input, type), context);
        _tryCast = ExpressionCompiler.Compile(new Cast(input, type, IsTry: true), context);
    }

    public override int Read(in CsvRows rows, out Vector vector)
    {
        _text.Read(in rows, out Vector text);
        var batch = new Batch([text], rows.Count);
        try
        {
            vector = _cast.Evaluate(batch);
            return -1;
        }
        catch (QueryException error) when (error.SqlState.StartsWith("22", StringComparison.Ordinal))
        {
            vector = _tryCast.Evaluate(new Batch([text], rows.Count));
            var values = new VectorReader(vector);
            var texts = new VectorReader(text);
            for (int row = 0; row < rows.Count; row++)
            {
                if (values.IsNull(row) && !texts.IsNull(row) && !rows.Drop(row))
                {
                    return row;
                }
            }

            return -1;
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _text.Dispose();
        _cast.Dispose();
        _tryCast.Dispose();
    }
}
