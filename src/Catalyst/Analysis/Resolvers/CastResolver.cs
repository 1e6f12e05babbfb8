using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves CAST, :: and TRY_CAST. A string literal is read as the type at once.</summary>
internal sealed class CastResolver(AnalysisContext context)
{
    public Expression Cast(Ast.CastExpression node, QueryScope scope)
    {
        SqlType type = context.TypeOf(node.Type);
        int position = context.OperatorPosition(node);
        if (node.Operand is Ast.ArrayExpression array && type.Kind == TypeKind.Array)
        {
            return AsDeclared(context.Expressions.NestedValues.Array(array, scope, type), node, type, position);
        }

        Expression input = context.Expressions.Resolve(node.Operand, scope);
        if (type.Kind == TypeKind.Real && !node.Try && node.Operand is Ast.NumberLiteral number && input is Literal { Value: double wide } && double.IsFinite(wide)
            && (float.IsInfinity((float)wide) || ((float)wide == 0 && wide != 0)))
        {
            throw AnalyzerErrors.TextOutOfRange(type, LiteralResolver.AllDigits(number.Text), 0);       // PostgreSQL finds it when the statement runs
        }

        if (node.Try)
        {
            return TryCast(input, type, position);
        }

        Expression value = node.Type is Ast.IntervalType { Qualifier: { Start: not null } fields } && type.Kind == TypeKind.Interval
            ? input is Literal { Type.Kind: TypeKind.Unknown, Value: string written } ? LiteralResolver.IntervalOf(written, fields, position) : Cut(Convert(context, input, type, position), fields, node)
            : AsDeclared(Convert(context, input, type, position), node, type, position);
        if (input.Type.Kind == TypeKind.Unknown)
        {
            context.Remember(value, node.Operand);
        }

        return value;
    }

    /// <summary>An interval without the fields below the last one: interval day to minute.</summary>
    private Expression Cut(Expression value, Ast.IntervalQualifier fields, Ast.CastExpression node) => (fields.End ?? fields.Start) switch
    {
        Ast.IntervalField.Second or null => value,
        var last => context.Expressions.Functions.Named("date_trunc", [Literal.Text(last.Value.ToString().ToLowerInvariant()), value], node),
    };

    /// <summary>A numeric as the type that was written: numeric(38,16) has 16 fraction digits, numeric takes the digits as they come.</summary>
    private Expression AsDeclared(Expression value, Ast.CastExpression node, SqlType type, int position) =>
        HasModifiers(node.Type) && !value.Type.Equals(type) && Innermost(value.Type).Kind == TypeKind.Numeric && Innermost(type).Kind == TypeKind.Numeric
            ? context.Coercions.To(value, WithDimensionsOf(value.Type, Innermost(type)), CoercionContext.Explicit, position)
            : value;

    private static bool HasModifiers(Ast.TypeName type) => type switch
    {
        Ast.NamedType named => !named.Modifiers.IsEmpty,
        Ast.ArrayType array => HasModifiers(array.Element),
        _ => false,
    };

    /// <summary>An explicit conversion.</summary>
    public static Expression Convert(AnalysisContext context, Expression input, SqlType type, int position)
    {
        bool asWritten = type.Equals(NumericTyping.Unconstrained);
        if (asWritten && (input.Type.IsNumber || input.Type.Kind == TypeKind.Oid) && !input.Type.IsFloat)
        {
            return context.Coercions.ToNumeric(input, position);
        }

        if (asWritten && input is Literal { Value: double number } && double.IsFinite(number))
        {
            // Through as many digits as a float surely has, as PostgreSQL does it.
            return context.Literals.Parse(number.ToString(input.Type.Kind == TypeKind.Real ? "G6" : "G15", System.Globalization.CultureInfo.InvariantCulture), type, position);
        }

        if (input is Literal { Type.Kind: TypeKind.Unknown, Value: string text })
        {
            if (type.Kind == TypeKind.Row)
            {
                return RowOf(context, text, type, position);
            }

            type = OfDimensions(text, type);
        }
        else if (input.Type is { Kind: TypeKind.Array, Variant: TypeVariant.None } && type is { Kind: TypeKind.Array, Variant: TypeVariant.None })
        {
            SqlType from = Innermost(input.Type), element = Innermost(type);
            // Numbers that have digits keep them, as those that are no elements do.
            type = WithDimensionsOf(input.Type, element.Equals(NumericTyping.Unconstrained) && (from.IsInteger || from.Kind == TypeKind.Numeric) ? NumericTyping.ToNumeric(from) : element);
        }

        if (input.Type.Kind == TypeKind.Char && type.Kind == TypeKind.Char && input is Literal { Value: string padded })
        {
            return context.Literals.Parse(padded, type, position);
        }

        return type.HasFractionDigits
            ? Rounded(context, input, type, position)
            : context.Coercions.To(input, type, CoercionContext.Explicit, position);
    }

