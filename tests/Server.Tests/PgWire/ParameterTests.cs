namespace SqlCluster.Server.Tests.PgWire;

/// <summary>Types of parameters that the client leaves to the server. The oids are those that PostgreSQL 15 gave.</summary>
public sealed class ParameterTests(PgTestServer server) : IClassFixture<PgTestServer>
{
    [Theory]
    [InlineData("23", "SELECT $1 + 1")]
    [InlineData("20", "SELECT 1 LIMIT $1")]
    [InlineData("20,20", "SELECT * FROM pt ORDER BY a LIMIT $1 OFFSET $2")]
    [InlineData("23,23", "SELECT * FROM pt WHERE a IN ($1,$2)")]
    [InlineData("1007", "SELECT * FROM pt WHERE a = ANY($1)")]
    [InlineData("1007", "SELECT * FROM pt WHERE a <> ALL($1)")]
    [InlineData("25", "SELECT * FROM pt WHERE b LIKE $1")]
    [InlineData("1700,1114", "SELECT * FROM pt WHERE c > $1 AND d < $2")]
    [InlineData("25", "SELECT $1")]
    [InlineData("16", "SELECT CASE WHEN $1 THEN 1 ELSE 2 END")]
    [InlineData("2950", "SELECT * FROM pt WHERE e = $1")]
    [InlineData("25,23", "SELECT $2::int, $1")]
    [InlineData("23,1043,1700,1114,2950,16", "INSERT INTO pt VALUES ($1,$2,$3,$4,$5,$6)")]
    [InlineData("1114,23,1114,23", "INSERT INTO pt (d, a) VALUES ($1, $2), ($3, $4 + 1)")]
    [InlineData("23,1043", "INSERT INTO pt (a, b) SELECT $1, $2")]
    [InlineData("25", "INSERT INTO pt (a) SELECT a FROM pt WHERE b = $1")]
    [InlineData("1043,1700,23", "UPDATE pt SET b = $1, c = c + $2 WHERE a = $3")]
    [InlineData("1114,25", "DELETE FROM pt WHERE d >= $1 AND b LIKE $2")]
    public async Task Q4_TypesAreInferred(string oids, string sql)
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.QueryAsync("CREATE TEMP TABLE pt (a int, b varchar(10), c numeric(10,2), d timestamp, e uuid, f boolean)");
        await client.SendAsync(RawClient.Message('P', "s", sql, (short)0), RawClient.Message('D', 'S', "s"), RawClient.Message('S'));
        Assert.Equal($"1 t:{oids}", string.Join(' ', (await client.ReadUntilReadyAsync()).Split(' ')[..2]));
    }
}
