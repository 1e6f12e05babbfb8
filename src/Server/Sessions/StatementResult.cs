using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Analysis;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Scheduler;

namespace SqlCluster.Server.Sessions;

/// <summary>A column of a result as clients see it.</summary>
public sealed record ResultColumn(string Name, SqlType Type, bool IsNullable = true)
{
    /// <summary>The table column that it passes on unchanged, or null.</summary>
    public ColumnOrigin? Origin { get; init; }

    /// <summary>Columns of an analyzed query.</summary>
    internal static NodeList<ResultColumn> Of(AnalyzedQuery query)
    {
        NodeList<Column> output = query.Plan.Output;
        return [.. output.Select((column, index) => new ResultColumn(column.Name, column.Type, column.IsNullable) { Origin = query.Origins[index] })];
    }
}

/// <summary>What a statement answers with.</summary>
public abstract record StatementResult : IAsyncDisposable
{
    private StatementResult()
    {
    }

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Nothing but a command tag, as PostgreSQL words it: "CREATE TABLE", "INSERT 0 3".</summary>
    /// <param name="Tag">The tag.</param>
    /// <param name="Notices">Warnings and notices to show.</param>
    public sealed record Command(string Tag, params StatementNotice[] Notices) : StatementResult
    {
        /// <summary>SQLSTATE and text of a warning, if there is one.</summary>
        public (string SqlState, string Message)? Warning { get; init; }
    }

    /// <summary>Rows that stream while the query runs. Dispose it to end the query and free its memory; batches read from it become invalid then.</summary>
    /// <param name="Columns">Columns of the rows.</param>
    /// <param name="Execution">The running query.</param>
    /// <param name="Tag">Command tag without the row count: "SELECT", "SHOW", "EXPLAIN".</param>
    public sealed record Rows(NodeList<ResultColumn> Columns, IQueryExecution Execution, string Tag) : StatementResult
    {
        private Exception? _error;

        /// <summary>Gives the rows, where they are some of a query that goes on when these are disposed (FETCH); null: all rows of the execution.</summary>
        internal Func<CancellationToken, ValueTask<Batch?>>? Source { get; init; }

        /// <summary>The statement that these are the rows of; null for rows inside of one.</summary>
        public RunningQuery? Query { get; internal set; }

        /// <summary>The next rows, or null at the end. The caller releases the batch.</summary>
        /// <exception cref="Parser.Errors.QueryException">The query failed, or was ended: 57014, or 57P01 along with the session.</exception>
        public ValueTask<Batch?> ReadAsync(CancellationToken cancellation = default)
        {
            if (Source != null || !Execution.TryRead(out Batch? batch))
            {
                return Query == null ? ReadBatchAsync(cancellation) : ReadCountedAsync(Query, cancellation);
            }

            Query?.AddRows(batch?.RowCount ?? 0);
            return ValueTask.FromResult(batch);
        }

        /// <summary>Ends the work on rows that are read, such as turning a large value into text.</summary>
        internal CancellationToken Cancellation => Query?.Token ?? Execution.Context.Cancellation;

        /// <summary>What ended the work on rows that were read, as <see cref="ReadAsync"/> would say it.</summary>
        internal Exception Explain(OperationCanceledException error)
        {
            if (Query is not { } query)
            {
                return error;
            }

            _error = query.Explain(error);
            query.Transaction.Fail();
            return _error;
        }

        public override ValueTask DisposeAsync()
        {
            ValueTask ending = Source == null ? Execution.DisposeAsync() : default;
            if (!ending.IsCompletedSuccessfully)
            {
                return EndAsync(ending);
            }

            Query?.End(_error);
            return default;
        }

        private async ValueTask EndAsync(ValueTask ending)
        {
            await ending.ConfigureAwait(false);
            Query?.End(_error);
        }

        private ValueTask<Batch?> ReadBatchAsync(CancellationToken cancellation) => Source == null ? Execution.ReadAsync(cancellation) : Source(cancellation);

        private async ValueTask<Batch?> ReadCountedAsync(RunningQuery query, CancellationToken cancellation)
        {
            try
            {
                // The rows of FETCH come from another statement's query, which a cancellation of this one does not reach.
                Batch? batch = await ReadBatchAsync(Source == null ? cancellation : query.Token).ConfigureAwait(false);
                query.AddRows(batch?.RowCount ?? 0);
                return batch;
            }
            catch (Exception error)
            {
                _error = query.Explain(error);
                query.Transaction.Fail();
                if (ReferenceEquals(_error, error))
                {
                    throw;
                }

                throw _error;
            }
        }
    }
}
