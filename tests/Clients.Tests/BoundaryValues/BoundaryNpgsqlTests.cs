using System.Data;
using System.Numerics;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace SqlCluster.Clients.Tests.BoundaryValues;

/// <summary>The boundary values through Npgsql, as its own .NET types in binary and as text, and through Dapper over it.</summary>
public sealed class BoundaryNpgsqlTests(BoundaryServer server) : IClassFixture<BoundaryServer>
{
    private static readonly Dictionary<string, Func<NpgsqlDataReader, object>> Readers = new(StringComparer.Ordinal)
    {
        // Raw, since .NET's calendars end at the years 1 and 9999; decimal has 28 digits, BigInteger no fraction.
        ["date"] = static reader => reader.GetFieldValue<int>(0),
        ["timestamp"] = static reader => reader.GetFieldValue<long>(0),
        ["timestamptz"] = static reader => reader.GetFieldValue<long>(0),
        ["interval"] = static reader => reader.GetFieldValue<NpgsqlInterval>(0),
        ["numeric(38,0)"] = static reader => reader.GetFieldValue<BigInteger>(0),
        ["record"] = static reader => reader.GetFieldValue<object[]>(0),
        ["integer[][]"] = static reader => reader.GetFieldValue<int[,]>(0),
        ["text[][]"] = static reader => reader.GetFieldValue<string[,]>(0),
        ["boolean[]"] = static reader => reader.GetFieldValue<bool?[]>(0),
        ["smallint[]"] = static reader => reader.GetFieldValue<short?[]>(0),
        ["integer[]"] = static reader => reader.GetFieldValue<int?[]>(0),
        ["bigint[]"] = static reader => reader.GetFieldValue<long?[]>(0),
        ["real[]"] = static reader => reader.GetFieldValue<float?[]>(0),
        ["double precision[]"] = static reader => reader.GetFieldValue<double?[]>(0),
        ["numeric(9,2)[]"] = static reader => reader.GetFieldValue<decimal?[]>(0),
        ["numeric(18,6)[]"] = static reader => reader.GetFieldValue<decimal?[]>(0),
        ["numeric(38,0)[]"] = static reader => reader.GetFieldValue<BigInteger?[]>(0),
        ["oid[]"] = static reader => reader.GetFieldValue<uint?[]>(0),
        ["varchar(40)[]"] = static reader => reader.GetFieldValue<string?[]>(0),
        ["char(12)[]"] = static reader => reader.GetFieldValue<string?[]>(0),
        ["name[]"] = static reader => reader.GetFieldValue<string?[]>(0),
        ["json[]"] = static reader => reader.GetFieldValue<string?[]>(0),
        ["record[]"] = static reader => reader.GetFieldValue<object[][]>(0),
        ["text[]"] = static reader => reader.GetFieldValue<string?[]>(0),
        ["jsonb[]"] = static reader => reader.GetFieldValue<string?[]>(0),
        ["bytea[]"] = static reader => reader.GetFieldValue<byte[]?[]>(0),
        ["date[]"] = static reader => reader.GetFieldValue<int?[]>(0),
        ["time[]"] = static reader => reader.GetFieldValue<TimeOnly?[]>(0),
        ["timestamp[]"] = static reader => reader.GetFieldValue<long?[]>(0),
        ["timestamptz[]"] = static reader => reader.GetFieldValue<long?[]>(0),
        ["uuid[]"] = static reader => reader.GetFieldValue<Guid?[]>(0),
        ["interval[]"] = static reader => reader.GetFieldValue<NpgsqlInterval?[]>(0),
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task T2_NpgsqlInBinary()
    {
        // What decimal holds of numeric(38,10); their arrays, and records that have them, come as text alone: docs/postgresql.md.
        BoundaryWork[] works = [.. server.Works.Where(static work => work.Family is not ("numeric(38,10)[]" or "record of long numbers")).Select(static work => work.Type == "numeric(38,10)" ? work.Where(
            "abs(v) < 7000000000000000000 OR v IS NULL", static value => value.Text == null || BigInteger.Abs(BigInteger.Parse(value.Text[..^11])) < 7_000_000_000_000_000_000) : work)];
        await CheckAsync(works, "npgsql_binary", static _ => { }, static (reader, work) => work.Family == "record of other fields" ? Fields(reader) : Readers.TryGetValue(work.Type, out Func<NpgsqlDataReader, object>? read) ? read(reader) : reader.GetValue(0),
            static (value, type) => new NpgsqlParameter { Value = value, DataTypeName = WithoutDigits(type) });
    }

    [Fact]
    public async Task T3_NpgsqlInText() => await CheckAsync(server.Works, "npgsql_text", static command => command.AllResultTypesAreUnknown = true, static (reader, _) => reader.GetString(0),
        static (value, _) => new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.Unknown });

