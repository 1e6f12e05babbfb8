using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Statistics;

/// <summary>What is known of a computed value from its columns.</summary>
internal sealed class ExpressionEstimator
{
    private const double DaysPerYear = 365.25, MicrosecondsPerDay = 86_400e6, ValuesPerCharacter = 12;

    private readonly RelationEstimate _input;

    public ExpressionEstimator(RelationEstimate input) => _input = input;

    public ColumnEstimate Of(Expression expression)
    {
        Interruption.Ask();
        double bytes = TypeWidth.Of(expression.Type);
        switch (expression)
        {
            case ColumnReference column:
                return _input.Of(column.Column);
            case Literal literal:
                return ColumnEstimate.Constant(LiteralScale.Position(literal), bytes) with { NullFraction = literal.IsNull ? 1 : 0 };
            case Parameter:
                return ColumnEstimate.Constant(double.NaN, bytes);
            case Cast cast when cast.Input.Type.IsNumber && cast.Target.IsNumber || cast.Input.Type.Kind == cast.Target.Kind:
                return Of(cast.Input) with { AverageBytes = bytes };
            case Case branches:
                return Branches(branches, bytes);
            case Call call when Field(call) is { } distinct:
                return Values(distinct, bytes);
            case Call { Function.Name: "substr" or "substring" or "left" } call when call.Arguments[^1] is Literal { Value: long length }:
                ColumnEstimate text = Of(call.Arguments[0]);
                return Values(Math.Min(text.DistinctCount, Math.Pow(ValuesPerCharacter, Math.Clamp(length, 0, 8))), bytes) with { NullFraction = text.NullFraction };
        }

        // Booleans have two values; anything else has at most as many as the combinations of its columns.
        double combinations = 1, nulls = 0;
        foreach (Expression child in expression.Children)
        {
            ColumnEstimate estimate = Of(child);
            combinations = Math.Min(Math.Max(1, _input.Rows), combinations * estimate.DistinctCount);
            nulls = Math.Max(nulls, estimate.NullFraction);
        }

        if (expression is Call { Function.Volatility: Catalog.Volatility.Volatile })
        {
            combinations = Math.Max(1, _input.Rows);
        }

        return Values(expression.Type.Kind == TypeKind.Boolean ? 2 : combinations, bytes) with { NullFraction = expression.IsNullable ? nulls : 0 };
    }

    private ColumnEstimate Branches(Case branches, double bytes)
    {
        var constants = new HashSet<Expression>();
        double distinct = 0, nulls = 0;
        foreach (Expression result in branches.Arms.Select(static arm => arm.Result).Append(branches.Otherwise))
        {
            ColumnEstimate estimate = Of(result);
            nulls = Math.Max(nulls, result is Literal ? 0 : estimate.NullFraction);
            distinct += result is Literal && !constants.Add(result) ? 0 : estimate.DistinctCount;
        }

        return Values(Math.Min(distinct, Math.Max(1, _input.Rows)), bytes) with { NullFraction = nulls };
    }

    /// <summary>Distinct values of a field of a date, from the date's range.</summary>
    private double? Field(Call call)
    {
        if (call.Function.Name is not ("extract" or "date_part" or "date_trunc") || call.Arguments.Count < 2 || call.Arguments[0] is not Literal { Value: string field })
        {
            return null;
        }

        ColumnEstimate time = Of(call.Arguments[1]);
        double days = !time.HasRange ? double.NaN : call.Arguments[1].Type.Kind == TypeKind.Date ? time.Span : time.Span / MicrosecondsPerDay;
        double years = double.IsNaN(days) ? 10 : Math.Ceiling(days / DaysPerYear) + 1;
        bool isTruncation = call.Function.Name == "date_trunc";
        double values = field.ToLowerInvariant() switch
        {
            "year" or "years" => years,
            "quarter" => isTruncation ? 4 * years : 4,
            "month" or "months" => isTruncation ? 12 * years : 12,
            "week" => isTruncation ? 53 * years : 53,
            "day" or "days" => isTruncation ? 366 * years : 31,
            "doy" => 366,
            "dow" or "isodow" => 7,
            "hour" or "hours" => isTruncation ? 24 * 366 * years : 24,
            "minute" or "second" => isTruncation ? time.DistinctCount : 60,
            _ => time.DistinctCount,
        };
        return Math.Min(values, time.DistinctCount);
    }

    private static ColumnEstimate Values(double distinct, double bytes) => new(Math.Max(1, distinct), Math.Max(1, distinct), 0, double.NaN, double.NaN, 0, bytes);
}
