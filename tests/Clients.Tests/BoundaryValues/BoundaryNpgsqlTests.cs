using System.Data;
using System.Globalization;
using System.Numerics;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace SqlCluster.Clients.Tests.BoundaryValues;

/// <summary>The boundary values through Npgsql, as its own .NET types in binary and as text, and through Dapper over it.</summary>
public sealed class BoundaryNpgsqlTests(BoundaryServer server) : IClassFixture<BoundaryServer>
{
    /// <summary>Readers of values, of arrays and of arrays of two dimensions, by their element's type.</summary>
    private static readonly Dictionary<string, Func<NpgsqlDataReader, object>[]> Readers = new(StringComparer.Ordinal)
    {
        // Raw, since .NET's calendars end at the years 1 and 9999; decimal has 28 digits, BigInteger no fraction.
        ["date"] = OfValues<int>(),
        ["timestamp"] = OfValues<long>(),
        ["timestamptz"] = OfValues<long>(),
        ["interval"] = OfValues<NpgsqlInterval>(),
        ["numeric(38,0)"] = OfValues<BigInteger>(),
        ["numeric"] = OfValues<decimal>(),
        ["boolean"] = OfValues<bool>(),
        ["smallint"] = OfValues<short>(),
        ["integer"] = OfValues<int>(),
        ["bigint"] = OfValues<long>(),
        ["real"] = OfValues<float>(),
        ["double precision"] = OfValues<double>(),
        ["time"] = OfValues<TimeOnly>(),
        ["uuid"] = OfValues<Guid>(),
        ["oid"] = OfValues<uint>(),
        ["xid"] = OfValues<uint>(),
        ["cid"] = OfValues<uint>(),
        ["regtype"] = OfValues<uint>(),
        ["regconfig"] = OfValues<uint>(),
        ["\"char\""] = OfValues<char>(),
        ["tid"] = OfValues<NpgsqlTid>(),
        ["inet"] = OfValues<NpgsqlInet>(),
        ["pg_lsn"] = OfValues<NpgsqlLogSequenceNumber>(),
        ["oidvector"] = [static reader => reader.GetFieldValue<uint[]>(0)],
        ["int2vector"] = [static reader => reader.GetFieldValue<short[]>(0)],
        ["text"] = OfObjects<string>(),
        ["varchar"] = OfObjects<string>(),
        ["char"] = OfObjects<string>(),
        ["bpchar"] = OfObjects<string>(),
        ["name"] = OfObjects<string>(),
        ["json"] = OfObjects<string>(),
        ["jsonb"] = OfObjects<string>(),
        ["bytea"] = OfObjects<byte[]>(),
        ["record"] = OfObjects<object[]>(),
    };

    /// <summary>Types that Npgsql has nothing for in binary.</summary>
    private static readonly string[] Unread = ["regclass", "regproc", "regprocedure", "regnamespace", "regrole", "regcollation", "regdictionary", "regoper", "regoperator"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task T2_NpgsqlInBinary()
    {
        // What decimal holds of numerics with a fraction; records that have them come as text alone: docs/postgresql.md.
        BoundaryWork[] works = [.. server.Works.Where(static work => work.Family != "record of long numbers" && !Unread.Contains(work.ElementType) && !(work.ElementType is "tid" or "pg_lsn" && work.Type.EndsWith(']'))).Select(static work => work.ElementType == "numeric" && !work.Type.StartsWith("numeric(38,0)", StringComparison.Ordinal) ? work.Where(IsDecimal) : work)];
        await CheckAsync(works, "npgsql_binary", static _ => { }, static (reader, work) => work.Family == "record of other fields" ? Fields(reader) : Read(reader, work),
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

    /// <summary>Names of objects have no type, nor have arrays of places and log positions; in text all come.</summary>
    [Fact]
    public async Task T2_NpgsqlHasNoTypeForObjectNames()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString);
        var read = new List<string>();
        foreach (string sql in Unread.Select(static type => $"'0'::{type}").Concat(["ARRAY['(0,1)'::tid]", "ARRAY['0/1'::pg_lsn]"]))
        {
            await using NpgsqlCommand command = source.CreateCommand($"SELECT {sql}");
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Cancellation);
            Assert.True(await reader.ReadAsync(Cancellation));
            try
            {
                read.Add($"{sql}: {reader.GetValue(0)}");
            }
            catch (InvalidCastException)
            {
                // As it shall be.
            }
        }

        Assert.Empty(read);
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

    /// <summary>Dapper names no type for uint, and Npgsql takes none by itself: oid goes as a parameter with its type's name, or as bigint.</summary>
    [Fact]
    public async Task T2_DapperHasNoTypeForUnsignedParameters()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString);
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(Cancellation);
        await Assert.ThrowsAnyAsync<Exception>(() => connection.QueryAsync<uint>("SELECT @value::oid", new { value = uint.MaxValue }));
        Assert.Equal(uint.MaxValue, await connection.QuerySingleAsync<uint>("SELECT @value::oid", new { value = (long)uint.MaxValue }));

