using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Tests.Kernels;

/// <summary>Groups found from codes against the values of the rows: codes of every width, nulls, selections, constants, and columns that share their codes.</summary>
public sealed class DictionaryGroupsTests
{
    [Theory]
    [InlineData(1, false, false)]
    [InlineData(1, true, false)]
    [InlineData(2, false, false)]
    [InlineData(2, false, true)]
    [InlineData(2, true, true)]
    [InlineData(4, true, false)]
    public void GroupsAreThoseOfTheValues(int codeWidth, bool hasNulls, bool isSelected)
    {
        var random = new Random(codeWidth);
        using var account = new MemoryAccount("test");
        KeyColumn number = new(ArrowType.Int32, true);
        KeyColumn[] columns = [number, number, number, number];
        using var table = new RowGroupTable(columns, account);
        using var groups = new DictionaryGroups(table, account);
        var seen = new Dictionary<(int?, int?, int?, int?), int>();
        Vector? lastDictionary = null;
        for (int round = 0; round < 6; round++)
        {
            // Every second round keeps the dictionaries, and one of them no longer shares its codes.
            int length = 257 + round, entries = 60;
            bool keeps = round % 2 == 1;
            Vector first = keeps ? lastDictionary! : Numbers([.. Enumerable.Range(0, entries).Select(_ => (int?)random.Next(12))], account);
            lastDictionary = first;
            Vector second = Numbers([.. Enumerable.Range(0, entries).Select(static entry => (int?)(entry % 4))], account);
            DictionaryVector coded = Codes(length, codeWidth, first, hasNulls, random, account), other = Codes(length, 1, Numbers([5, 6, 5], account), false, random, account);
            DictionaryVector derived = keeps ? Codes(length, codeWidth, second, hasNulls, random, account) : coded.WithDictionary(second);
            Vector[] keys = [coded, other, derived, new ConstantVector(Numbers([7], account), length)];
            int[] rows = isSelected ? [.. Enumerable.Range(0, length).Where(_ => random.Next(3) == 0)] : [];
            int count = isSelected ? rows.Length : length;
            var found = new int[count];
            Assert.True(groups.TryFindOrAdd(keys, rows, count, found));
            VectorReader[] readers = [.. keys.Select(static key => new VectorReader(key))];
            for (int i = 0; i < count; i++)
            {
                int row = isSelected ? rows[i] : i;
                int?[] values = [.. readers.Select(reader => reader.IsNull(row) ? (int?)null : (int)reader.Integer(row))];
                (int?, int?, int?, int?) key = (values[0], values[1], values[2], values[3]);
                Assert.Equal(seen.GetValueOrDefault(key, found[i]), found[i]);
                seen[key] = found[i];
            }
        }

        Assert.Equal(seen.Count, table.Count);
        Assert.Equal(seen.Count, seen.Values.Distinct().Count());
        Assert.True(seen.Count > 20, "no groups");
    }

    [Fact]
    public void ColumnsOfSharedCodesCountOnce()
    {
        using var account = new MemoryAccount("test");
        KeyColumn number = new(ArrowType.Int32, true);
        using var table = new RowGroupTable([number, number], account);
        using var groups = new DictionaryGroups(table, account);
        Vector entries = Numbers([.. Enumerable.Range(0, 2000).Select(static entry => (int?)entry)], account);
        DictionaryVector coded = Codes(300, 2, entries, false, new Random(1), account), unrelated = Codes(300, 2, entries, false, new Random(2), account);
        var found = new int[300];
        Assert.False(groups.TryFindOrAdd([coded, unrelated], default, 300, found));
        Assert.True(groups.TryFindOrAdd([coded, coded.WithDictionary(Numbers([.. Enumerable.Range(0, 2000).Select(static entry => (int?)(entry / 2))], account))], default, 300, found));
    }

    private static Vector Numbers(int?[] values, MemoryAccount account) => TestVectors.Fixed(ArrowType.Int32, values, account);

    private static DictionaryVector Codes(int length, int width, Vector dictionary, bool hasNulls, Random random, MemoryAccount account)
    {
        NativeBuffer codes = NativeBuffer.AllocateZeroed((length + 16) * (long)width, account);
        bool[] present = new bool[length];
        for (int i = 0; i < length; i++)
        {
            present[i] = !hasNulls || random.Next(6) != 0;
            int code = present[i] ? random.Next(dictionary.Length) : 0;
            switch (width)
            {
                case 1: codes.Span<byte>(0, length)[i] = (byte)code; break;
                case 2: codes.Span<ushort>(0, length)[i] = (ushort)code; break;
                default: codes.Span<int>(0, length)[i] = code; break;
            }
        }

        (NativeBuffer? validity, int nulls) = TestVectors.Validity(present, account);
        return new DictionaryVector(length, codes, 0, width, dictionary, validity, nulls);
    }
}
