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
            "isql", ["-v", "-b", "-d|", "-k", $"DRIVER={{{driver}}};SERVER=127.0.0.1;PORT={server.Port};UID={CatalogServer.User};DATABASE=sqlcluster;SSLMODE=disable;ConnSettings=set search_path to shop"], input: "help\nhelp employee\nselect id from shop.department\nquit\n");
        Assert.Equal(0, exitCode);
        Assert.Contains("sqlcluster|shop|department|TABLE|", output);
        Assert.Contains("sqlcluster|shop|rich|VIEW|", output);

        // As the driver says of PostgreSQL 15, oids aside.
        Assert.Contains("sqlcluster|shop|employee|Full Name|-1|text|8190|8190|||0|||-1||32760|3||8190|25|0|3|", output);
        Assert.Contains("sqlcluster|shop|employee|salary|6|float8|17|8|0|10|1|||6||-1|4||24|701|0|4|", output);
        Assert.DoesNotContain("ERROR", output);
    }
}
