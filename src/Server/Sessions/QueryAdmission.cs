using SqlCluster.Parser.Ast;

namespace SqlCluster.Server.Sessions;

/// <summary>Lets so many statements run at once; the others wait, and users take turns, so that one who asks for much does not keep out the rest. Thread-safe.</summary>
/// <remarks>
/// The turn belongs to the session: a statement that is begun while rows of an earlier one are still open shares its turn, or a client with two cursors could wait
/// for itself. Among the statements of one user the first comes first.
/// </remarks>
/// <param name="limit">Sessions that may run statements at once.</param>
/// <param name="maxQueued">Statements that may wait; one more fails at once.</param>
/// <param name="patience">How long a statement waits before it fails; zero: for ever.</param>
public sealed class QueryAdmission(int limit, int maxQueued, TimeSpan patience)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, UserQueue> _queues = new(StringComparer.Ordinal);
    private readonly LinkedList<UserQueue> _turns = new();
    private int _running;
    private int _queued;

    /// <summary>Sessions whose statements run.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Statements that wait.</summary>
    public int Queued => Volatile.Read(ref _queued);

    /// <summary>Whether a statement that is begun now would have to wait.</summary>
    public bool IsFull => Running >= limit || Queued > 0;

    /// <summary>Whether a statement waits for its turn: those that read or write rows do, those that set, show or define do not.</summary>
    public static bool AppliesTo(Statement statement) =>
        statement is QueryStatement or ChangingQuery or Explain or Summarize or Insert or Update or Delete or Copy or CreateTableAs or Execute;

    /// <summary>Waits for the statement's turn.</summary>
    /// <exception cref="Parser.Errors.QueryException">53300: too many wait already; 57014: it waited too long.</exception>
    /// <exception cref="OperationCanceledException">The statement was ended while it waited.</exception>
    internal ValueTask EnterAsync(RunningQuery query)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (query.Session.HeldTurns > 0 || (_running < limit && _queued == 0))
            {
                Grant(query);
                return ValueTask.CompletedTask;
            }

            if (_queued >= maxQueued)
            {
                throw SessionErrors.QueueFull(maxQueued);
            }

            waiter = Enqueue(query);
        }

        return new ValueTask(WaitAsync(waiter));
    }

    /// <summary>Gives the statement's turn back, if it has one.</summary>
    internal void Leave(RunningQuery query)
    {
        lock (_lock)
        {
            if (!query.HasTurn)
            {
                return;
            }

            query.HasTurn = false;
            if (--query.Session.HeldTurns == 0)
            {
                _running--;
                GrantNext();
            }
        }
    }

    private async Task WaitAsync(Waiter waiter)
    {
        waiter.Query.EnterQueue();
        try
        {
            await waiter.Turn.Task.WaitAsync(patience > TimeSpan.Zero ? patience : Timeout.InfiniteTimeSpan, waiter.Query.Token).ConfigureAwait(false);
        }
        catch (TimeoutException) when (Abandon(waiter))
        {
            throw SessionErrors.QueuedTooLong(patience);
        }
        catch (OperationCanceledException) when (Abandon(waiter))
        {
            throw;
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            // Its turn came at the same moment; if it was cancelled, its first step will see that.
        }
        finally
        {
            waiter.Query.LeaveQueue();
        }
    }

    private Waiter Enqueue(RunningQuery query)
    {
        if (!_queues.TryGetValue(query.Session.User, out UserQueue? queue))
        {
            queue = new UserQueue(query.Session.User);
            _queues.Add(queue.User, queue);
            _turns.AddLast(queue);
        }

        var waiter = new Waiter(query, queue);
        queue.Waiters.AddLast(waiter);
        _queued++;
        return waiter;
    }

    /// <returns>Whether it was still waiting.</returns>
    private bool Abandon(Waiter waiter)
    {
        lock (_lock)
        {
            if (!waiter.Queue.Waiters.Remove(waiter))
            {
                return false;
            }

            _queued--;
            if (waiter.Queue.Waiters.Count == 0)
            {
                _queues.Remove(waiter.Queue.User);
                _turns.Remove(waiter.Queue);
            }

            return true;
        }
    }

    /// <summary>Takes from the user whose turn it is, and moves that user to the end.</summary>
    private void GrantNext()
    {
        while (_running < limit && _turns.First is { } first)
        {
            UserQueue queue = first.Value;
            _turns.RemoveFirst();
            Waiter waiter = queue.Waiters.First!.Value;
            queue.Waiters.RemoveFirst();
            _queued--;
            if (queue.Waiters.Count == 0)
            {
                _queues.Remove(queue.User);
            }
            else
            {
                _turns.AddLast(queue);
            }

            Grant(waiter.Query);
            waiter.Turn.TrySetResult();
        }
    }

    private void Grant(RunningQuery query)
    {
        query.HasTurn = true;
        if (query.Session.HeldTurns++ == 0)
        {
            _running++;
        }
    }

    private sealed class UserQueue(string user)
    {
        public string User { get; } = user;

        public LinkedList<Waiter> Waiters { get; } = new();
    }

    private sealed class Waiter(RunningQuery query, UserQueue queue)
    {
        public RunningQuery Query { get; } = query;

        public UserQueue Queue { get; } = queue;

        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
