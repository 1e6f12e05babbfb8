using System.Globalization;
using System.Text;
using Npgsql;
using SqlCluster.Catalyst.Types.Zones;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Tests.Transactions;

namespace SqlCluster.Server.Tests.Differential;

/// <summary>Time zones are PostgreSQL 15's, to the second, in all centuries: both read the machine's database.</summary>
public sealed class ZoneTests : IAsyncLifetime
{
    private const int Seed = 20_261_123;
    private const int RowsOfQuery = 2_000;

    /// <summary>Zones with more than one story: local mean time, negative summer time, changes of the day, of half an hour, at other hours than full ones, with double summer time, rules of POSIX.</summary>
    private static readonly string[] SessionZones =
    [
        "Europe/Berlin", "Europe/Amsterdam", "Europe/Dublin", "Europe/London", "Europe/Moscow", "Europe/Lisbon", "America/New_York", "America/Caracas", "America/St_Johns", "America/Nuuk", "Africa/Casablanca",
        "Africa/Monrovia", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Gaza", "Asia/Tehran", "Asia/Manila", "Australia/Lord_Howe", "Australia/Sydney", "Pacific/Apia", "Pacific/Chatham", "Pacific/Kiritimati",
        "Antarctica/Troll", "EST", "EST5EDT", "CET", "UTC", "etc/gmt+5", "europe/paris", "<+0130>-1:30", "foo5", "AAA3BBB,M3.2.0,M11.1.0/1", "AAA-10BBB,J90/3,J300/-1:30", "-7", "5.5", "+03x", "a-4", "abc+25",
    ];

    private readonly Engine _engine = new(new EngineOptions(Slots: 2));
    private PrivatePostgres? _postgres;
    private ServerHost? _host;
    private NpgsqlConnection? _theirs;
    private NpgsqlConnection? _ours;

    private static bool IsSlow => Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(PrivatePostgres.IsInstalled, "PostgreSQL 15 is not installed");
        _postgres = await PrivatePostgres.StartAsync(Cancellation);
        _host = await ServerHost.StartAsync(_engine, new ServerOptions { PgPort = 0, ShutdownTimeout = TimeSpan.FromSeconds(5) });
        _theirs = new NpgsqlConnection(await _postgres.CreateDatabaseAsync(Cancellation));
        _ours = new NpgsqlConnection($"Host=127.0.0.1;Port={_host.PgAddress!.Port};Username=tester;Database=sqlcluster;{PrivatePostgres.Plain}");
        await _theirs.OpenAsync(Cancellation);
        await _ours.OpenAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await (_ours?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_theirs?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_host?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
        _engine.Dispose();
    }

    /// <summary>Every zone at random moments and around its changes: instants as local times and local times as instants.</summary>
    [Fact]
    public async Task T3_AtTimeZoneIsPostgresInEveryZone()
    {
        var random = new Random(Seed);
        var rows = new List<string>();
        foreach (Zone zone in ZoneDatabase.All)
        {
            rows.AddRange(Moments(random, zone, IsSlow ? 12 : 3).Select(moment => $"('{zone.Name}', '{moment}')"));
        }

        Assert.True(rows.Count > 3_000, $"only {rows.Count} moments");
        var differences = new List<string>();
        foreach (string[] some in rows.Chunk(RowsOfQuery))
        {
            string sql = $"SELECT z, t, (t || '+00')::timestamptz AT TIME ZONE z, t::timestamp AT TIME ZONE z, (t || ' ' || z)::timestamptz FROM (VALUES {string.Join(", ", some)}) AS v(z, t)";
            await CompareAsync(sql, "UTC", differences);
        }

        Assert.True(differences.Count == 0, string.Join("\n", differences.Take(20)));
    }

    /// <summary>What a session shows and reads in its own zone.</summary>
    [Fact]
    public async Task T3_SessionsShowTheirZoneAsPostgresDoes()
    {
        var random = new Random(Seed);
        var differences = new List<string>();
        foreach (string name in SessionZones)
        {
            string expected = await ScalarAsync(_theirs!, $"SET TimeZone = '{name}'; SHOW TimeZone"), actual = await ScalarAsync(_ours!, $"SET TimeZone = '{name}'; SHOW TimeZone");
            if (expected != actual)
            {
                differences.Add($"SHOW TimeZone: {expected}, came {actual}");
            }

            IEnumerable<string> rows = Moments(random, ZoneDatabase.TryFind(actual) ?? Zone.Utc, IsSlow ? 100 : 20).Concat(["0044-03-15 12:00:00 BC", "4000-01-01 00:00:00 BC", "12345-07-01 12:00:00", "200000-01-01 00:00:00"]).Select(static moment => $"('{moment}')");
            await CompareAsync(
                $"""
                SELECT t, i, i::text, l, i::date, i::time, date_trunc('day', i), date_trunc('month', i), i + interval '1 day', i + interval '1 month 2 hours', to_char(i, 'YYYY-MM-DD HH24:MI:SS TZ tz OF TZH:TZM'), extract(timezone FROM i), extract(timezone_hour FROM i),
                    extract(timezone_minute FROM i), extract(hour FROM i), age(i, timestamptz '2000-01-01 00:00:00+00')
                FROM (SELECT t, (CASE WHEN t LIKE '% BC' THEN replace(t, ' BC', '+00 BC') ELSE t || '+00' END)::timestamptz AS i, t::timestamptz AS l FROM (VALUES {string.Join(", ", rows)}) AS v(t)) AS m
                """, name, differences);
        }

        Assert.True(differences.Count == 0, string.Join("\n", differences.Take(20)));
    }

