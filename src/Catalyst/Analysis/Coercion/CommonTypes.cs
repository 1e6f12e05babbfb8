using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Analysis.Coercion;

/// <summary>Finds the one type of CASE arms, UNION columns, IN lists, COALESCE and ARRAY (PostgreSQL chapter 10.5) and converts to it.</summary>
internal sealed class CommonTypes(AnalysisContext context)
{
    /// <summary>Converts all expressions to their common type.</summary>
    /// <param name="expressions">The alternatives.</param>
    /// <param name="construct">Names the construct in errors: CASE, UNION, ...</param>
    /// <param name="position">Where the construct stands, for errors.</param>
    public NodeList<Expression> Unify(NodeList<Expression> expressions, string construct, int position)
    {
        SqlType type = Of(expressions, construct, position);
        return expressions.Map(expression => context.Coercions.To(expression, type, CoercionContext.Implicit, position));
    }

    /// <summary>The common type; text when nothing has a type.</summary>
    public SqlType Of(NodeList<Expression> expressions, string construct, int position) => Of(expressions, construct, _ => position);

    /// <summary>As above, with the place of each alternative for errors.</summary>
    public SqlType Of(NodeList<Expression> expressions, string construct, Func<Expression, int> position)
    {
        SqlType? common = null;
        bool isNumeric = false;
        foreach (Expression expression in expressions)
        {
            SqlType type = expression.Type;
            if (type.Kind != TypeKind.Unknown)
            {
                common = common is null ? type : Of(common, type) ?? throw AnalyzerErrors.CannotMatch(construct, common, type, PositionOf(expression, position(expression)));
                isNumeric |= type.Kind == TypeKind.Numeric;
            }
        }

        return common is null ? SqlType.Text : isNumeric && common.Kind == TypeKind.Numeric ? NumericOf(expressions) : common;
    }

    /// <summary>The common type of two known types, or null. Numerics get room for both.</summary>
    public static SqlType? Of(SqlType first, SqlType second)
    {
        if (first.Equals(second))
        {
            return first;
        }

        if (first.Kind == second.Kind)
        {
            return SameKind(first, second);
        }

        if (CastRules.CategoryOf(first.Kind) != CastRules.CategoryOf(second.Kind))
        {
            return null;
        }

        if (!CastRules.IsPreferred(first.Kind) && CastRules.CanCast(first, second, CoercionContext.Implicit) && !CastRules.CanCast(second, first, CoercionContext.Implicit))
        {
            return second.Kind == TypeKind.Numeric ? NumericTyping.Common(first, second) : second;
        }

        SqlType chosen = CastRules.CanCast(second, first, CoercionContext.Implicit) ? first
            : CastRules.CanCast(first, second, CoercionContext.Implicit) ? second : SqlType.Unknown;
        return chosen.Kind switch
        {
            TypeKind.Unknown => null,
            TypeKind.Numeric => NumericTyping.Common(first, second),
            TypeKind.Varchar => SqlType.Varchar(),
            TypeKind.Char => SqlType.Text,
            _ => chosen,
        };
    }

    private static SqlType? SameKind(SqlType first, SqlType second)
    {
        switch (first.Kind)
        {
            case TypeKind.Numeric:
                return NumericTyping.Common(first, second);
            case TypeKind.Varchar:
                return SqlType.Varchar();
            case TypeKind.Char:
                return SqlType.Char(Math.Max(first.Precision, second.Precision));
            case TypeKind.Array:
                return Of(first.Element!, second.Element!) is { } element ? SqlType.Array(element) : null;
            case TypeKind.Map:
                return Of(first.Key!, second.Key!) is { } key && Of(first.Element!, second.Element!) is { } value ? SqlType.Map(key, value) : null;
            case TypeKind.Row:
                if (first.Fields!.Count != second.Fields!.Count)
                {
                    return null;
                }

                var fields = new RowField[first.Fields.Count];
                for (int i = 0; i < fields.Length; i++)
                {
                    if (Known(first.Fields[i].Type, second.Fields[i].Type) is not { } type)
                    {
                        return null;
                    }

                    fields[i] = new RowField(first.Fields[i].Name, type);
                }

                return SqlType.Row(NodeList.Create<RowField>(fields));
            default:
                return first.Variant == second.Variant ? first : first with { Variant = TypeVariant.None };
        }
    }

    private static SqlType? Known(SqlType first, SqlType second) =>
        first.Kind == TypeKind.Unknown ? second : second.Kind == TypeKind.Unknown ? first : Of(first, second);

    private static SqlType NumericOf(NodeList<Expression> expressions)
    {
        SqlType? common = null;
        foreach (Expression expression in expressions)
        {
            if (expression.Type.Kind != TypeKind.Unknown && !(expression is Literal { IsNull: true } && expression.Type.Equals(NumericTyping.Unconstrained)))
            {
                SqlType type = Coercions.NumericTypeOf(expression);
                common = common is null ? type : NumericTyping.Common(common, type);
            }
        }

        return common ?? NumericTyping.Unconstrained;
    }

    private int PositionOf(Expression expression, int position) => context.Position(expression) is > 0 and var known ? known : position;
}
