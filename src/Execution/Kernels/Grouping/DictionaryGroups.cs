using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Kernels.Grouping;

/// <summary>Finds groups from dictionary codes: each combination of codes is looked up in the table once, and remembered while the dictionaries stay the same.</summary>
/// <remarks><code>
/// codes (returnflag 2, linestatus 1)  ->  combination 2 + 3 * 1  ->  group        one load a row, no hashing
/// </code>
/// A nullable column has one more code for null; a constant has a single code.
/// </remarks>
internal sealed class DictionaryGroups(GroupTable table, MemoryAccount account) : IDisposable
{
    private const int MostCombinations = 1 << 14;
    private const int Unknown = -1;
    private const int Pending = -2;
    private Vector?[] _dictionaries = [];
    private int[] _groupOf = [];
    private int[] _newRows = [];
    private int[] _newGroups = [];
    private NativeBuffer? _combinations;

    /// <summary>Numbers the rows' keys as <see cref="GroupTable.FindOrAdd"/> does.</summary>
    /// <returns>False when some column is no dictionary, or there are too many combinations: nothing was done.</returns>
    public bool TryFindOrAdd(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count, Span<int> groups)
    {
        long combinations = 1;
        foreach (Vector column in columns)
        {
            int codes = column switch { DictionaryVector dictionary => dictionary.Dictionary.Length + 1, ConstantVector => 1, _ => 0 };
            combinations *= codes;
            if (codes == 0 || combinations > MostCombinations)
            {
                return false;
            }
        }

        Prepare(columns, (int)combinations);
        if (TryNarrowCodes(columns, rows, count, groups))
        {
            return true;
        }

        Span<int> codesOfRows = NativeBuffer.Reuse(ref _combinations, count * 4L, account).Span<int>(0, count);
        int factor = 1;
        for (int c = 0; c < columns.Length; c++)
        {
            if (columns[c] is DictionaryVector dictionary)
            {
                Combine(dictionary, rows, factor, factor == 1, codesOfRows);
                factor *= dictionary.Dictionary.Length + 1;
            }
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

    /// <summary>One or two columns of one-byte codes, no nulls: one loop, when every combination is known already.</summary>
    private bool TryNarrowCodes(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count, Span<int> groups)
    {
        if (columns.Length > 2 || columns[0] is not DictionaryVector { CodeWidth: 1, HasNulls: false } first)
        {
            return false;
        }

        if (columns.Length == 1)
        {
            return rows.IsEmpty ? LookUp(first.Codes8[..count], _groupOf, groups[..count]) : LookUp(first.Codes8, rows[..count], _groupOf, groups[..count]);
        }

        if (columns[1] is not DictionaryVector { CodeWidth: 1, HasNulls: false } second)
        {
            return false;
        }

        int factor = first.Dictionary.Length + 1;
        return rows.IsEmpty
            ? LookUp(first.Codes8[..count], second.Codes8[..count], factor, _groupOf, groups[..count])
            : LookUp(first.Codes8, second.Codes8, rows[..count], factor, _groupOf, groups[..count]);
    }

    private static bool LookUp(ReadOnlySpan<byte> codes, ReadOnlySpan<int> groupOf, Span<int> groups)
    {
        ref int group = ref MemoryMarshal.GetReference(groupOf);
        int signs = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            groups[i] = Unsafe.Add(ref group, codes[i]);
            signs |= groups[i];
        }

        return signs >= 0;
    }

    private static bool LookUp(ReadOnlySpan<byte> codes, ReadOnlySpan<int> rows, ReadOnlySpan<int> groupOf, Span<int> groups)
    {
        ref int group = ref MemoryMarshal.GetReference(groupOf);
        ref byte code = ref MemoryMarshal.GetReference(codes);
        int signs = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            groups[i] = Unsafe.Add(ref group, Unsafe.Add(ref code, rows[i]));
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

    private void Prepare(ReadOnlySpan<Vector> columns, int combinations)
    {
        bool isSame = _dictionaries.Length == columns.Length;
        for (int c = 0; c < columns.Length && isSame; c++)
        {
            isSame = ReferenceEquals(_dictionaries[c], Identity(columns[c]));
        }

        if (isSame)
        {
            return;
        }

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
        if (rows.IsEmpty && !column.HasNulls && column.CodeWidth == 1)
        {
            ReadOnlySpan<byte> codes = column.Codes8[..codesOfRows.Length];
            if (isFirst)
            {
                for (int i = 0; i < codes.Length; i++)
                {
                    codesOfRows[i] = codes[i];
                }
            }
            else
            {
                for (int i = 0; i < codes.Length; i++)
                {
                    codesOfRows[i] += codes[i] * factor;
                }
            }

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
