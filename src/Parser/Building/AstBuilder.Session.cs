using Antlr4.Runtime;
using SqlCluster.Parser.Ast;
using static SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Building;

internal sealed partial class AstBuilder
{
    private Statement Build(ShowBodyContext context)
    {
        switch (context)
        {
            case ShowAllContext all:
                return all.TABLES() is null ? new ShowSetting(null) : new ShowObjects(ShowKind.AllTables);
            case ShowTimeZoneContext:
                return new ShowSetting("timezone");
            case ShowIsolationContext:
                return new ShowSetting("transaction_isolation");
            case ShowAuthorizationContext:
                return new ShowSetting("session_authorization");
            case ShowCreateContext create:
                return new ShowObjects(create.TABLE() is not null ? ShowKind.CreateTable : ShowKind.CreateView, Build(create.qualifiedName()));
            case ShowTablesContext tables:
                return BuildShow(ShowKind.Tables, tables.showFilter());
            default:
                var setting = (ShowSettingContext)context;
                string name = SettingName(setting.settingName());
                ShowKind? kind = name switch
                {
                    "views" => ShowKind.Views,
                    "schemas" => ShowKind.Schemas,
                    "databases" => ShowKind.Databases,
                    "columns" => ShowKind.Columns,
                    "functions" => ShowKind.Functions,
                    _ => null,
                };
                if (kind is { } objects)
                    return BuildShow(objects, setting.showFilter());
                return setting.showFilter().ChildCount == 0 ? new ShowSetting(name) : throw SyntaxError(setting.showFilter().Start);
        }
    }

    private ShowObjects BuildShow(ShowKind kind, ShowFilterContext filter)
    {
        QualifiedName? source = BuildOptional(filter.qualifiedName());
        return kind == ShowKind.Columns && source is null
            ? throw SyntaxErrorAfter((ParserRuleContext)filter.Parent, "FROM")
            : new ShowObjects(kind, source, filter.STRING() is { } pattern ? ReadString(pattern) : null);
    }

    private string SettingName(SettingNameContext context) =>
        string.Join('.', context.label().Select(label => Name(label).Value).Prepend(Name(context.identifier()).Value)).ToLowerInvariant();

    private Statement Build(SetBodyContext context)
    {
        SettingScope scope = context.Start.Type switch
        {
            // SET SESSION AUTHORIZATION has no scope.
            SESSION when context is not SetAuthorizationContext { ChildCount: 3 } => SettingScope.Session,
            LOCAL => SettingScope.Local,
            _ => SettingScope.Default,
        };
        switch (context)
        {
            case SetTimeZoneContext zone:
                return new SetSetting(scope, "timezone", Build(zone.timeZoneValue()));
            case SetNamesContext names:
                return new SetSetting(scope, "client_encoding", names.STRING() is { } encoding ? [String(encoding)] : []);
            case SetRoleContext role:
                return new SetSetting(scope, "role", [role.STRING() is { } roleName ? String(roleName) : Word(role.identifier().Start)]);
            case SetAuthorizationContext user:
                OptionValue? value = user.STRING() is { } userName ? String(userName) : user.identifier() is { } word ? Word(word.Start) : null;
                return new SetSetting(scope, "session_authorization", value is null ? [] : [value]);
            case SetSearchPathContext schema:
                return new SetSetting(scope, "search_path", [String(schema.STRING())]);
            case SetTransactionContext transaction:
                return new SetTransaction(SessionCharacteristics: false, Build(transaction.transactionModes()));
            case SetSnapshotContext snapshot:
                return new SetTransaction(SessionCharacteristics: false, [], ReadString(snapshot.STRING()));
            case SetCharacteristicsContext characteristics:
                return new SetTransaction(SessionCharacteristics: true, Build(characteristics.transactionModes()));
            default:
                var setting = (SetSettingContext)context;
                return new SetSetting(scope, SettingName(setting.settingName()), Map(setting.optionValue(), Build));
        }
    }

    private OptionString String(Antlr4.Runtime.Tree.ITerminalNode node) => new(ReadString(node)) { Span = SpanOf(node) };

    private OptionWord Word(IToken token) => new(Name(token).Value) { Span = ParserErrors.SpanOf(token) };

