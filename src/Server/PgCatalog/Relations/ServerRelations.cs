using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Catalyst.Types.Zones;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Printing;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.PgCatalog.Functions;
using SqlCluster.Server.PgWire.Types;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.PgCatalog.Relations;

/// <summary>The server at work: databases, sessions, settings, time zones, prepared statements.</summary>
internal static class ServerRelations
{
    public static IEnumerable<SystemRelation> All =>
    [
        SystemRelation.Of("pg_database", static view => new[] { view.Session.Session.Engine.Database })
            .Long("oid", static row => row.Oid).Text("datname", static row => row.Name).Long("datdba", static _ => Roles.SuperuserOid).Long("encoding", static _ => 6).Text("datlocprovider", static _ => "c")
            .Flag("datallowconn", static _ => true).Long("datconnlimit", static _ => -1).Long("dattablespace", static _ => 1663).Text("datcollate", static _ => "C").Text("datctype", static _ => "C"),
        SystemRelation.Of("pg_settings", static view => SettingRows.Of(view)).WithValues(static row => row.Values),
        SystemRelation.Of("pg_stat_activity", Sessions)
            .Long("datid", static row => row.Session.Engine.Database.Oid).Text("datname", static row => row.Session.Engine.Database.Name).Long("pid", static row => row.Session.Id)
            .Long("usesysid", static row => row.Session.Engine.Roles.OidOf(row.Session.User)).Text("usename", static row => row.Session.User).Text("application_name", static row => row.Session.Client.ApplicationName)
            .Text("client_addr", static row => row.Session.Client.Address?.ToString()).Value("client_port", static row => row.Session.Client.Address == null ? -1L : (long)row.Session.Client.Port)
            .Value("backend_start", static row => SessionInformation.Microseconds(row.Session.Start)).Value("xact_start", static row => Time(row.Activity.TransactionStart))
            .Value("query_start", static row => Time(row.Activity.QueryStart)).Value("state_change", static row => SessionInformation.Microseconds(row.Activity.StateChange))
            .Text("wait_event_type", static row => row.Activity.Wait?.Kind).Text("wait_event", static row => row.Activity.Wait?.Event).Text("state", static row => StateName(row.Activity.State))
            .Value("query_id", static row => row.Activity.QueryId?.Number).Text("query", static row => row.Activity.Query ?? "").Text("backend_type", static _ => "client backend"),
        SystemRelation.Of("pg_stat_ssl", static view => view.Session.Session.Engine.Sessions.ToList())
            .Long("pid", static row => row.Id).Flag("ssl", static row => row.Client.Tls != null).Text("version", static row => row.Client.Tls?.Version).Text("cipher", static row => row.Client.Tls?.Cipher)
            .Value("bits", static row => row.Client.Tls?.Bits is { } bits ? (long)bits : null),
        SystemRelation.Of("pg_stat_gssapi", static view => view.Session.Session.Engine.Sessions.ToList())
            .Long("pid", static row => row.Id).Flag("gss_authenticated", static _ => false).Flag("encrypted", static _ => false).Flag("credentials_delegated", static _ => false),
        SystemRelation.Of("pg_stat_database", static view => new[] { view.Session.Session.Engine })
            .Long("datid", static row => row.Database.Oid).Text("datname", static row => row.Database.Name).Long("numbackends", static row => row.Sessions.Count()),
        SystemRelation.Of("pg_timezone_names", static _ => ZoneDatabase.All.Select(static zone => (zone.Name, Now: ClocksNow(zone))).ToList())
            .Text("name", static row => row.Name).Text("abbrev", static row => row.Now.Abbreviation).Value("utc_offset", static row => Offset(row.Now)).Flag("is_dst", static row => row.Now.IsDaylight),
        SystemRelation.Of("pg_timezone_abbrevs", static _ => ZoneAbbreviations.All.Select(static row => (row.Abbreviation, Now: ClocksNow(row.Zone))).ToList())
            .Text("abbrev", static row => row.Abbreviation).Value("utc_offset", static row => Offset(row.Now)).Flag("is_dst", static row => row.Now.IsDaylight),
        SystemRelation.Of("pg_prepared_statements", PreparedStatements)
            .Text("name", static row => row.Name).Text("statement", static row => row.Text).Flag("from_sql", static row => row.IsFromSql)
            .Value("parameter_types", static row => Function.Array(TypeVariants.Of(TypeVariant.RegType), row.Types.Select(static oid => (object?)(long)oid))),
        SystemRelation.Of("pg_cursors", static view => view.Session.Session.Cursors.All.ToList())
            .Text("name", static row => row.Name).Text("statement", static row => row.Text).Flag("is_holdable", static row => row.IsHoldable).Flag("is_binary", static row => row.IsBinary)
            .Flag("is_scrollable", static row => row.IsScrollable).Value("creation_time", static row => SessionInformation.Microseconds(row.Start)),
        SystemRelation.Of("pg_config", static _ => new[] { typeof(ServerRelations).Assembly.GetName().Version?.ToString() ?? "" }).Text("name", static _ => "VERSION").Text("setting", static row => row),
    ];

    private static List<(Session Session, SessionActivity Activity)> Sessions(CatalogView view) => [.. view.Session.Session.Engine.Sessions.Select(static session => (session, session.Activity))];

    /// <summary>Statements of PREPARE, and the named ones of the protocol.</summary>
    private static List<(string Name, string Text, IEnumerable<int> Types, bool IsFromSql)> PreparedStatements(CatalogView view)
    {
        Session session = view.Session.Session;
        return
        [
            .. session.Prepared.Values.Select(static row => (row.Name, row.Text, row.Types.Select(PgTypes.Oid), true)),
            .. session.ProtocolStatements?.Invoke().Select(static row => (row.Name, row.Query.Text ?? "", row.Query.ParameterTypes.Select(static type => PgTypes.Oid(type)), false)) ?? [],
        ];
    }

    private static object? Time(DateTimeOffset? time) => time is { } known ? SessionInformation.Microseconds(known) : null;

    private static string StateName(SessionState state) => state switch
    {
        SessionState.Idle => "idle",
        SessionState.Active => "active",
        SessionState.IdleInTransaction => "idle in transaction",
        SessionState.IdleInFailedTransaction => "idle in transaction (aborted)",
    };

    private static ZonePeriod ClocksNow(Zone zone) => zone.PeriodAt(SessionInformation.Microseconds(TimeProvider.System.GetUtcNow()));

    private static object Offset(ZonePeriod period) => new Catalyst.Expressions.IntervalValue(0, 0, period.Offset);
}
