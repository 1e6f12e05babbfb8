using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Catalog;

/// <summary>What a function may be used as.</summary>
public enum FunctionKind
{
    Scalar,
    Aggregate,
    /// <summary>Only with OVER (row_number and the like). Aggregates may be used with OVER too.</summary>
    Window,
    /// <summary>Returns rows: generate_series, unnest, read_parquet.</summary>
    Table,
}

/// <summary>When a function may be computed ahead of time.</summary>
public enum Volatility
{
    /// <summary>Same arguments, same result: folded.</summary>
    Immutable,
    /// <summary>Constant within one statement: now(), current_date.</summary>
    Stable,
    /// <summary>May differ row by row: random().</summary>
    Volatile,
}

/// <summary>What types a parameter accepts.</summary>
public enum ParameterKind
{
    /// <summary>Exactly the kind of <see cref="ParameterType.Type"/>, modifiers aside (any precision, scale, length).</summary>
    Exact,
    /// <summary>Any type; all AnyElement parameters of a call resolve to one type, and AnyArray to arrays of it.</summary>
    AnyElement,
    /// <summary>An array of the AnyElement type.</summary>
    AnyArray,
    /// <summary>Any type, each by itself.</summary>
    Any,
}

/// <summary>A parameter of a signature.</summary>
public sealed record ParameterType(ParameterKind Kind, SqlType? Type = null)
{
    public static readonly ParameterType AnyElement = new(ParameterKind.AnyElement);
    public static readonly ParameterType AnyArray = new(ParameterKind.AnyArray);
    public static readonly ParameterType Any = new(ParameterKind.Any);

    public static implicit operator ParameterType(SqlType type) => new(ParameterKind.Exact, type);

    public override string ToString() => Kind switch
    {
        ParameterKind.Exact => Type!.ToString(),
        ParameterKind.AnyElement => "anyelement",
        ParameterKind.AnyArray => "anyarray",
        ParameterKind.Any => "any",
    };
}

/// <summary>One overload of a function, operator ("+", "||", "~"), aggregate, window or table function. Compared by reference.</summary>
/// <remarks>Declared by the function's own file in the layer that implements it, which may derive from it; the analyzer only reads it.</remarks>
public class FunctionSignature
{
    /// <summary>Lower-case name, or the operator's symbol. Prefix operators have one parameter ("-" of one argument negates).</summary>
    public required string Name { get; init; }

    public FunctionKind Kind { get; init; } = FunctionKind.Scalar;

    /// <summary>Parameters in order.</summary>
    public required ParameterType[] Parameters { get; init; }

    /// <summary>Whether the last parameter may repeat (at least once).</summary>
    public bool IsVariadic { get; init; }

    /// <summary>How many trailing parameters may be left out.</summary>
    public int OptionalParameters { get; init; }

    /// <summary>Names of the parameters and what stands in for those left out, where a call may name them: f(a => 1). Null: by place only.</summary>
    public IReadOnlyList<(string Name, Expressions.Literal Default)>? Names { get; init; }

    /// <summary>Names of the parameters where a call may give arguments by name and those left out are the last; null: by place only.</summary>
    public IReadOnlyList<string>? ParameterNames { get; set; }

    /// <summary>What stands in, as a string literal, for optional parameters that a call by name leaves out before others.</summary>
    public IReadOnlyList<string>? Defaults { get; init; }

    /// <summary>Table functions: the column definition list of the call says what is returned: json_to_record(x) AS (a int, b text).</summary>
    public bool ReturnsRecord { get; init; }

    /// <summary>Table functions of one column: its name, where that is not the function's.</summary>
    public string? ColumnName { get; init; }

    /// <summary>The result type from the (coerced) argument types: modifiers such as numeric scale are decided here.</summary>
    public required Func<IReadOnlyList<SqlType>, SqlType> ReturnType { get; init; }

    /// <summary>Aggregates: types of the state columns that a partial aggregation puts out, from the argument types; null when the aggregate cannot be split.</summary>
    public Func<IReadOnlyList<SqlType>, SqlType[]>? StateTypes { get; init; }

    /// <summary>Takes the place of <see cref="ReturnType"/> where the result type depends on constant arguments too: round(x, 2), extract(year from x). Arguments are coerced.</summary>
    public Func<IReadOnlyList<Expressions.Expression>, SqlType>? ReturnTypeOfArguments { get; init; }

    public Volatility Volatility { get; init; } = Volatility.Immutable;

    /// <summary>Refuses a call where nothing says what anyelement is: array_fill(null, …).</summary>
    public bool NeedsElementType { get; init; }

    /// <summary>Any null argument gives null, without a call.</summary>
    public bool IsStrict { get; init; } = true;

    /// <summary>May give NULL though no argument is (strict functions only).</summary>
    public bool MayReturnNull { get; init; }

    /// <summary>Never gives NULL (count).</summary>
    public bool NeverNull { get; init; }

    /// <summary>May end the query with an error for some arguments (division by zero): not moved ahead of filters that guard it.</summary>
    public bool MayFail { get; init; }

    /// <summary>Waits instead of working (pg_sleep): its task gets a thread of its own.</summary>
    public bool Waits { get; init; }

    /// <summary>One line for \df, docs and completion.</summary>
    public string Description { get; init; } = "";

    /// <summary>Executed as tests: SQL expression and its result as text (NULL as "NULL").</summary>
    public (string Expression, string Result)[] Examples { get; init; } = [];

    public static Func<IReadOnlyList<SqlType>, SqlType> Returns(SqlType type) => _ => type;

    /// <summary>A copy with names for the parameters.</summary>
    public FunctionSignature WithParameterNames(IReadOnlyList<string> names)
    {
        var copy = (FunctionSignature)MemberwiseClone();
        copy.ParameterNames = names;
        return copy;
    }

    /// <summary>name(parameter types).</summary>
    public override string ToString() => $"{Name}({string.Join(", ", Parameters.Select(static parameter => parameter.ToString()))}{(IsVariadic ? " ..." : "")})";
}

/// <summary>The functions that exist; implemented by the execution layer.</summary>
public interface IFunctionCatalog
{
    /// <summary>All overloads of a name (functions) or symbol (operators), whatever their kind; empty when there is none.</summary>
    IReadOnlyList<FunctionSignature> Find(string name);

    /// <summary>Every signature, for \df, completion and "did you mean".</summary>
    IEnumerable<FunctionSignature> All { get; }
}

/// <summary>Computes constant expressions with the real kernels; implemented by the execution layer.</summary>
public interface IConstantEvaluator
{
    /// <summary>Value of an expression without column references and volatile functions.</summary>
    /// <exception cref="Parser.Errors.QueryException">The computation fails (division by zero, bad cast): the caller leaves the expression alone, so that the error appears only if a row reaches it.</exception>
    Expressions.Literal Evaluate(Expressions.Expression expression);
}
