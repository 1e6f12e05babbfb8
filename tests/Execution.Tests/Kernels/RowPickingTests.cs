using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Tests.Kernels;

/// <summary>Kernels that pick or group rows, against plain loops.</summary>
public class RowPickingTests
{
    /// <summary>An exchange sends rows by the top bits of their hashes: a table of one partition's keys must fill all of its slots, not an eighth of them.</summary>
    [Theory]
    [InlineData(0ul)]
    [InlineData(5ul)]
    public void KeysOfOnePartitionSpreadOverTheWholeTable(ulong partition)
    {
        const int SlotBits = 13, Keys = 4096;
        int used = Enumerable.Range(0, Keys).Select(i => RowGroupTable.Home((HashKernels.Mix((ulong)i) >> 3) | (partition << 61), SlotBits)).Distinct().Count();
        Assert.InRange(used, 3000, Keys);       // random slots: 8192 * (1 - 1/sqrt(e)) = 3223
    }

    // Sizes around whole words, so that the bit which stands for everything outside lies first in a word, last in one and between.
    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(128)]
    [InlineData(1000)]
    public void ABitmapKeepsWhatIsInIt(int size)
    {
        var random = new Random(size);
        const long First = -500;
        long[] keys = [.. Enumerable.Range(0, size).Where(_ => random.Next(3) == 0).Append(size - 1).Select(static key => First + key)];
        ulong[] bits = new ulong[KeyBitmap.WordCount(size)];
        KeyBitmap.Add(keys, First, bits);
        foreach (int count in new[] { 0, 1, 7, 8, 9, 100 })
        {
            long[] values =
            [
                .. Enumerable.Range(0, count).Select(i => (i % 7) switch
                {
                    0 => long.MinValue,
                    1 => long.MaxValue,
                    2 => First - 1,
                    3 => First + size,
                    _ => First + random.Next(size),
                }),
            ];
            int[] wanted = [.. Enumerable.Range(0, count).Where(i => keys.Contains(values[i]))];
            int[] result = new int[count];
            int kept = KeyBitmap.Test(values, default, First, (ulong)size, bits, result);
            Assert.Equal(wanted, result[..kept]);
            int[] rows = [.. Enumerable.Range(0, count).Select(static i => i * 3)];
            kept = KeyBitmap.Test(values, rows, First, (ulong)size, bits, result);
            Assert.Equal(wanted.Select(static i => i * 3), result[..kept]);
        }
    }

    [Fact]
    public void ABitmapWithoutRoomBehindItsLastValueIsRefused() =>
        Assert.Throws<ArgumentException>(static () => KeyBitmap.Test([1L], default, 0, 64, new ulong[1], new int[1]));

    [Fact]
    public void EntriesOfADictionaryKeepRows()
    {
        var random = new Random(5);
        bool[] entries = [.. Enumerable.Range(0, 200).Select(_ => random.Next(2) == 0)];
        byte[] codes = [.. Enumerable.Range(0, 500).Select(_ => (byte)random.Next(200))];
        int[] rows = [.. Enumerable.Range(0, 500).Where(_ => random.Next(3) == 0)];
        int[] result = new int[500];
        int kept = CodeLookupKernels.Keep<byte>(codes, entries, default, 400, result);
        Assert.Equal(Enumerable.Range(0, 400).Where(row => entries[codes[row]]), result[..kept]);
        ushort[] wide = [.. codes.Select(static code => (ushort)code)];
        kept = CodeLookupKernels.Keep<ushort>(wide, entries, rows, rows.Length, result);
        Assert.Equal(rows.Where(row => entries[codes[row]]), result[..kept]);
    }

    // The second batch finds all combinations known and takes the short way; its groups must be the first one's.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void GroupsFromCodesAreThoseOfTheTable(bool hasSelection)
    {
        using var account = new MemoryAccount("test");
        var random = new Random(11);
        Vector first = Codes(random, 3, 300, account), second = Codes(random, 2, 300, account);
        int[] rows = hasSelection ? [.. Enumerable.Range(0, 300).Where(_ => random.Next(4) > 0)] : [];
        int count = hasSelection ? rows.Length : 300;
        foreach (Vector[] columns in new[] { new[] { first }, [first, second] })
        {
            KeyColumn[] keys = [.. columns.Select(static column => new KeyColumn(column.Type, false))];
            using GroupTable table = GroupTable.Create(keys, columns, account);
            using var groups = new DictionaryGroups(table, account);
            int[] slow = new int[count], fast = new int[count], direct = new int[count];
            Assert.True(groups.TryFindOrAdd(columns, rows, count, slow));
            Assert.True(groups.TryFindOrAdd(columns, rows, count, fast));
            table.FindOrAdd(columns, rows, count, direct);
            Assert.Equal(direct, slow);
            Assert.Equal(direct, fast);
            Assert.Equal(columns.Length == 1 ? 3 : 6, table.Count);
        }
    }

    [Fact]
    public void SelectedValuesAreLaidSideBySide()
    {
        using var account = new MemoryAccount("test");
        var random = new Random(3);
        int?[] numbers = [.. Enumerable.Range(0, 300).Select(_ => (int?)random.Next(int.MinValue, int.MaxValue))];
        long?[] wide = [.. numbers.Select(static number => (long?)number)];
        Vector flat = TestVectors.Fixed(ArrowType.Int32, numbers, account);
        Vector coded = TestVectors.AsDictionary(TestVectors.Fixed(ArrowType.Int64, wide, account), random, account);
        int[] rows = [.. Enumerable.Range(0, 300).Where(_ => random.Next(4) > 0)];
        using var dense = new DenseArgument(account);
        foreach (Vector vector in new[] { flat, coded })
        {
            Assert.Equal(wide.Select(static number => number!.Value), dense.Longs(vector, new GroupedRows(default, default, 300, 1)).Values.ToArray());
            Assert.Equal(rows.Select(row => wide[row]!.Value), dense.Longs(vector, new GroupedRows(default, rows, rows.Length, 1)).Values.ToArray());
        }
    }

    private static Vector Codes(Random random, int entries, int count, MemoryAccount account)
    {
        Vector dictionary = TestVectors.Fixed(ArrowType.Int32, [.. Enumerable.Range(0, entries).Select(static entry => (int?)(entry * 10))], account);
        NativeBuffer codes = NativeBuffer.AllocateZeroed(count, account);
        foreach (ref byte code in codes.Span<byte>(0, count))
        {
            code = (byte)random.Next(entries);
        }

        return new DictionaryVector(count, codes, 0, 1, dictionary);
    }
}
