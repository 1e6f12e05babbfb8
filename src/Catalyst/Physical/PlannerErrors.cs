using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Catalyst.Physical;

/// <summary>Errors of physical planning, which are bugs of an earlier step, and of reading plans.</summary>
internal static class PlannerErrors
{
    public static QueryException NotDecorrelated(Apply apply) => Internal($"PhysicalPlanner: correlated join left after optimization: {LogicalPlanPrinter.Describe(apply)}");

    public static QueryException UnknownNode(LogicalPlan plan) => Internal($"PhysicalPlanner: no operator for {plan.GetType().Name}");

    public static QueryException UnboundColumn(Column column) => Internal($"PhysicalPlanner: column is not produced by the input: {column}");

    public static QueryException SubqueryLeft(Expression subquery) => Internal($"PhysicalPlanner: subquery expression left after optimization: {subquery}");

    public static QueryException AsOfWithoutOrder(Join join) => Internal($"PhysicalPlanner: ASOF join without an inequality between its sides: {join.Condition}");

    public static QueryException BadDistribution(string node, string requirement) => Internal($"PhysicalPlanner: {node}: {requirement}");

    /// <param name="name">Node, expression or value.</param>
    public static QueryException NotSerializable(string name) => Internal($"PlanFormat: no code for {name}");

    public static QueryException DamagedPlan(string what) => new("XX001", ErrorKind.Internal, $"serialized plan is damaged: {what}");

    public static QueryException OtherPlanVersion(int found, int known) => new("0A000", ErrorKind.Unsupported, $"serialized plan has another version: {found}, not {known}");

    public static QueryException NoFunction(string signature) => new("42883", ErrorKind.User, $"function of a serialized plan does not exist: {signature}");

    public static QueryException UnknownCte(CteId id) => Internal($"AdaptivePlanner: no stage keeps common table expression {id.Value}");

    private static QueryException Internal(string message) => new("XX000", ErrorKind.Internal, message);
}
