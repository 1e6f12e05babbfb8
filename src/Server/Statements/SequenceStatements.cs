using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements;

/// <summary>CREATE SEQUENCE and ALTER SEQUENCE, and the sequences that serial and identity columns get.</summary>
internal static class SequenceStatements
{
    public static StatementResult Create(CreateSequence create, Session session)
    {
        (SessionDatabase database, string schema, string name) = session.Catalog.Target(create.Name, create.Temporary);
        if (create.IfNotExists && database.Find(schema, name) != null)
        {
            return new StatementResult.Command("CREATE SEQUENCE", $"relation \"{name}\" already exists, skipping");
        }

        SequenceDefinition definition = Define(create.Options, null, session);
        database.Put(schema, name, new Relation.OfTable(new Sequence(name, definition)), false, new TableFacts { Owner = session.User, OwnedBy = Owner(create.Options, session, out _) });
        return new StatementResult.Command("CREATE SEQUENCE");
    }

    /// <summary>ALTER SEQUENCE … options.</summary>
    public static void Alter(AlterSequence alter, SessionDatabase database, string schema, string name, Session session)
    {
        CatalogEntry entry = database.FindEntry(schema, name)!;
        if (entry.Relation is not Relation.OfTable { Table: Sequence sequence })
        {
            throw CatalogErrors.WrongKind(name, "sequence");
        }

        Change(alter.Options, entry, sequence, database, schema, session);
    }

    /// <summary>The type that a column of type serial and its kin has; null: the type is none of them.</summary>
    public static SqlType? SerialType(TypeName type) => type is not NamedType { Name: { IsSimple: true, Last: { Quoted: false, Value: var name } }, Modifiers.IsEmpty: true } ? null : name switch
    {
        "serial" or "serial4" => SqlType.Integer,
        "bigserial" or "serial8" => SqlType.BigInt,
        "smallserial" or "serial2" => SqlType.SmallInt,
        _ => null,
    };

