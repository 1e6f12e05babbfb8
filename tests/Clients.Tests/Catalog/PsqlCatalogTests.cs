namespace SqlCluster.Clients.Tests.Catalog;

/// <summary>psql's own commands, with the queries it makes itself.</summary>
[Collection(CatalogTests.Name)]
public sealed class PsqlCatalogTests(CatalogServer server)
{
    /// <summary>Commands whose answers PostgreSQL 15 gave on the same tables; tests/clients/catalog/record wrote them down.</summary>
    [Fact]
    public async Task B1_B5_B6_DescribesTablesAsPostgreSqlDoes()
    {
        string all = CatalogServer.Read("psql-commands.txt");
        var answers = new System.Text.StringBuilder();
        foreach (string command in all.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            answers.Append("== ").Append(command).Append('\n').Append(await server.PsqlAsync(command));
        }

        Assert.Equal(CatalogServer.Read("psql-expected.txt"), answers.ToString());
    }

    /// <summary>One psql runs them all: none may fail, and what is there must show.</summary>
    [Fact]
    public async Task B1_B2_EveryCommandWorks()
    {
        string[] commands =
        [
            @"\d", @"\dS", @"\d+ shop.*", @"\dt", @"\dt+ shop.*", @"\dtS+ pg_c*", @"\dv+ shop.*", @"\di+ shop.*", @"\dm", @"\ds", @"\dE", @"\dn", @"\dn+", @"\df", @"\df+ abs", @"\da", @"\da+ sum", @"\du", @"\du+", @"\dg", @"\l", @"\l+",
            @"\dT", @"\dTS+ int*", @"\dx", @"\dx+", @"\dp", @"\z", @"\ddp", @"\do", @"\doS =", @"\dC", @"\dCS+", @"\dc", @"\dcS", @"\dO", @"\dOS+", @"\dL", @"\dLS+", @"\dA+", @"\dAc", @"\dAf", @"\dAo", @"\dAp", @"\db+", @"\dd", @"\dD",
            @"\des+", @"\deu", @"\dew+", @"\det", @"\dF", @"\dFd", @"\dFp", @"\dFt", @"\dP+", @"\dRp+", @"\dRs+", @"\drds", @"\dX", @"\dy", @"\dconfig search_path", @"\sv shop.rich", @"\sv+ shop.rich", @"\sf abs(integer)", @"\lo_list", @"\dp shop.*",
            @"\dt *.*", @"\dS pg_class", @"\d+ information_schema.columns", @"\conninfo", @"\encoding",
        ];
        string output = await server.PsqlAsync(@"\conninfo", ["-v", "VERBOSITY=verbose", .. commands.SelectMany(static command => new[] { "-c", command })]);
        Assert.DoesNotContain("ERROR", output);
        foreach (string part in new[] { "department_name_key", "Where people work", "As on the door", "pg_timezone_names", "CREATE OR REPLACE VIEW shop.rich", "CREATE OR REPLACE FUNCTION pg_catalog.abs(integer)", "sqlcluster | sqlcluster | UTF8", "btree", "search_path" })
        {
            Assert.Contains(part, output);
        }
    }

    /// <summary>A statement error leaves the connection usable, and unknown names give PostgreSQL's codes.</summary>
    [Theory]
    [InlineData("SELECT * FROM pg_catalog.pg_nothing", "42P01")]
    [InlineData("SELECT * FROM information_schema.nothing", "42P01")]
    [InlineData("SELECT pg_nothing()", "42883")]
    [InlineData("SELECT 'nothing'::regclass", "42P01")]
    [InlineData("SELECT 'nothing'::regtype", "42704")]
    [InlineData("SELECT 'nothing'::regnamespace", "3F000")]
    [InlineData("SELECT 'nothing'::regrole", "42704")]
    [InlineData("SELECT 'nothing'::regproc", "42883")]
    [InlineData("SELECT current_setting('nothing')", "42704")]
    [InlineData("SELECT has_table_privilege('nobody', 'shop.employee', 'select')", "42704")]
    [InlineData("SELECT has_table_privilege('shop.employee', 'dance')", "22023")]
    public async Task R3_UnknownObjectsFailWithTheirCodeAndTheConnectionLives(string sql, string sqlState)
    {
        string output = await server.PsqlAsync("SELECT 'alive'", "-v", "VERBOSITY=sqlstate", "-A", "-t", "-c", sql);
        Assert.Contains($"ERROR:  {sqlState}", output);
        Assert.EndsWith("alive\n", output);
    }
}
