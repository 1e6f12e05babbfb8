using System.Text;
using Npgsql;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Tests.Transactions;

namespace SqlCluster.Server.Tests.Differential;

/// <summary>Random INSERT, UPDATE, DELETE, MERGE, ON CONFLICT, COPY and SELECT answer as PostgreSQL 15 does: rows, numbers of rows, or SQLSTATE; so does the table after every change.</summary>
public sealed class RandomStatementTests
{
    private const int Seed = 20_261_122;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static bool IsSlow => Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1";

    [Fact]
    public async Task C1_RandomStatementsAnswerAsPostgresDoes()
    {
        Assert.SkipUnless(PrivatePostgres.IsInstalled, "PostgreSQL 15 is not installed");
        await using PrivatePostgres postgres = await PrivatePostgres.StartAsync(Cancellation);
        using var engine = new Engine(new EngineOptions(Slots: 2));
        await using ServerHost host = await ServerHost.StartAsync(engine, new ServerOptions { PgPort = 0, ShutdownTimeout = TimeSpan.FromSeconds(5) });
        await using var theirs = new NpgsqlConnection(await postgres.CreateDatabaseAsync(Cancellation) + ";Include Error Detail=true");
        await using var ours = new NpgsqlConnection($"Host=127.0.0.1;Port={host.PgAddress!.Port};Username=tester;Database=sqlcluster;{PrivatePostgres.Plain};Include Error Detail=true");
        await theirs.OpenAsync(Cancellation);
        await ours.OpenAsync(Cancellation);

        var differences = new List<string>();
        int compared = 0, failed = 0, rounds = IsSlow ? 60 : 3, statements = IsSlow ? 300 : 60;
        for (int round = 0; round < rounds && differences.Count < 20; round++)
        {
            var made = new RandomStatements(new Random(Seed + round));
            foreach (string table in (string[])["t", "u"])
            {
                await BothAsync(new RandomStatement($"DROP TABLE IF EXISTS {table}"));
                await BothAsync(new RandomStatement(RandomStatements.Create(table)));
            }

            // A table that differs makes what follows differ, too.
            int before = differences.Count;
            for (int i = 0; i < statements && differences.Count == before; i++)
            {
                // The first statements fill both tables: what is made for t goes to u too.
                RandomStatement statement = made.Next();
                if (i % 10 == 0)
                {
                    await BothAsync(new RandomStatement("INSERT INTO u SELECT * FROM t ON CONFLICT DO NOTHING"));
                }

                failed += await BothAsync(statement) ? 1 : 0;
                if (!statement.Sql.StartsWith("SELECT", StringComparison.Ordinal))
                {
                    await BothAsync(new RandomStatement("SELECT * FROM t ORDER BY id", IsOrdered: true), $"after {statement.Sql}\n{statement.Data}");
                }
            }

            async Task<bool> BothAsync(RandomStatement statement, string note = "")
            {
                string expected = await RunAsync(theirs, statement), actual = await RunAsync(ours, statement);
                compared++;
                if (ours.State != theirs.State)
                {
                    actual += $" and the connection is {ours.State}, PostgreSQL's {theirs.State}";
                }

                if (expected != actual && !AreOfOneKind(expected, actual))
                {
                    differences.Add($"seed {Seed + round}: {statement.Sql}\n{statement.Data}{note}\n  PostgreSQL: {expected}\n  SqlCluster: {actual}");
                }

                return expected.StartsWith("error", StringComparison.Ordinal);
            }
        }

        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
        Assert.True(failed > compared / 100 && failed < compared / 2, $"{failed} of {compared} statements were errors: the test says little");
    }

    /// <summary>Constraints are checked when all rows are there, keys when the statement has ended: where several things are wrong, another one may be named.</summary>
    private static bool AreOfOneKind(string expected, string actual) => expected.StartsWith("error 23", StringComparison.Ordinal) && actual.StartsWith("error 2", StringComparison.Ordinal);

    /// <summary>Rows as lines, in order where the statement has one; or the number of rows changed; or the SQLSTATE, with COPY's place.</summary>
    private static async Task<string> RunAsync(NpgsqlConnection connection, RandomStatement statement)
    {
        if (connection.State != System.Data.ConnectionState.Open)
        {
            // Npgsql closes a connection whose COPY failed while it was still writing.
            await connection.CloseAsync();
            await connection.OpenAsync(Cancellation);
        }

        try
        {
            if (statement.Data != null)
            {
                await using TextWriter copy = await connection.BeginTextImportAsync(statement.Sql, Cancellation);
                await copy.WriteAsync(statement.Data);
                await copy.DisposeAsync();
                return "copied";
            }

            await using var command = new NpgsqlCommand(statement.Sql, connection) { AllResultTypesAreUnknown = true };
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Cancellation);
            var rows = new List<string>();
            while (await reader.ReadAsync(Cancellation))
            {
                var row = new StringBuilder();
                for (int i = 0; i < reader.FieldCount; i++)
                {
                    row.Append(i == 0 ? "" : "|").Append(await reader.IsDBNullAsync(i, Cancellation) ? "NULL" : reader.GetString(i));
                }

                rows.Add(row.ToString());
            }

            return $"{reader.RecordsAffected}: {string.Join("\n    ", statement.IsOrdered ? rows : rows.Order(StringComparer.Ordinal))}";
        }
        catch (PostgresException error)
        {
            return statement.Data == null ? $"error {error.SqlState}" : $"error {error.SqlState} {error.Where}";
        }
        catch (NpgsqlException error)
        {
            return $"broken connection: {error.Message} {error.InnerException}";
        }
    }
}
