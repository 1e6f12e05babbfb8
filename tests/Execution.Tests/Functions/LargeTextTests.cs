using System.Text;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Functions.Scalar.Texts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Tests.Functions;

/// <summary>Searching, counting and recoding of texts larger than a stretch, against the framework's plain methods; and that each ends when it is cancelled.</summary>
public sealed class LargeTextTests
{
    private static readonly string[] Alphabet = ["a", "b", "ä", "€", "😀"];

    [Fact]
    public void PartsAreFoundWhereTheyAre()
    {
        var random = new Random(7);
        int found = 0;
        for (int round = 0; round < 300; round++)
        {
            byte[] text = new byte[random.Next(1, round % 3 == 0 ? 200_000 : 2000)];
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = (byte)('a' + (random.Next(50) == 0 ? 1 : 0));
            }

            int length = random.Next(0, Math.Min(text.Length, round % 6 == 0 ? 20_000 : 30)), start = random.Next(0, text.Length - length + 1);
            byte[] part = round % 4 == 0 ? [.. text.AsSpan(start, length), (byte)'b'] : text.AsSpan(start, length).ToArray();
            Pulse pulse = default;
            int expected = text.AsSpan().IndexOf(part);
            Assert.Equal(expected, TextSearch.Find(text, part, ref pulse));
            found += expected >= 0 ? 1 : 0;
        }

        Assert.InRange(found, 100, 290);
    }

    [Fact]
    public void CharactersAreCountedAndFound()
    {
        var random = new Random(8);
        for (int round = 0; round < 100; round++)
        {
            string text = Text(random, random.Next(0, 300));
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            Rune[] runes = [.. text.EnumerateRunes()];
            Assert.Equal(runes.Length, Utf8Text.Count(bytes));
            int characters = random.Next(0, runes.Length + 3);
            Assert.Equal(runes.Take(characters).Sum(static rune => rune.Utf8SequenceLength), Utf8Text.Offset(bytes, characters));
        }
    }

    [Fact]
    public void LargeTextsComeBackAsTheyWere()
    {
        string text = Text(new Random(9), 150_000);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(text, Utf8Text.Decode(bytes, default));
        Assert.Equal(bytes.Length, Utf8Text.CountBytes(text, default));
        byte[] target = new byte[bytes.Length];
        Assert.Equal(bytes.Length, Utf8Text.Encode(text, target, default));
        Assert.Equal(bytes, target);
    }

    [Fact]
    public void EachHearsACancellation()
    {
        var cancelled = new CancellationToken(true);
        byte[] bytes = new byte[200_000], part = new byte[5000];
        Array.Fill(part, (byte)1);
        Assert.Throws<OperationCanceledException>(() => Utf8Text.Decode(bytes, cancelled));
        Assert.Throws<OperationCanceledException>(() => Utf8Text.Encode(new string('x', 200_000), new byte[200_000], cancelled));
        Assert.Throws<OperationCanceledException>(() => Search([1], cancelled));
        Assert.Throws<OperationCanceledException>(() => Search(part, cancelled));
        Assert.Throws<OperationCanceledException>(() => new Pulse(cancelled).Copy(bytes, new byte[200_000]));
        Assert.Throws<OperationCanceledException>(() => new Pulse(cancelled).Sort([.. Enumerable.Range(0, 10_000)], static (left, right) => right.CompareTo(left)));
        Assert.Throws<OperationCanceledException>(() => Aside.Run(static () => 1, cancelled));
        Assert.Throws<OperationCanceledException>(() => new JsonNormalizer().Run(Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Range(0, 50_000))}]"), cancelled).Length);

        void Search(byte[] wanted, CancellationToken cancellation)
        {
            var pulse = new Pulse(cancellation);
            TextSearch.Find(bytes, wanted, ref pulse);
        }
    }

    /// <summary>Work aside goes on; who waits for it does not.</summary>
    [Fact]
    public async Task WorkAsideIsLeftBehind()
    {
        using var cancellation = new CancellationTokenSource();
        using ManualResetEventSlim begun = new(), ends = new();
        var ended = new TaskCompletionSource();
        Task waiting = Task.Run(
            () => Aside.Run(
                () =>
                {
                    begun.Set();
                    ends.Wait(CancellationToken.None);
                    ended.SetResult();
                    return 1;
                },
                cancellation.Token),
            TestContext.Current.CancellationToken);
        begun.Wait(TestContext.Current.CancellationToken);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.False(ended.Task.IsCompleted);
        ends.Set();
        await ended.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Throws<FormatException>(() => Aside.Run<int>(static () => throw new FormatException(), default));
    }

    private static string Text(Random random, int characters)
    {
        var text = new StringBuilder();
        for (int i = 0; i < characters; i++)
        {
            text.Append(Alphabet[random.Next(Alphabet.Length)]);
        }

        return text.ToString();
    }
}
