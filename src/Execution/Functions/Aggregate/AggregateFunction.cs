using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>One aggregate call as it was resolved.</summary>
/// <param name="ArgumentTypes">SQL types of the arguments (for WITHIN GROUP, what is ordered is among them).</param>
/// <param name="ResultType">SQL type of the result.</param>
/// <param name="Constants">The arguments' values where they are literals, else null.</param>
/// <param name="OrderBy">WITHIN GROUP or ORDER BY inside the call.</param>
/// <param name="GroupsMayBeEmpty">Whether a group can exist without a row: global aggregation, FILTER, DISTINCT, window frames.</param>
/// <param name="Context">Memory and session.</param>
internal sealed record AggregateBinding(
    SqlType[] ArgumentTypes, SqlType ResultType, Literal?[] Constants, NodeList<SortKey> OrderBy, bool GroupsMayBeEmpty, EvaluationContext Context)
{
    /// <summary>Whether rows come in any order, without order keys, to a function that can order them itself.</summary>
    public bool OrdersItself { get; init; }
}

/// <summary>An overload of an aggregate function: what the analyzer sees, and how a call of it is computed.</summary>
internal sealed record AggregateFunction(FunctionSignature Signature, Func<AggregateBinding, Accumulator> Bind)
{
    /// <summary>Whether the result depends on the order of the rows, so that ORDER BY inside the call matters.</summary>
    public bool IsOrderSensitive { get; init; }

    /// <summary>Whether the accumulator of a call puts its rows in order itself: then they come in any order, without the order keys.</summary>
    public Func<AggregateCall, bool> OrdersItself { get; init; } = static _ => false;

    /// <summary>Whether repeated argument rows change nothing, so that DISTINCT may be dropped (min, max).</summary>
    public bool IgnoresDuplicates { get; init; }

    /// <summary>A function whose states are the types that <paramref name="states"/> gives.</summary>
    public static AggregateFunction Create(
        string name, ParameterType[] parameters, Func<IReadOnlyList<SqlType>, SqlType> result, Func<IReadOnlyList<SqlType>, SqlType[]>? states,
        Func<AggregateBinding, Accumulator> bind, string description, bool neverNull = false, int optional = 0, bool isVariadic = false) =>
        new(
            new FunctionSignature
            {
                Name = name,
                Kind = FunctionKind.Aggregate,
                Parameters = parameters,
                OptionalParameters = optional,
                IsVariadic = isVariadic,
                ReturnType = result,
                StateTypes = states,
                IsStrict = false,
                NeverNull = neverNull,
                MayFail = true,
                Description = description,
            },
            bind);
}