    private NodeList<OptionValue> Build(TimeZoneValueContext context)
    {
        TextSpan span = SpanOf(context);
        if (context.INTERVAL() is not null)
        {
            IntervalQualifier? qualifier = context.intervalQualifier() is { } fields ? Build(fields)
                : context.typePrecision() is { } digits ? new IntervalQualifier(null, null, Precision(digits))
                : null;
            return [new OptionInterval(new IntervalLiteral(ReadString(context.STRING()), qualifier) { Span = span }) { Span = span }];
        }
        if (context.STRING() is { } text)
            return [String(text)];
        if (context.DEFAULT() is not null || context.Start.Type == LOCAL)
            return [];
        return context.identifier() is { } name ? [Word(name.Start)] : [new OptionNumber(SignedNumber(context)) { Span = span }];
    }

    private ResetSetting Build(ResetBodyContext context) => new(context.Start.Type switch
    {
        ALL => null,
        TIME when context.ZONE() is not null => "timezone",
        TRANSACTION when context.LEVEL() is not null => "transaction_isolation",
        SESSION when context.AUTHORIZATION() is not null => "session_authorization",
        _ => context.settingName() is { } name ? SettingName(name) : "role",
    });

    private NodeList<TransactionMode> Build(TransactionModesContext? context) => context is null ? [] : Map(context.transactionMode(), Build);

    private TransactionMode Build(TransactionModeContext context)
    {
        TextSpan span = SpanOf(context);
        if (context.DEFERRABLE() is not null)
            return new DeferrableMode(context.NOT() is null) { Span = span };
        if (context.ISOLATION() is null)
            return new AccessMode(context.ONLY() is not null) { Span = span };
        IsolationLevel level = context.SERIALIZABLE() is not null ? IsolationLevel.Serializable
            : context.UNCOMMITTED() is not null ? IsolationLevel.ReadUncommitted
            : context.COMMITTED() is not null ? IsolationLevel.ReadCommitted
            : IsolationLevel.RepeatableRead;
        return new IsolationMode(level) { Span = span };
    }

    private Statement Build(GrantBodyContext context)
    {
        if (context is GrantPrivilegesContext grant)
        {
            return new Grant(Revoke: false, Build(grant.privileges()), Build(grant.grantTarget()), Map(grant.grantee(), static grantee => grantee.Stop).Map(Name))
            {
                GrantOption = grant.OPTION() is not null,
            };
        }
        var roles = (GrantRolesContext)context;
        return new GrantRole(Revoke: false, Names(roles.identifier()), Map(roles.grantee(), static grantee => grantee.Stop).Map(Name))
        {
            AdminOption = roles.OPTION() is not null,
        };
    }

    private Statement Build(RevokeBodyContext context)
    {
        if (context is RevokePrivilegesContext revoke)
        {
            return new Grant(Revoke: true, Build(revoke.privileges()), Build(revoke.grantTarget()), Map(revoke.grantee(), static grantee => grantee.Stop).Map(Name))
            {
                GrantOption = revoke.OPTION() is not null,
                Behavior = Build(revoke.dropBehavior()),
            };
        }
        var roles = (RevokeRolesContext)context;
        return new GrantRole(Revoke: true, Names(roles.identifier()), Map(roles.grantee(), static grantee => grantee.Stop).Map(Name))
        {
            AdminOption = roles.OPTION() is not null,
            Behavior = Build(roles.dropBehavior()),
        };
    }

    private NodeList<Privilege> Build(PrivilegesContext context) => context.ALL() is not null
        ? [new Privilege("all", Names(context.columnNames())) { Span = SpanOf(context) }]
        : Map(context.privilege(), privilege => new Privilege(Name(privilege.Start).Value, Names(privilege.columnNames())) { Span = SpanOf(privilege) });

    private GrantTarget Build(GrantTargetContext context)
    {
        TextSpan span = SpanOf(context);
        switch (context)
        {
            case GrantTablesContext tables:
                return new GrantTarget(ObjectKind.Table, Map(tables.qualifiedName(), Build), AllInSchema: false) { Span = span };
            case GrantAllInSchemaContext all:
                return new GrantTarget(all.TABLES() is not null ? ObjectKind.Table : ObjectKind.Sequence, Map(all.qualifiedName(), Build), AllInSchema: true) { Span = span };
            default:
                var objects = (GrantObjectsContext)context;
                ObjectKind kind = objects.Start.Type switch
                {
                    SCHEMA => ObjectKind.Schema,
                    DATABASE => ObjectKind.Database,
                    SEQUENCE => ObjectKind.Sequence,
                    FUNCTION => ObjectKind.Function,
                    TYPE => ObjectKind.Type,
                    _ => ObjectKind.Domain,
                };
                return new GrantTarget(kind, Map(objects.qualifiedName(), Build), AllInSchema: false) { Span = span };
        }
    }
}
