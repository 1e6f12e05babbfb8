using Npgsql;
using System.Text.RegularExpressions;

namespace SqlCluster.Clients.Tests.BoundaryValues;

/// <summary>A server with a table of each list of boundary values, and what clients are told to do with them.</summary>
public sealed class BoundaryServer : IAsyncLifetime
{
    private readonly PgEndpoint _endpoint = new();

    /// <summary>The lists in order of their tables, boundary0 on, and one of records.</summary>
    public IReadOnlyList<BoundaryWork> Works { get; private set; } = [];

    public string Host => _endpoint.Host;

    public string Port => _endpoint.Port;

    public string ConnectionString => _endpoint.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        await _endpoint.InitializeAsync();
        var works = new List<BoundaryWork>();
        var statements = new List<string>();
        foreach ((string family, Func<IReadOnlyList<BoundaryValue>> list) in BoundaryLists.Families.Concat(BoundaryComposites.Families))
        {
            string table = $"boundary{works.Count}";
            IReadOnlyList<BoundaryValue> values = list();
            works.Add(new BoundaryWork(family, values[0].Type, BoundaryComparison.Query(table), table, values));
            statements.AddRange([$"DROP TABLE IF EXISTS {table}", .. BoundaryComparison.Setup(table, values)]);
        }

        works.AddRange(new BoundaryNested(works, _endpoint.IsPostgreSql).Works());
        for (int i = 0; i < works.Count; i++)
        {
            if (works[i].Query.Contains('{', StringComparison.Ordinal))
            {
                // Braces are ODBC's own.
                statements.Add($"CREATE VIEW boundary_view{i} AS {works[i].Query.Replace("SELECT ", "SELECT a.i AS i, ", StringComparison.Ordinal).Replace(" ORDER BY a.i" + BoundaryNested.End, "", StringComparison.Ordinal)}");
                works[i] = works[i] with { Query = $"SELECT v FROM boundary_view{i} ORDER BY i{BoundaryNested.End}" };
            }
        }

        Works = works;
        await RunAsync(statements);
    }

    public ValueTask DisposeAsync() => _endpoint.DisposeAsync();

    /// <summary>Makes an empty table for each list that a client writes back.</summary>
    /// <returns>The lines that tell a client its work: family, type, query and table, tabs between.</returns>
    public async Task<string> PrepareAsync(IReadOnlyList<BoundaryWork> works, string prefix)
    {
        await RunAsync(works.Where(static work => work.Table != null).SelectMany(work => new[] { $"DROP TABLE IF EXISTS {work.Into(prefix)}", $"CREATE TABLE {work.Into(prefix)} (i int, v {work.Type})" }));
        return string.Concat(works.Select(work => $"{work.Family}\t{work.Type}\t{work.Query}\t{work.Into(prefix)}\n"));
    }

    /// <summary>What a client wrote, as the server's own text.</summary>
    public async Task<List<string?>> WrittenAsync(BoundaryWork work, string prefix)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(ConnectionString);
        await using NpgsqlCommand command = source.CreateCommand(BoundaryComparison.Query(work.Into(prefix)));
        command.AllResultTypesAreUnknown = true;
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var texts = new List<string?>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            texts.Add(reader.IsDBNull(0) ? null : reader.GetString(0));
        }

        return texts;
    }

    /// <summary>Has a client read the lists and write them back, and compares both.</summary>
    public async Task CheckAsync(IReadOnlyList<BoundaryWork> works, string name, Func<string, Task<(int ExitCode, string Output)>> run)
    {
        (int exitCode, string output) = await run(await PrepareAsync(works, name));
        Assert.True(exitCode == 0, output.Length > 4_000 ? output[^4_000..] : output);
        await CompareAsync(works, name, BoundaryText.Parse(output));
    }

    /// <summary>Compares what a client read, and what it wrote, with the lists.</summary>
    public async Task CompareAsync(IReadOnlyList<BoundaryWork> works, string name, Dictionary<string, List<string?>> read)
    {
        var wrong = new List<string>();
        foreach (BoundaryWork work in works)
        {
            if ((read.TryGetValue(work.Family, out List<string?>? texts) ? BoundaryComparison.Difference(work.Values, texts) : "did not come") is { } difference)
            {
                wrong.Add($"{work.Family}, read: {difference}");
            }

            if (work.Table != null && BoundaryComparison.Difference(work.Values, await WrittenAsync(work, name)) is { } other)
            {
                wrong.Add($"{work.Family}, written: {other}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private async Task RunAsync(IEnumerable<string> statements)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(ConnectionString);
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        foreach (string statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
    }
}

/// <summary>A list of values that clients read, and write back where there is a table.</summary>
/// <param name="Family">Its name.</param>
/// <param name="Type">The type of its column.</param>
/// <param name="Query">Reads the values in order.</param>
/// <param name="Table">Where they are; null: the query makes them, and nothing is written back.</param>
/// <param name="Values">What comes.</param>
public sealed partial record BoundaryWork(string Family, string Type, string Query, string? Table, IReadOnlyList<BoundaryValue> Values)
{
    /// <summary>Its type without modifiers: that of timestamp(3) is timestamp.</summary>
    public string BaseType => BaseOf(Type);

    /// <summary>Of the elements, where it is an array of any dimensions.</summary>
    public string ElementType => BaseType.Replace("[]", "", StringComparison.Ordinal);

    /// <summary>A type without modifiers.</summary>
    public static string BaseOf(string type) => Modifiers().Replace(type, "");

    /// <summary>The table of a client's own, or "-".</summary>
    public string Into(string prefix) => Table == null ? "-" : $"{prefix}_{Table}";

    /// <summary>The same for a client whose dates begin in year 1 and end in 9999.</summary>
    public BoundaryWork WithYearsOfFourDigits()
    {
        if (BaseType is not ("date" or "timestamp" or "timestamptz"))
        {
            return this;
        }

        return Where($"{YearsOfFourDigits()} OR v IS NULL", HasYearOfFourDigits);
    }

    /// <summary>The condition that a date or time is in the years 1 to 9999.</summary>
    public string YearsOfFourDigits() => $"v BETWEEN '0001-01-01' AND '9999-12-31{(BaseType == "date" ? "" : " 23:59:59.999999" + (BaseType == "timestamp" ? "" : "+00"))}'";

    /// <summary>Whether a value is no date or time outside of the years 1 to 9999.</summary>
    public bool HasYearOfFourDigits(BoundaryValue value) => BaseType is not ("date" or "timestamp" or "timestamptz") || value.Text == null || FourDigits().IsMatch(value.Text);

    /// <summary>The values that both conditions keep.</summary>
    public BoundaryWork Where(string condition, Func<BoundaryValue, bool> isKept) =>
        this with { Query = $"SELECT v FROM {Table} WHERE {condition} ORDER BY i", Values = [.. Values.Where(isKept)] };

    /// <summary>The values that a condition keeps.</summary>
    public BoundaryWork Where(Func<BoundaryValue, bool> isKept) => Where($"i IN ({string.Join(", ", Enumerable.Range(0, Values.Count).Where(i => isKept(Values[i])))})", isKept);

    [GeneratedRegex("\\([^)]*\\)")]
    private static partial Regex Modifiers();

    [GeneratedRegex("^\\d{4}-.*(?<! BC)$")]
    private static partial Regex FourDigits();
}
