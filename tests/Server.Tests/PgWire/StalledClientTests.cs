using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>Clients that ask for a table of many columns and take little of it: what the server keeps for them is bounded, whatever the file looks like.</summary>
public sealed class StalledClientTests(PgTestServer server) : IClassFixture<PgTestServer>, IDisposable
{
    private const int Rows = 200_000;
    private const int MostBytes = 6 << 20;
    private const string Columns = "i, i * 3 AS a, i / 7 AS b, i % 1000 AS c, md5(i::text) AS d, repeat('y', (i % 50)::int) AS e, i::float8 / 3 AS f, (i % 5)::text AS g, date '2020-01-01' + (i % 3000)::int AS h, md5((i * 7)::text) || 'z' AS j";
    private readonly string _folder = Directory.CreateTempSubdirectory("stalled").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [InlineData("snappy")]
    [InlineData("uncompressed")]
    [InlineData("zstd")]
    public async Task AStalledClientOfAWideScanHoldsLittle(string compression)
    {
        string file = Path.Combine(_folder, compression + ".parquet");
        await ResultReader.ReadAsync(
            server.Engine.OpenSession(), $"COPY (SELECT {Columns} FROM generate_series(1, {Rows}) AS t(i)) TO '{file}' (FORMAT parquet, COMPRESSION {compression})", TestContext.Current.CancellationToken);

        // All at once without reading; and a portal of which the first rows are fetched.
        using RawClient whole = await RawClient.OpenAsync(server.Port);
        await whole.SendAsync(RawClient.Message('Q', $"SELECT * FROM '{file}'"));
        using RawClient portal = await RawClient.OpenAsync(server.Port);
        await portal.QueryAsync("BEGIN");
        await portal.SendAsync((byte[])
        [
            .. RawClient.Message('P', "", $"SELECT * FROM '{file}'", (short)0), .. RawClient.Message('B', "p", "", (short)0, (short)0, (short)0), .. RawClient.Message('E', "p", 10), .. RawClient.Message('H'),
        ]);
        var seen = new bool[Rows + 1];
        Assert.Equal(10, await TakeAsync(portal, 's', seen));

        IReadOnlyList<RunningQuery> running = [];
        while (running.Count < 2)
        {
            running = server.Engine.Sessions.RunningQueries();
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        // It takes a moment until the server takes them for slow.
        while (running.Any(static query => query.UsedMemoryBytes is 0 or > MostBytes))
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        // And whoever comes back gets the rows that it has not got yet, each once.
        await portal.SendAsync((byte[])[.. RawClient.Message('E', "p", 0), .. RawClient.Message('S')]);
        Assert.Equal(Rows - 10, await TakeAsync(portal, 'Z', seen));
    }

    /// <summary>Codes are small, but what waits for a client is texts: those behind the codes count.</summary>
    [Fact]
    public async Task AStalledClientOfLongTextsInADictionaryHoldsLittle()
    {
        string file = Path.Combine(_folder, "dictionary.parquet");
        await ResultReader.ReadAsync(
            server.Engine.OpenSession(), $"COPY (SELECT i, lpad((i % 2000)::text, 500, 'x') AS t FROM generate_series(1, 60000) AS t(i)) TO '{file}' (FORMAT parquet)", TestContext.Current.CancellationToken);
        using RawClient whole = await RawClient.OpenAsync(server.Port);
        await whole.SendAsync(RawClient.Message('Q', $"SELECT * FROM '{file}'"));

        // It takes a moment until the server takes it for slow; from then on it stays so.
        for (int looks = 0; looks < 20;)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
            RunningQuery? running = server.Engine.Sessions.RunningQueries().SingleOrDefault(query => query.Text.Contains(file, StringComparison.Ordinal));
            looks = running is { UsedMemoryBytes: > 0 and <= MostBytes, Rows: > 0 } ? looks + 1 : 0;
        }
    }

    /// <summary>Reads up to a message of a type, and marks the rows by their first column.</summary>
    private static async Task<int> TakeAsync(RawClient client, char until, bool[] seen)
    {
        int rows = 0;
        while (await client.ReadAsync() is var (type, body) && type != until)
        {
            if (type == 'D')
            {
                int number = int.Parse(Encoding.ASCII.GetString(body, 6, BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(2))), CultureInfo.InvariantCulture);
                Assert.False(seen[number], $"row {number} came twice");
                seen[number] = true;
                rows++;
            }
        }

        return rows;
    }
}
