using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Sql;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Testing.Cancellation;

/// <summary>What came of one trial.</summary>
/// <param name="Way">How the statement was to be ended.</param>
/// <param name="Latency">From the request until nothing of the statement was left; null: it had ended by itself before.</param>
/// <param name="Outcome">How the server says it ended.</param>
/// <param name="SqlState">With which SQLSTATE.</param>
public sealed record CancelTrial(CancelWay Way, TimeSpan? Latency, QueryOutcome Outcome, string? SqlState);

/// <summary>Starts statements through every door of a server, ends them from outside after a while, and takes the time until they are gone.</summary>
/// <param name="engine">Runs the statements.</param>
/// <param name="host">Its doors; all of them open, without users.</param>
public sealed class CancelTrials(Engine engine, ServerHost host) : IDisposable
{
    private const string Flight = "/arrow.flight.protocol.FlightService/";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly HttpClient _http = new();
    private readonly GrpcChannel _flight = new(new GrpcChannelOptions(new Uri($"http://{host.FlightAddress}")));

    /// <param name="way">How the statement is ended.</param>
    /// <param name="sql">A query.</param>
    /// <param name="after">When it is ended, counted from its beginning.</param>
    public async Task<CancelTrial> RunAsync(CancelWay way, string sql, TimeSpan after)
    {
        string user = $"trial-{Guid.NewGuid():N}";
        return way switch
        {
            CancelWay.FlightCall => await RunFlightAsync(sql, after).ConfigureAwait(false),
            CancelWay.Interrupt => await RunEmbeddedAsync(user, sql, after).ConfigureAwait(false),
            _ => await RunPgAsync(way, user, sql, after).ConfigureAwait(false),
        };
    }

    /// <summary>What is still there after all trials, once sessions have had time to close; empty: nothing.</summary>
    public async Task<string> LeftBehindAsync(int ownSessions, string spillFolder)
    {
        string left = "";
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Patience; await Task.Delay(20).ConfigureAwait(false))
        {
            int sessions = engine.Sessions.Count(static session => session.Client.Door == Door.PostgreSql) + engine.Sessions.Count(static session => session.Client.Door == Door.Embedded) - ownSessions;
            int files = Directory.Exists(spillFolder) ? Directory.EnumerateFiles(spillFolder, "*", SearchOption.AllDirectories).Count() : 0;
            left = string.Create(CultureInfo.InvariantCulture, $"{(sessions > 0 ? $"{sessions} sessions " : "")}{Some(engine.Sessions.RunningQueries().Count, "statements")}{Some(engine.Executor.BusySlots, "tasks")}")
                + Some(engine.Memory.UsedBytes, "bytes of memory") + Some(engine.Admission.Running, "turns") + Some(files, "spill files");
            if (left.Length == 0)
            {
                break;
            }
        }

