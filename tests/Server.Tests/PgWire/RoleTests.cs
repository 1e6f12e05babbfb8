namespace SqlCluster.Server.Tests.PgWire;

/// <summary>Who a session is: its user, from the first statement to the last (U1).</summary>
public sealed class RoleTests(PgTestServer server) : IClassFixture<PgTestServer>
{
    [Theory]
    [InlineData("SET ROLE raw", "C:SET Z:I")]
    [InlineData("SET SESSION AUTHORIZATION raw", "C:SET Z:I")]
    [InlineData("SET SESSION AUTHORIZATION 'raw'", "C:SET Z:I")]
    [InlineData("SET ROLE none; RESET ROLE; SET SESSION AUTHORIZATION DEFAULT; RESET SESSION AUTHORIZATION", "C:SET C:RESET C:SET C:RESET Z:I")]
    [InlineData("SET ROLE sqlcluster", "E:0A000 Z:I")]
    [InlineData("SET SESSION AUTHORIZATION sqlcluster", "E:0A000 Z:I")]
    [InlineData("SET ROLE nobody", "E:22023 Z:I")]
    [InlineData("GRANT SELECT ON numbers TO raw", "E:0A000 Z:I")]
    [InlineData("GRANT sqlcluster TO raw", "E:0A000 Z:I")]
    [InlineData("REVOKE SELECT ON numbers FROM nobody", "E:42704 Z:I")]
    public async Task U1_ASessionStaysItsUsers(string sql, string answer)
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        Assert.Equal(answer, await client.QueryAsync(sql));
        Assert.Equal("T:current_user,session_user D:raw,raw C:SELECT 1 Z:I", await client.QueryAsync("SELECT current_user, session_user"));
    }
}