    /// <summary>The limits of Npgsql and .NET that the lists above leave out; PostgreSQL, asked by the same test, shows the same.</summary>
    [Fact]
    public async Task T2_NpgsqlHasNoTypeForLongFractions()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString);
        foreach (string sql in (string[])["9999999999999999999999999999.0123456789::numeric(38,10)", "ARRAY[9999999999999999999999999999.0123456789::numeric(38,10)]", "ROW(9999999999999999999999999999.0123456789::numeric(38,10))"])
        {
            await using NpgsqlCommand command = source.CreateCommand($"SELECT {sql}");
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Cancellation);
            Assert.True(await reader.ReadAsync(Cancellation));
            Assert.Throws<OverflowException>(() => reader.GetValue(0));
        }
    }

    /// <summary>Dapper takes what Npgsql chooses: values that it has no type for are errors, on PostgreSQL too.</summary>
    [Fact]
    public async Task T2_DapperHasNoTypesForOtherYearsAndLongNumbers()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString);
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(Cancellation);
        var read = new List<string>();
        foreach (string sql in (string[])["date '10000-01-01'", "timestamp '0044-03-15 12:00:00 BC'", "interval '1 mon'", "99999999999999999999999999999999999999::numeric(38,0)"])
        {
            try
            {
                read.Add($"{sql}: {string.Join(", ", (await connection.QueryAsync<Mapped<object>>($"SELECT {sql} AS \"Value\"")).Select(static row => row.Value))}");
            }
            catch (Exception error) when (error is DataException or InvalidCastException or OverflowException or ArgumentOutOfRangeException)
            {
                // As it shall be.
            }
        }

        Assert.Empty(read);
    }

    /// <summary>Dapper maps columns to properties and passes arrays as they are.</summary>
    [Fact]
    public async Task T2_Dapper()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString + ";Array Nullability Mode=Always");
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(Cancellation);
        var wrong = new List<string>();
        await MapAsync<bool?>("boolean");
        await MapAsync<short?>("smallint");
        await MapAsync<int?>("integer");
        await MapAsync<long?>("bigint");
        await MapAsync<float?>("real");
        await MapAsync<double?>("double precision");
        await MapAsync<decimal?>("numeric(9,2)");
        await MapAsync<decimal?>("numeric(18,6)");
        await MapAsync<TimeSpan?>("time");
        await MapAsync<DateTime?>("date");
        await MapAsync<string>("text");
        await MapAsync<string>("name");
        await MapAsync<string>("json");
        await MapAsync<string>("jsonb");
        await MapAsync<string>("varchar(40)");
        await MapAsync<string>("char(12)");
        await MapAsync<byte[]>("bytea");
        await MapAsync<Guid?>("uuid");
        await MapAsync<DateTime?>("timestamp");
        await MapAsync<DateTime?>("timestamptz");
        await MapArraysAsync<bool?[]>("boolean[]");
        await MapArraysAsync<short?[]>("smallint[]");
        await MapArraysAsync<int?[]>("integer[]");
        await MapArraysAsync<long?[]>("bigint[]");
        await MapArraysAsync<float?[]>("real[]");
        await MapArraysAsync<double?[]>("double precision[]");
        await MapArraysAsync<decimal?[]>("numeric(9,2)[]");
        await MapArraysAsync<string[]>("text[]");
        await MapArraysAsync<string[]>("jsonb[]");
        await MapArraysAsync<byte[][]>("bytea[]");
        await MapArraysAsync<Guid?[]>("uuid[]");
        await MapArraysAsync<decimal?[]>("numeric(18,6)[]");
        await MapArraysAsync<string[]>("varchar(40)[]");
        await MapArraysAsync<string[]>("char(12)[]");
        await MapArraysAsync<string[]>("name[]");
        await MapArraysAsync<string[]>("json[]");
        await MapArraysAsync<TimeOnly?[]>("time[]");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));

        async Task MapAsync<T>(string family)
        {
            BoundaryWork work = server.Works.Single(work => work.Family == family).WithYearsOfFourDigits();
            if (work.Type is "date" or "timestamp" or "timestamptz")
            {
                // DateTime's first moment stands for -infinity in Npgsql.
                work = work with { Query = work.Query.Replace("BETWEEN '0001-01-01'", "BETWEEN '0001-01-02'", StringComparison.Ordinal), Values = [.. work.Values.Where(static value => value.Text?.StartsWith("0001-01-01", StringComparison.Ordinal) != true)] };
            }

            await server.PrepareAsync([work], "dapper");
            Mapped<T>[] rows = [.. await connection.QueryAsync<Mapped<T>>(work.Query.Replace("SELECT v", "SELECT i AS \"Number\", v AS \"Value\"", StringComparison.Ordinal))];
            await connection.ExecuteAsync($"INSERT INTO {work.Into("dapper")} SELECT n, v FROM unnest(@numbers, @values::{WithoutDigits(work.Type)}[]) AS given(n, v)",
                new { numbers = Enumerable.Range(0, rows.Length).ToArray(), values = rows.Select(static row => row.Value).ToArray() });
            Note(wrong, work, [.. rows.Select(row => PgText.Of(work.Type == "date" && row.Value is DateTime day ? DateOnly.FromDateTime(day) : row.Value, work.Type))], await server.WrittenAsync(work, "dapper"));
        }

        // A statement a row: there are no arrays of arrays of different lengths.
        async Task MapArraysAsync<T>(string family)
        {
            BoundaryWork work = server.Works.Single(work => work.Family == family);
            await server.PrepareAsync([work], "dapper");
            Mapped<T>[] rows = [.. await connection.QueryAsync<Mapped<T>>(work.Query.Replace("SELECT v", "SELECT i AS \"Number\", v AS \"Value\"", StringComparison.Ordinal))];
            await connection.ExecuteAsync($"INSERT INTO {work.Into("dapper")} VALUES (@Number, @Value::{work.Type})", rows);
            Note(wrong, work, [.. rows.Select(row => PgText.Of(row.Value, work.Type[..^2]))], await server.WrittenAsync(work, "dapper"));
        }
    }

    /// <summary>A record's fields, each as the type that holds it: GetValue chooses types of its own for them.</summary>
    private static object Fields(NpgsqlDataReader reader)
    {
        using var record = (NpgsqlNestedDataReader)reader.GetData(0);
        Assert.True(record.Read());
        return BoundaryComposites.RecordText(BoundaryNested.OtherFields.Select((type, index) => record.IsDBNull(index) ? null : PgText.Of(
            type switch
            {
                "date" => record.GetFieldValue<int>(index),
                "timestamp" or "timestamptz" => record.GetFieldValue<long>(index),
                "interval" => record.GetFieldValue<NpgsqlInterval>(index),
                "numeric(38,0)" => record.GetFieldValue<BigInteger>(index),
                "interval[]" => record.GetFieldValue<NpgsqlInterval?[]>(index),
                "date[]" => record.GetFieldValue<int?[]>(index),
                "timestamptz[]" => record.GetFieldValue<long?[]>(index),
                "time[]" => record.GetFieldValue<TimeOnly?[]>(index),
                _ => record.GetValue(index),
            },
            type.EndsWith("[]", StringComparison.Ordinal) ? type[..^2] : type)));
    }

    /// <summary>Reads each list, and writes what it read back, 100 rows a statement.</summary>
    private async Task CheckAsync(
        IReadOnlyList<BoundaryWork> works, string name, Action<NpgsqlCommand> asFormat, Func<NpgsqlDataReader, BoundaryWork, object> read, Func<object, string, NpgsqlParameter> asParameter)
    {
        await server.PrepareAsync(works, name);
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString + ";Array Nullability Mode=Always");
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(Cancellation);
        var wrong = new List<string>();
        foreach (BoundaryWork work in works)
        {
            var values = new List<object>();
            await using (var command = new NpgsqlCommand(work.Query, connection))
            {
                asFormat(command);
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Cancellation);
                while (await reader.ReadAsync(Cancellation))
                {
                    values.Add(reader.IsDBNull(0) ? DBNull.Value : read(reader, work));
                }
            }

            for (int start = 0; work.Table != null && start < values.Count; start += 100)
            {
                object[] batch = [.. values.Skip(start).Take(100)];
                await using var command = new NpgsqlCommand($"INSERT INTO {work.Into(name)} VALUES {string.Join(", ", batch.Select((_, index) => $"({start + index}, ${index + 1})"))}", connection);
                command.Parameters.AddRange(batch.Select(value => asParameter(value, work.Type)).ToArray());
                await command.ExecuteNonQueryAsync(Cancellation);
            }

            string type = work.Type.EndsWith("[]", StringComparison.Ordinal) ? work.Type[..^2] : work.Type;
            Note(wrong, work, [.. values.Select(value => PgText.Of(value, type))], work.Table == null ? null : await server.WrittenAsync(work, name));
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static void Note(List<string> wrong, BoundaryWork work, List<string?> read, List<string?>? written)
    {
        if (BoundaryComparison.Difference(work.Values, read) is { } difference)
        {
            wrong.Add($"{work.Family}, read: {difference}");
        }

        if (written != null && BoundaryComparison.Difference(work.Values, written) is { } other)
        {
            wrong.Add($"{work.Family}, written: {other}");
        }
    }

    private static string WithoutDigits(string type) => type.StartsWith("char(", StringComparison.Ordinal) ? type.EndsWith(']') ? "bpchar[]" : "bpchar" : type.IndexOf('(', StringComparison.Ordinal) is > 0 and var at ? type[..at] + (type.EndsWith("[]", StringComparison.Ordinal) ? "[]" : "") : type;

    private sealed class Mapped<T>
    {
        public int Number { get; set; }

        public T? Value { get; set; }
    }
}
