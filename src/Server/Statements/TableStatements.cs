using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Statements.Changes;

namespace SqlCluster.Server.Statements;

/// <summary>Statements that make, change and drop schemas, tables and views.</summary>
internal static class TableStatements
{
    /// <summary>Columns of a table: pg_attribute counts them in 16 bits.</summary>
    private const int MostColumns = 32_767;

    public static StatementResult Create(CreateTable create, Session session, CancellationToken cancellation)
    {
        using Interruption.Scope heard = Interruption.By(cancellation);
        var columns = new List<TableColumn>();
        HashSet<string> keys = [.. create.Elements.OfType<TableConstraint>().Select(static constraint => constraint.Constraint).OfType<PrimaryKeyConstraint>()
            .SelectMany(static key => key.Columns).Select(static name => name.Value)];
        foreach (TableElement element in create.Elements)
        {
            Interruption.Ask();
            columns.AddRange(ColumnsOf(element, keys, session));
            if (columns.Count > MostColumns)
            {
                throw StatementErrors.TooManyColumns(MostColumns);
            }
        }

        DeclarationChecks.Check(create, columns.Select(static column => column.Name).ToHashSet(StringComparer.Ordinal), session);
        if (!Exists(create.Name, create.Persistence, session))
        {
            RequireDistinct([.. columns.Select(static column => column.Name)]);
            DeclarationChecks.CheckExpressions(create, columns, session);
        }

        StatementResult result = Put(create.Name, columns, create.Persistence, create.IfNotExists, create.OrReplace, session, TableDeclarations.Of(create, columns, session));
        if (result is StatementResult.Command { Notices.Length: 0 })
        {
            (SessionDatabase database, string schema, string name) = session.Catalog.Target(create.Name, create.Persistence == TablePersistence.Temporary);
            Dictionary<string, SqlType> types = columns.ToDictionary(static column => column.Name, static column => column.Type, StringComparer.Ordinal);
            foreach (TableElement element in create.Elements)
            {
                Interruption.Ask();
                switch (element)
                {
                    case ColumnDefinition column: AttachSequence(column, types[column.Name.Value], database, schema, name, session); break;
                    case LikeTable like: LikeTables.Complete(like, database, schema, name, session); break;
                }
            }
        }

        return result;
    }

    private static bool Exists(QualifiedName name, TablePersistence persistence, Session session)
    {
        (SessionDatabase database, string schema, string relation) = session.Catalog.NewTarget(name, persistence == TablePersistence.Temporary);
        return database.Find(schema, relation) != null;
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

    /// <summary>Whether there is nothing to do for CREATE TABLE AS, because of IF NOT EXISTS.</summary>
    /// <exception cref="Parser.Errors.QueryException">42P07: the table exists.</exception>
    public static bool Exists(CreateTableAs create, Session session)
    {
        bool exists = Exists(create.Name, create.Persistence, session) && !create.OrReplace;
        return exists && !create.IfNotExists ? throw CatalogErrors.RelationExists(create.Name.Last.Value) : exists;
    }

    /// <summary>CREATE TABLE AS.</summary>
    /// <param name="create">The statement.</param>
    /// <param name="session">Whose statement.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="ended">Told when all rows have been read; null: nobody asks.</param>
    public static async Task<StatementResult> CreateAsAsync(CreateTableAs create, Session session, CancellationToken cancellation, Action<StatementResult.Rows>? ended = null)
    {
        if (Exists(create, session))
        {
            return new StatementResult.Command("CREATE TABLE AS", StatementNotice.RelationExists(create.Name.Last.Value));
        }

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
            await DataStatements.FillAsync(writer, rows, cancellation, ended).ConfigureAwait(false);
        }

        Put(
            create.Name, table, create.Persistence, create.IfNotExists, create.OrReplace, session, new TableFacts { Owner = session.User, OnCommit = create.OnCommit });
        session.Changes.Add(writer);
        return new StatementResult.Command(create.WithNoData ? "CREATE TABLE AS" : $"SELECT {writer.RowCount}");
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
        NodeList<TableColumn>? columns = create.Elements.IsEmpty ? null : [.. create.Elements.SelectMany(element => ColumnsOf(element, [], session))];
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
        (SessionDatabase database, string schema, string name) = session.Catalog.NewTarget(create.Name, create.Temporary);
        Relation? old = database.Find(schema, name);
        if (create.IfNotExists && old != null)
        {
            return new StatementResult.Command("CREATE VIEW", StatementNotice.RelationExists(name));
        }

        if (create.Query.With is { ChangesRows: true })
        {
            throw StatementErrors.ChangesInWith("views");
        }

        (NodeList<ResultColumn> found, NodeList<long> reads) = session.Pipeline.CheckView(create.Query);
        if (create.Columns.Count > found.Count)
        {
            throw StatementErrors.MoreColumnNamesThanColumns();
        }

        string[] names = [.. found.Select((column, index) => index < create.Columns.Count ? create.Columns[index].Value : column.Name)];
        RequireDistinct(names);
        if (old != null && create.OrReplace)
        {
            RequireSameColumns(old as Relation.OfView ?? throw CatalogErrors.WrongKind(name, "view"), names, found, session);
        }

        NodeList<string>? columns = create.Columns.IsEmpty ? null : create.Columns.Map(static column => column.Value);
        database.Put(schema, name, new Relation.OfView(new ViewDefinition(name, ViewQuery.Bound(create.Query, session), columns)), create.OrReplace, new TableFacts { Owner = session.User, Reads = reads });
        return new StatementResult.Command("CREATE VIEW");
    }

