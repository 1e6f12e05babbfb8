using System.Collections.Frozen;
using System.Globalization;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Server.PgWire.Types;

namespace SqlCluster.Server.PgCatalog;

/// <summary>A row of pg_proc: a function of ours, under PostgreSQL's id where PostgreSQL has it too, or one that pg_type points to.</summary>
/// <param name="Oid">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">'f' function, 'a' aggregate, 'w' window function.</param>
/// <param name="ReturnsSet">Whether it returns rows.</param>
/// <param name="Result">Type of the result.</param>
/// <param name="Arguments">Types of the arguments.</param>
internal sealed record ProcRow(long Oid, string Name, char Kind, bool ReturnsSet, long Result, NodeList<long> Arguments)
{
    private const long AnyElement = 2283;
    private const long AnyArray = 2277;
    private const long Any = 2276;
    private const long Record = 2249;

    /// <summary>Ids of functions that PostgreSQL does not have.</summary>
    private const long FirstOwnOid = 11000;

    private static readonly Lazy<IReadOnlyList<ProcRow>> Rows = new(Make);
    private static readonly Lazy<FrozenDictionary<long, ProcRow>> ByOid = new(static () => Rows.Value.ToFrozenDictionary(static row => row.Oid));
    private static readonly Lazy<ILookup<string, ProcRow>> ByName = new(static () => Rows.Value.ToLookup(static row => row.Name, StringComparer.Ordinal));

    public string Description { get; private init; } = "";

    public Volatility Volatility { get; private init; }

    public bool IsStrict { get; private init; } = true;

    public bool IsVariadic { get; private init; }

    /// <summary>Whether it is one of the functions that read and write a type's values, which nobody calls.</summary>
    public bool IsInternal { get; private init; }

    /// <summary>Names of the columns of what a set-returning function returns, or null.</summary>
    public NodeList<RowField>? Columns { get; private init; }

    /// <summary>All functions, in the order of their ids.</summary>
    public static IReadOnlyList<ProcRow> All => Rows.Value;

    /// <summary>Types of the arguments, as \df prints them.</summary>
    public string ArgumentText => string.Join(", ", Arguments.Select((type, index) => $"{(IsVariadic && index == Arguments.Count - 1 ? "VARIADIC " : "")}{PgType.Format(type)}"));

    public string ResultText => Columns is { } columns
        ? $"TABLE({string.Join(", ", columns.Select(static column => $"{column.Name} {column.Type}"))})"
        : $"{(ReturnsSet ? "SETOF " : "")}{PgType.Format(Result)}";

    /// <summary>name(types), as regprocedure prints it.</summary>
    public string Signature => $"{Identifiers.Quote(Name)}({string.Join(",", Arguments.Select(static type => PgType.Format(type)))})";

    public static ProcRow? Find(long oid) => ByOid.Value.GetValueOrDefault(oid);

    public static IEnumerable<ProcRow> Named(string name) => ByName.Value[name];

