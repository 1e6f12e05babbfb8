using System.Collections.Concurrent;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>The build sides of a partitioned join's split partitions: each is made by the first of the tasks that share it, and given up by the last.</summary>
internal sealed class PartitionBuilds : IDisposable
{
    private readonly ConcurrentDictionary<int, Entry> _entries = new();

    public static PartitionBuilds Of(HashJoinExec plan, TaskContext context) => context.Query.Shared(plan, static () => new PartitionBuilds());

    /// <param name="range">The partition, and how many tasks share it.</param>
    /// <param name="make">Runs once, while the other tasks wait.</param>
    public JoinBuild Get(PartitionRange range, Func<JoinBuild> make) => _entries.GetOrAdd(range.Start, _ => new Entry(range.Sharers, new Lazy<JoinBuild>(make))).Build.Value;

    /// <summary>Ends a task's use.</summary>
    /// <returns>Whether it was the last: it disposes the build side.</returns>
    public bool Leave(PartitionRange range) => _entries[range.Start].Leave() && _entries.TryRemove(range.Start, out _);

    /// <summary>After an error, some task has not come.</summary>
    public void Dispose()
    {
        foreach (Entry entry in _entries.Values)
        {
            if (entry.Build.IsValueCreated)
            {
                entry.Build.Value.Dispose();
            }
        }
    }

    private sealed class Entry(int sharers, Lazy<JoinBuild> build)
    {
        private int _left = sharers;

        public Lazy<JoinBuild> Build { get; } = build;

        public bool Leave() => Interlocked.Decrement(ref _left) == 0;
    }
}
