using SqlCluster.Arrow.Memory;

namespace SqlCluster.Arrow.Tests.Memory;

public sealed class MemoryUseTests
{
    [Fact]
    public void BuffersCountForWhoTookThemUntilTheirRelease()
    {
        using var account = new MemoryAccount("test");
        MemoryUse outer = new(), inner = new();
        MemoryUse.Current = outer;
        NativeBuffer first = NativeBuffer.Allocate(100_000, account);
        MemoryUse.Current = inner;
        NativeBuffer second = NativeBuffer.Allocate(300_000, account);
        first.Release();   // by another part than took it
        MemoryUse.Current = outer;
        NativeBuffer third = NativeBuffer.Allocate(50_000, account);
        MemoryUse.Current = null;
        NativeBuffer.Allocate(1_000_000, account).Release();

        // The third fits in what the first gave back.
        Assert.InRange(outer.PeakBytes, 100_000, 200_000);
        Assert.InRange(inner.PeakBytes, 300_000, 600_000);
        second.Release();
        third.Release();
        Assert.Equal(0, account.UsedBytes);
        Assert.True(account.PeakBytes >= 1_000_000);
    }
}
