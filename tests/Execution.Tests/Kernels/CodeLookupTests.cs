using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Tests.Kernels;

public class CodeLookupTests
{
    // Every dictionary size around the register boundaries, every tail length: the same bits as a look-up one by one.
    [Fact]
    public void Wide_codes_are_looked_up_in_registers_as_one_by_one()
    {
        Assert.SkipUnless(Simd.HasBytePermute, "needs AVX-512 VBMI");
        foreach (int entryCount in new[] { 1, 63, 64, 65, 1000, 1024, 1025, 2048, 3000, 4095, 4096 })
        {
            Random random = new(entryCount);
            ulong[] entries = new ulong[(entryCount + 63) / 64];
            for (int i = 0; i < entries.Length; i++)
            {
                entries[i] = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            }

            foreach (int count in new[] { 0, 1, 63, 64, 65, 500, 4096 })
            {
                ushort[] codes = [.. Enumerable.Range(0, count).Select(_ => (ushort)random.Next(entryCount))];
                ulong[] result = new ulong[(count + 63) / 64];
                CodeLookupKernels.RunInRegisters(codes, entries, entryCount, result);
                for (int row = 0; row < count; row++)
                {
                    Assert.Equal(entries[codes[row] >> 6] >> (codes[row] & 63) & 1, result[row >> 6] >> (row & 63) & 1);
                }
            }
        }
    }
}
