using System.Globalization;
using System.Text;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Expressions;

/// <summary>Prints expressions for EXPLAIN: SQL's notation, column names without ids. Lists that nobody reads to their end are cut.</summary>
public static class ExpressionPrinter
{
    /// <summary>Characters after which a list ends with the number of its further elements.</summary>
    internal const int MostCharacters = 64 << 10;

    public static string Print(Expression expression)
    {
        var text = new StringBuilder();
        Append(text, expression);
        return text.ToString();
    }

    /// <summary>The sign of a comparison.</summary>
    public static string Symbol(ComparisonOperator comparison) => comparison switch
    {
        ComparisonOperator.Equal => "=",
        ComparisonOperator.NotEqual => "<>",
        ComparisonOperator.Less => "<",
        ComparisonOperator.LessOrEqual => "<=",
        ComparisonOperator.Greater => ">",
        ComparisonOperator.GreaterOrEqual => ">=",
    };

    private static void Append(StringBuilder text, Expression expression)
    {
        switch (expression)
        {
            case ColumnReference column: text.Append(column.Column.Name); break;
            case InputReference input: text.Append(input.Name); break;
            case Parameter parameter: text.Append(CultureInfo.InvariantCulture, $"${parameter.Index}"); break;
            case Literal literal: LiteralPrinter.Append(text, literal); break;
            case Comparison comparison: Infix(text, comparison.Left, Symbol(comparison.Operator), comparison.Right); break;
            case And and: Joined(text, and.Terms, " AND "); break;
            case Or or: Joined(text, or.Terms, " OR "); break;
            case Not not: text.Append("NOT "); Nested(text, not.Input); break;
            case IsNull isNull: Nested(text, isNull.Input); text.Append(isNull.Negated ? " IS NOT NULL" : " IS NULL"); break;
            case IsTruth truth: Nested(text, truth.Input); text.Append(truth.Negated ? " IS NOT " : " IS ").Append(truth.Truth ? "TRUE" : "FALSE"); break;
            case IsDistinctFrom distinct: Infix(text, distinct.Left, distinct.Negated ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM", distinct.Right); break;
            case InList list: Nested(text, list.Input); text.Append(list.Negated ? " NOT IN (" : " IN ("); Listed(text, list.Items); text.Append(')'); break;
            case Like like: Infix(text, like.Input, (like.Negated ? "NOT " : "") + (like.IgnoreCase ? "ILIKE" : "LIKE"), like.Pattern); break;
            case Call call: AppendCall(text, call); break;
            case Cast cast: text.Append(cast.IsTry ? "TRY_CAST(" : "CAST("); Append(text, cast.Input); text.Append(" AS ").Append(cast.Target).Append(')'); break;
            case Case @case: AppendCase(text, @case); break;
            case Coalesce coalesce: text.Append("COALESCE("); Listed(text, coalesce.Arguments); text.Append(')'); break;
            case ArrayLambda lambda:
                text.Append(lambda.Kind == LambdaKind.Filter ? "list_filter(" : "list_transform(");
                Append(text, lambda.Array);
                text.Append(", ").Append(lambda.Variable).Append(" -> ");
                Append(text, lambda.Body);
                text.Append(')');
                break;
            case AggregateCall aggregate: AppendAggregate(text, aggregate); break;
            case WindowCall window: AppendWindow(text, window); break;
            case ScalarSubquery: text.Append("(scalar subquery)"); break;
            case ExistsSubquery exists: text.Append(exists.Negated ? "NOT EXISTS (subquery)" : "EXISTS (subquery)"); break;
            case QuantifiedSubquery quantified:
                Listed(text, quantified.Values);
                text.Append(' ').Append(Symbol(quantified.Operator)).Append(quantified.IsAll ? " ALL (subquery)" : " ANY (subquery)");
                break;
            case ArraySubquery: text.Append("ARRAY(subquery)"); break;
            default: throw new InvalidOperationException($"no text form for {expression.GetType().Name}");
        }
    }

    private static void AppendCall(StringBuilder text, Call call)
    {
        string name = call.Function.Name;
        bool isOperator = name.Length > 0 && !char.IsLetter(name[0]) && name[0] != '_';
        if (isOperator && call.Arguments.Count == 2)
        {
            Infix(text, call.Arguments[0], name, call.Arguments[1]);
        }
        else if (isOperator && call.Arguments.Count == 1)
        {
            text.Append(name);
            Nested(text, call.Arguments[0]);
        }
        else
        {
            text.Append(name).Append('(');
            Listed(text, call.Arguments);
            text.Append(')');
        }
    }

    private static void AppendCase(StringBuilder text, Case @case)
    {
        text.Append("CASE");
        for (int i = 0; i < @case.Arms.Count; i++)
        {
            text.Append(" WHEN ");
            if (IsCut(text, @case.Arms.Count - i))
            {
                break;
            }

            Append(text, @case.Arms[i].Condition);
            text.Append(" THEN ");
            Append(text, @case.Arms[i].Result);
        }

        text.Append(" ELSE ");
        Append(text, @case.Otherwise);
        text.Append(" END");
    }

    private static void AppendAggregate(StringBuilder text, AggregateCall call)
    {
        text.Append(call.Function.Name).Append('(').Append(call.IsDistinct ? "DISTINCT " : "");
        if (call.Arguments.IsEmpty && call.Function.Name == "count")
        {
            text.Append('*');
        }

        Listed(text, call.Arguments);
        if (!call.OrderBy.IsEmpty)
        {
            text.Append(" ORDER BY ").AppendJoin(", ", call.OrderBy);
        }

        text.Append(')');
        if (call.Filter != null)
        {
            text.Append(" FILTER (WHERE ");
            Append(text, call.Filter);
            text.Append(')');
        }
    }

    private static void AppendWindow(StringBuilder text, WindowCall call)
    {
        text.Append(call.Function.Name).Append('(').Append(call.IsDistinct ? "DISTINCT " : "");
        if (call.Arguments.IsEmpty && call.Function.Name == "count")
        {
            text.Append('*');
        }

        Listed(text, call.Arguments);
        text.Append(')').Append(call.IgnoreNulls ? " IGNORE NULLS" : "").Append(" OVER (");
        var parts = new List<string>();
        if (!call.PartitionBy.IsEmpty)
        {
            parts.Add("PARTITION BY " + string.Join(", ", call.PartitionBy));
        }

        if (!call.OrderBy.IsEmpty)
        {
            parts.Add("ORDER BY " + string.Join(", ", call.OrderBy));
        }

        if (!call.Frame.Equals(WindowFrame.Default))
        {
            parts.Add($"{call.Frame.Unit.ToString().ToUpperInvariant()} BETWEEN {Bound(call.Frame.Start)} AND {Bound(call.Frame.End)}{Exclusion(call.Frame.Exclusion)}");
        }

        text.AppendJoin(' ', parts).Append(')');
    }

    private static string Bound(FrameBound bound) => bound.Kind switch
    {
        FrameBoundKind.UnboundedPreceding => "UNBOUNDED PRECEDING",
        FrameBoundKind.Preceding => $"{bound.Offset} PRECEDING",
        FrameBoundKind.CurrentRow => "CURRENT ROW",
        FrameBoundKind.Following => $"{bound.Offset} FOLLOWING",
        FrameBoundKind.UnboundedFollowing => "UNBOUNDED FOLLOWING",
    };

    private static string Exclusion(FrameExclusion exclusion) => exclusion switch
    {
        FrameExclusion.NoOthers => "",
        FrameExclusion.CurrentRow => " EXCLUDE CURRENT ROW",
        FrameExclusion.Group => " EXCLUDE GROUP",
        FrameExclusion.Ties => " EXCLUDE TIES",
    };

    private static void Infix(StringBuilder text, Expression left, string symbol, Expression right)
    {
        Nested(text, left);
        text.Append(' ').Append(symbol).Append(' ');
        Nested(text, right);
    }

    private static void Joined(StringBuilder text, NodeList<Expression> terms, string separator)
    {
        for (int i = 0; i < terms.Count; i++)
        {
            text.Append(i == 0 ? "" : separator);
            if (IsCut(text, terms.Count - i))
            {
                return;
            }

            Nested(text, terms[i]);
        }
    }

    private static void Listed(StringBuilder text, NodeList<Expression> items)
    {
        for (int i = 0; i < items.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            if (IsCut(text, items.Count - i))
            {
                return;
            }

            Append(text, items[i]);
        }
    }

    private static bool IsCut(StringBuilder text, int left)
    {
        bool isCut = text.Length > MostCharacters && left > 1;
        if (isCut)
        {
            text.Append(CultureInfo.InvariantCulture, $"... {left} more");
        }

        return isCut;
    }

    /// <summary>Puts parentheses round an operand that has an infix operator of its own.</summary>
    private static void Nested(StringBuilder text, Expression operand)
    {
        bool needsParentheses = operand is And or Or or Comparison or Like or InList or IsDistinctFrom or Not or IsNull or IsTruth
            || (operand is Call { Arguments.Count: 2 } call && !char.IsLetter(call.Function.Name[0]));
        if (needsParentheses)
        {
            text.Append('(');
        }

        Append(text, operand);
        if (needsParentheses)
        {
            text.Append(')');
        }
    }
}
