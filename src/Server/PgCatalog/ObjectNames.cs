using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Parser;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.PgWire.Types;

namespace SqlCluster.Server.PgCatalog;

/// <summary>Finds catalog objects by names as written in SQL: what regclass and its kin read.</summary>
internal static class ObjectNames
{
    private static readonly (long Oid, string Name)[] Collations = [(100, "default"), (950, "C"), (951, "POSIX"), (962, "ucs_basic")];

    /// <summary>The relation, or null.</summary>
    /// <exception cref="QueryException">3F000: there is no such schema.</exception>
    public static RelationRow? Relation(CatalogView view, string name) => Identifiers.Parse(name) switch
    {
        [var simple] => view.Find(simple),
        [.., var schema, var simple] => view.Relation((view.Namespace(schema) ?? throw CatalogErrors.NoSchema(schema)).Oid, simple),
        _ => null,
    };

    /// <summary>The schema, or null.</summary>
    public static NamespaceRow? Schema(CatalogView view, string name) => Identifiers.Parse(name) is [var simple] ? view.Namespace(simple) : null;

    /// <summary>The name of a relation, with its schema where the name alone does not find it.</summary>
    public static string Of(CatalogView view, RelationRow relation) =>
        view.IsVisible(relation) ? Identifiers.Quote(relation.Name) : Identifiers.Quote(relation.Namespace.Name, relation.Name);

    /// <summary>The id of a type by any of its names, or null.</summary>
    public static long? Type(string name)
    {
        string simple = name.StartsWith("pg_catalog.", StringComparison.Ordinal) ? name["pg_catalog.".Length..] : name;
        string plain = simple.Trim('"');
        if (simple != "char" && PgType.Find(plain) is { } type)
        {
            return type.Oid;
        }

        try
        {
            return PgTypes.Oid(TypeNames.Resolve(SqlParser.ParseTypeName(simple)));
        }
        catch (QueryException)
        {
            return null;
        }
    }

    /// <summary>The id of the only function of a name.</summary>
    /// <exception cref="QueryException">42883: there is none; 42725: there are several.</exception>
    public static long Function(string name)
    {
        string simple = Identifiers.Parse(name)[^1];
        long[] found = [.. ProcRow.Named(simple).Select(static function => function.Oid)];
        return found.Length switch
        {
            0 => throw new QueryException("42883", ErrorKind.User, $"function \"{name}\" does not exist"),
            1 => found[0],
            _ => throw new QueryException("42725", ErrorKind.User, $"more than one function named \"{name}\""),
        };
    }

    /// <summary>The id of a function by name and argument types: f(integer, text).</summary>
    /// <exception cref="QueryException">42883: there is none.</exception>
    public static long FunctionWithArguments(string text)
    {
        int open = text.IndexOf('(', StringComparison.Ordinal);
        if (open < 0 || text[^1] != ')')
        {
            throw new QueryException("22P02", ErrorKind.User, "expected a left parenthesis");
        }

        string name = Identifiers.Parse(text[..open])[^1];
        string list = text[(open + 1)..^1].Trim();
        long?[] arguments = list.Length == 0 ? [] : [.. list.Split(',').Select(static argument => Type(argument.Trim()))];
        return ProcRow.Named(name).FirstOrDefault(function => function.Arguments.Select(static argument => (long?)argument).SequenceEqual(arguments))?.Oid
            ?? throw new QueryException("42883", ErrorKind.User, $"function \"{text}\" does not exist");
    }

    /// <summary>The id of an operator by its symbol, or null.</summary>
    public static long? Operator(string name) => OperatorRow.All.FirstOrDefault(found => found.Name == name[(name.LastIndexOf('.') + 1)..])?.Oid;

    public static long? Collation(string name)
    {
        string simple = Identifiers.Parse(name)[^1];
        return Array.Find(Collations, found => found.Name == simple) is { Oid: > 0 } collation ? collation.Oid : null;
    }

    public static string? CollationName(long oid) => Array.Find(Collations, found => found.Oid == oid) is { Name: { } name } ? Identifiers.Quote(name) : null;
}
