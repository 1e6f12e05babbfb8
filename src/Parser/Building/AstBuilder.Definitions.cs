using Antlr4.Runtime;
using SqlCluster.Parser.Ast;
using static SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Building;

internal sealed partial class AstBuilder
{
    private Statement Build(CreateBodyContext context) => context switch
    {
        CreateTableContext table => Build(table),
        CreateExternalTableContext external => Build(external),
        CreateViewContext view => new CreateView(Build(view.qualifiedName()), Names(view.columnNames()), Build(view.query()))
        {
            OrReplace = view.OR() is not null,
            Temporary = view.TEMP() is not null || view.TEMPORARY() is not null,
            Recursive = view.RECURSIVE() is not null,
            IfNotExists = view.EXISTS() is not null,
            Options = Build(view.withOptions()),
            CheckOption = view.checkOption() is not { } check ? null : check.LOCAL() is not null ? "local" : "cascaded",
        },
        CreateMaterializedViewContext view => new CreateMaterializedView(Build(view.qualifiedName()), Names(view.columnNames()), Build(view.query()))
        {
            OrReplace = view.OR() is not null,
            IfNotExists = view.EXISTS() is not null,
            Options = Build(view.withOptions()),
            WithNoData = IsNoData(view.withData()),
        },
        CreateSchemaContext schema => new CreateSchema(BuildOptional(schema.qualifiedName()), schema.EXISTS() is not null, OptionalName(schema.identifier())),
        CreateSequenceContext sequence => new CreateSequence(Build(sequence.qualifiedName()), Map(sequence.sequenceOption(), Build))
        {
            Temporary = sequence.persistence() is { } stated && stated.UNLOGGED() is null,
            IfNotExists = sequence.EXISTS() is not null,
        },
        CreateIndexContext index => new CreateIndex(OptionalName(index.indexName), Build(index.relation()), Map(index.indexKey(), Build))
        {
            Unique = index.UNIQUE() is not null,
            Concurrently = index.CONCURRENTLY() is not null,
            IfNotExists = index.EXISTS() is not null,
            Method = OptionalName(index.method),
            Include = Names(index.columnNames()),
            NullsNotDistinct = index.NULLS() is not null && index.DISTINCT() is not null && index.NOT().Length > (index.EXISTS() is null ? 0 : 1),
            Options = Build(index.withOptions()),
            Where = BuildOptional(index.expression()),
        },
        _ => throw new InvalidOperationException($"the builder has no case for {context.GetType().Name}"),
    };

    private Statement Build(CreateTableContext context)
    {
        QualifiedName name = Build(context.qualifiedName());
        bool orReplace = context.OR() is not null;
        bool ifNotExists = context.EXISTS() is not null;
        TablePersistence persistence = context.persistence() is not { } stated ? TablePersistence.Permanent
            : stated.UNLOGGED() is not null ? TablePersistence.Unlogged
            : TablePersistence.Temporary;
        if (context.tableBody() is TableOfColumnsContext columns)
        {
            return new CreateTable(name, Build(columns.tableElements()))
            {
                OrReplace = orReplace,
                IfNotExists = ifNotExists,
                Persistence = persistence,
                Inherits = Map(columns.qualifiedName(), Build),
                OnCommit = Build(columns.onCommit()),
                Options = Build(columns.withOptions()),
            };
        }
        var body = (TableOfQueryContext)context.tableBody();
        Statement source = body.query() is { } query
            ? QueryStatement.Of(Build(query)) with { Span = SpanOf(query) }
            : new Execute(Name(body.identifier()), Build(body.expressions())) { Span = TextSpan.Covering(SpanOf(body.EXECUTE()), SpanOf(body.identifier())) };
        return new CreateTableAs(name, Names(body.columnNames()), source)
        {
            OrReplace = orReplace,
            IfNotExists = ifNotExists,
            Persistence = persistence,
            OnCommit = Build(body.onCommit()),
            Options = Build(body.withOptions()),
            WithNoData = IsNoData(body.withData()),
        };
    }

