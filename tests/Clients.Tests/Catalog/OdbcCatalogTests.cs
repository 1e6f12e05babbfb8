namespace SqlCluster.Clients.Tests.Catalog;

/// <summary>psqlODBC through isql: SQLTables and SQLColumns, which its help command calls.</summary>
[Collection(CatalogTests.Name)]
public sealed class OdbcCatalogTests(CatalogServer server)
{
    [Fact]
    public async Task B1_B6_ListsTablesAndColumns()
    {
        const string driver = "PostgreSQL Unicode";
        (_, string drivers) = await ClientProgram.RunAsync("odbcinst", ["-q", "-d"]);
        Assert.SkipUnless(drivers.Contains(driver, StringComparison.Ordinal), $"the ODBC driver {driver} is not installed");
        (int exitCode, string output) = await ClientProgram.RunAsync(
            "isql", ["-v", "-b", "-d|", "-k", $"DRIVER={{{driver}}};SERVER=127.0.0.1;PORT={server.Port};UID={CatalogServer.User};DATABASE=sqlcluster;SSLMODE=disable"], input: "help\nhelp employee\nselect id from shop.department\nquit\n");
        Assert.Equal(0, exitCode);
        Assert.Contains("sqlcluster|shop|department|TABLE|", output);
        Assert.Contains("sqlcluster|shop|rich|VIEW|", output);
        Assert.Contains("sqlcluster|shop|employee|Full Name|", output);
        Assert.Contains("sqlcluster|shop|employee|salary|8|float8|", output);
        Assert.DoesNotContain("ERROR", output);
    }
}
