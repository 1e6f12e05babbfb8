using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;
using SqlCluster.Server.Catalogs;

namespace SqlCluster.Server.PgCatalog.Functions;

/// <summary>Numbers of sequences: nextval, currval, lastval, setval.</summary>
internal static class SequenceFunctions
{
    private static readonly SqlType Name = TypeVariants.Of(TypeVariant.RegClass);

    public static IEnumerable<SessionFunction> All =>
    [
        Function.Acting("nextval", [Name], SqlType.BigInt, static (session, arguments) => Next(session, (long)arguments[0]!), "The next number of a sequence"),
        Function.Acting("currval", [Name], SqlType.BigInt, static (session, arguments) => Current(session, (long)arguments[0]!), "The number that the session was given by a sequence last"),
        Function.Acting("lastval", [], SqlType.BigInt, static (session, _) => session.Session.Sequences.Last is { } last ? Current(session, last) : throw CatalogErrors.NoLastValue(), "The number that the session was given by any sequence last"),
        Function.Acting("setval", [Name, SqlType.BigInt], SqlType.BigInt, static (session, arguments) => Set(session, (long)arguments[0]!, (long)arguments[1]!, true), "Sets the last number of a sequence"),
        Function.Acting("setval", [Name, SqlType.BigInt, SqlType.Boolean], SqlType.BigInt, static (session, arguments) => Set(session, (long)arguments[0]!, (long)arguments[1]!, (bool)arguments[2]!), "Sets the last number of a sequence, or with false the next one"),
        Function.Of("pg_get_serial_sequence", [SqlType.Text, SqlType.Text], SqlType.Text, static (session, arguments) => OfColumn(session, (string)arguments[0]!, (string)arguments[1]!), "Sequence of a column"),
        Function.Of("pg_sequence_last_value", [Name], SqlType.BigInt, static (session, arguments) => Find(session, (long)arguments[0]!).State is (var last, true) ? last : null, "The last number that a sequence gave"),
        Function.Rows("pg_sequence_parameters", [SqlType.Oid], Function.Columns(
            ("start_value", SqlType.BigInt), ("minimum_value", SqlType.BigInt), ("maximum_value", SqlType.BigInt), ("increment", SqlType.BigInt), ("cycle_option", SqlType.Boolean), ("cache_size", SqlType.BigInt), ("data_type", SqlType.Oid)),
            static (session, arguments) => Find(session, (long)arguments[0]!).Definition is var definition
                ? [[definition.Start, definition.Minimum, definition.Maximum, definition.Increment, definition.Cycles, definition.Cache, PgWire.Types.PgTypes.Oid(definition.Type)]] : [], "What a sequence gives"),
    ];

    private static Sequence Find(SessionObjects session, long oid) => session.View.Relation(oid) switch
    {
        { Table: Sequence sequence } => sequence,
        { Name: var name } => throw CatalogErrors.WrongKind(name, "sequence"),
        null => throw CatalogErrors.NoRelation("relation with OID", oid.ToString(System.Globalization.CultureInfo.InvariantCulture)),
    };

    private static object Next(SessionObjects session, long oid)
    {
        long value = Find(session, oid).Next();
        session.Session.Sequences.Note(oid, value, true);
        return value;
    }

    private static object Current(SessionObjects session, long oid) => session.Session.Sequences.Value(oid) ?? throw CatalogErrors.NoCurrentValue(Find(session, oid).Name);

    private static object Set(SessionObjects session, long oid, long value, bool isCalled)
    {
        Find(session, oid).Set(value, isCalled);
        if (isCalled)
        {
            session.Session.Sequences.Note(oid, value, false);
        }

        return value;
    }

    private static string? OfColumn(SessionObjects session, string table, string column)
    {
        RelationRow relation = ObjectNames.Relation(session.View, table) ?? throw CatalogErrors.NoRelation("relation", table);
        if (!relation.Attributes.Any(attribute => attribute.Name == column))
        {
            throw Statements.StatementErrors.NoColumn(column, relation.Name);
        }

        return session.View.Relations.FirstOrDefault(row => row.Entry?.Facts.OwnedBy is { } owner && owner.TableOid == relation.Oid && owner.Column == column) is { } found
            ? $"{Identifiers.Quote(found.Namespace.Name)}.{Identifiers.Quote(found.Name)}" : null;
    }
}
