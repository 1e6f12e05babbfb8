using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements;

/// <summary>Statements that make, change and drop schemas, tables and views.</summary>
internal static class TableStatements
{
    public static StatementResult Create(CreateTable create, Session session)
    {
        var columns = new List<TableColumn>();
        foreach (TableElement element in create.Elements)
        {
            columns.AddRange(ColumnsOf(element, create, session));
        }

        StatementResult result = Put(create.Name, columns, create.Persistence, create.IfNotExists, create.OrReplace, session, TableDeclarations.Of(create, session));
        if (result is StatementResult.Command { Notices.Length: 0 })
        {
            (SessionDatabase database, string schema, string name) = session.Catalog.Target(create.Name, create.Persistence == TablePersistence.Temporary);
            foreach (ColumnDefinition column in create.Elements.OfType<ColumnDefinition>())
            {
                AttachSequence(column, columns.First(known => known.Name == column.Name.Value).Type, database, schema, name, session);
            }
        }

        return result;
    }

    /// <summary>Gives a serial or identity column its sequence.</summary>
    internal static void AttachSequence(ColumnDefinition column, SqlType type, SessionDatabase database, string schema, string table, Session session)
    {
        IdentityConstraint? identity = column.Constraints.Select(static constraint => constraint.Constraint).OfType<IdentityConstraint>().FirstOrDefault();
        if (identity != null || SequenceStatements.SerialType(column.Type) != null)
        {
            SequenceStatements.Attach(database, schema, table, column.Name.Value, type, identity, session);
        }
    }

    public static async Task<StatementResult> CreateAsAsync(CreateTableAs create, Session session, CancellationToken cancellation)
    {
        await using StatementResult source = await StatementRouter.ExecuteAsync(create.Source, session, cancellation).ConfigureAwait(false);
        if (source is not StatementResult.Rows rows)
        {
            throw ExecutionErrors.Unsupported("CREATE TABLE AS over a statement without rows");
        }

        if (create.Columns.Count > rows.Columns.Count)
        {
            throw StatementErrors.TooManyColumnNames();
        }

        string[] names = [.. rows.Columns.Select((column, index) => index < create.Columns.Count ? create.Columns[index].Value : column.Name)];
        RequireDistinct(names);

        // The table appears when it is complete, never half filled.
        var table = new MemoryTable(
            create.Name.Last.Value, [.. rows.Columns.Select((column, index) => new TableColumn(names[index], column.Type))]);
        using MemoryTable.Writer writer = table.OpenWriter();
        if (!create.WithNoData)
        {
            await DataStatements.FillAsync(writer, rows, cancellation).ConfigureAwait(false);
        }

        StatementResult result = Put(
            create.Name, table, create.Persistence, create.IfNotExists, create.OrReplace, session, new TableFacts { Owner = session.User, OnCommit = create.OnCommit });
        if (((StatementResult.Command)result).Notices.Length > 0)
        {
            return result;          // it was there
        }

        session.Changes.Add(writer);
        return create.WithNoData ? result : new StatementResult.Command($"SELECT {writer.RowCount}");
    }

    public static StatementResult CreateExternal(CreateExternalTable create, Session session)
    {
        FileFormat format = create.Format.ToUpperInvariant() switch
        {
            "PARQUET" => FileFormat.Parquet,
            "CSV" => FileFormat.Csv,
            "JSON" => FileFormat.Json,
            "ARROW" => FileFormat.Arrow,
            _ => throw ExecutionErrors.Unsupported($"external tables stored as {create.Format}"),
        };
        var options = create.Options.ToDictionary(
            static option => option.Name, static option => option.Value is null ? "on" : SettingStatements.Text(option.Value), StringComparer.OrdinalIgnoreCase);
        NodeList<TableColumn>? columns = create.Elements.IsEmpty ? null : [.. create.Elements.SelectMany(element => ColumnsOf(element, null, session))];
        NodeList<TableColumn>? folders = create.PartitionedBy.IsEmpty ? null : [.. create.PartitionedBy.Select(column =>
            columns?.FirstOrDefault(known => known.Name == column.Name.Value)
                ?? new TableColumn(column.Name.Value, column.Type == null ? SqlType.Text : session.Pipeline.ResolveType(column.Type)))];
        ITable table = session.Engine.Files.Open(create.Location, new FileTableOptions(format, options, columns, folders));
        (SessionDatabase database, string schema, string name) = session.Catalog.Target(create.Name, false);
        if (!(create.IfNotExists && database.Find(schema, name) != null))
        {
            database.Put(schema, name, new Relation.OfTable(table), create.OrReplace, new TableFacts { Owner = session.User });
        }

        return new StatementResult.Command("CREATE EXTERNAL TABLE");
    }

