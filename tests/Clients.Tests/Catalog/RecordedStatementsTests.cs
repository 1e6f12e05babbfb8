using Npgsql;
using SqlCluster.Parser.Tokens;

namespace SqlCluster.Clients.Tests.Catalog;

/// <summary>Catalog queries that tools were seen to send, replayed in both protocols; PostgreSQL runs all of them, so they are right.</summary>
[Collection(CatalogTests.Name)]
public sealed class RecordedStatementsTests(CatalogServer server)
{
    [Fact]
    public async Task R1_B6_RunInTheSimpleProtocol()
    {
        string output = await server.PsqlAsync("SELECT 'done'", "-v", "VERBOSITY=verbose", "-A", "-t", "-f", Path.Combine(SqlCluster.Testing.Corpus.Root, "tests", "clients", "catalog", "recorded.sql"));
        Assert.DoesNotContain("ERROR", output);
        Assert.EndsWith("done\n", output);
    }

    /// <summary>Npgsql asks binary for every column of every result: all types that the catalog has must have a binary form that it reads.</summary>
    [Fact]
    public async Task R1_Q7_RunInTheExtendedProtocolInBinary()
    {
        string text = CatalogServer.Read("recorded.sql");
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString);
        var failed = new List<string>();
        int count = 0;
        foreach (string statement in SqlTokenizer.SplitStatements(text).Select(span => text.Substring(span.Start, span.Length)))
        {
            await using NpgsqlCommand command = source.CreateCommand(statement);
            try
            {
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
                while (await reader.ReadAsync(TestContext.Current.CancellationToken))
                {
                    for (int i = 0; i < reader.FieldCount; i++)
                    {
                        // Npgsql has no converters for these, of PostgreSQL's columns neither.
                        if (reader.GetDataTypeName(i).Replace("pg_catalog.", "", StringComparison.Ordinal) is not ("aclitem" or "aclitem[]" or "regclass" or "regproc" or "pg_node_tree"))
                        {
                            reader.GetValue(i);
                        }
                    }
                }

                count++;
            }
            catch (Exception error) when (error is NpgsqlException or InvalidCastException)
            {
                failed.Add($"{error.Message}: {statement[..Math.Min(150, statement.Length)]}");
            }
        }

        Assert.Empty(failed);
        Assert.True(count > 70, $"only {count} statements");
    }
}
