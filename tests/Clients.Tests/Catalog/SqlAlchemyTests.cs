using System.Text;
using SqlCluster.Testing;

namespace SqlCluster.Clients.Tests.Catalog;

/// <summary>SQLAlchemy's inspector over psycopg2: what Superset and many scripts see.</summary>
[Collection(CatalogTests.Name)]
public sealed class SqlAlchemyTests(CatalogServer server)
{
    [Fact]
    public async Task B1_B6_ReflectsTablesKeysAndComments()
    {
        (int exitCode, string output) = await ClientProgram.PythonAsync("catalog/reflect.py", "sqlalchemy", "127.0.0.1", $"{server.Port}", CatalogServer.User, "sqlcluster", "shop");
        Assert.Equal(0, exitCode);
        foreach (string line in new[]
        {
            "tables 2\n", "views rich\n", "  key department_pkey id\n", "  key employee_pk id\n", "  unique department_name_key name\n", "  unique employee_badge badge hired\n",
            "  foreign employee_department_id_fkey department_id -> department id [('ondelete', 'CASCADE')]\n", "  check department_id_check id > 0\n", "  index employee_name False Full Name hired\n",
            "  comment Where people work\n", "budget NUMERIC(precision=12, scale=2) null default 0", "name VARCHAR(length=20) not null default None", "code CHAR(length=4)", "active BOOLEAN() null default true",
            "changed TIMESTAMP(timezone=True)", "settings JSONB(", "tags ARRAY(TEXT())", "reflected 3\n", "version (16, ", "isolation READ COMMITTED\n",
        })
        {
            Assert.Contains(line, output);
        }
    }

    /// <summary>A catalog of 200 tables, each with a key, is reflected as a whole.</summary>
    [Fact]
    public async Task B1_B7_ReflectsTwoHundredTables()
    {
        var sql = new StringBuilder("CREATE SCHEMA wide;");
        for (int i = 0; i < 200; i++)
        {
            sql.Append($"CREATE TABLE wide.t{i} (id integer PRIMARY KEY, parent integer{(i > 0 ? $" REFERENCES wide.t{i - 1}" : "")}, name text, amount numeric(10,2));");
        }

        await ResultReader.ReadAsync(server.Engine.OpenSession(CatalogServer.User), sql.ToString(), TestContext.Current.CancellationToken);
        try
        {
            (int exitCode, string output) = await ClientProgram.PythonAsync("catalog/reflect.py", "sqlalchemy", "127.0.0.1", $"{server.Port}", CatalogServer.User, "sqlcluster", "wide");
            Assert.Equal(0, exitCode);
            Assert.Contains("reflected 200\n", output);
            Assert.Contains("  foreign t199_parent_fkey parent -> t198 id []\n", output);
        }
        finally
        {
            await ResultReader.ReadAsync(server.Engine.OpenSession(CatalogServer.User), "DROP SCHEMA wide CASCADE", TestContext.Current.CancellationToken);
        }
    }
}