    public static StatementResult CreateView(CreateView create, Session session)
    {
        (SessionDatabase database, string schema, string name) = session.Catalog.Target(create.Name, create.Temporary);
        if (create.IfNotExists && database.Find(schema, name) != null)
        {
            return new StatementResult.Command("CREATE VIEW", $"relation \"{name}\" already exists, skipping");
        }

        NodeList<ResultColumn> found = session.Pipeline.Check(create.Query);
        if (create.Columns.Count > found.Count)
        {
            throw StatementErrors.MoreColumnNamesThanColumns();
        }

        RequireDistinct([.. found.Select((column, index) => index < create.Columns.Count ? create.Columns[index].Value : column.Name)]);
        NodeList<string>? columns = create.Columns.IsEmpty ? null : create.Columns.Map(static column => column.Value);
        database.Put(schema, name, new Relation.OfView(new ViewDefinition(name, create.Query, columns)), create.OrReplace, new TableFacts { Owner = session.User });
        return new StatementResult.Command("CREATE VIEW");
    }

    public static StatementResult CreateSchema(CreateSchema create, Session session)
    {
        string name = create.Name?.Last.Value ?? create.Authorization!.Value;
        if (!(create.IfNotExists && session.Catalog.Shared.HasSchema(name)))
        {
            session.Catalog.Shared.CreateSchema(name, create.Authorization?.Value ?? session.User);
        }

        return new StatementResult.Command("CREATE SCHEMA");
    }

    public static StatementResult Drop(Drop drop, Session session)
    {
        var notices = new List<string>();
        foreach (QualifiedName name in drop.Names)
        {
            switch (drop.Kind)
            {
                case ObjectKind.Schema:
                    if (!drop.IfExists || session.Catalog.Shared.HasSchema(name.Last.Value))
                    {
                        session.Catalog.Shared.DropSchema(name.Last.Value, drop.Behavior == DropBehavior.Cascade);
                    }

                    break;
                case ObjectKind.Table or ObjectKind.ForeignTable or ObjectKind.View or ObjectKind.MaterializedView:
                    DropRelation(name, drop, session, notices);
                    break;
                case ObjectKind.Sequence:
                    DropSequence(name, drop, session, notices);
                    break;
                case ObjectKind.Index:
                    if (!IndexStatements.TryDrop(name, session))
                    {
                        notices.Add(drop.IfExists ? $"index \"{name}\" does not exist, skipping" : throw CatalogErrors.NoIndex(name.ToString()));
                    }

                    break;
                default:
                    throw ExecutionErrors.Unsupported($"DROP {drop.Kind}");
            }
        }

        return new StatementResult.Command($"DROP {KindName(drop.Kind)}", [.. notices]);
    }

    public static StatementResult Alter(Alter alter, Session session)
    {
        if (session.Catalog.Locate(alter.Name) is not var (database, schema, name))
        {
            return alter.IfExists
                ? new StatementResult.Command($"ALTER {KindName(alter.Kind)}", $"relation \"{alter.Name}\" does not exist, skipping")
                : throw CatalogErrors.NoRelation("relation", alter.Name.ToString());
        }

        foreach (AlterAction action in alter.Actions)
        {
            switch (action)
            {
                case RenameTo rename:
                    database.Rename(schema, name, schema, rename.NewName.Value);
                    name = rename.NewName.Value;
                    break;
                case SetSchema set:
                    database.Rename(schema, name, set.Schema.Value, name);
                    schema = set.Schema.Value;
                    break;
                case OwnerTo owner:
                    database.Declare(schema, name, facts => facts with { Owner = owner.Owner.Value });
                    break;
                case AddConstraint { Constraint: var added }:
                    string[] columns = database.Find(schema, name) is Relation.OfTable { Table: var table } ? [.. table.Columns.Select(static column => column.Name)] : throw CatalogErrors.WrongKind(name, "table");
                    database.Declare(schema, name, facts => TableDeclarations.WithConstraint(facts, name, columns, added.Name?.Value, added.Constraint, null, session));
                    break;
                case DropConstraint drop:
                    database.Declare(schema, name, facts => facts with { Constraints = [.. facts.Constraints.Where(constraint => constraint.Name != drop.Constraint.Value)] });
                    break;
                case AlterSequence sequence:
                    SequenceStatements.Alter(sequence, database, schema, name, session);
                    break;
                case AlterIdentity identity:
                    SequenceStatements.AlterIdentity(identity, database, schema, name, session);
                    break;
                case AlterColumnStatistics or AlterOptions:
                    break;
                default:
                    throw ExecutionErrors.Unsupported($"ALTER {KindName(alter.Kind)} ... {action.GetType().Name}");
            }
        }

        return new StatementResult.Command($"ALTER {KindName(alter.Kind)}");
    }

    /// <summary>Drops the session's temporary tables.</summary>
    public static void DropTemporary(Session session)
    {
        SessionDatabase temporary = session.Catalog.Temporary;
        foreach ((string name, _) in temporary.Relations(SessionCatalog.TemporarySchema))
        {
            temporary.Remove(SessionCatalog.TemporarySchema, name);
        }
    }

