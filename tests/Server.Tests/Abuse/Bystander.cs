using System.Diagnostics;
using SqlCluster.Server.Tests.PgWire;

namespace SqlCluster.Server.Tests.Abuse;

/// <summary>An honest session that asks its question over and over while others misbehave: every answer is right, and none takes long.</summary>
internal sealed class Bystander : IAsyncDisposable
{
    private readonly CancellationTokenSource _ends = new();
    private readonly RawClient _client;
    private readonly Task _asking;
    private TimeSpan _slowest;
    private int _answers;

    private Bystander(RawClient client)
    {
        _client = client;
        _asking = Task.Run(AskAsync);
    }

    public static async Task<Bystander> ComeAsync(int port)
    {
        RawClient client = await RawClient.OpenAsync(port);
        await client.QueryAsync("CREATE TEMP TABLE mine AS SELECT a FROM generate_series(1, 1000) AS t(a)");
        return new Bystander(client);
    }

    /// <summary>Ends and tells how it went.</summary>
    /// <param name="patience">No answer may have taken longer.</param>
    public async Task NoticedNothingAsync(TimeSpan patience)
    {
        await _ends.CancelAsync();
        await _asking;
        TestContext.Current.TestOutputHelper?.WriteLine($"bystander: {_answers} answers, the slowest after {_slowest.TotalMilliseconds:0} ms");
        Assert.True(_answers > 0, "nobody was there to be disturbed");
        Assert.InRange(_slowest, TimeSpan.Zero, patience);
    }

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await ((Task)_asking.ContinueWith(static _ => { }, TaskScheduler.Default));
        _client.Dispose();
        _ends.Dispose();
    }

    private async Task AskAsync()
    {
        while (!_ends.IsCancellationRequested || _answers == 0)
        {
            long start = Stopwatch.GetTimestamp();
            Assert.Equal("T:count,sum D:1000,500500 C:SELECT 1 Z:I", await _client.QueryAsync("SELECT count(*), sum(a) FROM mine"));
            TimeSpan time = Stopwatch.GetElapsedTime(start);
            _slowest = time > _slowest ? time : _slowest;
            _answers++;
            await Task.Delay(2);
        }
    }
}
