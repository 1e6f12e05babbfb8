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

/// <summary>The settings that decide on the text forms of result rows. Casts to text and COPY keep the default forms.</summary>
/// <param name="EscapesBytes">bytea_output is escape.</param>
/// <param name="Intervals">IntervalStyle.</param>
internal readonly record struct TextStyles(bool EscapesBytes, IntervalStyle Intervals)
{
    public static TextStyles Of(SessionSettings settings) => new(
        settings.Get("bytea_output") == "escape",
        settings.Get("IntervalStyle") switch
        {
            "postgres_verbose" => IntervalStyle.PostgresVerbose,
            "sql_standard" => IntervalStyle.SqlStandard,
            "iso_8601" => IntervalStyle.Iso8601,
            _ => IntervalStyle.Postgres,
        });
}
