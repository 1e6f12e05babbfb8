namespace SqlCluster.Server.Hosting;

/// <summary>Connections whose clients have not said who they are. There are only so many at once: who came first and still has not makes room. Thread-safe.</summary>
/// <remarks>Without it, connections that are opened and left would use up all that the server takes, and keep out those who mean to log in.</remarks>
/// <param name="most">How many there may be.</param>
internal sealed class Newcomers(int most)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<CancellationTokenSource> _waiting = new();

    /// <summary>Takes one in.</summary>
    /// <param name="ends">Cancelled when it has to make room; not disposed before <see cref="Leave"/>.</param>
    /// <returns>What <see cref="Leave"/> takes.</returns>
    public LinkedListNode<CancellationTokenSource> Enter(CancellationTokenSource ends)
    {
        LinkedListNode<CancellationTokenSource> entered;
        lock (_lock)
        {
            entered = _waiting.AddLast(ends);
            if (_waiting.Count > most)
            {
                // Under the lock, so that it is not disposed meanwhile: what it ends goes on elsewhere.
                _ = _waiting.First!.Value.CancelAsync();
                _waiting.RemoveFirst();
            }
        }

        return entered;
    }

    /// <summary>Says that it is in, or gone.</summary>
    public void Leave(LinkedListNode<CancellationTokenSource> entered)
    {
        lock (_lock)
        {
            if (entered.List != null)
            {
                _waiting.Remove(entered);
            }
        }
    }
}
