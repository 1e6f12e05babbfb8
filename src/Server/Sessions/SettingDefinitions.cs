using System.Globalization;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Server.Sessions;

/// <summary>All settings, one line each; those of PostgreSQL's planner, which have no effect, in <see cref="PostgresPlannerSettings"/>.</summary>
public static class SettingDefinitions
{
    /// <summary>Version of PostgreSQL whose protocol and catalogs are spoken: one number everywhere.</summary>
    public const string ServerVersion = "16.4";

    /// <summary>In the order of their names.</summary>
    public static readonly IReadOnlyDictionary<string, SettingDefinition> All = new SortedDictionary<string, SettingDefinition>(
        new SettingDefinition[]
        {
            new("adaptive", SettingKind.Boolean, "on", "Whether the rest of a plan is planned again when a stage has ended and its size is known.") { Category = "Optimizer" },
            new("adaptive_broadcast_size", SettingKind.Size, "512MB", "Largest build side that is broadcast after all when it turned out smaller than expected; 0: none.") { Min = 0, Category = "Optimizer" },
            new("adaptive_min_partition_size", SettingKind.Size, "128kB", "Bytes of an exchange below which a partition is not worth a task of its own, although slots are idle.") { Min = 0, Category = "Optimizer" },
            new("adaptive_partition_size", SettingKind.Size, "1MB", "Bytes of an exchange up to which neighbouring partitions are read by one task; 0: never.") { Min = 0, Category = "Optimizer" },
            new("adaptive_skew_factor", SettingKind.Real, "5", "How many times larger than the median a partition must be to be read by several tasks.") { Min = 1, Max = 1_000_000, Category = "Optimizer" },
            new("adaptive_skew_size", SettingKind.Size, "4MB", "Bytes that a partition must have to be read by several tasks.") { Min = 0, Category = "Optimizer" },
            new("application_name", SettingKind.Text, "", "Name of the client program, shown in logs and session lists.") { IsReported = true, Category = "Client" },
            new("batch_size", SettingKind.Integer, Batch.DefaultRows.ToString(CultureInfo.InvariantCulture), "Rows that operators put in a batch.") { Min = 1, Max = 65_536 },
            new("broadcast_size", SettingKind.Size, "512MB", "Largest build side, in expected bytes, that all tasks of a join share; larger joins spread both sides by their keys.") { AffectsPlans = true, Min = 0, Category = "Optimizer" },
            new("bytea_output", SettingKind.Word, "hex", "Text form of bytea.") { Allowed = ["hex", "escape"], Category = "Client" },
            new("check_function_bodies", SettingKind.Boolean, "on", "Accepted for compatibility.") { Category = "Client" },
            new("client_encoding", SettingKind.Text, "UTF8", "Encoding of text on the wire; only UTF8.") { IsReported = true, Category = "Client" },
            new("client_min_messages", SettingKind.Word, "notice", "Least severity of messages sent to the client.")
                { Allowed = ["debug5", "debug4", "debug3", "debug2", "debug1", "log", "notice", "warning", "error"], Category = "Client" },
            new("DateStyle", SettingKind.Text, "ISO, MDY", "How dates are read: MDY, DMY or YMD. Written they are as in ISO 8601.") { AffectsPlans = true, IsReported = true, Category = "Client" },
            new("default_table_access_method", SettingKind.Word, "heap", "Accepted for compatibility.") { Allowed = ["heap"], Category = "Client" },
            new("default_tablespace", SettingKind.Text, "", "Accepted for compatibility.") { Category = "Client" },
            new("default_transaction_deferrable", SettingKind.Boolean, "off", "Accepted for compatibility.") { Category = "Client" },
            new("default_transaction_isolation", SettingKind.Word, "read committed", "Isolation of new transactions.")
                { Allowed = ["serializable", "repeatable read", "read committed", "read uncommitted"], Category = "Client" },
            new("default_transaction_read_only", SettingKind.Boolean, "off", "Whether new transactions are read-only.") { IsReported = true, Category = "Client" },
            new("disabled_rules", SettingKind.Text, "", "Optimizer rules and adaptive rules that are switched off, separated by commas.") { AffectsPlans = true, Category = "Optimizer" },
            new("escape_string_warning", SettingKind.Boolean, "on", "Accepted for compatibility.") { Category = "Client" },
            new("extra_float_digits", SettingKind.Integer, "1", "1 or more: floats print their shortest exact form.") { Min = -15, Max = 3, Category = "Client" },
            new("flight_compression", SettingKind.Word, "none", "Compression of Arrow batches over Flight SQL.") { Allowed = ["none", "lz4", "zstd"], Category = "Client" },
            new("flight_dictionaries", SettingKind.Boolean, "off", "Whether text goes over Flight SQL as dictionary codes where the engine has them.") { Category = "Client" },
            new("flight_views", SettingKind.Boolean, "off", "Whether text and bytes go over Flight SQL as Arrow views.") { Category = "Client" },
            new("idle_in_transaction_session_timeout", SettingKind.Duration, "0", "Ends sessions idle in a transaction for so long; 0: never.") { Min = 0, Max = int.MaxValue, Category = "Client" },
            new("idle_session_timeout", SettingKind.Duration, "0", "Ends sessions idle outside a transaction for so long; 0: never.") { Min = 0, Max = int.MaxValue, Category = "Client" },
            new("in_hot_standby", SettingKind.Boolean, "off", "Always off.") { IsReadOnly = true, IsReported = true, Category = "Preset" },
            new("integer_datetimes", SettingKind.Boolean, "on", "Always on.") { IsReadOnly = true, IsReported = true, Category = "Preset" },
            new("IntervalStyle", SettingKind.Word, "postgres", "Text form of intervals in result rows.") { Allowed = ["postgres", "postgres_verbose", "sql_standard", "iso_8601"], IsReported = true, Category = "Client" },
            new("is_superuser", SettingKind.Boolean, "on", "Whether the session's user is a superuser.") { IsReadOnly = true, IsReported = true, Category = "Preset" },
            new("jit", SettingKind.Boolean, "off", "Accepted for compatibility.") { Category = "Client" },
            new("lc_collate", SettingKind.Text, "C", "Order of text: bytes.") { IsReadOnly = true, Category = "Preset" },
            new("lock_timeout", SettingKind.Duration, "0", "Ends statements that wait so long for another transaction; 0: never.") { Min = 0, Max = int.MaxValue, Category = "Client" },
            new("max_identifier_length", SettingKind.Integer, "63", "Bytes of an identifier.") { IsReadOnly = true, Category = "Preset" },
            new("max_index_keys", SettingKind.Integer, "32", "Keys of an index.") { IsReadOnly = true, Category = "Preset" },
            new("memory_limit", SettingKind.Size, "0", "Bytes a query may hold in memory before it writes rows to disk, and fails where it cannot; 0: three quarters of the machine's.") { Min = 0 },
            new("optimizer", SettingKind.Boolean, "on", "Off: only the rewrites that correctness needs.") { AffectsPlans = true, Category = "Optimizer" },
            new("role", SettingKind.Word, "none", "Role of the session; there are none.") { Allowed = ["none"], Category = "Client" },
            new("row_output", SettingKind.Word, "record", "What rows (structs) are for PostgreSQL's clients, in results and COPY: records, or jsonb. A prepared statement keeps what it was prepared with.") { Allowed = ["record", "jsonb"], Category = "Client" },
            new("row_security", SettingKind.Boolean, "on", "Accepted for compatibility.") { Category = "Client" },
            new("runtime_filters", SettingKind.Boolean, "on", "Whether joins pass filters to the scans of their probe side."),
            new("scan_pushdown", SettingKind.Boolean, "on", "Whether scans prune and filter by themselves."),
            new("scram_iterations", SettingKind.Integer, "4096", "Iterations of new SCRAM verifiers.") { Min = 1, IsReported = true, Category = "Client" },
            new("search_path", SettingKind.Text, "\"$user\", public", "Schemas that unqualified names are looked for in.") { AffectsPlans = true, IsReported = true, Category = "Client" },
            new("serialize_plans", SettingKind.Boolean, "off", "Whether each plan is written and read back before it runs, as it would be on its way to another process: for tests."),
            new("server_encoding", SettingKind.Text, "UTF8", "Always UTF8.") { IsReadOnly = true, IsReported = true, Category = "Preset" },
            new("server_version", SettingKind.Text, ServerVersion, "Version of PostgreSQL that is spoken.") { IsReadOnly = true, IsReported = true, Category = "Preset" },
            new("server_version_num", SettingKind.Integer, "160004", "The same as a number.") { IsReadOnly = true, Category = "Preset" },
            new("session_authorization", SettingKind.Text, "sqlcluster", "The session's user.") { IsReadOnly = true, IsReported = true, Category = "Preset" },
            new("shuffle_partitions", SettingKind.Integer, "0", "Partitions of a hash exchange; 0: four a slot.") { AffectsPlans = true, Min = 0, Max = 4096 },
            new("spill_folder", SettingKind.Text, "", "Folder for rows that do not fit in memory, in files without a name that go with the query; empty: the system's temporary folder."),
            new("spill_threshold", SettingKind.Real, "0.8", "Share of memory_limit above which operators write rows to spill_folder; 0: all that can do so at once.") { Min = 0, Max = 1 },
            new("standard_conforming_strings", SettingKind.Boolean, "on", "Always on.") { Allowed = ["on"], IsReported = true, Category = "Client" },
            new("statement_timeout", SettingKind.Duration, "0", "Ends statements that run so long; 0: never.") { Min = 0, Max = int.MaxValue, Category = "Client" },
            new("synchronous_commit", SettingKind.Word, "on", "Accepted for compatibility.") { Allowed = ["on", "off", "local", "remote_write", "remote_apply"], Category = "Client" },
            new("TimeZone", SettingKind.Text, "UTC", "IANA name of the session's time zone.") { AffectsPlans = true, IsReported = true, Category = "Client" },
            new("transaction_deferrable", SettingKind.Boolean, "off", "Accepted for compatibility: no transaction has to wait for another one to end.") { Category = "Client" },
            new("transaction_isolation", SettingKind.Word, "read committed", "Isolation of this transaction.")
                { Allowed = ["serializable", "repeatable read", "read committed", "read uncommitted"], Category = "Client" },
            new("transaction_read_only", SettingKind.Boolean, "off", "Whether this transaction is read-only.") { Category = "Client" },
            new("work_mem", SettingKind.Size, "4MB", "Accepted for compatibility.") { Min = 0, Category = "Client" },
            new("xmloption", SettingKind.Word, "content", "Accepted for compatibility.") { Allowed = ["content", "document"], Category = "Client" },
        }.Concat(PostgresPlannerSettings.All).ToDictionary(static definition => definition.Name, StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase);
}
