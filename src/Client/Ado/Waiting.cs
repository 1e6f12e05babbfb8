namespace SqlCluster.Client.Ado;

/// <summary>The synchronous half of ADO.NET's interface: waits for the asynchronous one, outside of any synchronization context.</summary>
internal static class Waiting
{
    public static T For<T>(Func<Task<T>> run) => SynchronizationContext.Current == null
        ? run().GetAwaiter().GetResult()
        : Task.Run(run).GetAwaiter().GetResult();

    public static void For(Func<Task> run) => For(async () =>
    {
        await run().ConfigureAwait(false);
        return true;
    });
}
