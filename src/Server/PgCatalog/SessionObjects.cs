using System.Globalization;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.PgCatalog;

/// <summary>The catalog as a session's queries see it: system relations, names and ids of objects.</summary>
/// <remarks>Used by the threads that run the session's statement. What was seen is kept until something changes.</remarks>
public sealed class SessionObjects : IObjectNames
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Schema, string Name), Relation.OfTable> _tables = [];
    private CatalogView? _view;
    private int _viewNumber;
    private (CatalogState? Shared, CatalogState? Temporary) _seen;

    internal SessionObjects(Session session)
    {
        Session = session;
        Roles.OidOf(session.User);
    }

    internal Session Session { get; }

    internal Roles Roles => Session.Engine.Roles;

    /// <summary>What there is now.</summary>
    internal CatalogView View
    {
        get
        {
            lock (_lock)
            {
                CatalogState shared = Session.Catalog.Shared.State, temporary = Session.Catalog.Temporary.State;
                if (_view == null || !ReferenceEquals(_seen.Shared, shared) || !ReferenceEquals(_seen.Temporary, temporary))
                {
                    SchemaContents own = temporary.Contents().First(static schema => schema.Name == SessionCatalog.TemporarySchema);
                    _view = new CatalogView(Session, shared.Contents(), own);
                    _seen = (shared, temporary);
                    _viewNumber++;
                }

                return _view;
            }
        }
    }

    /// <summary>Changes whenever <see cref="View"/> does, for those that must not hold it.</summary>
    internal int ViewNumber
    {
        get
        {
            _ = View;
            return Volatile.Read(ref _viewNumber);
        }
    }

    /// <summary>A relation of pg_catalog or information_schema; null when there is none.</summary>
    internal Relation.OfTable? FindTable(string schema, string name)
    {
        if (!SystemShape.MayExist(schema, name) || !SystemShape.All.TryGetValue((schema, name), out SystemShape? shape))
        {
            return null;
        }

        lock (_lock)
        {
            if (!_tables.TryGetValue((schema, name), out Relation.OfTable? table))
            {
                _tables[(schema, name)] = table = new Relation.OfTable(new SystemTable(SystemRelations.Of(shape), this));
            }

            return table;
        }
    }

    /// <summary>The id of a table and the number of one of its columns, for clients that look up where a column comes from; zeros when it is none of the catalog's.</summary>
    internal (long Table, int Number) PlaceOf(ITable table, int ordinal) =>
        table is SystemTable system ? (system.Shape.Oid, system.Shape.NumberOf(ordinal)) : View.OidOf(table) is var oid and > 0 ? (oid, ordinal + 1) : (0, 0);

    public long Find(TypeVariant variant, string name)
    {
        string trimmed = name.Trim();
        if (trimmed == "-" && !HasMinus(variant))
        {
            return 0;
        }

        if (trimmed.Length > 0 && trimmed.All(char.IsAsciiDigit) && uint.TryParse(trimmed, CultureInfo.InvariantCulture, out uint id))
        {
            return id;
        }

        return variant switch
        {
            TypeVariant.RegClass => ObjectNames.Relation(View, trimmed)?.Oid ?? throw CatalogErrors.NoRelation("relation", name),
            TypeVariant.RegType => ObjectNames.Type(trimmed) ?? throw CatalogErrors.NoObject("type", name),
            TypeVariant.RegNamespace => ObjectNames.Schema(View, trimmed)?.Oid ?? throw CatalogErrors.NoSchema(name),
            TypeVariant.RegRole => Roles.Find(Identifiers.Parse(trimmed)[0]) ?? throw CatalogErrors.NoObject("role", name),
            TypeVariant.RegProc => ObjectNames.Function(trimmed),
            TypeVariant.RegProcedure => ObjectNames.FunctionWithArguments(trimmed),
            TypeVariant.RegCollation => ObjectNames.Collation(trimmed) ?? throw CatalogErrors.NoObject("collation", name),
            TypeVariant.RegOper or TypeVariant.RegOperator => ObjectNames.Operator(trimmed) ?? throw new Parser.Errors.QueryException("42883", Parser.Errors.ErrorKind.User, $"operator does not exist: {name}"),
            _ => throw CatalogErrors.NoObject(variant == TypeVariant.RegConfig ? "text search configuration" : "text search dictionary", name),
        };
    }

    public string NameOf(TypeVariant variant, long id)
    {
        string? name = id == 0 && !HasMinus(variant) ? "-" : variant switch
        {
            TypeVariant.RegClass => View.Relation(id) is { } relation ? ObjectNames.Of(View, relation) : null,
            TypeVariant.RegType => PgType.ByOid.ContainsKey(id) ? PgType.Format(id) : null,
            TypeVariant.RegNamespace => View.Namespace(id) is { } space ? Identifiers.Quote(space.Name) : null,
            TypeVariant.RegRole => Roles.NameOf(id) is { } role ? Identifiers.Quote(role) : null,
            TypeVariant.RegProc => ProcRow.Find(id)?.Name,
            TypeVariant.RegProcedure => ProcRow.Find(id)?.Signature,
            TypeVariant.RegCollation => ObjectNames.CollationName(id),
            TypeVariant.RegOper or TypeVariant.RegOperator => OperatorRow.All.FirstOrDefault(found => found.Oid == id)?.Name,
            _ => null,
        };
        return name ?? id.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Whether "-" is an object's name and none is 0.</summary>
    private static bool HasMinus(TypeVariant variant) => variant is TypeVariant.RegOper or TypeVariant.RegOperator;
}
