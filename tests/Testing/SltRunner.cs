using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing.Clusters;

namespace SqlCluster.Testing;

/// <summary>A record whose outcome is not the expected one.</summary>
/// <param name="Line">Line of the record.</param>
/// <param name="Message">What was expected and what came.</param>
public sealed record SltFailure(string Path, int Line, string Message)
{
    public override string ToString() => $"{Path}:{Line}: {Message}";
}

/// <summary>Runs .slt files against an engine of their own, under given settings.</summary>
/// <param name="settings">Settings of every session: one of tests/configs.</param>
/// <param name="slots">Slots of the engine, 0: one a processor.</param>
/// <param name="executors">Executors behind sockets, of one slot each; 0: none.</param>
public sealed class SltRunner(IReadOnlyDictionary<string, string> settings, int slots = 0, int executors = 0)
{
    /// <summary>Records run so far.</summary>
    public int RecordCount { get; private set; }

    /// <summary>Runs a file in a new engine. In its statements __ROOT__ is the repository's root and __TEMP__ an empty folder that goes away at the end.</summary>
    /// <returns>What failed; empty when all is well.</returns>
    public async Task<IReadOnlyList<SltFailure>> RunAsync(SltFile file, CancellationToken cancellation = default)
    {
        using var engine = new Engine(new EngineOptions(slots)) { Cluster = executors == 0 ? null : await SocketCluster.SharedAsync(executors).ConfigureAwait(false) };
        using Session session = engine.OpenSession();
        foreach ((string name, string value) in settings)
        {
            session.Settings.Set(name, value);
        }

        using var places = new SltPlaces();
        var failures = new List<SltFailure>();
        foreach (SltRecord written in file.Records)
        {
            SltRecord record = places.Fill(written);
            RecordCount++;
            string? failure = record switch
            {
                SltStatement statement => await RunStatementAsync(session, statement, cancellation).ConfigureAwait(false),
                SltQuery query => await RunQueryAsync(session, file, query, cancellation).ConfigureAwait(false),
                _ => throw new InvalidOperationException("unknown record"),
            };
            if (failure != null)
            {
                failures.Add(new SltFailure(file.Path, record.Line, failure));
            }
        }

        return failures;
    }

    /// <summary>The lines that a query's answer is written as in a file of this kind.</summary>
    public static async Task<string[]> AnswerAsync(Session session, SltFile file, SltQuery query, CancellationToken cancellation)
    {
        (int columns, List<string?[]> rows) = await ResultReader.ReadAsync(session, query.Sql, cancellation).ConfigureAwait(false);
        string[][] values = [.. rows.Select(row => row.Select((value, column) => Format(value, query.Types.Length > column ? query.Types[column] : 'T', file.IsRowPerLine)).ToArray())];
        if (query.Sort == SltSort.RowSort)
        {
            Array.Sort(values, static (left, right) => CompareRows(left, right));
        }

        if (file.IsRowPerLine)
        {
            return [.. values.Select(static row => string.Join("  ", row))];
        }

        string[] flat = [.. values.SelectMany(static row => row)];
        if (query.Sort == SltSort.ValueSort)
        {
            Array.Sort(flat, StringComparer.Ordinal);
        }

        bool isHashed = query.Expected is [var only] && only.Contains(" values hashing to ", StringComparison.Ordinal);
        if (!isHashed && (file.HashThreshold == 0 || flat.Length <= file.HashThreshold))
        {
            return flat;
        }

        byte[] hash = MD5.HashData(Encoding.UTF8.GetBytes(string.Concat(flat.Select(static value => value + "\n"))));
        return [$"{flat.Length} values hashing to {Convert.ToHexStringLower(hash)}"];
    }

    private static async Task<string?> RunStatementAsync(Session session, SltStatement statement, CancellationToken cancellation)
    {
        try
        {
            await ResultReader.ReadAsync(session, statement.Sql, cancellation).ConfigureAwait(false);
            return statement.ExpectsError ? $"an error was expected: {statement.Sql}" : null;
        }
        catch (QueryException error)
        {
            bool isExpected = statement.ExpectsError && error.Kind != ErrorKind.Internal && (statement.SqlState == null || statement.SqlState == error.SqlState)
                && (statement.Position ?? error.Position) == error.Position;
            return isExpected ? null : $"{error.SqlState}@{error.Position} {error.Message}: {statement.Sql}";
        }
    }

    private static async Task<string?> RunQueryAsync(Session session, SltFile file, SltQuery query, CancellationToken cancellation)
    {
        string[] actual;
        try
        {
            actual = await AnswerAsync(session, file, query, cancellation).ConfigureAwait(false);
        }
        catch (QueryException error)
        {
            return $"{error.SqlState} {error.Message}: {query.Sql}";
        }

        string[] expected = query.Expected;
        for (int i = 0; i < Math.Max(expected.Length, actual.Length); i++)
        {
            string? left = i < expected.Length ? expected[i] : null, right = i < actual.Length ? actual[i] : null;
            if (left != right)
            {
                return $"{query.Sql}\n  line {i + 1}: expected {left ?? "nothing"}, came {right ?? "nothing"}";
            }
        }

        return null;
    }

    /// <summary>A value as the format shows it: I as an integer cut toward zero, R with three decimals, NULL, (empty), unprintable characters as @.</summary>
    private static string Format(string? value, char type, bool isOwn)
    {
        if (value == null)
        {
            return "NULL";
        }

        if (value.Length == 0)
        {
            return "(empty)";
        }

        if (isOwn)
        {
            return value;
        }

        return type switch
        {
            'I' when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && value.AsSpan().IndexOfAny('.', 'e', 'E') >= 0 =>
                (Math.Truncate(number) + 0.0).ToString("F0", CultureInfo.InvariantCulture),   // + 0.0: no "-0"
            'I' when value is "t" or "f" => value == "t" ? "1" : "0",
            'I' => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? value : "0",   // as SQLite reads text that is no number
            'R' when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) => number.ToString("F3", CultureInfo.InvariantCulture),
            _ => string.Concat(value.Select(static character => character is >= ' ' and <= '~' ? character : '@')),
        };
    }

    private static int CompareRows(string[] left, string[] right)
    {
        for (int i = 0; i < left.Length; i++)
        {
            int order = string.CompareOrdinal(left[i], right[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }
}
