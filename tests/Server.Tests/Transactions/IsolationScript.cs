using System.Globalization;
using System.Text;
using Npgsql;

namespace SqlCluster.Server.Tests.Transactions;

/// <summary>Statements of several sessions in a given order, and what they answer: the same text holds both, so that a run is compared with its script.</summary>
/// <remarks><code>
/// # a comment
/// A: INSERT INTO t VALUES (1)        session A; sessions open with their first statement
///     INSERT 1                       its answer: rows, number of rows, SQLSTATE
/// B: UPDATE t SET x = 2
///     waits                          for another session
/// A: COMMIT
///     B: UPDATE 1                    the answer of a statement that waited, after the one that let it go on
/// </code></remarks>
internal sealed class IsolationScript(string connectionString) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SortedDictionary<string, Member> _members = new(StringComparer.Ordinal);
    private readonly StringBuilder _transcript = new();
    private NpgsqlConnection? _watcher;

    /// <summary>Runs a script.</summary>
    /// <returns>The script with the answers that came.</returns>
    public async Task<string> RunAsync(string script, CancellationToken cancellation)
    {
        _watcher = await OpenAsync(cancellation);
        foreach (string line in script.Split('\n').Where(static line => line.Length > 0 && line[0] != ' '))
        {
            _transcript.Append(line).Append('\n');
            if (line[0] == '#')
            {
                continue;
            }

            string name = line[..line.IndexOf(':', StringComparison.Ordinal)];
            if (!_members.TryGetValue(name, out Member? member))
            {
                NpgsqlConnection connection = await OpenAsync(cancellation);
                _members[name] = member = new Member(connection);
            }

            member.Pending = AnswerAsync(member.Connection, line[(name.Length + 2)..], cancellation);
            if (await EndsAsync(member, cancellation))
            {
                Write(await Take(member), "");
            }
            else
            {
                Write(["waits"], "");
            }

            foreach ((string other, Member waiting) in _members)
            {
                if (other != name && waiting.Pending != null && await EndsAsync(waiting, cancellation))
                {
                    Write(await Take(waiting), $"{other}: ");
                }
            }
        }

        return _transcript.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Member member in _members.Values)
        {
            await member.Connection.DisposeAsync();
        }

        if (_watcher != null)
        {
            await _watcher.DisposeAsync();
        }
    }

    private static Task<IReadOnlyList<string>> Take(Member member)
    {
        Task<IReadOnlyList<string>> answer = member.Pending!;
        member.Pending = null;
        return answer;
    }

    private static async Task<IReadOnlyList<string>> AnswerAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        var lines = new List<string>();
        try
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
            do
            {
                while (await reader.ReadAsync(cancellation))
                {
                    lines.Add(string.Join(" | ", Enumerable.Range(0, reader.FieldCount).Select(index => reader.IsDBNull(index) ? "null" : string.Create(CultureInfo.InvariantCulture, $"{reader.GetValue(index)}"))));
                }
            }
            while (await reader.NextResultAsync(cancellation));
            if (reader.RecordsAffected >= 0)
            {
                lines.Add($"{sql.Split(' ')[0]} {reader.RecordsAffected}");
            }
        }
        catch (PostgresException error)
        {
            lines.Add($"ERROR {error.SqlState}");
        }

        return lines;
    }

    /// <summary>Waits until a statement has ended, or waits for another session.</summary>
    private async Task<bool> EndsAsync(Member member, CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < Patience)
        {
            if (await Task.WhenAny(member.Pending!, Task.Delay(20, cancellation)) == member.Pending)
            {
                return true;
            }

            await using var command = new NpgsqlCommand($"SELECT cardinality(pg_blocking_pids({member.Connection.ProcessID}))", _watcher);
            if (await command.ExecuteScalarAsync(cancellation) is int and > 0)
            {
                return false;
            }
        }

        throw new TimeoutException("the statement neither ends nor waits for another session");
    }

    private void Write(IReadOnlyList<string> lines, string prefix)
    {
        foreach (string line in lines)
        {
            _transcript.Append("    ").Append(prefix).Append(line).Append('\n');
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        return connection;
    }

    private sealed class Member(NpgsqlConnection connection)
    {
        public NpgsqlConnection Connection => connection;

        public Task<IReadOnlyList<string>>? Pending { get; set; }
    }
}
