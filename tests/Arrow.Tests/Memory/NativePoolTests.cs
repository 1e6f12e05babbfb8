using SqlCluster.Arrow.Memory;

namespace SqlCluster.Arrow.Tests.Memory;

/// <summary>Memory that nobody needs goes back to the operating system. The blocks are of a size that no other test asks for: the pool is the process's.</summary>
public sealed class NativePoolTests
{
    private const long BlockBytes = 64L << 20;

    [Fact]
    public unsafe void IdleBlocksGoBackAndComeAgainEmpty()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memory is given back on Linux");
        byte* used = NativePool.Rent(BlockBytes), idle = NativePool.Rent(BlockBytes);
        new Span<byte>(used, 4096).Fill(1);
        new Span<byte>(idle, 4096).Fill(1);
        NativePool.Return(idle, BlockBytes);
        NativePool.Return(used, BlockBytes);
        NativePool.Trim();                                          // idle from now on, however long they were free before
        Assert.True(used == NativePool.Rent(BlockBytes), "the block used last is taken first");
        NativePool.Return(used, BlockBytes);
        Assert.Equal(1, used[0]);

        Assert.InRange(NativePool.Trim(), BlockBytes, long.MaxValue);
        Assert.Equal(1, used[0]);
        Assert.True(used == NativePool.Rent(BlockBytes));
        byte* bare = NativePool.Rent(BlockBytes);
        Assert.True(idle == bare, "its addresses are still the pool's");
        Assert.Equal(0, bare[0]);
        NativePool.Return(bare, BlockBytes);
        NativePool.Return(used, BlockBytes);
    }
}
