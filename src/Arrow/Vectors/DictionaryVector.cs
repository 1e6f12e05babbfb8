using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;

namespace SqlCluster.Arrow.Vectors;

/// <summary>Codes into a dictionary: u8, u16 or int32 a row.</summary>
/// <remarks>
/// The dictionary is a flat vector without nulls; it may hold equal values twice and in any order. The same dictionary object means the same
/// codes: operators cache per-dictionary results by reference. A null row's code is 0, and a dictionary is never empty (it holds one filler value then).
/// </remarks>
public sealed class DictionaryVector : Vector
{
    private readonly NativeBuffer _codes;
    private readonly long _offsetBytes;

    /// <param name="codeWidth">Bytes a code: 1 (u8), 2 (u16) or 4 (int32).</param>
    public DictionaryVector(
        int length, NativeBuffer codes, long offsetBytes, int codeWidth, Vector dictionary, NativeBuffer? validity = null, int nullCount = 0)
        : base(dictionary.Type, length, validity, nullCount)
    {
        _codes = codes;
        _offsetBytes = offsetBytes;
        CodeWidth = codeWidth;
        Dictionary = dictionary;
    }

    public override VectorEncoding Encoding => VectorEncoding.Dictionary;

    /// <summary>Bytes a code: 1, 2 or 4.</summary>
    public int CodeWidth { get; }

    /// <summary>The values: flat, without nulls.</summary>
    public Vector Dictionary { get; }

    public NativeBuffer CodesBuffer => _codes;

    public long OffsetBytes => _offsetBytes;

    public ReadOnlySpan<byte> Codes8 => _codes.Span<byte>(_offsetBytes, Length);

    public ReadOnlySpan<ushort> Codes16 => _codes.Span<ushort>(_offsetBytes, Length);

    public ReadOnlySpan<int> Codes32 => _codes.Span<int>(_offsetBytes, Length);

    /// <summary>Code of one row: for edges and tests, not for loops.</summary>
    public int Code(int row) => CodeWidth switch { 1 => Codes8[row], 2 => Codes16[row], _ => Codes32[row] };

    /// <summary>The same codes over another dictionary of the same size (an expression computed once per entry).</summary>
    public DictionaryVector WithDictionary(Vector dictionary) => new(Length, _codes, _offsetBytes, CodeWidth, dictionary, ValidityBuffer, NullCount);

    private protected override void VisitValueBuffers(Action<NativeBuffer> visit)
    {
        visit(_codes);
        Dictionary.VisitBuffers(visit);
    }
}
