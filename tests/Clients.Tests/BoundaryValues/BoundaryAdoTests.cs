using System.Reflection;
using SqlCluster.Client.Ado;
using SqlCluster.Testing;

namespace SqlCluster.Clients.Tests.BoundaryValues;

/// <summary>The boundary values through our own ADO.NET provider: every one of them is read, and what was read goes back as parameters.</summary>
public sealed class BoundaryAdoTests
{
    private static readonly MethodInfo GetFieldValue = typeof(SqlClusterDataReader).GetMethod(nameof(SqlClusterDataReader.GetFieldValue))!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>All are read; a seventh goes back unless slow tests are on.</summary>
    [Fact]
    public async Task ValuesOfEveryTypeAreReadAndGoBack()
    {
        await using FlightServer server = await FlightServer.StartAsync();
        bool isWhole = Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1";
        BoundaryWork[] lists = BoundaryFlight.Lists();
        using (Server.Sessions.Session session = server.Engine.OpenSession())
        {
            foreach (string sql in lists.SelectMany(static list => (string[])[.. BoundaryComparison.Setup(list.Table!, list.Values), $"CREATE TABLE {list.Into("ado")} (i int, v {list.Type})"]))
            {
                await ResultReader.ReadAsync(session, sql, Cancellation);
            }
        }

        await using var connection = new SqlClusterConnection($"Server=127.0.0.1:{server.Port};Connect Timeout=60");
        await connection.OpenAsync(Cancellation);
        var wrong = new List<string>();
        foreach (BoundaryWork work in lists.Concat(new BoundaryNested(lists, isArrow: true).Works()))
        {
            BoundaryForm form = BoundaryForm.Of(work);
            List<object?> values = await ReadAsync(connection, work.Query, form);
            Note(work.Values, values, "read");
            if (work.Table != null)
            {
                int[] share = [.. Enumerable.Range(0, values.Count).Where(i => isWhole || i % 7 == 0 || values[i] == null)];
                try
                {
                    await WriteAsync(connection, work, form, [.. share.Select(i => (i, values[i]))]);
                    Note([.. share.Select(i => work.Values[i])], await ReadAsync(connection, BoundaryComparison.Query(work.Into("ado")), form), "written");
                }
                catch (SqlClusterException error)
                {
                    wrong.Add($"{work.Family}, written: {error.Message}");
                }
            }

            void Note(IReadOnlyList<BoundaryValue> expected, List<object?> came, string what) =>
                wrong.AddRange(BoundaryComparison.Difference(expected, [.. came.Select(value => value == null ? null : form.Text(value))]) is { } difference ? [$"{work.Family}, {what}: {difference}"] : []);
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>char(n) in every place where a value can be, however it is stored on its way, equal to what PostgreSQL's clients see.</summary>
    [Fact]
    public async Task CharHasItsBlanks()
    {
        await using FlightServer server = await FlightServer.StartAsync();
        await using var connection = new SqlClusterConnection($"Server=127.0.0.1:{server.Port};Connect Timeout=60");
        await connection.OpenAsync(Cancellation);
        await using SqlClusterCommand command = connection.CreateCommand();
        foreach (string dictionaries in (string[])["off", "on"])
        {
            command.CommandText = $"SET flight_dictionaries = {dictionaries}";
            await command.ExecuteNonQueryAsync(Cancellation);
            command.CommandText = """
                SELECT c, 'é'::char(3) AS constant, NULL::char(3) AS missing, ARRAY[c, NULL] AS list, ROW(n, c) AS pair, MAP {c: c} AS map, ARRAY[ROW(c, ARRAY[c])] AS nested, c || '|' AS joined
                FROM (SELECT n, ((ARRAY['a', 'bcd', '', '😀'])[n % 4 + 1])::char(3) AS c FROM generate_series(0, 9999) AS s(n)) t ORDER BY n
                """;
            await using SqlClusterDataReader reader = await command.ExecuteReaderAsync(Cancellation);
            int row = 0;
            for (; await reader.ReadAsync(Cancellation); row++)
            {
                (string c, string joined) = (row % 4) switch { 0 => ("a  ", "a|"), 1 => ("bcd", "bcd|"), 2 => ("   ", "|"), _ => ("😀  ", "😀|") };
                Assert.Equal((c, "é  ", true), (reader.GetString(0), reader.GetString(1), reader.IsDBNull(2)));
                Assert.Equal((object?[])[c, null], reader.GetFieldValue<string?[]>(3));
                Assert.Equal((row, c), reader.GetFieldValue<(int, string)>(4));
                Assert.Equal(new Dictionary<string, string> { [c] = c }, reader.GetFieldValue<Dictionary<string, string>>(5));
                Assert.Equal((c, c), (reader.GetFieldValue<(string, string[])[]>(6)[0].Item1, reader.GetFieldValue<(string, string[])[]>(6)[0].Item2[0]));
                Assert.Equal(joined, reader.GetString(7));
            }

            Assert.Equal(10_000, row);
        }
    }

    /// <summary>What blanks add leaves in pieces: 10,000 rows of 100,000 blanks are a gigabyte, of which the server holds little at a time.</summary>
    [Fact]
    public async Task WideCharLeavesInPieces()
    {
        await using FlightServer server = await FlightServer.StartAsync();
        await using var connection = new SqlClusterConnection($"Server=127.0.0.1:{server.Port};Connect Timeout=60");
        await connection.OpenAsync(Cancellation);
        await using SqlClusterCommand command = connection.CreateCommand();
        command.CommandText = "SELECT n::text::char(100000) AS wide, ARRAY[n::text::char(10)] AS list FROM generate_series(1, 300) AS s(n) WHERE n % 3 <> 0 ORDER BY n";
        await using (SqlClusterDataReader reader = await command.ExecuteReaderAsync(Cancellation))
        {
            int expected = 1;
            await foreach (Arrow.Vectors.Batch batch in reader.ReadBatchesAsync(Cancellation))
            {
                Assert.InRange(batch.RowCount, 1, 20);
                for (int row = 0; row < batch.RowCount; row++, expected += expected % 3 == 1 ? 1 : 2)
                {
                    Assert.Equal($"{expected}".PadRight(100_000), ((Arrow.Vectors.ViewVector)batch.Columns[0]).Text(row));
                    Assert.Equal($"{expected}".PadRight(10), ((object?[])Arrow.Vectors.VectorValues.Get(batch.Columns[1], row)!)[0]);
                }
            }

            Assert.Equal(301, expected);
        }

        command.CommandText = "SELECT array_fill('x'::char(10000000), ARRAY[200])";
        SqlClusterException error = await Assert.ThrowsAsync<SqlClusterException>(async () => await command.ExecuteScalarAsync(Cancellation));
        Assert.Equal("54000", error.SqlState);
    }

    private static async Task<List<object?>> ReadAsync(SqlClusterConnection connection, string query, BoundaryForm form)
    {
        MethodInfo get = GetFieldValue.MakeGenericMethod(form.Type);
        var values = new List<object?>();
        await using SqlClusterCommand command = connection.CreateCommand();
        command.CommandText = query;
        await using SqlClusterDataReader reader = await command.ExecuteReaderAsync(Cancellation);
        while (await reader.ReadAsync(Cancellation))
        {
            values.Add(reader.IsDBNull(0) ? null : get.Invoke(reader, BindingFlags.DoNotWrapExceptions, null, [0], null));
        }

        return values;
    }

    /// <summary>Rows of parameters, 100 a statement; dates and timestamps that .NET has no type for go as texts.</summary>
    private static async Task WriteAsync(SqlClusterConnection connection, BoundaryWork work, BoundaryForm form, (int Number, object? Value)[] rows)
    {
        foreach ((int Number, object? Value)[] some in rows.Chunk(100))
        {
            await using SqlClusterCommand command = connection.CreateCommand();
            command.CommandText = $"INSERT INTO {work.Into("ado")} VALUES {string.Join(", ", some.Select((row, index) => $"({row.Number}, ${index + 1})"))}";
            foreach ((_, object? value) in some)
            {
                command.Parameters.AddWithValue("", value == null ? DBNull.Value : work.Type.StartsWith("date", StringComparison.Ordinal) || work.Type.StartsWith("timestamp", StringComparison.Ordinal) ? form.Text(value) : value);
            }

            await command.ExecuteNonQueryAsync(Cancellation);
        }
    }
}
