using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.PgWire.Types;

/// <summary>How a session wants intervals written (IntervalStyle).</summary>
internal enum IntervalStyle
{
    Postgres,
    PostgresVerbose,
    SqlStandard,
    Iso8601,
}

/// <summary>The settings that decide on the forms of result rows. Casts to text keep the default forms, and COPY too but for <see cref="Json"/>.</summary>
/// <param name="EscapesBytes">bytea_output is escape.</param>
/// <param name="Intervals">IntervalStyle.</param>
internal readonly record struct TextStyles(bool EscapesBytes, IntervalStyle Intervals)
{
    /// <summary>Whether rows go out as jsonb, in text and binary (row_output).</summary>
    public bool RowsAreJson { get; init; }

    /// <summary>What goes out as jsonb: maps always.</summary>
    public JsonParts Json => RowsAreJson ? JsonParts.MapsAndRows : JsonParts.Maps;

    public static TextStyles Of(SessionSettings settings) => new(
        settings.Get("bytea_output") == "escape",
        settings.Get("IntervalStyle") switch
        {
            "postgres_verbose" => IntervalStyle.PostgresVerbose,
            "sql_standard" => IntervalStyle.SqlStandard,
            "iso_8601" => IntervalStyle.Iso8601,
            _ => IntervalStyle.Postgres,
        }) { RowsAreJson = RowsAreJsonIn(settings) };

    /// <summary>Whether the session wants rows as jsonb.</summary>
    public static bool RowsAreJsonIn(SessionSettings settings) => settings.Get("row_output") == "jsonb";
}