    /// <summary>A row from its text, '(1,"a b",)': a cast of each field.</summary>
    private static Expression RowOf(AnalysisContext context, string text, SqlType type, int position)
    {
        IReadOnlyList<string?> fields = RowText.Fields(text, out string? problem) ?? throw AnalyzerErrors.MalformedRecord(text, problem!, position);
        return fields.Count == type.Fields!.Count
            ? context.Expressions.NestedValues.RowOf([.. fields.Select((field, i) => field is null ? Literal.Null(type.Fields[i].Type) : Convert(context, new Literal(field, SqlType.Unknown), type.Fields[i].Type, position))], type)
            : throw AnalyzerErrors.MalformedRecord(text, fields.Count < type.Fields.Count ? "Too few columns." : "Too many columns.", position);
    }

    /// <summary>An array of arrays where the text has several dimensions: '{{1,2},{3,4}}'::int[], whose type in PostgreSQL is int[] whatever the dimensions.</summary>
    public static SqlType OfDimensions(string text, SqlType type)
    {
        if (type is not { Kind: TypeKind.Array, Variant: TypeVariant.None } || type.Element!.IsNested || type.Element.Kind is TypeKind.Json or TypeKind.Jsonb)
        {
            return type;
        }

        int depth = 0;
        foreach (char c in text)
        {
            if (c != '{' && !char.IsWhiteSpace(c))
            {
                break;
            }

            depth += c == '{' ? 1 : 0;
        }

        for (; depth is > 1 and <= 6; depth--)
        {
            type = SqlType.Array(type);
        }

        return type;
    }

    private static SqlType Innermost(SqlType type) => type is { Kind: TypeKind.Array, Variant: TypeVariant.None } ? Innermost(type.Element!) : type;

    /// <summary>An array of an element type, of as many dimensions as another: a value keeps its own, whatever int[] or int[][] says.</summary>
    private static SqlType WithDimensionsOf(SqlType array, SqlType element) =>
        array is { Kind: TypeKind.Array, Variant: TypeVariant.None } ? SqlType.Array(WithDimensionsOf(array.Element!, element)) : element;

    /// <summary>Rounds to the fraction digits of a type. The result is of the type without them, as everything that reads it expects.</summary>
    private static Expression Rounded(AnalysisContext context, Expression input, SqlType type, int position)
    {
        SqlType plain = type.WithoutFractionDigits;
        Expression value = context.Coercions.To(input, plain, CoercionContext.Explicit, position);
        return value is Literal literal ? LiteralResolver.Rounded(literal, type.Precision) : new Cast(new Cast(value, type), plain);
    }

    private Expression TryCast(Expression input, SqlType type, int position)
    {
        if (input is Literal { Value: string text, Type.Kind: TypeKind.Unknown })
        {
            return context.Literals.TryParse(text, type) ?? Literal.Null(type);
        }

        input = context.Coercions.Settle(input);
        return input.Type.Equals(type) ? input
            : CastRules.CanCast(input.Type, type, CoercionContext.Explicit) ? new Cast(input, type, IsTry: true)
            : throw AnalyzerErrors.CannotCast(input.Type, type, position);
    }
}
