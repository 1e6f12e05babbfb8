using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Server.Sessions;

namespace SqlCluster.SqlCli.Connections;

/// <summary>What a statement answers with, wherever it ran.</summary>
internal abstract record Answer : IAsyncDisposable
{
    private Answer()
    {
    }

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>No rows.</summary>
    /// <param name="Tag">What was done, as PostgreSQL words it: "CREATE TABLE", "INSERT 0 3".</param>
    /// <param name="Notices">Warnings and notices to show.</param>
    public sealed record Command(string Tag, params string[] Notices) : Answer;

    /// <summary>Rows that stream while the query runs; disposing ends it.</summary>
    /// <param name="Columns">Columns of the rows.</param>
    /// <param name="TimeZone">IANA zone that timestamps with time zone are shown in.</param>
    /// <param name="Source">Where the rows come from.</param>
    /// <param name="Objects">Turns ids of catalog objects into names; without it they are shown as numbers.</param>
    public sealed record Rows(IReadOnlyList<ResultColumn> Columns, string TimeZone, IBatchSource Source, IObjectNames? Objects = null) : Answer
    {
        /// <summary>The next rows, which the caller releases; null at the end.</summary>
        public ValueTask<Batch?> ReadAsync(CancellationToken cancellation) => Source.ReadAsync(cancellation);

        public override ValueTask DisposeAsync() => Source.DisposeAsync();
    }
}

/// <summary>Batches one after the other.</summary>
internal interface IBatchSource : IAsyncDisposable
{
    /// <summary>The next rows, which the caller releases; null at the end.</summary>
    /// <exception cref="Parser.Errors.QueryException">The query failed.</exception>
    ValueTask<Batch?> ReadAsync(CancellationToken cancellation);
}
