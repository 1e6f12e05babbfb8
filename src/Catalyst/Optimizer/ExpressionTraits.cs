using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer;

/// <summary>Tells what may be done with an expression.</summary>
internal static class ExpressionTraits
{
    /// <summary>Tells whether evaluating it for some row may end the query with an error.</summary>
    public static bool MayFail(this Expression expression) => expression.Any(static node => node switch
    {
        Call call => call.Function.MayFail,
        Cast { IsTry: false } cast => !IsSafe(cast),
        ArrayLambda lambda => lambda.Body.MayFail(),
        _ => false,
    });

    /// <summary>Tells whether its value is the same for all rows of a statement and known now.</summary>
    public static bool IsConstant(this Expression expression) => !expression.Any(static node => node switch
    {
        ColumnReference or InputReference or Parameter or AggregateCall or WindowCall or SubqueryExpression => true,
        Call call => call.Function.Volatility == Catalog.Volatility.Volatile,
        _ => false,
    });

    /// <summary>Tells whether NULL in any of the columns makes the expression NULL (or, for a boolean, not true).</summary>
    public static bool RejectsNulls(this Expression expression, IReadOnlySet<ColumnId> columns) => expression switch
    {
        And and => and.Terms.Any(term => term.RejectsNulls(columns)),
        Or or => or.Terms.All(term => term.RejectsNulls(columns)),
        IsNull { Negated: true } test => test.Input.IsNullFor(columns),
        IsTruth { Negated: false } test => test.Truth ? test.Input.RejectsNulls(columns) : test.Input.IsNullFor(columns),
        Literal { Value: false or null } => true,
        _ => expression.IsNullFor(columns),
    };

    /// <summary>Tells whether the value is surely NULL when all of the columns are.</summary>
    public static bool IsNullFor(this Expression expression, IReadOnlySet<ColumnId> columns) => expression switch
    {
        ColumnReference reference => columns.Contains(reference.Id),
        Literal literal => literal.IsNull,
        Comparison comparison => comparison.Left.IsNullFor(columns) || comparison.Right.IsNullFor(columns),
        Not not => not.Input.IsNullFor(columns),
        InList list => list.Input.IsNullFor(columns),
        Like like => like.Input.IsNullFor(columns) || like.Pattern.IsNullFor(columns),
        Cast cast => cast.Input.IsNullFor(columns),
        Call { Function.IsStrict: true } call => call.Arguments.Any(argument => argument.IsNullFor(columns)),
        Coalesce coalesce => coalesce.Arguments.All(argument => argument.IsNullFor(columns)),
        And and => and.Terms.All(term => term.IsNullFor(columns)),
        Or or => or.Terms.All(term => term.IsNullFor(columns)),
        _ => false,
    };

    /// <summary>Casts that no value fails: to a wider kind of the same family, or to text.</summary>
    private static bool IsSafe(Cast cast)
    {
        SqlType from = cast.Input.Type, to = cast.Target;
        return (from.Kind, to.Kind) switch
        {
            _ when from.Equals(to) => true,
            _ when to.Kind is TypeKind.Text || (to.Kind == TypeKind.Varchar && to.Precision == 0) => true,
            _ when from.IsText && to.IsText => true,
            (TypeKind.SmallInt, TypeKind.Integer or TypeKind.BigInt) or (TypeKind.Integer, TypeKind.BigInt) => true,
            (TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt, TypeKind.Real or TypeKind.DoublePrecision) or (TypeKind.Real, TypeKind.DoublePrecision) => true,
            (TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt, TypeKind.Numeric) => to.Precision - to.Scale >= NumericTyping.OfInteger(from).Precision,
            (TypeKind.Numeric, TypeKind.Numeric) => to.Precision - to.Scale > from.Precision - from.Scale || (to.Scale >= from.Scale && to.Precision - to.Scale == from.Precision - from.Scale),
            (TypeKind.Numeric, TypeKind.DoublePrecision) => true,
            (TypeKind.Date, TypeKind.Timestamp or TypeKind.TimestampTz) or (TypeKind.Timestamp, TypeKind.Date or TypeKind.TimestampTz or TypeKind.Time) => true,
            _ => false,
        };
    }
}