    /// <summary>A view can be replaced by one with the same columns and more behind them: others may read it.</summary>
    private static void RequireSameColumns(Relation.OfView old, string[] names, NodeList<ResultColumn> columns, Session session)
    {
        NodeList<ResultColumn> before;
        try
        {
            before = session.Pipeline.Check(old.View.Query);
        }
        catch (Parser.Errors.QueryException)
        {
            // What it read is renamed or of other types by now: nobody can read it as it is.
            return;
        }

        if (before.Count > columns.Count)
        {
            throw CatalogErrors.InvalidView("cannot drop columns from view");
        }

        for (int i = 0; i < before.Count; i++)
        {
            string name = old.View.ColumnNames is { } given && i < given.Count ? given[i] : before[i].Name;
            if (name != names[i])
            {
                throw CatalogErrors.InvalidView(
                    $"cannot change name of view column \"{name}\" to \"{names[i]}\"", "Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.");
            }

            if (before[i].Type.Kind != columns[i].Type.Kind)
            {
                throw CatalogErrors.InvalidView($"cannot change data type of view column \"{name}\" from {before[i].Type} to {columns[i].Type}");
            }
        }
    }

    public static StatementResult CreateSchema(CreateSchema create, Session session)
    {
        string name = create.Name?.Last.Value ?? create.Authorization!.Value;
        if (name.StartsWith("pg_", StringComparison.Ordinal) && !SessionCatalog.IsSystemSchema(name))
        {
            throw CatalogErrors.ReservedSchemaName(name);
        }

        if (create.IfNotExists && (session.Catalog.Shared.HasSchema(name) || SessionCatalog.IsSystemSchema(name)))
        {
            return new StatementResult.Command("CREATE SCHEMA", StatementNotice.SchemaExists(name));
        }

        session.Catalog.Shared.CreateSchema(name, create.Authorization?.Value ?? session.User);

        return new StatementResult.Command("CREATE SCHEMA");
    }

