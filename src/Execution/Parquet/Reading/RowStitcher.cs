using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Parquet.Encodings;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>Joins the rows of several pages to one vector, for the batches that lie across the end of a page.</summary>
/// <remarks>Rows of one dictionary stay codes; everything else is copied to a flat vector. The result is valid until the next <see cref="Begin"/>.</remarks>
internal sealed class RowStitcher(ArrowType type, MemoryAccount account) : IDisposable
{
    // Decimals keep the column's width, which the general appender would narrow.
    private readonly ColumnAppender _rows = type.Id is ArrowTypeId.Decimal128 or ArrowTypeId.Decimal64
        ? new FixedAppender(type, account)
        : ColumnAppender.Create(type, account);

    private readonly AppendBuffer _codes = new(account);
    private readonly AppendBuffer _validity = new(account);
    private Vector? _dictionary;
    private int _codeCount;
    private int _codeNulls;

    public void Begin()
    {
        _rows.Reset();
        ClearCodes();
    }

    /// <summary>Copies a vector's rows behind those that are there.</summary>
    public void Add(Vector vector)
    {
        if (vector is DictionaryVector dictionary && _rows.Count == 0 && (_dictionary is null || ReferenceEquals(_dictionary, dictionary.Dictionary)))
        {
            AddCodes(dictionary);
            return;
        }

        if (_dictionary is not null)
        {
            _rows.AppendRange(BuildCodes(), 0, _codeCount);
            ClearCodes();
        }

        _rows.AppendRange(vector, 0, vector.Length);
    }

    public Vector Build() => _dictionary is null ? _rows.Build() : BuildCodes();

    public void Dispose()
    {
        _rows.Dispose();
        _codes.Dispose();
        _validity.Dispose();
    }

    private void ClearCodes()
    {
        _codes.Clear();
        _validity.Clear();
        _dictionary = null;
        _codeCount = _codeNulls = 0;
    }

    private void AddCodes(DictionaryVector vector)
    {
        _dictionary = vector.Dictionary;
        Span<int> codes = MemoryMarshal.Cast<byte, int>(_codes.Append(vector.Length * sizeof(int)));
        switch (vector.CodeWidth)
        {
            case 1:
                ReadOnlySpan<byte> narrow = vector.Codes8;
                for (int i = 0; i < codes.Length; i++)
                    codes[i] = narrow[i];
                break;
            case 2:
                ReadOnlySpan<ushort> middle = vector.Codes16;
                for (int i = 0; i < codes.Length; i++)
                    codes[i] = middle[i];
                break;
            default:
                vector.Codes32.CopyTo(codes);
                break;
        }

        AddValidity(vector);
        _codeCount += vector.Length;
        _codeNulls += vector.NullCount;
    }

    private void AddValidity(DictionaryVector vector)
    {
        int bytes = Bits.WordCount(_codeCount + vector.Length) * sizeof(ulong);
        _validity.Append(bytes - _validity.LengthBytes).Clear();
        Span<byte> bitmap = _validity.Buffer.Span<byte>(0, bytes);
        if (!vector.HasNulls)
            ValidityDecoder.Set(bitmap, _codeCount, vector.Length);
        else
            ValidityDecoder.Append(bitmap, _codeCount, vector.Validity, vector.Length);
    }

    private DictionaryVector BuildCodes() =>
        new(_codeCount, _codes.Buffer, 0, sizeof(int), _dictionary!, _codeNulls == 0 ? null : _validity.Buffer, _codeNulls);
}