    /// <summary>Gives a column a sequence, and the default that takes its numbers.</summary>
    /// <param name="database">Where its table is.</param>
    /// <param name="schema">The table's schema.</param>
    /// <param name="table">The table.</param>
    /// <param name="column">The column.</param>
    /// <param name="type">Its type.</param>
    /// <param name="identity">What was said of the identity; null: a serial column.</param>
    /// <param name="session">Whose statement.</param>
    /// <exception cref="Parser.Errors.QueryException">22023: no type for an identity.</exception>
    public static void Attach(SessionDatabase database, string schema, string table, string column, SqlType type, IdentityConstraint? identity, Session session)
    {
        if (type.Kind is not (TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt))
        {
            throw CatalogErrors.IdentityType();
        }

        string name = FreeName(database, schema, $"{table}_{column}_seq");
        var options = (NodeList<SequenceOption>)[new SequenceOption("as") { Type = SqlParser.ParseTypeName(type.ToString()) }, .. identity?.Options ?? []];
        long oid = database.FindEntry(schema, table)!.Oid;
        var facts = new TableFacts { Owner = session.User, OwnedBy = new SequenceOwner(oid, column, identity != null) };
        database.Put(schema, name, new Relation.OfTable(new Sequence(name, Define(options, null, session))), false, facts);
        Expression next = NextOf(database.FindEntry(schema, name)!.Oid);
        string text = $"nextval('{(Identifier.Named(name).Quoted ? $"\"{name}\"" : name)}'::regclass)";
        var value = identity == null
            ? new ColumnDefault(database.Ids.Next(), column, text, ' ') { Value = next }
            : new ColumnDefault(database.Ids.Next(), column, null, identity.Always ? 'a' : 'd') { Value = next };
        database.Declare(schema, table, declared => TableDeclarations.WithDefault(declared, value));
    }

    /// <summary>The sequences of a table's columns, or of one.</summary>
    public static IReadOnlyList<CatalogEntry> OwnedBy(SessionDatabase database, string schema, long table, string? column = null) =>
        [.. database.State.Contents().First(found => found.Name == schema).Relations.Where(entry => entry.Facts.OwnedBy is { } owner && owner.TableOid == table && (column == null || owner.Column == column))];

    /// <summary>SET GENERATED, RESTART and options of an identity column.</summary>
    public static void AlterIdentity(AlterIdentity alter, SessionDatabase database, string schema, string table, Session session)
    {
        CatalogEntry entry = database.FindEntry(schema, table)!;
        ColumnDefault identity = entry.Facts.Defaults.FirstOrDefault(value => value.Column == alter.Column.Value && value.Kind is 'a' or 'd') ?? throw StatementErrors.NoIdentity(alter.Column.Value, table);
        if (alter.Always is { } always)
        {
            database.Declare(schema, table, facts => TableDeclarations.WithDefault(facts, identity with { Kind = always ? 'a' : 'd' }));
        }

        if (!alter.Options.IsEmpty && OwnedBy(database, schema, entry.Oid, alter.Column.Value) is [{ Relation: Relation.OfTable { Table: Sequence sequence } } owned, ..])
        {
            Change(alter.Options, owned, sequence, database, schema, session);
        }
    }

    private static void Change(NodeList<SequenceOption> options, CatalogEntry entry, Sequence sequence, SessionDatabase database, string schema, Session session)
    {
        SequenceDefinition definition = Define([.. options.Where(static option => option.Name is not ("restart" or "owned by"))], sequence.Definition, session);
        Sequence changed = sequence;
        if (definition != sequence.Definition)
        {
            changed = new Sequence(sequence.Name, definition);
            (long last, bool isCalled) = sequence.State;
            changed.Set(last, isCalled);
            database.Put(schema, entry.Name, new Relation.OfTable(changed), true, entry.Facts);
        }

        if (options.LastOrDefault(static option => option.Name == "restart") is { } restart)
        {
            changed.Set(restart.Number ?? definition.Start, false);
        }

        SequenceOwner? owner = Owner(options, session, out bool isSaid);
        if (isSaid)
        {
            database.Declare(schema, entry.Name, facts => facts with { OwnedBy = owner });
        }
    }

    private static FunctionCall NextOf(long oid) =>
        new("nextval", new CastExpression(new StringLiteral(oid.ToString(System.Globalization.CultureInfo.InvariantCulture)), SqlParser.ParseTypeName("regclass")));

    private static string FreeName(SessionDatabase database, string schema, string name)
    {
        string free = name;
        for (int i = 1; database.FindEntry(schema, free) != null || database.State.FindIndex(schema, free) != null; i++)
        {
            free = $"{name}{i}";
        }

        return free;
    }

    private static SequenceOwner? Owner(NodeList<SequenceOption> options, Session session, out bool isSaid)
    {
        SequenceOption? said = options.LastOrDefault(static option => option.Name == "owned by");
        isSaid = said != null;
        if (said?.Owner is not { } column)
        {
            return null;
        }

        if (column.IsSimple)
        {
            throw CatalogErrors.InvalidOwner();
        }

        var table = new QualifiedName([.. column.Parts.Take(column.Parts.Count - 1)]);
        (SessionDatabase database, string schema, string name) = session.Catalog.Locate(table) ?? throw CatalogErrors.NoRelation("relation", table.ToString());
        CatalogEntry entry = database.FindEntry(schema, name)!;
        return entry.Relation is Relation.OfTable { Table: var found } && found.Columns.Any(known => known.Name == column.Last.Value)
            ? new SequenceOwner(entry.Oid, column.Last.Value, false)
            : throw StatementErrors.NoColumn(column.Last.Value, name);
    }

    /// <summary>What options say, over what was said before.</summary>
    private static SequenceDefinition Define(NodeList<SequenceOption> options, SequenceDefinition? before, Session session)
    {
        var said = new Dictionary<string, SequenceOption>(StringComparer.Ordinal);
        foreach (SequenceOption option in options)
        {
            if (!said.TryAdd(option.Name[(option.Name.StartsWith("no ", StringComparison.Ordinal) ? 3 : 0)..], option))
            {
                throw CatalogErrors.ConflictingOptions(session.Pipeline.Position(option));
            }
        }

        SqlType type = said.TryGetValue("as", out SequenceOption? typed) ? session.Pipeline.ResolveType(typed.Type!) : before?.Type ?? SqlType.BigInt;
        (long least, long greatest) = type.Kind switch
        {
            TypeKind.SmallInt => (short.MinValue, short.MaxValue),
            TypeKind.Integer => (int.MinValue, int.MaxValue),
            TypeKind.BigInt => (long.MinValue, long.MaxValue),
            _ => throw CatalogErrors.SequenceType(),
        };
        long increment = Number("increment", before?.Increment ?? 1);
        if (increment == 0)
        {
            throw CatalogErrors.SequenceOption("INCREMENT must not be zero");
        }

        bool hasOtherType = before != null && before.Type.Kind != type.Kind;
        long maximum = said.TryGetValue("maxvalue", out SequenceOption? max) ? max.Number ?? (increment > 0 ? greatest : -1)
            : before != null && !hasOtherType ? before.Maximum : increment > 0 ? greatest : -1;
        long minimum = said.TryGetValue("minvalue", out SequenceOption? min) ? min.Number ?? (increment > 0 ? 1 : least)
            : before != null && !hasOtherType ? before.Minimum : increment > 0 ? 1 : least;
        if (minimum >= maximum)
        {
            throw CatalogErrors.SequenceOption($"MINVALUE ({minimum}) must be less than MAXVALUE ({maximum})");
        }

        if (maximum > greatest || minimum < least)
        {
            throw CatalogErrors.SequenceOption(maximum > greatest ? $"MAXVALUE ({maximum}) is out of range for sequence data type {type}" : $"MINVALUE ({minimum}) is out of range for sequence data type {type}");
        }

        long start = Number("start", before?.Start ?? (increment > 0 ? minimum : maximum));
        if (start < minimum || start > maximum)
        {
            throw CatalogErrors.SequenceOption(start < minimum ? $"START value ({start}) cannot be less than MINVALUE ({minimum})" : $"START value ({start}) cannot be greater than MAXVALUE ({maximum})");
        }

        long cache = Number("cache", before?.Cache ?? 1);
        return cache < 1
            ? throw CatalogErrors.SequenceOption($"CACHE ({cache}) must be greater than zero")
            : new SequenceDefinition(type, start, increment, minimum, maximum, cache, said.TryGetValue("cycle", out SequenceOption? cycle) ? cycle.Name == "cycle" : before?.Cycles ?? false);

        long Number(string name, long otherwise) => said.TryGetValue(name, out SequenceOption? option) && option.Number is { } number ? number : otherwise;
    }
}
