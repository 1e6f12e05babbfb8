using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.PgCatalog;

/// <summary>Ids of catalog objects: unique, kept for the life of an object, PostgreSQL's own for built-in ones.</summary>
public sealed class ObjectIdTests : IDisposable
{
    private readonly Engine _engine = new(new EngineOptions(Slots: 2));
    private readonly Session _session;

    public ObjectIdTests() => _session = _engine.OpenSession("me");

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task B1_OidsSurviveRenamingAndReplacing()
    {
        await RunAsync("CREATE TABLE t (a integer PRIMARY KEY); CREATE VIEW v AS SELECT a FROM t; CREATE SCHEMA s");
        string before = await ScalarAsync("SELECT string_agg(oid::text, ',' ORDER BY oid) FROM pg_class WHERE relname IN ('t', 'v', 't_pkey')");
        await RunAsync("ALTER TABLE t RENAME TO u; CREATE OR REPLACE VIEW v AS SELECT a + 1 AS a FROM u; ALTER TABLE u SET SCHEMA s");
        Assert.Equal(before, await ScalarAsync("SELECT string_agg(oid::text, ',' ORDER BY oid) FROM pg_class WHERE relname IN ('u', 'v', 't_pkey')"));
        Assert.Equal("s.t_pkey,s.u,v", await ScalarAsync($"SELECT string_agg(oid::regclass::text, ',' ORDER BY oid::regclass::text) FROM pg_class WHERE oid IN ({before})"));
    }

    [Fact]
    public async Task B1_OidsOfUserObjectsBeginAt16384AndNoneIsGivenTwice()
    {
        await RunAsync("CREATE TABLE a (x integer UNIQUE, y integer DEFAULT 1, CHECK (x > y)); CREATE TEMP TABLE b (x integer REFERENCES a (x)); CREATE INDEX i ON a (y); DROP TABLE a CASCADE; CREATE TABLE a (x integer)");
        Assert.Equal("0", await ScalarAsync("SELECT count(*) FROM (SELECT oid FROM pg_class UNION ALL SELECT oid FROM pg_constraint UNION ALL SELECT oid FROM pg_attrdef UNION ALL SELECT oid FROM pg_namespace UNION ALL SELECT oid FROM pg_database) o GROUP BY oid HAVING count(*) > 1 UNION ALL SELECT 0"));
        Assert.Equal("t", await ScalarAsync("SELECT bool_and(c.oid >= 16384) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')"));
        Assert.Equal("11,1247,1255,1259,2200,2615", await ScalarAsync(
            "SELECT string_agg(o::text, ',' ORDER BY o) FROM (SELECT oid FROM pg_namespace WHERE nspname IN ('pg_catalog', 'public') UNION ALL SELECT oid FROM pg_class WHERE relname IN ('pg_class', 'pg_type', 'pg_proc', 'pg_namespace')) x(o)"));
    }

    /// <summary>Whatever an id column points to is there: types, functions, owners, schemas, languages, access methods.</summary>
    [Theory]
    [InlineData("pg_class", "relnamespace", "pg_namespace")]
    [InlineData("pg_class", "relowner", "pg_authid")]
    [InlineData("pg_class", "relam", "pg_am")]
    [InlineData("pg_attribute", "attrelid", "pg_class")]
    [InlineData("pg_attribute", "atttypid", "pg_type")]
    [InlineData("pg_attribute", "attcollation", "pg_collation")]
    [InlineData("pg_type", "typelem", "pg_type")]
    [InlineData("pg_type", "typarray", "pg_type")]
    [InlineData("pg_type", "typinput", "pg_proc")]
    [InlineData("pg_type", "typsend", "pg_proc")]
    [InlineData("pg_type", "typreceive", "pg_proc")]
    [InlineData("pg_proc", "prorettype", "pg_type")]
    [InlineData("pg_proc", "prolang", "pg_language")]
    [InlineData("pg_operator", "oprleft", "pg_type")]
    [InlineData("pg_operator", "oprright", "pg_type")]
    [InlineData("pg_cast", "castsource", "pg_type")]
    [InlineData("pg_opclass", "opcfamily", "pg_opfamily")]
    [InlineData("pg_opclass", "opcintype", "pg_type")]
    [InlineData("pg_index", "indexrelid", "pg_class")]
    [InlineData("pg_constraint", "conindid", "pg_class")]
    [InlineData("pg_database", "datdba", "pg_authid")]
    public async Task B1_IdsPointToRowsThatAreThere(string relation, string column, string target)
    {
        await RunAsync("CREATE TABLE p (a integer PRIMARY KEY, b text[], c numeric(5,2)); CREATE TABLE q (a integer REFERENCES p)");
        Assert.Equal("0", await ScalarAsync($"SELECT count(*) FROM {relation} WHERE {column}::oid <> 0 AND {column}::oid NOT IN (SELECT oid FROM {target})"));
        Assert.NotEqual("0", await ScalarAsync($"SELECT count(*) FROM {relation} WHERE {column}::oid <> 0"));
    }

    /// <summary>Every system relation can be read, and has the columns it says it has.</summary>
    [Fact]
    public async Task B2_EveryRelationCanBeRead()
    {
        List<string?[]> relations = await RowsAsync("SELECT n.nspname, c.relname, c.relnatts FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('pg_catalog', 'information_schema') AND c.relkind IN ('r', 'v')");
        Assert.True(relations.Count > 200);
        foreach (string?[] relation in relations)
        {
            (int columns, _) = await ResultReader.ReadAsync(_session, $"SELECT * FROM {relation[0]}.{relation[1]}", TestContext.Current.CancellationToken);
            Assert.Equal(relation[2], $"{columns}");
        }
    }

    private Task RunAsync(string sql) => ResultReader.ReadAsync(_session, sql, TestContext.Current.CancellationToken);

    private async Task<string> ScalarAsync(string sql) => (await RowsAsync(sql))[0][0]!;

    private async Task<List<string?[]>> RowsAsync(string sql) => [.. (await ResultReader.ReadAsync(_session, sql, TestContext.Current.CancellationToken)).Rows];
}
