using System.Diagnostics;
using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Physical.Adaptive;
using SqlCluster.Execution.Cluster.Driver;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Monitoring;

/// <summary>The page /metrics: statements, sessions, queue, memory, executor and process, in Prometheus' units (seconds, bytes).</summary>
internal static class ServerMetrics
{
    public static string Write(Engine engine, QueryCounters counters, bool isDraining)
    {
        var text = new PrometheusText();
        Queries(text, counters);
        Now(text, engine, isDraining);
        Executors(text, engine);
        Memory(text, engine);
        OwnProcess(text, engine);
        return text.ToString();
    }

    private static void Queries(PrometheusText text, QueryCounters counters)
    {
        text.Head("sqlcluster_queries_total", "counter", "Statements that have ended.");
        foreach (((Door door, QueryOutcome outcome), long count) in counters.Ended.OrderBy(static pair => pair.Key))
        {
            text.Sample("sqlcluster_queries_total", count, ("door", door.Name()), ("outcome", QueryViews.Word(outcome)));
        }

        text.Head("sqlcluster_query_errors_total", "counter", "Statements that ended with an error, by SQLSTATE.");
        foreach ((string state, long count) in counters.Errors.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            text.Sample("sqlcluster_query_errors_total", count, ("sqlstate", state));
        }

        const string Duration = "sqlcluster_query_duration_seconds";
        text.Head(Duration, "histogram", "Time from a statement's beginning until its last row was taken; the time in the queue is part of it.");
        IReadOnlyList<long> durations = counters.Durations();
        for (int i = 0; i < durations.Count; i++)
        {
            text.Sample(Duration + "_bucket", durations[i], ("le", PrometheusText.Number(i < QueryCounters.Buckets.Count ? QueryCounters.Buckets[i] : double.PositiveInfinity)));
        }

        text.Sample(Duration + "_sum", counters.Seconds).Sample(Duration + "_count", durations[^1])
            .Counter("sqlcluster_query_queued_seconds_total", "Time that statements spent in the queue.", counters.QueuedSeconds)
            .Counter("sqlcluster_query_rows_total", "Rows that clients took or statements changed.", counters.Rows)
            .Counter("sqlcluster_query_read_bytes_total", "Bytes that scans read from files.", counters.BytesRead)
            .Counter("sqlcluster_query_spilled_bytes_total", "Bytes of rows that were written to disk because they did not fit in memory.", counters.BytesSpilled);
        text.Head("sqlcluster_adaptive_changes_total", "counter", "Changes that adaptive execution made to running plans, by rule.");
        foreach (AdaptiveRule rule in AdaptiveRules.All)
        {
            text.Sample("sqlcluster_adaptive_changes_total", counters.AdaptiveRules.GetValueOrDefault(rule.Name), ("rule", rule.Name));
        }
    }

    private static void Now(PrometheusText text, Engine engine, bool isDraining)
    {
        text.Head("sqlcluster_sessions", "gauge", "Open sessions.");
        foreach (IGrouping<(Door, SessionState), Session> group in engine.Sessions.GroupBy(static session => (session.Client.Door, session.Activity.State)).OrderBy(static group => group.Key))
        {
            text.Sample("sqlcluster_sessions", group.Count(), ("door", group.Key.Item1.Name()), ("state", QueryViews.Word(group.Key.Item2)));
        }

        text.Gauge("sqlcluster_sessions_limit", "Most sessions at once.", engine.Sessions.MaxCount)
            .Gauge("sqlcluster_queries_running", "Sessions whose statements read or write rows now.", engine.Admission.Running)
            .Gauge("sqlcluster_queries_queued", "Statements that wait for their turn.", engine.Admission.Queued)
            .Gauge("sqlcluster_executor_slots", "Tasks that may run at once.", engine.Executor.Slots)
            .Gauge("sqlcluster_executor_slots_busy", "Tasks that run now.", engine.Executor.BusySlots)
            .Gauge("sqlcluster_draining", "1 while the server waits for its last statements.", isDraining ? 1 : 0);
    }

    /// <summary>Executors in other processes; nothing where there never are any.</summary>
    private static void Executors(PrometheusText text, Engine engine)
    {
        if (engine.Cluster is not { } cluster)
        {
            return;
        }

        (int executors, int slots) = cluster.Size;
        text.Gauge("sqlcluster_cluster_executors", "Executors in other processes that are alive.", executors)
            .Counter("sqlcluster_cluster_executors_lost_total", "Executors that were given up.", cluster.LostCount)
            .Gauge("sqlcluster_cluster_slots", "Tasks that may run at once on executors.", slots);
        IReadOnlyList<ExecutorState> live = [.. cluster.States.Where(static executor => executor.LossCause == null)];
        Each("sqlcluster_cluster_slots_busy", "Tasks that run on executors, by executor.", static executor => executor.BusySlots);
        Each("sqlcluster_cluster_memory_bytes", "Bytes that statements hold on executors, by executor.", static executor => executor.UsedMemoryBytes);
        Each("sqlcluster_cluster_memory_limit_bytes", "Bytes that statements may hold on executors, by executor.", static executor => executor.MemoryBytes);
        Each("sqlcluster_cluster_shares_running", "Shares of stages that run on executors, by executor.", static executor => executor.RunningShares);

        void Each(string name, string help, Func<ExecutorState, double> value)
        {
            text.Head(name, "gauge", help);
            foreach (ExecutorState executor in live)
            {
                text.Sample(name, value(executor), ("executor", PrometheusText.Number(executor.Id)));
            }
        }
    }

    private static void Memory(PrometheusText text, Engine engine) => text
        .Gauge("sqlcluster_memory_pool_bytes", "Bytes that the pool of column buffers has taken from the system, in use or free.", NativePool.ReservedBytes)
        .Gauge("sqlcluster_memory_queries_bytes", "Bytes that running statements hold.", engine.Memory.UsedBytes)
        .Gauge("sqlcluster_memory_queries_limit_bytes", "Bytes that running statements may hold together.", engine.Memory.LimitBytes);

    private static void OwnProcess(PrometheusText text, Engine engine)
    {
        using var process = Process.GetCurrentProcess();
        text.Head("dotnet_gc_collections_total", "counter", "Garbage collections, by the oldest generation collected.");
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            text.Sample("dotnet_gc_collections_total", GC.CollectionCount(generation) - (generation < GC.MaxGeneration ? GC.CollectionCount(generation + 1) : 0), ("generation", PrometheusText.Number(generation)));
        }

        text.Counter("dotnet_gc_pause_seconds_total", "Time that garbage collections stopped the process.", GC.GetTotalPauseDuration().TotalSeconds)
            .Gauge("dotnet_gc_heap_bytes", "Bytes of the managed heap.", GC.GetTotalMemory(false))
            .Counter("dotnet_gc_allocated_bytes_total", "Bytes allocated on the managed heap.", GC.GetTotalAllocatedBytes())
            .Gauge("dotnet_threadpool_threads", "Threads of the pool.", ThreadPool.ThreadCount)
            .Counter("process_cpu_seconds_total", "Processor time, user and system.", process.TotalProcessorTime.TotalSeconds)
            .Gauge("process_resident_memory_bytes", "Resident memory.", process.WorkingSet64)
            .Gauge("process_start_time_seconds", "Start of the server, Unix time.", engine.Start.ToUnixTimeMilliseconds() / 1000.0);
    }

}