    private static void DropRelation(QualifiedName name, Drop drop, Session session, List<string> notices)
    {
        string kind = KindName(drop.Kind).ToLowerInvariant();
        if (session.Catalog.Locate(name) is not var (database, schema, relationName))
        {
            notices.Add(drop.IfExists ? $"{kind} \"{name}\" does not exist, skipping" : throw CatalogErrors.NoRelation(kind, name.ToString()));
            return;
        }

        bool isView = database.Find(schema, relationName) is Relation.OfView;
        if (isView != drop.Kind is ObjectKind.View or ObjectKind.MaterializedView)
        {
            throw CatalogErrors.WrongKind(relationName, kind);
        }

        if (database.Find(schema, relationName) is Relation.OfTable { Table: Sequence })
        {
            throw CatalogErrors.WrongKind(relationName, kind);
        }

        foreach (CatalogEntry owned in SequenceStatements.OwnedBy(database, schema, database.FindEntry(schema, relationName)!.Oid))
        {
            database.Remove(schema, owned.Name);
        }

        database.Remove(schema, relationName);
    }

    private static void DropSequence(QualifiedName name, Drop drop, Session session, List<string> notices)
    {
        if (session.Catalog.Locate(name) is not var (database, schema, sequence))
        {
            notices.Add(drop.IfExists ? $"sequence \"{name}\" does not exist, skipping" : throw CatalogErrors.NoRelation("sequence", name.ToString()));
            return;
        }

        CatalogEntry entry = database.FindEntry(schema, sequence)!;
        if (entry.Relation is not Relation.OfTable { Table: Sequence })
        {
            throw CatalogErrors.WrongKind(sequence, "sequence");
        }

        if (entry.Facts.OwnedBy is { } owner && database.State.Contents().SelectMany(static found => found.Relations).FirstOrDefault(found => found.Oid == owner.TableOid) is { } table)
        {
            if (drop.Behavior != DropBehavior.Cascade)
            {
                throw CatalogErrors.OwnedSequence(sequence, table.Name, owner.Column);
            }

            database.Declare(schema, table.Name, facts => facts with { Defaults = [.. facts.Defaults.Where(value => value.Column != owner.Column)] });
        }

        database.Remove(schema, sequence);
    }

    private static IEnumerable<TableColumn> ColumnsOf(TableElement element, CreateTable? create, Session session)
    {
        switch (element)
        {
            case ColumnDefinition column:
                SqlType? serial = SequenceStatements.SerialType(column.Type);
                bool isRequired = serial != null || column.Constraints.Any(static constraint => constraint.Constraint is NotNullConstraint or PrimaryKeyConstraint or IdentityConstraint)
                    || (create?.Elements.OfType<TableConstraint>().Any(constraint => constraint.Constraint is PrimaryKeyConstraint key && key.Columns.Any(name => name.Value == column.Name.Value)) ?? false);
                yield return new TableColumn(column.Name.Value, serial ?? session.Pipeline.ResolveType(column.Type), !isRequired);
                break;
            case LikeTable like:
                ITable table = session.Catalog.Find([.. like.Table.Parts.Select(static part => part.Value)]) is Relation.OfTable found
                    ? found.Table
                    : throw CatalogErrors.NoRelation("relation", like.Table.ToString());
                foreach (TableColumn column in table.Columns)
                {
                    yield return column;
                }

                break;
            default:
                break;
        }
    }

    private static void RequireDistinct(string[] names)
    {
        string? twice = names.GroupBy(static name => name, StringComparer.Ordinal).FirstOrDefault(static group => group.Count() > 1)?.Key;
        if (twice != null)
        {
            throw StatementErrors.DuplicateColumn(twice);
        }
    }

    private static StatementResult Put(
        QualifiedName name, List<TableColumn> columns, TablePersistence persistence, bool ifNotExists, bool orReplace, Session session, TableFacts facts)
    {
        RequireDistinct([.. columns.Select(static column => column.Name)]);
        return Put(name, new MemoryTable(name.Last.Value, [.. columns]), persistence, ifNotExists, orReplace, session, facts);
    }

    private static StatementResult Put(
        QualifiedName name, MemoryTable table, TablePersistence persistence, bool ifNotExists, bool orReplace, Session session, TableFacts facts)
    {
        (SessionDatabase database, string schema, string relationName) = session.Catalog.Target(name, persistence == TablePersistence.Temporary);
        if (ifNotExists && database.Find(schema, relationName) != null)
        {
            return new StatementResult.Command("CREATE TABLE", $"relation \"{relationName}\" already exists, skipping");
        }

        database.Put(schema, relationName, new Relation.OfTable(table), orReplace, facts);
        return new StatementResult.Command("CREATE TABLE");
    }

    private static string KindName(ObjectKind kind) => kind switch
    {
        ObjectKind.MaterializedView => "MATERIALIZED VIEW",
        ObjectKind.ForeignTable => "FOREIGN TABLE",
        _ => kind.ToString().ToUpperInvariant(),
    };
}
