using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using Vector = SqlCluster.Arrow.Vectors.Vector;

namespace SqlCluster.Execution.Kernels.Grouping;

/// <summary>Finds groups from dictionary codes: each combination of codes is looked up in the table once, and remembered while the dictionaries stay the same.</summary>
/// <remarks><code>
/// codes (returnflag 2, linestatus 1)  ->  combination 2 + 3 * 1  ->  group        one load a row, no hashing
/// </code>
/// A nullable column has one more code for null; a constant has a single code. Columns computed from one dictionary share its codes, which then count once.
/// </remarks>
internal sealed class DictionaryGroups(GroupTable table, MemoryAccount account) : IDisposable
{
    private const int MostCombinations = 1 << 14;
    private const int MostColumns = 16;
    private const int Unknown = -1;
    private const int Pending = -2;
    private Vector?[] _dictionaries = [];
    private int[] _coded = [];
    private int[] _groupOf = [];
    private int[] _newRows = [];
    private int[] _newGroups = [];
    private NativeBuffer? _combinations;

    /// <summary>Numbers the rows' keys as <see cref="GroupTable.FindOrAdd"/> does.</summary>
    /// <returns>False when some column is no dictionary, or there are too many combinations: nothing was done.</returns>
    public bool TryFindOrAdd(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count, Span<int> groups)
    {
        // Columns with codes of their own.
        Span<int> coded = stackalloc int[Math.Min(columns.Length, MostColumns)];
        int codedCount = 0;
        long combinations = 1;
        for (int c = 0; c < columns.Length; c++)
        {
            if (columns[c] is ConstantVector)
            {
                continue;
            }

            if (columns[c] is not DictionaryVector dictionary)
            {
                return false;
            }

            if (SharesCodes(dictionary, columns, coded[..codedCount]))
            {
                continue;
            }

            combinations *= dictionary.Dictionary.Length + 1;
            if (combinations > MostCombinations || codedCount == coded.Length)
            {
                return false;
            }

            coded[codedCount++] = c;
        }

        coded = coded[..codedCount];
        Prepare(columns, coded, (int)combinations);
        if (TryNarrowCodes(columns, coded, rows, count, groups))
        {
            return true;
        }

        Span<int> codesOfRows = NativeBuffer.Reuse(ref _combinations, count * 4L, account).Span<int>(0, count);
        int factor = 1;
        foreach (int c in coded)
        {
            var dictionary = (DictionaryVector)columns[c];
            Combine(dictionary, rows, factor, factor == 1, codesOfRows);
            factor *= dictionary.Dictionary.Length + 1;
        }

        if (factor == 1)
        {
            codesOfRows.Clear();
        }

        AddUnknown(columns, rows, codesOfRows);
        ReadOnlySpan<int> groupOf = _groupOf;
        for (int i = 0; i < count; i++)
        {
            groups[i] = groupOf[codesOfRows[i]];
        }

        return true;
    }

    /// <summary>Forgets what is remembered: after the table was cleared.</summary>
    public void Reset() => _dictionaries = [];

    public void Dispose()
    {
        _combinations?.Release();
        _combinations = null;
    }

