using SqlCluster.Generators.Tpch.Schema;

namespace SqlCluster.Generators.Tpch.Rows;

/// <summary>Holds generated rows column by column. Meant to be filled again and again; not thread-safe.</summary>
/// <remarks>Arrays are longer than <see cref="RowCount"/>; accessors cut them to it.</remarks>
public sealed class TpchRows
{
    private readonly Array?[] _numbers;
    private readonly TextColumn?[] _texts;
    private readonly WordColumn?[] _words;

    public TpchRows(TpchTable table, int unitCapacity)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(unitCapacity);
        Table = table;
        UnitCapacity = unitCapacity;
        int columnCount = table.Columns.Length;
        int rowCapacity = checked(unitCapacity * table.MaxRowsPerUnit);
        _numbers = new Array?[columnCount];
        _texts = new TextColumn?[columnCount];
        _words = new WordColumn?[columnCount];
        for (int i = 0; i < columnCount; i++)
        {
            switch (table.Columns[i].Kind)
            {
                case TpchColumnKind.BigInt or TpchColumnKind.Decimal:
                    _numbers[i] = new long[rowCapacity];
                    break;
                case TpchColumnKind.Integer or TpchColumnKind.Date:
                    _numbers[i] = new int[rowCapacity];
                    break;
                case TpchColumnKind.Text:
                    _texts[i] = new TextColumn();
                    break;
                case TpchColumnKind.Word:
                    _words[i] = new WordColumn(rowCapacity);
                    break;
            }
        }
    }

    public TpchTable Table { get; }

    /// <summary>Most units of <see cref="Table"/> that fit.</summary>
    public int UnitCapacity { get; }

    public int RowCount { get; private set; }

    /// <summary>The values of a <see cref="TpchColumnKind.BigInt"/> or <see cref="TpchColumnKind.Decimal"/> column.</summary>
    public ReadOnlySpan<long> Longs(int column) => LongArray(column).AsSpan(0, RowCount);

    /// <summary>The values of an <see cref="TpchColumnKind.Integer"/> or <see cref="TpchColumnKind.Date"/> column.</summary>
    public ReadOnlySpan<int> Ints(int column) => IntArray(column).AsSpan(0, RowCount);

    /// <summary>A <see cref="TpchColumnKind.Text"/> column.</summary>
    public TextColumn Texts(int column) => _texts[column]!;

    /// <summary>A <see cref="TpchColumnKind.Word"/> column.</summary>
    public WordColumn Words(int column) => _words[column]!;

    internal long[] LongArray(int column) => (long[])_numbers[column]!;

    internal int[] IntArray(int column) => (int[])_numbers[column]!;

    internal void Clear()
    {
        RowCount = 0;
        foreach (TextColumn? texts in _texts)
            texts?.Clear();
    }

    internal void SetRowCount(int rowCount) => RowCount = rowCount;
}