    [Theory]
    [InlineData("SELECT name, abbrev, utc_offset, is_dst FROM pg_timezone_names WHERE name !~ '^(posix/|right/|posixrules|localtime)' ORDER BY name COLLATE \"C\"", 500)]
    [InlineData("SELECT abbrev, utc_offset, is_dst FROM pg_timezone_abbrevs ORDER BY abbrev COLLATE \"C\"", 150)]
    [InlineData("SELECT abbrev, t AT TIME ZONE abbrev, (t AT TIME ZONE 'UTC') AT TIME ZONE abbrev FROM pg_timezone_abbrevs, (VALUES (timestamp '1890-01-01'), ('1960-07-01 12:00'), ('1995-02-03 04:05'), ('2013-06-07'), ('2020-01-01')) AS v(t) ORDER BY abbrev COLLATE \"C\", t", 800)]
    public async Task B1_NamesAndAbbreviationsAreThoseOfPostgres(string sql, int atLeast)
    {
        var differences = new List<string>();
        int count = await CompareAsync(sql, "UTC", differences);
        Assert.True(differences.Count == 0, string.Join("\n", differences.Take(20)));
        Assert.True(count >= atLeast, $"{count} rows");
    }

    [Theory]
    [InlineData("SET TimeZone = 'PST'")]
    [InlineData("SET TimeZone = ''")]
    [InlineData("SET TimeZone = 'ABC3,M3.2.0'")]
    [InlineData("SET TimeZone = 'Europe/Nowhere'")]
    [InlineData("SET TimeZone = '../../etc/passwd'")]
    [InlineData("SELECT now() AT TIME ZONE 'Nowhere'")]
    [InlineData("SELECT make_timestamptz(2020, 1, 1, 0, 0, 0, '5')")]
    public async Task E1_UnknownZonesFailAsPostgresSays(string sql)
    {
        PostgresException expected = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(_theirs!, sql)), actual = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(_ours!, sql));
        Assert.Equal((expected.SqlState, expected.MessageText), (actual.SqlState, actual.MessageText));
    }

    /// <summary>Random times of six centuries, and those just before, at and after changes of the zone's clocks; also an hour around, where local times come twice or not at all.</summary>
    private static List<string> Moments(Random random, Zone zone, int count)
    {
        var moments = new List<string>();
        for (int i = 0; i < count; i++)
        {
            long micros = new DateTime(random.Next(1830, 2450), 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(random.Next(31_000_000)).Subtract(DateTime.UnixEpoch).Ticks / 10;
            Add(micros);
            if (NextChange(zone, micros) is { } change)
            {
                long offset = zone.OffsetAt(change) - zone.OffsetAt(change - 1);
                foreach (long near in (long[])[change - 1_000_000, change, change + zone.OffsetAt(change), change + zone.OffsetAt(change - 1) - 1_000_000, change + zone.OffsetAt(change - 1) + (offset / 2)])
                {
                    Add(near);
                }
            }
        }

        return moments;

        void Add(long micros) => moments.Add(DateTime.UnixEpoch.AddTicks(micros / 1_000_000 * 10_000_000).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
    }

    /// <summary>The first change within four years, by bisection.</summary>
    private static long? NextChange(Zone zone, long from)
    {
        const long Month = 30L * 86_400_000_000;
        for (int i = 0; i < 50; i++, from += Month)
        {
            if (zone.OffsetAt(from) != zone.OffsetAt(from + Month))
            {
                (long before, long after) = (from, from + Month);
                while (after - before > 1)
                {
                    long middle = before + ((after - before) / 2);
                    (before, after) = zone.OffsetAt(middle) == zone.OffsetAt(before) ? (middle, after) : (before, middle);
                }

                return after;
            }
        }

        return null;
    }

    /// <returns>Rows compared.</returns>
    private async Task<int> CompareAsync(string sql, string zone, List<string> differences)
    {
        List<string> expected = await RowsAsync(_theirs!, sql, zone), actual = await RowsAsync(_ours!, sql, zone);
        if (expected.Count != actual.Count)
        {
            differences.Add($"{zone}: {expected.Count} rows expected, {actual.Count} came: {string.Join("; ", expected.Except(actual).Take(5))} / {string.Join("; ", actual.Except(expected).Take(5))}");
        }

        differences.AddRange(expected.Zip(actual).Where(static pair => pair.First != pair.Second).Select(pair => $"{zone}:\n  PostgreSQL {pair.First}\n  SqlCluster {pair.Second}"));
        return expected.Count;
    }

    private static async Task<string> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
        return (string)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private static async Task<List<string>> RowsAsync(NpgsqlConnection connection, string sql, string zone)
    {
        await using (var set = new NpgsqlCommand($"SET TimeZone = '{zone}'", connection))
        {
            await set.ExecuteNonQueryAsync(Cancellation);
        }

        await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
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

        return rows;
    }
}