        return left;
    }

    public void Dispose()
    {
        _http.Dispose();
        _flight.Dispose();
    }

    private static string Some(long count, string what) => count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{count} {what} ");

    private async Task<CancelTrial> RunPgAsync(CancelWay way, string user, string sql, TimeSpan after)
    {
        string options = way == CancelWay.StatementTimeout ? string.Create(CultureInfo.InvariantCulture, $"-c statement_timeout={Math.Max(1, (int)after.TotalMilliseconds)}") : "";
        using PgWireClient client = await PgWireClient.OpenAsync(host.PgAddress!, user, options).ConfigureAwait(false);
        await client.SendQueryAsync(sql).ConfigureAwait(false);
        if (way == CancelWay.StatementTimeout)
        {
            await client.ReadUntilReadyAsync().ConfigureAwait(false);
            FinishedQuery finished = engine.History.Recent().First(query => query.User == user);
            TimeSpan late = finished.Duration - TimeSpan.FromMilliseconds(Math.Max(1, (int)after.TotalMilliseconds));
            return new CancelTrial(way, finished.Outcome == QueryOutcome.Cancelled ? late : null, finished.Outcome, finished.SqlState);
        }

        Task<string?> reading = ReadAsync(client);
        return await EndAsync(way, query => query.User == user, after, () => way switch
        {
            CancelWay.CancelRequest => client.CancelAsync(),
            CancelWay.StatusPage => DeleteAsync("queries", Find(query => query.User == user)?.Id.ToString()),
            CancelWay.Terminate => DeleteAsync("sessions", Find(query => query.User == user)?.Session.Id.ToString(CultureInfo.InvariantCulture)),
            _ => Close(client),
        }, reading).ConfigureAwait(false);
    }

    private async Task<CancelTrial> RunEmbeddedAsync(string user, string sql, TimeSpan after)
    {
        using Session session = engine.OpenSession(user);
        Task reading = Task.Run(async () =>
        {
            try
            {
                await ResultReader.ReadAsync(session, sql, CancellationToken.None).ConfigureAwait(false);
            }
            catch (QueryException)
            {
                // As wanted; the history has it.
            }
        });
        return await EndAsync(CancelWay.Interrupt, query => query.User == user, after, () =>
        {
            session.Cancel();
            return Task.CompletedTask;
        }, reading).ConfigureAwait(false);
    }

    private async Task<CancelTrial> RunFlightAsync(string sql, TimeSpan after)
    {
        string marked = $"{sql} /* {Guid.NewGuid():N} */";
        FlightInfo info = await _flight.UnaryAsync(
            Flight + "GetFlightInfo", new FlightDescriptor { Type = FlightDescriptor.Types.DescriptorType.Cmd, Cmd = Any.Pack(new CommandStatementQuery { Query = marked }).ToByteString() }, FlightInfo.Parser).ConfigureAwait(false);
        using var given = new CancellationTokenSource();
        Task reading = ReadFlightAsync(info.Endpoint[0].Ticket, given.Token);
        return await EndAsync(CancelWay.FlightCall, query => query.Text.Contains(marked, StringComparison.Ordinal), after, given.CancelAsync, reading).ConfigureAwait(false);
    }

    private async Task ReadFlightAsync(Ticket ticket, CancellationToken cancellation)
    {
        try
        {
            using GrpcResponse response = await _flight.ServerStreamingAsync(Flight + "DoGet", ticket, null, cancellation).ConfigureAwait(false);
            while (await response.ReadMessageAsync(cancellation).ConfigureAwait(false) != null)
            {
                // Only the end counts.
            }
        }
        catch (Exception error) when (error is GrpcStatusException or OperationCanceledException)
        {
            // As wanted.
        }
    }

    /// <summary>Waits for the statement's beginning and for its moment, ends it, and waits until it is gone.</summary>
    private async Task<CancelTrial> EndAsync(CancelWay way, Func<RunningQuery, bool> isIt, TimeSpan after, Func<Task> end, Task reading)
    {
        RunningQuery? query = null;
        for (long start = Stopwatch.GetTimestamp(); query == null && !reading.IsCompleted && Stopwatch.GetElapsedTime(start) < Patience; await Task.Yield())
        {
            query = Find(isIt);
        }

        if (query == null)
        {
            await reading.ConfigureAwait(false);
            return new CancelTrial(way, null, QueryOutcome.Succeeded, null);
        }

        if (after - query.Elapsed is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left).ConfigureAwait(false);
        }

        long request = Stopwatch.GetTimestamp();
        await end().ConfigureAwait(false);
        while (engine.Sessions.FindQuery(query.Id) != null)
        {
            if (Stopwatch.GetElapsedTime(request) > Patience)
            {
                return new CancelTrial(way, Stopwatch.GetElapsedTime(request), QueryOutcome.Failed, "it never ended");
            }

            await Task.Delay(1).ConfigureAwait(false);
        }

        TimeSpan latency = Stopwatch.GetElapsedTime(request);
        await reading.ConfigureAwait(false);
        FinishedQuery finished = engine.History.Find(query.Id)!;
        return new CancelTrial(way, finished.Outcome == QueryOutcome.Cancelled ? latency : null, finished.Outcome, finished.SqlState);
    }

    private RunningQuery? Find(Func<RunningQuery, bool> isIt) => engine.Sessions.RunningQueries().FirstOrDefault(isIt);

    private async Task DeleteAsync(string what, string? id)
    {
        if (id != null)
        {
            (await _http.DeleteAsync(new Uri($"http://{host.UiAddress}/api/v1/{what}/{id}")).ConfigureAwait(false)).Dispose();
        }
    }

    private static Task Close(PgWireClient client)
    {
        client.Dispose();
        return Task.CompletedTask;
    }

    private static async Task<string?> ReadAsync(PgWireClient client)
    {
        try
        {
            return await client.ReadUntilReadyAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