    private static IReadOnlyList<ProcRow> Make()
    {
        var known = new Dictionary<(string Name, string Arguments), long>();
        var rows = new List<ProcRow>();
        HashSet<long> inputs = [.. PgType.All.SelectMany(static type => new[] { type.Input, type.Output, type.Receive, type.Send, type.ModifierInput, type.ModifierOutput })];
        foreach (string line in CatalogFacts.Lines("objects.txt").Where(static line => line[0] == 'f'))
        {
            string[] parts = line.Split(' ');
            long oid = long.Parse(parts[1], CultureInfo.InvariantCulture);
            known.TryAdd((parts[2], parts[6]), oid);
            if (inputs.Contains(oid))
            {
                long[] arguments = parts[6] == "-" ? [] : [.. parts[6].Split(',').Select(static argument => long.Parse(argument, CultureInfo.InvariantCulture))];
                rows.Add(new ProcRow(oid, parts[2], parts[3][0], false, long.Parse(parts[5], CultureInfo.InvariantCulture), [.. arguments]) { IsInternal = true, Description = "I/O" });
            }
        }

        var taken = rows.Select(static row => row.Oid).ToHashSet();
        long own = FirstOwnOid;
        foreach (FunctionSignature signature in SystemFunctions.Instance.All.Where(IsCallable).OrderBy(static signature => signature.Name, StringComparer.Ordinal))
        {
            // PostgreSQL has a function of its own for each number of arguments.
            for (int count = signature.Parameters.Length - (signature.IsVariadic ? 0 : signature.OptionalParameters); count <= signature.Parameters.Length; count++)
            {
                NodeList<long> arguments = [.. signature.Parameters.Take(count).Select(static parameter => OidOf(parameter))];
                string key = arguments.Count == 0 ? "-" : string.Join(',', arguments);
                long oid = known.TryGetValue((signature.Name, key), out long found) && taken.Add(found) ? found : own++;
                SqlType? result = ResultOf(signature, count, SqlType.Integer);
                rows.Add(new ProcRow(oid, signature.Name, KindOf(signature.Kind), signature.Kind == FunctionKind.Table, ResultOid(result, ResultOf(signature, count, SqlType.Date)), arguments)
                {
                    Description = signature.Description, Volatility = signature.Volatility, IsStrict = signature.IsStrict, IsVariadic = signature.IsVariadic && count == signature.Parameters.Length,
                    Columns = signature.Kind == FunctionKind.Table ? result?.Fields : null,
                });
            }
        }

        return [.. rows.OrderBy(static row => row.Oid)];
    }

    /// <summary>Operators, and what syntax turns into, are functions inside only.</summary>
    private static bool IsCallable(FunctionSignature signature) =>
        (char.IsAsciiLetter(signature.Name[0]) || signature.Name[0] == '_')
        && !(signature.Name is "array_constructor" or "array_subscript" or "array_slice" or "map_subscript" or "row_constructor" or "field" or "map_constructor" or "compare_any" or "compare_all")
        && !Array.Exists(signature.Parameters, static parameter => parameter.Type is { Kind: TypeKind.Array, Element.Kind: TypeKind.Array });       // PostgreSQL's text[] has any dimensions

    private static char KindOf(FunctionKind kind) => kind switch
    {
        FunctionKind.Aggregate => 'a',
        FunctionKind.Window => 'w',
        FunctionKind.Scalar or FunctionKind.Table => 'f',
    };

    private static long OidOf(ParameterType parameter) => parameter.Kind switch
    {
        ParameterKind.Exact => PgTypes.Oid(parameter.Type!),
        ParameterKind.AnyElement => AnyElement,
        ParameterKind.AnyArray => AnyArray,
        ParameterKind.Any => Any,
    };

    /// <summary>The result for arguments of the declared types, where any type will do of a given one; null when that cannot be said.</summary>
    private static SqlType? ResultOf(FunctionSignature signature, int count, SqlType any)
    {
        try
        {
            return signature.ReturnType([.. signature.Parameters.Take(count).Select(parameter => parameter.Kind switch
            {
                ParameterKind.Exact => parameter.Type!,
                ParameterKind.AnyArray => SqlType.Array(any),
                _ => any,
            })]);
        }
        catch (Exception error) when (error is Parser.Errors.QueryException or ArgumentException or NullReferenceException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The result's type; polymorphic when it follows the arguments'.</summary>
    private static long ResultOid(SqlType? ofIntegers, SqlType? ofDates) => (ofIntegers, ofDates) switch
    {
        (null, _) => Record,
        ({ Kind: TypeKind.Array }, { Kind: TypeKind.Array }) when !ofIntegers.Equals(ofDates) => AnyArray,
        (_, not null) when ofIntegers.Kind != ofDates.Kind => AnyElement,
        _ => PgTypes.Oid(ofIntegers),
    };
}