    private CreateExternalTable Build(CreateExternalTableContext context)
    {
        string? format = null;
        string? location = null;
        var table = new CreateExternalTable(Build(context.qualifiedName()), context.tableElements() is { } elements ? Build(elements) : [], "", "")
        {
            OrReplace = context.OR() is not null,
            IfNotExists = context.EXISTS() is not null,
        };
        foreach (ExternalPartContext part in context.externalPart())
        {
            switch (part)
            {
                case StoredAsContext stored when format is null:
                    format = Name(stored.identifier()).Value.ToLowerInvariant();
                    break;
                case LocationContext place when location is null:
                    location = ReadString(place.STRING());
                    break;
                case ExternalOptionsContext options when table.Options.IsEmpty:
                    table = table with { Options = Map(options.externalOption(), Build) };
                    break;
                case PartitionedByContext partitions when table.PartitionedBy.IsEmpty:
                    table = table with { PartitionedBy = Map(partitions.aliasColumn(), Build) };
                    break;
                default:
                    throw SyntaxError(part.Start);
            }
        }
        return format is not null && location is not null
            ? table with { Format = format, Location = location }
            : throw SyntaxErrorAfter(context, format is null ? "STORED AS" : "LOCATION");
    }

    private StatementOption Build(ExternalOptionContext context)
    {
        string name = context.STRING() is { } text ? ReadString(text) : string.Join('.', context.label().Select(label => Name(label).Value));
        return new StatementOption(name.ToLowerInvariant(), Build(context.optionValue())) { Span = SpanOf(context) };
    }

    private PartitionColumn Build(AliasColumnContext context) =>
        new(Name(context.identifier()), context.typeName() is { } type ? Build(type) : null) { Span = SpanOf(context) };

    private NodeList<TableElement> Build(TableElementsContext context) => Map(context.tableElement(), Build);

    /// <summary>What LIKE can include.</summary>
    private static readonly string[] LikeOptions = ["comments", "compression", "constraints", "defaults", "generated", "identity", "indexes", "statistics", "storage", "all"];

    private TableElement Build(TableElementContext context)
    {
        TextSpan span = SpanOf(context);
        switch (context)
        {
            case TableColumnContext column:
                return Build(column.columnDefinition());
            case LikeTableContext like:
                var options = new List<string>();
                foreach (LabelContext option in like.label())
                {
                    if (!LikeOptions.Contains(option.GetText().ToLowerInvariant()))
                        throw SyntaxError(option.Start, [.. LikeOptions.Select(static name => name.ToUpperInvariant())]);
                }
                for (int i = 2; i + 1 < like.ChildCount; i += 2)
                    options.Add($"{like.GetChild(i).GetText()} {like.GetChild(i + 1).GetText()}".ToLowerInvariant());
                return new LikeTable(Build(like.qualifiedName()), NodeList.From(options)) { Span = span };
            default:
                var constraint = (TableConstraintElementContext)context;
                return new TableConstraint(
                    OptionalName(constraint.identifier()), Build(constraint.tableConstraint()) with { Attributes = Build(constraint.constraintAttribute()) }) { Span = span };
        }
    }

    private ColumnDefinition Build(ColumnDefinitionContext context) =>
        new(Name(context.identifier()), Build(context.typeName()), Map(context.columnConstraint(), Build))
        {
            Collation = BuildOptional(context.qualifiedName()),
            Span = SpanOf(context),
        };

    private ColumnConstraint Build(ColumnConstraintContext context) => new(
        OptionalName(context.identifier()), Build(context.constraintBody()) with { Attributes = Build(context.constraintAttribute()), Span = SpanOf(context.constraintBody()) })
    {
        Span = SpanOf(context),
    };

    private Constraint Build(ConstraintBodyContext context) => context switch
    {
        NotNullConstraintContext => new NotNullConstraint(),
        NullConstraintContext => new NullableConstraint(),
        DefaultConstraintContext standard => new DefaultConstraint(Build(standard.bound())),
        CheckConstraintContext check => new CheckConstraint(Build(check.expression())),
        UniqueConstraintContext => new UniqueConstraint([]),
        PrimaryKeyConstraintContext => new PrimaryKeyConstraint([]),
        ReferencesConstraintContext foreign => Build(foreign.references(), []),
        GeneratedConstraintContext generated => generated.IDENTITY() is not null ? new IdentityConstraint(generated.ALWAYS() is not null) { Options = Map(generated.sequenceOption(), Build) }
            : generated.DEFAULT() is null ? new GeneratedConstraint(Build(generated.expression()))
            : throw SyntaxError(generated.LEFT_PAREN().Symbol, "IDENTITY"),
        _ => throw new InvalidOperationException($"the builder has no case for {context.GetType().Name}"),
    };

    private Constraint Build(TableConstraintContext context)
    {
        TextSpan span = SpanOf(context);
        return context switch
        {
            TableCheckContext check => new CheckConstraint(Build(check.expression())) { Span = span },
            TableUniqueContext unique => new UniqueConstraint(Names(unique.columnNames())) { Span = span },
            TablePrimaryKeyContext key => new PrimaryKeyConstraint(Names(key.columnNames())) { Span = span },
            TableForeignKeyContext foreign => Build(foreign.references(), Names(foreign.columnNames())) with { Span = span },
            _ => throw new InvalidOperationException($"the builder has no case for {context.GetType().Name}"),
        };
    }

