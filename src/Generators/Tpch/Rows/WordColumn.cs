namespace SqlCluster.Generators.Tpch.Rows;

/// <summary>Holds texts from a small list as codes: the text of a row is <c>Words[Codes[row]]</c>.</summary>
public sealed class WordColumn
{
    private readonly byte[] _codes;

    internal WordColumn(int capacity) => _codes = new byte[capacity];

    /// <summary>The words; the same array in every batch of a table.</summary>
    public ReadOnlyMemory<byte>[] Words { get; internal set; } = [];

    public ReadOnlySpan<byte> Codes(int rowCount) => _codes.AsSpan(0, rowCount);

    internal void Set(int row, int code) => _codes[row] = (byte)code;
}