    public static async Task<StatementResult> AlterAsync(Alter alter, Session session, CancellationToken cancellation)
    {
        if (alter.Kind == ObjectKind.Schema && !session.Catalog.Shared.HasSchema(alter.Name.Last.Value))
        {
            throw CatalogErrors.NoSchema(alter.Name.Last.Value);
        }

        DropStatements.RefuseSystemRelation(alter.Name, session);
        if (session.Catalog.Locate(alter.Name) is not var (database, schema, name))
        {
            return alter.IfExists
                ? new StatementResult.Command($"ALTER {DropStatements.KindName(alter.Kind)}", StatementNotice.Missing("relation", alter.Name.ToString()))
                : throw CatalogErrors.NoRelation("relation", alter.Name.ToString());
        }

        if (alter.Kind == ObjectKind.View && database.Find(schema, name) is not Relation.OfView)
        {
            throw CatalogErrors.WrongKind(name, "view");
        }

        var notices = new List<StatementNotice>();
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
                case AlterSequence sequence:
                    SequenceStatements.Alter(sequence, database, schema, name, session);
                    break;
                case AlterIdentity identity:
                    SequenceStatements.AlterIdentity(identity, database, schema, name, session);
                    break;
                case AlterColumnStatistics or AlterOptions:
                    break;
                case var change when alter.Kind is ObjectKind.Table or ObjectKind.ForeignTable:
                    if (await ChangeAsync(change, new TableShape(database, schema, name, session), cancellation).ConfigureAwait(false) is { } notice)
                    {
                        notices.Add(notice);
                    }

                    break;
                default:
                    throw ExecutionErrors.Unsupported($"ALTER {DropStatements.KindName(alter.Kind)} ... {action.GetType().Name}");
            }
        }

        return new StatementResult.Command($"ALTER {DropStatements.KindName(alter.Kind)}", [.. notices]);
    }

    /// <summary>Changes columns and constraints of a table.</summary>
    /// <returns>A notice, or null.</returns>
    private static async Task<StatementNotice?> ChangeAsync(AlterAction action, TableShape shape, CancellationToken cancellation)
    {
        switch (action)
        {
            case AddColumn add: return await ColumnStatements.AddAsync(add, shape, cancellation).ConfigureAwait(false);
            case DropColumn drop: return ColumnStatements.Drop(drop, shape);
            case DropGenerated drop: return ColumnStatements.DropGenerated(drop, shape);
            case DropConstraint drop: return ConstraintStatements.Drop(drop, shape);
            case RenameColumn rename: ColumnStatements.Rename(rename, shape); break;
            case RenameConstraint rename: ConstraintStatements.Rename(rename, shape); break;
            case AlterColumnType alter: await ColumnStatements.ChangeTypeAsync(alter, shape, cancellation).ConfigureAwait(false); break;
            case AlterColumnDefault alter: ColumnStatements.SetDefault(alter, shape); break;
            case AlterColumnNullability alter: await ColumnStatements.SetNullabilityAsync(alter.Column, alter.Nullable, shape, cancellation).ConfigureAwait(false); break;
            case AddIdentity add: ColumnStatements.AddIdentity(add, shape); break;
            case AddConstraint add: await ConstraintStatements.AddAsync(add, shape, cancellation).ConfigureAwait(false); break;
            case ValidateConstraint validate: await ConstraintStatements.ValidateAsync(validate, shape, cancellation).ConfigureAwait(false); break;
            default: throw ExecutionErrors.Unsupported($"ALTER TABLE ... {action.GetType().Name}");
        }

        return null;
    }

    /// <summary>The columns that a part of CREATE TABLE makes.</summary>
    /// <param name="element">The part.</param>
    /// <param name="keys">Columns of the table's primary key.</param>
    /// <param name="session">Whose statement.</param>
    private static IEnumerable<TableColumn> ColumnsOf(TableElement element, HashSet<string> keys, Session session)
    {
        switch (element)
        {
            case ColumnDefinition column:
                SqlType? serial = SequenceStatements.SerialType(column.Type);
                bool isRequired = serial != null || column.Constraints.Any(static constraint => constraint.Constraint is NotNullConstraint or PrimaryKeyConstraint or IdentityConstraint) || keys.Contains(column.Name.Value);
                yield return new TableColumn(column.Name.Value, serial ?? session.Pipeline.ResolveType(column.Type), !isRequired);
                break;
            case LikeTable like:
                foreach (TableColumn column in LikeTables.ColumnsOf(like, session))
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
        (SessionDatabase database, string schema, string relationName) = session.Catalog.NewTarget(name, persistence == TablePersistence.Temporary);
        if (ifNotExists && database.Find(schema, relationName) != null)
        {
            return new StatementResult.Command("CREATE TABLE", StatementNotice.RelationExists(relationName));
        }

        database.Put(schema, relationName, new Relation.OfTable(table), orReplace, facts);
        return new StatementResult.Command("CREATE TABLE");
    }
}
