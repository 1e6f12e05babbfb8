namespace SqlCluster.Server.Sessions;

/// <summary>Settings of PostgreSQL's planner and memory (its manual, chapters 20.4 and 20.7), which clients and scripts set: they are kept and shown, and change nothing.</summary>
internal static class PostgresPlannerSettings
{
    private const string Effectless = "PostgreSQL's; kept, without effect.";

    private static readonly string[] Methods =
    [
        "async_append", "bitmapscan", "gathermerge", "hashagg", "hashjoin", "incremental_sort", "indexonlyscan", "indexscan", "material", "memoize", "mergejoin", "nestloop", "parallel_append",
        "parallel_hash", "partition_pruning", "seqscan", "sort", "tidscan",
    ];

    public static IEnumerable<SettingDefinition> All =>
    [
        .. Methods.Select(static method => Of("enable_" + method, SettingKind.Boolean, "on")),
        Of("enable_partitionwise_aggregate", SettingKind.Boolean, "off"),
        Of("enable_partitionwise_join", SettingKind.Boolean, "off"),
        Cost("cpu_index_tuple_cost", "0.005"),
        Cost("cpu_operator_cost", "0.0025"),
        Cost("cpu_tuple_cost", "0.01"),
        Cost("parallel_setup_cost", "1000"),
        Cost("parallel_tuple_cost", "0.1"),
        Cost("random_page_cost", "4"),
        Cost("seq_page_cost", "1"),
        Of("effective_cache_size", SettingKind.Size, "4GB") with { Min = 0 },
        Of("maintenance_work_mem", SettingKind.Size, "64MB") with { Min = 0 },
        Of("temp_buffers", SettingKind.Size, "8MB") with { Min = 0 },
        Of("min_parallel_table_scan_size", SettingKind.Size, "8MB") with { Min = 0 },
        Of("min_parallel_index_scan_size", SettingKind.Size, "512kB") with { Min = 0 },
        Of("max_parallel_workers_per_gather", SettingKind.Integer, "2") with { Min = 0, Max = 1024 },
        Of("from_collapse_limit", SettingKind.Integer, "8") with { Min = 1, Max = int.MaxValue },
        Of("join_collapse_limit", SettingKind.Integer, "8") with { Min = 1, Max = int.MaxValue },
        Of("geqo", SettingKind.Boolean, "on"),
        Of("geqo_threshold", SettingKind.Integer, "12") with { Min = 2, Max = int.MaxValue },
        Of("constraint_exclusion", SettingKind.Word, "partition") with { Allowed = ["partition", "on", "off"] },
        Of("plan_cache_mode", SettingKind.Word, "auto") with { Allowed = ["auto", "force_generic_plan", "force_custom_plan"] },
    ];

    private static SettingDefinition Of(string name, SettingKind kind, string value) => new(name, kind, value, Effectless) { Category = "Planner" };

    private static SettingDefinition Cost(string name, string value) => Of(name, SettingKind.Real, value) with { Min = 0, Max = double.MaxValue };
}
