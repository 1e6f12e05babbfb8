using System.Data.Common;
using Dapper;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Client.Ado;
using SqlCluster.Testing;

namespace SqlCluster.Client.Tests.Ado;

/// <summary>The examples of docs/client.md, run; a test compares the texts.</summary>
public sealed class DocExamples(ClientServer server) : IClassFixture<ClientServer>
{
    [Fact]
    public async Task QueryWithParameters()
    {
        string connectionString = server.ConnectionString;
        var read = new List<(long, string)>();
        await using var dataSource = new SqlClusterDataSource(connectionString);
        await using SqlClusterConnection connection = await dataSource.OpenConnectionAsync();
        await using SqlClusterCommand command = connection.CreateCommand();
        command.CommandText = "SELECT n, t FROM numbers WHERE n BETWEEN @low AND @high ORDER BY n";
        command.Parameters.AddWithValue("low", 10);
        command.Parameters.AddWithValue("high", 12);
        await using SqlClusterDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            long number = reader.GetInt64(0);
            string text = reader.GetString(1);
            read.Add((number, text));
        }

        Assert.Equal([(10, "row 10"), (11, "row 11"), (12, "row 12")], read);
    }

    [Fact]
    public async Task ObjectsWithDapper()
    {
        await using var connection = new SqlClusterConnection(server.ConnectionString);
        IEnumerable<Entry> entries = await connection.QueryAsync<Entry>("SELECT n, t AS text FROM numbers WHERE n < @limit", new { limit = 5 });
        Assert.Equal(5, entries.Count());
    }

    [Fact]
    public async Task BatchesOfArrow()
    {
        await using SqlClusterConnection connection = await server.OpenAsync();
        await using var command = new SqlClusterCommand("SELECT n FROM numbers", connection);
        long sum = 0;
        await using SqlClusterDataReader reader = await command.ExecuteReaderAsync();
        await foreach (Batch batch in reader.ReadBatchesAsync())
        {
            foreach (long number in ((FixedVector)batch.Columns[0]).Values<long>())
            {
                sum += number;
            }
        }

        Assert.Equal(4_999_950_000, sum);
    }

    [Fact]
    public async Task CancellationAndErrors()
    {
        await using SqlClusterConnection connection = await server.OpenAsync();
        await using var command = new SqlClusterCommand("SELECT count(*) FROM numbers a, numbers b WHERE a.n * b.n % 7 = 3", connection);
        command.CommandTimeout = 1;
        string? state = null;
        try
        {
            await command.ExecuteScalarAsync();
        }
        catch (SqlClusterException error) when (error.SqlState == "57014")
        {
            // The time was over; the server has ended the statement.
            state = error.SqlState;
        }

        Assert.Equal("57014", state);
    }

    [Fact]
    public async Task CodeThatKnowsNoProvider()
    {
        string connectionString = server.ConnectionString;
        DbProviderFactories.RegisterFactory("SqlCluster", SqlClusterFactory.Instance);
        DbProviderFactory factory = DbProviderFactories.GetFactory("SqlCluster");
        await using DbDataSource source = factory.CreateDataSource(connectionString);
        await using DbCommand command = source.CreateCommand("SELECT 6 * 7");
        object? answer = await command.ExecuteScalarAsync();
        Assert.Equal(42, answer);
    }

    [Fact]
    public async Task TheDocumentShowsTheseExamples()
    {
        string[] document = await File.ReadAllLinesAsync(Path.Combine(Corpus.Root, "docs", "client.md"), TestContext.Current.CancellationToken);
        string source = Normal(await File.ReadAllLinesAsync(Path.Combine(Corpus.Root, "tests", "Client.Tests", "Ado", "DocExamples.cs"), TestContext.Current.CancellationToken));
        int blocks = 0;
        for (int i = 0; i < document.Length; i++)
        {
            if (document[i] == "```csharp")
            {
                int end = Array.IndexOf(document, "```", i);
                Assert.Contains(Normal(document[(i + 1)..end]), source, StringComparison.Ordinal);
                blocks++;
            }
        }

        Assert.Equal(5, blocks);
    }

    /// <summary>Without indentation and empty lines.</summary>
    private static string Normal(string[] lines) => string.Join('\n', lines.Select(static line => line.Trim()).Where(static line => line.Length > 0));

    private sealed record Entry(long N, string Text);
}
