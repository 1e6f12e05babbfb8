namespace SqlCluster.Catalyst.Trees;

/// <summary>How walks over plans and expressions, and comparisons deep inside nested values, hear that the statement was cancelled: the token belongs to the thread that works, so that no rewrite and no kernel has to carry it.</summary>
/// <remarks>Planning is synchronous and stays on one thread, and so does a task until it yields. Walks ask at every plan node, and at every element of lists that are long; what lies between takes microseconds.</remarks>
public static class Interruption
{
    /// <summary>Elements from which on a list is long.</summary>
    public const int LongList = 64;

    [ThreadStatic]
    private static CancellationToken _token;

    /// <summary>Has the thread listen to a token until the result is disposed.</summary>
    public static Scope By(CancellationToken token)
    {
        var scope = new Scope(_token);
        _token = token;
        return scope;
    }

    /// <exception cref="OperationCanceledException">The statement was cancelled.</exception>
    public static void Ask() => _token.ThrowIfCancellationRequested();

    /// <summary>The time in which the thread listens to a token.</summary>
    /// <param name="before">What it listened to before.</param>
    public readonly ref struct Scope(CancellationToken before)
    {
        private readonly CancellationToken _before = before;

        public void Dispose() => _token = _before;
    }
}
