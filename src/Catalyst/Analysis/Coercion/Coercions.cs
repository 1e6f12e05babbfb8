using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;

namespace SqlCluster.Catalyst.Analysis.Coercion;

/// <summary>Converts expressions to the type their context wants.</summary>
internal sealed class Coercions(AnalysisContext context)
{
    /// <summary>The expression as the type; a literal is converted here and now, anything else gets a <see cref="Cast"/>.</summary>
    /// <exception cref="Parser.Errors.QueryException">42846 when no such conversion exists within <paramref name="how"/>.</exception>
    public Expression To(Expression expression, SqlType type, CoercionContext how, int position)
    {
        Trees.Interruption.Ask();
        SqlType from = expression.Type;
        if (from.Equals(type))
        {
            return expression;
        }

        if (from.Kind == TypeKind.Unknown)
        {
            return FromUnknown(expression, type, position);
        }

        if (!CastRules.CanCast(from, type, how))
        {
            throw AnalyzerErrors.CannotCast(from, type, position);
        }

        if (expression is Literal literal && LiteralCoercion.Convert(literal, type) is { } converted)
        {
            return converted;
        }

        return expression is Call { Function.Name: Resolvers.SpecialFunctions.ArrayConstructor } array && type.Kind == TypeKind.Array && array.Arguments.Count > 0
            ? array with { Arguments = array.Arguments.Map(item => To(item, type.Element!, how, position)), ResultType = type }
            : new Cast(expression, type);
    }

    /// <summary>Whatever has no type yet becomes text; the rest stays.</summary>
    public Expression Settle(Expression expression)
    {
        if (expression.Type.Kind == TypeKind.Row && expression is Call { Function.Name: Resolvers.SpecialFunctions.RowConstructor } row)
        {
            NodeList<Expression> fields = Trees.NodeListTransforms.MapOrSame(row.Arguments, Settle);
            return ReferenceEquals(fields, row.Arguments) ? row : row with
            {
                Arguments = fields,
                ResultType = SqlType.Row([.. fields.Select((field, index) => row.ResultType.Fields![index] with { Type = field.Type })]),
            };
        }

        return expression.Type.Kind == TypeKind.Unknown ? FromUnknown(expression, SqlType.Text, 0) : expression;
    }

    /// <summary>To text without loss: strings stay as they are, char(n) loses its padding.</summary>
    public Expression ToText(Expression expression, int position) =>
        expression.Type.IsText && expression.Type.Kind != TypeKind.Char ? expression : To(expression, SqlType.Text, CoercionContext.Implicit, position);

    /// <summary>The type as the resolution of overloads and common types sees it: an integer literal has the digits it is written with.</summary>
    public static SqlType NumericTypeOf(Expression expression) =>
        expression is Literal { Value: long value, Type.IsInteger: true } ? NumericTyping.OfDigits(value, 0) : NumericTyping.ToNumeric(expression.Type);

    /// <summary>A number as a numeric, with no more digits than it needs.</summary>
    public Expression ToNumeric(Expression expression, int position) =>
        expression.Type.Kind == TypeKind.Numeric ? expression : To(expression, NumericTypeOf(expression), CoercionContext.Implicit, position);

    private Expression FromUnknown(Expression expression, SqlType type, int position)
    {
        switch (expression)
        {
            case Literal { IsNull: true }:
                return Literal.Null(type);
            case Literal { Value: string json } when type.Kind is TypeKind.Json or TypeKind.Jsonb:
                // The cast that reads every other json reads this one, too; here its faults have a place.
                return JsonFault.Find(json, type.Kind == TypeKind.Jsonb) is { } fault
                    ? throw AnalyzerErrors.InvalidJson(fault, PlaceOf(expression, position))
                    : new Cast(new Literal(json, SqlType.Text), type);
            case Literal { Value: string name } when type.InnermostElement.Variant.IsObjectName():
                // Which object a name means depends on the session: found when the statement runs.
                var cast = new Cast(new Literal(name, SqlType.Text), type);
                return context.Settings.CheckObjectName?.Invoke(cast) is { } missing ? throw AnalyzerErrors.At(missing, PlaceOf(expression, position)) : cast;
            case Literal { Value: string text }:
                return context.Literals.Parse(text, type, PlaceOf(expression, position));
            case Parameter parameter:
                return BindParameter(parameter, type, position);
            default:
                return new Cast(expression, type);
        }
    }

    private int PlaceOf(Expression literal, int position) => context.Position(literal) is > 0 and var known ? known : position;

    /// <summary>The first context that needs a type decides; later ones convert from it.</summary>
    private Expression BindParameter(Parameter parameter, SqlType type, int position)
    {
        SqlType known = context.Parameters[parameter.Index];
        if (known.Kind == TypeKind.Unknown)
        {
            context.Parameters[parameter.Index] = type;
            return parameter with { ValueType = type };
        }

        Parameter typed = parameter with { ValueType = known };
        return known.Equals(type) || (known.Kind == type.Kind && !type.IsNested) || (known.IsText && type.IsText) ? typed : To(typed, type, CoercionContext.Explicit, position);
    }
}
