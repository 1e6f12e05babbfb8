using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;

namespace SqlCluster.Catalyst.Expressions;

/// <summary>Arrays of numerics that were read one by one: each has the scale it was written with, an array has one for all, in all its dimensions.</summary>
public static class NumericArrays
{
    /// <summary>An array's type, whatever its dimensions, for one without a number: it asks for no digits of the type that it comes to share with others.</summary>
    public static SqlType WithoutNumbers(SqlType array) => WithElement(array, SqlType.Numeric(1, 0));

    /// <summary>Whether a type is an array, of any dimensions, of numerics.</summary>
    public static bool Includes(SqlType type) => type.Kind == TypeKind.Array && type.InnermostElement.Kind == TypeKind.Numeric;

    /// <summary>Whether a type is an array, of any dimensions, of numerics of any digits.</summary>
    public static bool AreUnconstrained(SqlType type) => type.Kind == TypeKind.Array && NumericTyping.Unconstrained.Equals(type.InnermostElement);

    /// <summary>Whether a value of such a type has no number.</summary>
    public static bool HasNoNumber(Literal value) => value.IsNull || (value.Value is NodeList<Literal> items && items.All(HasNoNumber));

    /// <summary>The array, of the narrowest type that holds all its numbers; null when 38 digits do not.</summary>
    /// <param name="items">Numerics, arrays of them that were made so, and NULLs.</param>
    /// <param name="none">The type when there is no number among them.</param>
    public static Literal? Of(IReadOnlyList<Literal> items, SqlType none)
    {
        SqlType[] types = [.. items.Where(static item => !HasNoNumber(item)).Select(static item => item.Type.InnermostElement)];
        if (types.Length == 0)
        {
            return new Literal(NodeList.From(items), none);
        }

        return Rescaled(new Literal(NodeList.From(items), none), types.Aggregate(NumericTyping.Common));
    }

    private static Literal? Rescaled(Literal value, SqlType element)
    {
        if (value.IsNull)
        {
            return Literal.Null(WithElement(value.Type, element));
        }

        if (value.Value is not NodeList<Literal> items)
        {
            return NumberInput.TryRescale((Int128)value.Value!, value.Type.Scale, element.Precision, element.Scale, out Int128 rescaled) ? new Literal(rescaled, element) : null;
        }

        var values = new Literal[items.Count];
        for (int i = 0; i < values.Length; i++)
        {
            if (Rescaled(items[i], element) is not { } item)
            {
                return null;
            }

            values[i] = item;
        }

        return new Literal(NodeList.From(values), WithElement(value.Type, element));
    }

    private static SqlType WithElement(SqlType type, SqlType element) => type.Kind == TypeKind.Array ? type with { Element = WithElement(type.Element!, element) } : element;
}