    private ForeignKeyConstraint Build(ReferencesContext context, NodeList<Identifier> columns)
    {
        var key = new ForeignKeyConstraint(columns, Build(context.qualifiedName()), Names(context.columnNames()))
        {
            Match = context.FULL() is not null ? "full" : context.PARTIAL() is not null ? "partial" : context.SIMPLE() is not null ? "simple" : null,
            Span = SpanOf(context),
        };
        foreach (ReferentialTriggerContext trigger in context.referentialTrigger())
        {
            ReferentialAction action = trigger.NO() is not null ? ReferentialAction.NoAction
                : trigger.RESTRICT() is not null ? ReferentialAction.Restrict
                : trigger.CASCADE() is not null ? ReferentialAction.Cascade
                : trigger.NULL() is not null ? ReferentialAction.SetNull
                : ReferentialAction.SetDefault;
            key = trigger.DELETE() is not null ? key with { OnDelete = action } : key with { OnUpdate = action };
        }
        return key;
    }

    private NodeList<string> Build(ConstraintAttributeContext[] contexts) => Map(contexts, Words);

    private NodeList<StatementOption> Build(WithOptionsContext? context) => context is null ? []
        : context.optionList() is { } list ? Options(list)
        : Name(context.identifier()).Value == "oids" ? []
        : throw SyntaxError(context.identifier().Start, "OIDS");

    private static OnCommit Build(OnCommitContext? context) => context is null ? OnCommit.Default
        : context.PRESERVE() is not null ? OnCommit.PreserveRows
        : context.DELETE() is not null ? OnCommit.DeleteRows
        : OnCommit.Drop;

    private IndexKey Build(IndexKeyContext context)
    {
        Expression value = Build(context.expression());
        QualifiedName? collation = null;
        if (value is CollateExpression collate)
            (value, collation) = (collate.Operand, collate.Collation);
        SortDirection direction = context.ASC() is not null ? SortDirection.Ascending
            : context.DESC() is not null ? SortDirection.Descending
            : SortDirection.Default;
        return new IndexKey(
            value,
            collation,
            context.indexOperatorClass() is { } operators ? new QualifiedName(NodeList.From(operators.IDENTIFIER().Select(Name))) { Span = SpanOf(operators) } : null,
            direction,
            Nulls(context.NULLS_LA() is not null, context.FIRST() is not null))
        {
            Span = SpanOf(context),
        };
    }

    private static DropBehavior Build(DropBehaviorContext? context) =>
        context is null ? DropBehavior.Default : context.CASCADE() is not null ? DropBehavior.Cascade : DropBehavior.Restrict;

    private static ObjectKind Build(ObjectKindContext context) => context.Start.Type switch
    {
        TABLE => ObjectKind.Table,
        VIEW => ObjectKind.View,
        MATERIALIZED => ObjectKind.MaterializedView,
        INDEX => ObjectKind.Index,
        SCHEMA => ObjectKind.Schema,
        SEQUENCE => ObjectKind.Sequence,
        TYPE => ObjectKind.Type,
        DOMAIN => ObjectKind.Domain,
        FUNCTION => ObjectKind.Function,
        DATABASE => ObjectKind.Database,
        COLUMN => ObjectKind.Column,
        ROLE => ObjectKind.Role,
        CONSTRAINT => ObjectKind.Constraint,
        _ => ObjectKind.ForeignTable,
    };