        // What it maps to a property of long, it takes for a signed number.
        Assert.Equal(-1, (await connection.QuerySingleAsync<Mapped<long>>("SELECT @value::oid AS \"Value\"", new { value = (long)uint.MaxValue })).Value);
        Assert.Equal(uint.MaxValue, await connection.QuerySingleAsync<uint>("SELECT @value", new { value = new Typed(uint.MaxValue, "oid") }));
    }

    /// <summary>A record is no parameter: PostgreSQL reads no anonymous composite, in no format, and neither do we.</summary>
    [Fact]
    public async Task T2_T3_RecordsAreNoParameters()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString);
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(Cancellation);
        await using var text = new NpgsqlCommand("SELECT $1::record", connection) { Parameters = { new NpgsqlParameter { Value = "(1,a)", NpgsqlDbType = NpgsqlDbType.Unknown } } };
        Assert.Equal("0A000", (await Assert.ThrowsAsync<PostgresException>(() => text.ExecuteScalarAsync(Cancellation))).SqlState);
        await using var binary = new NpgsqlCommand("SELECT $1", connection) { Parameters = { new NpgsqlParameter { Value = new object[] { 1, "a" }, DataTypeName = "record" } } };
        await Assert.ThrowsAnyAsync<Exception>(() => binary.ExecuteScalarAsync(Cancellation));
    }

    /// <summary>Dapper maps columns to properties and passes arrays as they are.</summary>
    [Fact]
    public async Task T2_Dapper()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString + ";Array Nullability Mode=Always");
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(Cancellation);
        var wrong = new List<string>();
        await TryAsync(() => MapAsync<bool?>("boolean"));
        await TryAsync(() => MapAsync<short?>("smallint"));
        await TryAsync(() => MapAsync<int?>("integer"));
        await TryAsync(() => MapAsync<long?>("bigint"));
        await TryAsync(() => MapAsync<float?>("real"));
        await TryAsync(() => MapAsync<double?>("double precision"));
        await TryAsync(() => MapAsync<decimal?>("numeric(9,2)"));
        await TryAsync(() => MapAsync<decimal?>("numeric(18,6)"));
        await TryAsync(() => MapAsync<TimeSpan?>("time"));
        await TryAsync(() => MapAsync<DateTime?>("date"));
        await TryAsync(() => MapAsync<string>("text"));
        await TryAsync(() => MapAsync<string>("name"));
        await TryAsync(() => MapAsync<string>("json"));
        await TryAsync(() => MapAsync<string>("jsonb"));
        await TryAsync(() => MapAsync<string>("varchar(40)"));
        await TryAsync(() => MapAsync<string>("char(12)"));
        await TryAsync(() => MapAsync<byte[]>("bytea"));
        await TryAsync(() => MapAsync<Guid?>("uuid"));
        await TryAsync(() => MapAsync<DateTime?>("timestamp"));
        await TryAsync(() => MapAsync<DateTime?>("timestamptz"));
        await TryAsync(() => MapArraysAsync<bool?[]>("boolean[]"));
        await TryAsync(() => MapArraysAsync<short?[]>("smallint[]"));
        await TryAsync(() => MapArraysAsync<int?[]>("integer[]"));
        await TryAsync(() => MapArraysAsync<long?[]>("bigint[]"));
        await TryAsync(() => MapArraysAsync<float?[]>("real[]"));
        await TryAsync(() => MapArraysAsync<double?[]>("double precision[]"));
        await TryAsync(() => MapArraysAsync<decimal?[]>("numeric(9,2)[]"));
        await TryAsync(() => MapArraysAsync<string[]>("text[]"));
        await TryAsync(() => MapArraysAsync<string[]>("jsonb[]"));
        await TryAsync(() => MapArraysAsync<byte[][]>("bytea[]"));
        await TryAsync(() => MapArraysAsync<Guid?[]>("uuid[]"));
        await TryAsync(() => MapArraysAsync<decimal?[]>("numeric(18,6)[]"));
        await TryAsync(() => MapArraysAsync<string[]>("varchar(40)[]"));
        await TryAsync(() => MapArraysAsync<string[]>("char(12)[]"));
        await TryAsync(() => MapArraysAsync<string[]>("name[]"));
        await TryAsync(() => MapArraysAsync<string[]>("json[]"));
        await TryAsync(() => MapArraysAsync<TimeOnly?[]>("time[]"));
        await TryAsync(() => MapAsync<uint?>("oid", isTyped: true));
        await TryAsync(() => MapAsync<long?>("oid", isKept: static value => value.Text is not { Length: >= 10 }));
        await TryAsync(() => MapAsync<uint?>("xid", isTyped: true));
        await TryAsync(() => MapAsync<uint?>("cid", isTyped: true));
        await TryAsync(() => MapAsync<decimal?>("numeric", isKept: IsDecimal));
        await TryAsync(() => MapAsync<decimal?>("numeric(38,0)", isKept: IsDecimal));
        await TryAsync(() => MapAsync<decimal?>("numeric(38,10)", isKept: IsDecimal));
        await TryAsync(() => MapAsync<TimeSpan?>("interval", isKept: IsTimeSpan));
        await TryAsync(() => MapAsync<TimeSpan?>("interval(3)", isKept: IsTimeSpan));
        await TryAsync(() => MapAsync<string>("varchar"));
        await TryAsync(() => MapAsync<string>("bpchar"));
        await TryAsync(() => MapAsync<TimeSpan?>("time(2)"));
        await TryAsync(() => MapAsync<DateTime?>("timestamp(3)"));
        await TryAsync(() => MapAsync<DateTime?>("timestamptz(0)"));
        await TryAsync(() => MapAsync<char?>("\"char\"", isTyped: true));
        await TryAsync(() => MapArraysAsync<uint?[]>("oid[]", isTyped: true));
        await TryAsync(() => MapArraysAsync<uint?[]>("xid[]", isTyped: true));
        await TryAsync(() => MapArraysAsync<uint[]>("oidvector", isTyped: true));
        await TryAsync(() => MapArraysAsync<short[]>("int2vector", isTyped: true));
        await TryAsync(() => MapArraysAsync<decimal?[]>("numeric(38,0)[]", isKept: IsDecimal));
        await TryAsync(() => MapArraysAsync<decimal?[]>("numeric(38,10)[]", isKept: IsDecimal));
        await TryAsync(() => MapArraysAsync<decimal?[]>("numeric[]", isKept: IsDecimal));
        await TryAsync(() => MapArraysAsync<DateOnly?[]>("date[]"));
        await TryAsync(() => MapArraysAsync<DateTime?[]>("timestamp[]"));
        await TryAsync(() => MapArraysAsync<DateTime?[]>("timestamptz[]"));
        await TryAsync(() => MapArraysAsync<DateTime?[]>("timestamp(3)[]"));
        await TryAsync(() => MapArraysAsync<TimeSpan?[]>("interval[]", isKept: IsTimeSpan));
        await TryAsync(() => MapArraysAsync<bool?[,]>("boolean[][]", isTyped: true));
        await TryAsync(() => MapArraysAsync<short?[,]>("smallint[][]", isTyped: true));
        await TryAsync(() => MapArraysAsync<int?[,]>("integer[][]", isTyped: true));
        await TryAsync(() => MapArraysAsync<long?[,]>("bigint[][]", isTyped: true));
        await TryAsync(() => MapArraysAsync<float?[,]>("real[][]", isTyped: true));
        await TryAsync(() => MapArraysAsync<double?[,]>("double precision[][]", isTyped: true));
        await TryAsync(() => MapArraysAsync<decimal?[,]>("numeric(9,2)[][]", isTyped: true));
        await TryAsync(() => MapArraysAsync<string[,]>("text[][]", isTyped: true));
        await TryAsync(() => MapArraysAsync<string[,]>("jsonb[][]", isTyped: true));
        await TryAsync(() => MapArraysAsync<byte[,][]>("bytea[][]", isTyped: true));
        await TryAsync(() => MapArraysAsync<Guid?[,]>("uuid[][]", isTyped: true));
        await TryAsync(() => MapArraysAsync<uint?[,]>("oid[][]", isTyped: true));
        foreach (string family in (string[])["record", "record of plain fields", "record of arrays", "record of a record", "record of a map"])
        {
            await TryAsync(() => ReadAsync<object[]>(family));
        }

        await TryAsync(() => ReadAsync<object[][]>("record[]"));
        foreach (string family in (string[])["map(text, jsonb)", "map(integer, text)", "map(uuid, numeric(38,10))", "map of arrays"])
        {
            await TryAsync(() => ReadAsync<string>(family));
        }

        await TryAsync(() => ReadAsync<string[]>("array of maps"));
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));

        async Task TryAsync(Func<Task> map)
        {
            try
            {
                await map();
            }
            catch (Exception error) when (error is NpgsqlException or InvalidCastException or NotSupportedException or DataException)
            {
                wrong.Add(error.Message);
            }
        }

        async Task MapAsync<T>(string family, bool isTyped = false, Func<BoundaryValue, bool>? isKept = null)
        {
            BoundaryWork work = Kept(family, isKept);
            await server.PrepareAsync([work], "dapper");
            Mapped<T>[] rows = [.. await connection.QueryAsync<Mapped<T>>(Numbered(work))];
            T?[] values = [.. rows.Select(static row => row.Value)];
            string insert = $"INSERT INTO {work.Into("dapper")} SELECT n, v FROM unnest(@numbers, @values::{work.Type}[]) AS given(n, v)";
            int[] numbers = [.. Enumerable.Range(0, rows.Length)];
            await (isTyped ? connection.ExecuteAsync(insert, new { numbers, values = new Typed(values, work.Type + "[]") }) : connection.ExecuteAsync(insert, new { numbers, values }));
            Note(wrong, work, [.. rows.Select(row => PgText.Of(work.Type == "date" && row.Value is DateTime day ? DateOnly.FromDateTime(day) : row.Value, work.BaseType))], await server.WrittenAsync(work, "dapper"));
        }

        // A statement a row: there are no arrays of arrays of different lengths.
        async Task MapArraysAsync<T>(string family, bool isTyped = false, Func<BoundaryValue, bool>? isKept = null)
            where T : class
        {
            BoundaryWork work = Kept(family, isKept);
            await server.PrepareAsync([work], "dapper");
            Mapped<T>[] rows = [.. await connection.QueryAsync<Mapped<T>>(Numbered(work))];
            await connection.ExecuteAsync($"INSERT INTO {work.Into("dapper")} VALUES (@Number, @Value::{work.Type})", isTyped ? rows.Select((row, index) => new Mapped<Typed> { Number = index, Value = new Typed(row.Value, work.Type) }) : rows.Select(static (row, index) => new Mapped<T> { Number = index, Value = row.Value }));
            Note(wrong, work, [.. rows.Select(row => PgText.Of(row.Value, work.ElementType))], await server.WrittenAsync(work, "dapper"));
        }

        async Task ReadAsync<T>(string family)
        {
            BoundaryWork work = server.Works.Single(work => work.Family == family);
            Note(wrong, work, [.. (await connection.QueryAsync<Mapped<T>>(work.Query.Replace("SELECT v", "SELECT v AS \"Value\"", StringComparison.Ordinal).Replace(" AS v ", " AS \"Value\" ", StringComparison.Ordinal))).Select(row => PgText.Of(row.Value, work.ElementType))], null);
        }

        BoundaryWork Kept(string family, Func<BoundaryValue, bool>? isKept)
        {
            BoundaryWork work = server.Works.Single(work => work.Family == family);
            return work.ElementType is "date" or "timestamp" or "timestamptz" ? work.Where(value => IsDateTime(work, value)) : isKept != null ? work.Where(isKept) : work;
        }

        static string Numbered(BoundaryWork work) => work.Query.Replace("SELECT v", "SELECT i AS \"Number\", v AS \"Value\"", StringComparison.Ordinal);
    }

    /// <summary>Whether a date or time is in .NET's calendar; its first moment and its last day stand for -infinity and infinity in Npgsql.</summary>
    private static bool IsDateTime(BoundaryWork work, BoundaryValue value) => value.Parts?.All(part => IsDateTime(work, part)) ?? (value.Text == null || value.Text[0] == '{' || (work.HasYearOfFourDigits(value) && value.Text.Length < 32 && IsYear(value.Text) && !value.Text.StartsWith("0001-01-01", StringComparison.Ordinal) && value.Text != "9999-12-31"));

    private static bool IsYear(string text) => text.IndexOf('-', StringComparison.Ordinal) == 4 && !text.EndsWith("BC", StringComparison.Ordinal);

    /// <summary>Whether an interval is a length of time: no months, less than a day of hours, one sign.</summary>
    private static bool IsTimeSpan(BoundaryValue value) => value.Parts?.All(IsTimeSpan)
        ?? (value.Plain == null || (value.Plain.Split(' ') is ["0", var days, var micros] && Math.Abs(long.Parse(micros, CultureInfo.InvariantCulture)) < 86_400_000_000 && !(days[0] != micros[0] && (days[0] == '-' || micros[0] == '-') && days != "0" && micros != "0")));

    /// <summary>Whether decimal has as many digits.</summary>
    private static bool IsDecimal(BoundaryValue value) => value.Parts?.All(IsDecimal) ?? (value.Text == null || value.Text.Where(char.IsAsciiDigit).SkipWhile(static digit => digit == '0').Count() <= 28);

    private static Func<NpgsqlDataReader, object>[] OfValues<T>()
        where T : struct =>
        [static reader => reader.GetFieldValue<T>(0), static reader => reader.GetFieldValue<T?[]>(0), static reader => reader.GetFieldValue<T?[,]>(0)];

    private static Func<NpgsqlDataReader, object>[] OfObjects<T>()
        where T : class =>
        [static reader => reader.GetFieldValue<T>(0), static reader => reader.GetFieldValue<T?[]>(0), static reader => reader.GetFieldValue<T?[,]>(0)];

    private static object Read(NpgsqlDataReader reader, BoundaryWork work)
    {
        int dimensions = work.Type.Count(static unit => unit == '[');
        return (Readers.TryGetValue(work.Type[..^(2 * dimensions)], out Func<NpgsqlDataReader, object>[]? readers) ? readers : Readers[work.ElementType])[dimensions](reader);
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
            try
            {
                await CheckOneAsync(work);
            }
            catch (Exception error) when (error is NpgsqlException or InvalidCastException or NotSupportedException)
            {
                wrong.Add($"{work.Family}: {error.Message}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));

        async Task CheckOneAsync(BoundaryWork work)
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

            Note(wrong, work, [.. values.Select(value => PgText.Of(value, work.ElementType))], work.Table == null ? null : await server.WrittenAsync(work, name));
        }
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

    /// <summary>A type's name for Npgsql, which knows neither modifiers nor dimensions.</summary>
    private static string WithoutDigits(string type)
    {
        string element = BoundaryWork.BaseOf(type).Replace("[]", "", StringComparison.Ordinal);
        return (element switch { "char" => "bpchar", "\"char\"" => "pg_catalog.char", _ => element }) + (type.EndsWith(']') ? "[]" : "");
    }

    /// <summary>A parameter of a type that Npgsql does not choose by itself.</summary>
    private sealed class Typed(object? value, string type) : SqlMapper.ICustomQueryParameter
    {
        public void AddParameter(IDbCommand command, string name) => command.Parameters.Add(new NpgsqlParameter(name, value ?? DBNull.Value) { DataTypeName = WithoutDigits(type) });
    }

    private sealed class Mapped<T>
    {
        public int Number { get; set; }

        public T? Value { get; set; }
    }
}
