using System.Globalization;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;

namespace SqlCluster.Server.PgCatalog.Functions;

/// <summary>Sizes in bytes, estimated from rows and column types, and how often things were used.</summary>
internal static class Sizes
{
    private static readonly ParameterType Relation = TypeVariants.Of(TypeVariant.RegClass);

    public static IEnumerable<SessionFunction> All =>
    [
        Function.Of("pg_relation_size", [Relation], SqlType.BigInt, static (session, arguments) => Size(session, arguments[0]), "Bytes of a table"),
        Function.Of("pg_relation_size", [Relation, SqlType.Text], SqlType.BigInt, static (session, arguments) => (string)arguments[1]! == "main" ? Size(session, arguments[0]) : 0L, "Bytes of a part of a table"),
        Function.Of("pg_table_size", [Relation], SqlType.BigInt, static (session, arguments) => Size(session, arguments[0]), "Bytes of a table"),
        Function.Of("pg_total_relation_size", [Relation], SqlType.BigInt, static (session, arguments) => Size(session, arguments[0]), "Bytes of a table with its indexes"),
        Function.Of("pg_indexes_size", [Relation], SqlType.BigInt, static (_, _) => 0L, "Always 0: indexes are names only"),
        Function.Of("pg_database_size", [SqlType.Oid], SqlType.BigInt, static (session, _) => session.View.UserRelations.Sum(static relation => relation.SizeBytes), "Bytes of all tables"),
        Function.Of("pg_database_size", [SqlType.Name], SqlType.BigInt, static (session, _) => session.View.UserRelations.Sum(static relation => relation.SizeBytes), "Bytes of all tables"),
        Function.Of("pg_tablespace_size", [SqlType.Oid], SqlType.BigInt, static (_, _) => 0L, "Always 0"),
        Function.Of("pg_tablespace_size", [SqlType.Name], SqlType.BigInt, static (_, _) => 0L, "Always 0"),
        Function.Of("pg_size_pretty", [SqlType.BigInt], SqlType.Text, static (_, arguments) => Pretty((long)arguments[0]!), "Bytes with a unit"),
        Function.Of("pg_size_pretty", [NumericTyping.Unconstrained], SqlType.Text, static (_, arguments) => Pretty((double)arguments[0]!), "Bytes with a unit"),
        .. new[] { "numscans", "tuples_returned", "tuples_fetched", "tuples_inserted", "tuples_updated", "tuples_deleted", "dead_tuples", "blocks_fetched", "blocks_hit" }
            .Select(static counter => Function.Of($"pg_stat_get_{counter}", [SqlType.Oid], SqlType.BigInt, static (_, _) => 0L, "Not counted")),
        Function.Of("pg_stat_get_live_tuples", [SqlType.Oid], SqlType.BigInt, static (session, arguments) => session.View.Relation((long)arguments[0]!)?.Table?.Statistics.RowCount ?? 0, "Rows of a table"),
    ];

    private static object? Size(SessionObjects session, object? oid) => session.View.Relation((long)oid!) is { } relation ? relation.SizeBytes : null;

    private static string Pretty(double bytes)
    {
        string[] units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
        int unit = 0;
        double value = bytes;
        while (unit < units.Length - 1 && Math.Abs(value) >= 10 * 1024)
        {
            value = Math.Round(value / 1024, MidpointRounding.AwayFromZero);
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0} {units[unit]}");
    }
}