    private AlterAction Build(AlterActionContext context)
    {
        TextSpan span = SpanOf(context);
        AlterAction action = context switch
        {
            RenameToContext rename => new RenameTo(Name(rename.identifier())),
            RenameConstraintContext rename => new RenameConstraint(Name(rename.identifier(0)), Name(rename.identifier(1))),
            RenameColumnContext rename => new RenameColumn(Name(rename.identifier(0)), Name(rename.identifier(1))),
            SetSchemaContext schema => new SetSchema(Name(schema.identifier())),
            OwnerToContext owner => new OwnerTo(Name(owner.Stop)),
            AddConstraintContext add => new AddConstraint(new TableConstraint(
                OptionalName(add.identifier()), Build(add.tableConstraint()) with { Attributes = Build(add.constraintAttribute()) }) { Span = span }),
            AddColumnContext add => new AddColumn(Build(add.columnDefinition()), add.EXISTS() is not null),
            DropConstraintContext drop => new DropConstraint(Name(drop.identifier()), drop.EXISTS() is not null, Build(drop.dropBehavior())),
            DropColumnContext drop => new DropColumn(Name(drop.identifier()), drop.EXISTS() is not null, Build(drop.dropBehavior())),
            AlterColumnTypeContext type => new AlterColumnType(
                Name(type.identifier()), Build(type.typeName()), BuildOptional(type.qualifiedName()), BuildOptional(type.expression())),
            AlterColumnDefaultContext standard => new AlterColumnDefault(Name(standard.identifier()), BuildOptional(standard.expression())),
            AlterColumnNullabilityContext nullability => new AlterColumnNullability(Name(nullability.identifier()), nullability.DROP() is not null),
            AlterColumnStatisticsContext statistics => new AlterColumnStatistics(
                Name(statistics.identifier()), ReadInteger(statistics.INTEGER_NUMBER()) * (statistics.MINUS() is null ? 1 : -1)),
            AlterColumnAddIdentityContext add => new AddIdentity(
                Name(add.identifier()), new IdentityConstraint(add.ALWAYS() is not null) { Options = Map(add.sequenceOption(), Build), Span = span }),
            AlterColumnIdentityContext identity => BuildIdentity(identity),
            AlterColumnDropGeneratedContext drop => new DropGenerated(
                Name(drop.identifier(0)),
                drop.IDENTITY() is not null || (Name(drop.identifier(1)).Value == "expression" ? false : throw SyntaxError(drop.identifier(1).Start, "EXPRESSION")),
                drop.EXISTS() is not null),
            ValidateConstraintContext validate => Name(validate.identifier(0)).Value == "validate"
                ? new ValidateConstraint(Name(validate.identifier(1)))
                : throw SyntaxError(validate.Start),
            AlterSequenceContext sequence => new AlterSequence(Map(sequence.sequenceOption(), Build)),
            AlterOptionsContext options => new AlterOptions(Options(options.optionList()), options.RESET() is not null),
            _ => throw new InvalidOperationException($"the builder has no case for {context.GetType().Name}"),
        };
        return action with { Span = span };
    }

    private AlterIdentity BuildIdentity(AlterColumnIdentityContext context)
    {
        bool? always = null;
        var options = new List<SequenceOption>();
        foreach (IdentitySettingContext setting in context.identitySetting())
        {
            if (setting.GENERATED() is not null)
                always = setting.ALWAYS() is not null;
            else if (setting.sequenceOption() is { } option)
                options.Add(Build(option));
            else
                options.Add(new SequenceOption("restart") { Number = setting.signedInteger() is { } number ? ReadCount(number) : null, Span = SpanOf(setting) });
        }
        return new AlterIdentity(Name(context.identifier()), always, NodeList.From(options));
    }

    private SequenceOption Build(SequenceOptionContext context)
    {
        TextSpan span = SpanOf(context);
        switch (context)
        {
            case SequenceTypeContext type:
                return new SequenceOption("as") { Type = Build(type.typeName()), Span = span };
            case SequenceWithoutContext without:
                string excluded = Name(without.identifier()).Value;
                return excluded is "cycle" or "minvalue" or "maxvalue" ? new SequenceOption($"no {excluded}") { Span = span } : throw SyntaxError(without.identifier().Start);
            case SequenceOwnerContext owner:
                if (Name(owner.identifier()).Value != "owned")
                    throw SyntaxError(owner.Start);
                QualifiedName name = Build(owner.qualifiedName());
                return new SequenceOption("owned by") { Owner = name.IsSimple && name.Last is { Value: "none", Quoted: false } ? null : name, Span = span };
            default:
                var number = (SequenceNumberContext)context;
                string word = Name(number.identifier()).Value;
                bool hasNumber = number.signedInteger() is not null;
                bool fits = word switch
                {
                    "increment" => hasNumber && number.WITH() is null,
                    "start" => hasNumber && number.BY() is null,
                    "minvalue" or "maxvalue" or "cache" => hasNumber && number.BY() is null && number.WITH() is null,
                    "restart" => number.BY() is null,
                    "cycle" => !hasNumber,
                    _ => false,
                };
                return fits ? new SequenceOption(word) { Number = hasNumber ? ReadCount(number.signedInteger()) : null, Span = span } : throw SyntaxError(number.Start);
        }
    }

    private Comment BuildComment(Generated.SqlParser.CommentContext context)
    {
        QualifiedName name = Build(context.qualifiedName(0));
        if (context.qualifiedName(1) is { } table)
            name = new QualifiedName([.. Build(table).Parts, .. name.Parts]) { Span = SpanOf(context) };
        return new Comment(Build(context.objectKind()), name, context.STRING() is { } text ? ReadString(text) : null);
    }
}
