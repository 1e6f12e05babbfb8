namespace SqlCluster.Clients.Tests.Catalog;

/// <summary>pgjdbc's DatabaseMetaData: every method called, and what they say about tables compared to what they say about PostgreSQL's.</summary>
[Collection(CatalogTests.Name)]
public sealed class JdbcCatalogTests(CatalogServer server)
{
    [Fact]
    public async Task B1_B4_Q6_DatabaseMetaDataSaysWhatItSaysOfPostgreSql()
    {
        (int exitCode, string output) = await ClientProgram.JavaAsync("catalog/CatalogWalk.java", server.JdbcUrl);
        Assert.Equal(CatalogServer.Read("jdbc-expected.txt"), output);
        Assert.Equal(0, exitCode);
    }
}
