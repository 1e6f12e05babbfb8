using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Adds to a leaf buffer the decision between codes and plain values.</summary>
/// <remarks>
/// A dictionary is given up as soon as a sample shows too many distinct values, and at the end when it would not save space. A column that gave
/// up in one row group gets a short trial in the next.
/// </remarks>
internal abstract class CodedLeafBuffer : LeafBuffer
{
    private const int LargestDictionary = 1 << 15;
    private const int LargestDictionaryBytes = 1 << 20;

    // After how many values at most how many distinct ones may have come, in percent.
    private static readonly (int Values, int Percent)[] Trials = [(1 << 12, 90), (1 << 14, 60), (1 << 16, 20)];

    private readonly bool _useDictionary;
    private int[] _codes = new int[1024];
    private int _codeCount;
    private int _trial;
    private int[] _codeOfSource = [];
    private Vector? _source;

    protected CodedLeafBuffer(WriteColumn column, bool useDictionary)
        : base(column)
    {
        _useDictionary = useDictionary;
        IsCoded = useDictionary;
    }

    public sealed override int? DictionaryCount => IsCoded ? DistinctCount : null;

    public sealed override Metadata.Encoding PageEncoding => IsCoded ? Metadata.Encoding.RleDictionary : PlainEncoding;

    /// <summary>Whether values are collected as codes.</summary>
    protected bool IsCoded { get; private set; }

    protected int CodeCount => _codeCount;

    protected abstract int DistinctCount { get; }

    /// <summary>Bytes of the dictionary in PLAIN.</summary>
    protected abstract long DictionaryBytes { get; }

    /// <summary>Encoding of pages without a dictionary.</summary>
    protected abstract Metadata.Encoding PlainEncoding { get; }

    public override void Clear()
    {
        ClearLevels();
        IsCoded = _useDictionary;
        _codeCount = 0;
        _trial = 0;
        _source = null;
    }

    public override void Complete(ParquetEncodingChoice encodings)
    {
        if (!IsCoded)
            return;
        long codeBytes = (long)_codeCount * RleBitPackedEncoder.BitWidth(DistinctCount) / 8;
        if (_codeCount == 0 || DictionaryBytes + codeBytes >= PlainBytes)
            GiveUpCodes();
    }

    public sealed override void WriteValues(int first, int count, ByteBuilder output)
    {
        if (!IsCoded)
        {
            WritePlain(first, count, output);
            return;
        }

        int bitWidth = RleBitPackedEncoder.BitWidth(DistinctCount);
        output.Append((byte)bitWidth);
        RleBitPackedEncoder.Encode(Codes(first, count), bitWidth, output);
    }

    protected abstract void WritePlain(int first, int count, ByteBuilder output);

    /// <summary>Gives a value of a flat vector its code.</summary>
    protected abstract int Intern(Vector flat, int row);

    /// <summary>Called with codes that were appended without the subclass.</summary>
    protected virtual void CountCodes(ReadOnlySpan<int> codes)
    {
    }

    /// <summary>Turns the first codes back into plain values and forgets the dictionary.</summary>
    protected abstract void Materialize(ReadOnlySpan<int> codes);

    protected ReadOnlySpan<int> Codes(int first, int count) => _codes.AsSpan(first, count);

    /// <summary>Makes room for codes and returns it; they count as appended.</summary>
    protected Span<int> AppendCodes(int count)
    {
        if (_codeCount + count > _codes.Length)
            Array.Resize(ref _codes, Math.Max(_codeCount + count, _codes.Length * 2));
        _codeCount += count;
        return _codes.AsSpan(_codeCount - count, count);
    }

    /// <summary>Called after values came in: gives the dictionary up when it has grown too fast.</summary>
    protected void Judge()
    {
        while (_trial < Trials.Length && _codeCount >= Trials[_trial].Values)
        {
            if (DistinctCount * 100L > (long)_codeCount * Trials[_trial].Percent)
            {
                GiveUpCodes();
                return;
            }

            _trial++;
        }

        if (DistinctCount > LargestDictionary || DictionaryBytes > LargestDictionaryBytes)
            GiveUpCodes();
    }

    protected sealed override void AppendCodes(Vector dictionary, ReadOnlySpan<int> codes)
    {
        if (!IsCoded)
        {
            AppendSome(dictionary, codes);
            return;
        }

        if (!ReferenceEquals(dictionary, _source))
        {
            _source = dictionary;
            if (_codeOfSource.Length < dictionary.Length)
                _codeOfSource = new int[dictionary.Length];
            _codeOfSource.AsSpan(0, dictionary.Length).Fill(-1);
        }

        Span<int> target = AppendCodes(codes.Length);
        for (int i = 0; i < codes.Length; i++)
        {
            ref int code = ref _codeOfSource[codes[i]];
            if (code < 0)
                code = Intern(dictionary, codes[i]);
            target[i] = code;
        }

        CountCodes(target);
        Judge();
    }

    private void GiveUpCodes()
    {
        IsCoded = false;
        Materialize(_codes.AsSpan(0, _codeCount));
        _codeCount = 0;
        _source = null;
    }
}
