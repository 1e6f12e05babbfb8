using SqlCluster.Server.Hosting;
using SqlCluster.Server.Tests.Abuse;
using SqlCluster.Server.Tests.FlightSql;

namespace SqlCluster.Server.Tests.Hosting;

/// <summary>When a server that rests gives memory back. Nothing else runs meanwhile: what the process allocates counts.</summary>
[Collection(nameof(AbuseCollection))]
public sealed class IdleMemoryTests
{
    [Fact]
    public void MemoryGoesBackOnceInARestAndNotWhileTasksRun()
    {
        bool isBusy = false;
        long pooled = 0;
        using var idle = new IdleMemory(() => isBusy, () => pooled, new ManualTime());
        idle.Look();
        idle.Look();
        int before = idle.Collections;

        GC.KeepAlive(new byte[8 << 20]);
        idle.Look();
        Assert.Equal(before, idle.Collections);     // something has happened since the last look

        isBusy = true;
        idle.Look();
        Assert.Equal(before, idle.Collections);

        isBusy = false;
        int collected = GC.CollectionCount(2);
        idle.Look();
        Assert.Equal(before + 1, idle.Collections);
        Assert.True(GC.CollectionCount(2) > collected);

        idle.Look();
        Assert.Equal(before + 1, idle.Collections);     // there is nothing more to give

        pooled = 8 << 20;
        idle.Look();
        Assert.Equal(before + 2, idle.Collections);
    }
}
