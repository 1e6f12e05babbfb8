using System.Net.Sockets;
using SqlCluster.Server.Tests.PgWire;

namespace SqlCluster.Server.Tests.Abuse;

/// <summary>Sessions of PostgreSQL's protocol that clients never hold: messages reordered, cut, repeated, of wrong lengths and with wrong bytes. 2,000 of them; 100,000 with SQLCLUSTER_SLOW_TESTS=1.</summary>
[Collection(nameof(AbuseCollection))]
public sealed class PgSessionAbuseTests
{
    private const int Seed = 20261121;

    [Fact]
    public async Task MutatedSessionsHarmNobody()
    {
        int answered = 0;
        await using AbusedServer server = await AbusedServer.StartAsync(async started => await AbuseAsync(started.PgPort, 0, 200));
        answered = await AbuseAsync(server.PgPort, 200, AbusedServer.Sessions);
        Assert.InRange(answered, AbusedServer.Sessions / 16, AbusedServer.Sessions);
        await server.IsAsBeforeAsync();
    }

    /// <returns>How many of the whole sessions got all their answers.</returns>
    private static async Task<int> AbuseAsync(int port, int first, int count)
    {
        int answered = 0;
        await Parallel.ForAsync(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
        {
            var random = new Random(Seed + i);
            using RawClient client = await RawClient.ConnectAsync(port);
            try
            {
                // Every eighth session is whole, if out of order, and waits for its answers: what the others send is really run.
                bool isWhole = i % 8 == 0;
                client.PieceBytes = random.Next(20) == 0 ? 1 : 0;
                await client.SendAsync(Session(random, !isWhole), isWhole ? [.. RawClient.Message('S'), .. RawClient.Message('X'), .. RawClient.Message('X')] : []);
                if (isWhole && await client.ReadToEndAsync(TimeSpan.FromSeconds(5)) > 300)
                {
                    Interlocked.Increment(ref answered);
                }
            }
            catch (Exception error) when (error is IOException or SocketException)
            {
                // The server has had enough.
            }
        });
        return answered;
    }

    /// <summary>A session of some messages, of which some are then spoiled.</summary>
    private static byte[] Session(Random random, bool isSpoiled)
    {
        byte[][] good =
        [
            RawClient.Message('P', "s", "SELECT $1::int + a FROM (VALUES (1)) AS victim(a)", (short)0), RawClient.Message('B', "", "s", (short)0, (short)1, 1, "5"u8.ToArray(), (short)0), RawClient.Message('D', 'S', "s"), RawClient.Message('D', 'P', ""),
            RawClient.Message('E', "", 0), RawClient.Message('E', "", 1), RawClient.Message('S'), RawClient.Message('H'), RawClient.Message('C', 'S', "s"), RawClient.Message('C', 'P', ""),
            RawClient.Message('Q', "SELECT 1; SELECT repeat('x', 1000)"), RawClient.Message('Q', "BEGIN; DECLARE c CURSOR FOR SELECT 1; FETCH c"), RawClient.Message('Q', "CREATE TEMP TABLE mine (a int); COPY mine FROM STDIN"),
            RawClient.Message('d', "1\n2\n"u8.ToArray()), RawClient.Message('c'), RawClient.Message('f', "enough"), RawClient.Message('Q', "COPY (SELECT 1) TO STDOUT (FORMAT binary)"), RawClient.Message('F', 1), RawClient.Message('p', "x"), RawClient.Message('X'),
        ];
        byte[] start = isSpoiled && random.Next(10) == 0 ? [.. RawClient.Number(random.Next(-10, 20_000)), .. RawClient.Number(random.Next())] : RawClient.Startup(196_608, "user", "raw", "database", "sqlcluster");
        var session = new List<byte>(start);
        for (int messages = random.Next(1, 9); messages > 0; messages--)
        {
            session.AddRange(good[random.Next(good.Length)]);
        }

        for (int changes = isSpoiled ? random.Next(0, 4) : 0; changes > 0; changes--)
        {
            int at = random.Next(session.Count);
            switch (random.Next(5))
            {
                case 0: session[at] = (byte)random.Next(256); break;
                case 1: session.Insert(at, (byte)random.Next(256)); break;
                case 2 when session.Count > 1: session.RemoveAt(at); break;
                case 3: session.InsertRange(at, [0xFF, 0xFE, 0xC0, 0x80]); break;
                default: session.RemoveRange(at, session.Count - at); session.Add((byte)random.Next(256)); break;
            }
        }

        return [.. session];
    }
}
