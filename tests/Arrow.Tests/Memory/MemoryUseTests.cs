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

    [Fact]
    public void WhatThePartsHeldAtThePeakAddsUpToThePeak()
    {
        const int Seed = 7;
        var random = new Random(Seed);
        using var account = new MemoryAccount("test");
        using var other = new MemoryAccount("other");
        MemoryUse[] parts = [.. Enumerable.Range(0, 5).Select(static _ => new MemoryUse())];
        var held = new List<NativeBuffer>();
        for (int step = 0; step < 2000; step++)
        {
            MemoryUse.Current = random.Next(8) is var part && part < parts.Length ? parts[part] : null;
            if (held.Count > 0 && random.Next(100) < (step < 1000 ? 40 : 60))
            {
                int index = random.Next(held.Count);
                held[index].Release();
                held.RemoveAt(index);
            }
            else
            {
                held.Add(NativeBuffer.Allocate(random.Next(1, 100_000), account));
                NativeBuffer.Allocate(1000, other).Release();       // another account's buffers are nobody's here
            }

            MemoryUse.Current = null;
            Assert.Equal(account.PeakBytes, account.Elsewhere.BytesAtPeak + parts.Sum(static use => use.BytesAtPeak));
        }

        Assert.All(parts, static use => Assert.True(use.PeakBytes >= use.BytesAtPeak && use.BytesAtPeak > 0));
        held.ForEach(static buffer => buffer.Release());
        Assert.Equal(account.PeakBytes, account.Elsewhere.BytesAtPeak + parts.Sum(static use => use.BytesAtPeak));
    }
}