    /// <summary>Whether the column's rows have the codes (and nulls) of a column before it.</summary>
    private static bool SharesCodes(DictionaryVector column, ReadOnlySpan<Vector> columns, ReadOnlySpan<int> coded)
    {
        foreach (int c in coded)
        {
            var other = (DictionaryVector)columns[c];
            if (ReferenceEquals(column.CodesBuffer, other.CodesBuffer) && column.OffsetBytes == other.OffsetBytes && column.CodeWidth == other.CodeWidth
                && column.Dictionary.Length == other.Dictionary.Length && column.HasNulls == other.HasNulls && (!column.HasNulls || ReferenceEquals(column.ValidityBuffer, other.ValidityBuffer)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>One or two columns of narrow codes, no nulls: one loop, when every combination is known already.</summary>
    private bool TryNarrowCodes(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> coded, ReadOnlySpan<int> rows, int count, Span<int> groups)
    {
        if (coded.Length is 0 or > 2 || columns[coded[0]] is not DictionaryVector { CodeWidth: 1 or 2, HasNulls: false } first)
        {
            return false;
        }

        groups = groups[..count];
        if (coded.Length == 1)
        {
            return first.CodeWidth == 1 ? LookUp(first.Codes8, rows, _groupOf, groups) : LookUp(first.Codes16, rows, _groupOf, groups);
        }

        if (columns[coded[1]] is not DictionaryVector { CodeWidth: 1, HasNulls: false } second || first.CodeWidth != 1)
        {
            return false;
        }

        int factor = first.Dictionary.Length + 1;
        return rows.IsEmpty
            ? LookUp(first.Codes8[..count], second.Codes8[..count], factor, _groupOf, groups)
            : LookUp(first.Codes8, second.Codes8, rows[..count], factor, _groupOf, groups);
    }

    private static bool LookUp<TCode>(ReadOnlySpan<TCode> codes, ReadOnlySpan<int> rows, ReadOnlySpan<int> groupOf, Span<int> groups)
        where TCode : unmanaged, IBinaryInteger<TCode>
    {
        ref int group = ref MemoryMarshal.GetReference(groupOf);
        int signs = 0;
        if (rows.IsEmpty)
        {
            codes = codes[..groups.Length];
            for (int i = 0; i < groups.Length; i++)
            {
                groups[i] = Unsafe.Add(ref group, int.CreateTruncating(codes[i]));
                signs |= groups[i];
            }

            return signs >= 0;
        }

        ref TCode code = ref MemoryMarshal.GetReference(codes);
        rows = rows[..groups.Length];
        for (int i = 0; i < groups.Length; i++)
        {
            groups[i] = Unsafe.Add(ref group, int.CreateTruncating(Unsafe.Add(ref code, rows[i])));
            signs |= groups[i];
        }

        return signs >= 0;
    }

    private static bool LookUp(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, int factor, ReadOnlySpan<int> groupOf, Span<int> groups)
    {
        ref int group = ref MemoryMarshal.GetReference(groupOf);
        int signs = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            groups[i] = Unsafe.Add(ref group, first[i] + (second[i] * factor));
            signs |= groups[i];
        }

        return signs >= 0;
    }

    private static bool LookUp(
        ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<int> rows, int factor, ReadOnlySpan<int> groupOf, Span<int> groups)
    {
        ref int group = ref MemoryMarshal.GetReference(groupOf);
        ref byte firstCode = ref MemoryMarshal.GetReference(first);
        ref byte secondCode = ref MemoryMarshal.GetReference(second);
        int signs = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            int row = rows[i];
            groups[i] = Unsafe.Add(ref group, Unsafe.Add(ref firstCode, row) + (Unsafe.Add(ref secondCode, row) * factor));
            signs |= groups[i];
        }

        return signs >= 0;
    }

    private void Prepare(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> coded, int combinations)
    {
        bool isSame = _dictionaries.Length == columns.Length && coded.SequenceEqual(_coded);
        for (int c = 0; c < columns.Length && isSame; c++)
        {
            isSame = ReferenceEquals(_dictionaries[c], Identity(columns[c]));
        }

        if (isSame)
        {
            return;
        }

        _coded = coded.ToArray();
        _dictionaries = new Vector?[columns.Length];
        for (int c = 0; c < columns.Length; c++)
        {
            _dictionaries[c] = Identity(columns[c]);
        }

        if (_groupOf.Length < combinations)
        {
            _groupOf = new int[combinations];
        }

        _groupOf.AsSpan(0, combinations).Fill(Unknown);
    }

    private static Vector Identity(Vector column) => column is DictionaryVector dictionary ? dictionary.Dictionary : ((ConstantVector)column).Value;

    /// <summary>Adds the column's codes times <paramref name="factor"/>; null is the code behind the last.</summary>
    private static void Combine(DictionaryVector column, ReadOnlySpan<int> rows, int factor, bool isFirst, Span<int> codesOfRows)
    {
        if (!column.HasNulls && column.CodeWidth == 1)
        {
            Combine(column.Codes8, rows, factor, isFirst, codesOfRows);
            return;
        }

        if (!column.HasNulls && column.CodeWidth == 2)
        {
            Combine(column.Codes16, rows, factor, isFirst, codesOfRows);
            return;
        }

        if (isFirst)
        {
            codesOfRows.Clear();
        }

        var reader = new VectorReader(column);
        int nullCode = column.Dictionary.Length;
        for (int i = 0; i < codesOfRows.Length; i++)
        {
            int row = rows.IsEmpty ? i : rows[i];
            codesOfRows[i] += (reader.IsNull(row) ? nullCode : reader.Slot(row)) * factor;
        }
    }

    private static void Combine<TCode>(ReadOnlySpan<TCode> codes, ReadOnlySpan<int> rows, int factor, bool isFirst, Span<int> codesOfRows)
        where TCode : unmanaged, IBinaryInteger<TCode>
    {
        if (rows.IsEmpty && isFirst)
        {
            codes = codes[..codesOfRows.Length];
            for (int i = 0; i < codes.Length; i++)
            {
                codesOfRows[i] = int.CreateTruncating(codes[i]);
            }
        }
        else if (rows.IsEmpty)
        {
            codes = codes[..codesOfRows.Length];
            for (int i = 0; i < codes.Length; i++)
            {
                codesOfRows[i] += int.CreateTruncating(codes[i]) * factor;
            }
        }
        else
        {
            rows = rows[..codesOfRows.Length];
            for (int i = 0; i < rows.Length; i++)
            {
                codesOfRows[i] = (isFirst ? 0 : codesOfRows[i]) + (int.CreateTruncating(codes[rows[i]]) * factor);
            }
        }
    }

    private void AddUnknown(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, ReadOnlySpan<int> codesOfRows)
    {
        int added = 0;
        int[] groupOf = _groupOf;
        for (int i = 0; i < codesOfRows.Length; i++)
        {
            int code = codesOfRows[i];
            if (groupOf[code] == Unknown)
            {
                groupOf[code] = Pending;
                if (added == _newRows.Length)
                {
                    Array.Resize(ref _newRows, Math.Max(16, added * 2));
                    Array.Resize(ref _newGroups, _newRows.Length);
                }

                _newRows[added++] = i;
            }
        }

        if (added == 0)
        {
            return;
        }

        var positions = new int[added];
        for (int k = 0; k < added; k++)
        {
            positions[k] = rows.IsEmpty ? _newRows[k] : rows[_newRows[k]];
        }

        table.FindOrAdd(columns, positions, added, _newGroups);
        for (int k = 0; k < added; k++)
        {
            groupOf[codesOfRows[_newRows[k]]] = _newGroups[k];
        }
    }
}
