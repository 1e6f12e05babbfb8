using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Server.Sessions;
using SqlCluster.SqlCli.Connections;

namespace SqlCluster.SqlCli.Backslash;

/// <summary>Makes what a backslash command lists into rows like those of a statement, so that it is shown, paged and written in every format.</summary>
internal static class Listing
{
    /// <param name="names">Columns.</param>
    /// <param name="rows">Rows.</param>
    public static Answer.Rows Of(IReadOnlyList<string> names, IReadOnlyList<string?[]> rows) =>
        new([.. names.Select(static name => new ResultColumn(name, SqlType.Text))], "UTC", new Source(names.Count, rows));

    private sealed class Source(int columns, IReadOnlyList<string?[]> rows) : IBatchSource
    {
        private readonly MemoryAccount _account = new("listing");
        private bool _isRead;

        public ValueTask<Batch?> ReadAsync(CancellationToken cancellation)
        {
            if (_isRead)
            {
                return ValueTask.FromResult<Batch?>(null);
            }

            _isRead = true;
            Vector[] vectors = [.. Enumerable.Range(0, columns).Select(column => VectorBuilder.Of(ArrowType.Utf8, _account, rows.Select(row => row[column])))];
            return ValueTask.FromResult<Batch?>(new Batch(vectors, rows.Count));
        }

        public ValueTask DisposeAsync()
        {
            _account.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
