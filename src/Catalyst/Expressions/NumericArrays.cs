using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;

namespace SqlCluster.Catalyst.Expressions;

/// <summary>Arrays of numerics that were read one by one: each has the scale it was written with, an array has one for all.</summary>
public static class NumericArrays
{
    /// <summary>The type of an array without a number: it asks for no digits of the type that it comes to share with others.</summary>
    public static readonly SqlType WithoutNumbers = SqlType.Array(SqlType.Numeric(1, 0));

    /// <summary>The array, of the narrowest type that holds all its numbers; null when 38 digits do not.</summary>
    /// <param name="items">Numerics and NULLs.</param>
    /// <param name="none">The type when there is no number among them.</param>
    public static Literal? Of(IReadOnlyList<Literal> items, SqlType none)
    {
        SqlType[] types = [.. items.Where(static item => !item.IsNull).Select(static item => item.Type)];
        if (types.Length == 0)
        {
            return new Literal(NodeList.From(items), none);
        }

        SqlType element = types.Aggregate(NumericTyping.Common);
        var values = new Literal[items.Count];
        for (int i = 0; i < values.Length; i++)
        {
            if (items[i].IsNull)
            {
                values[i] = Literal.Null(element);
            }
            else if (NumberInput.TryRescale((Int128)items[i].Value!, items[i].Type.Scale, element.Precision, element.Scale, out Int128 rescaled))
            {
                values[i] = new Literal(rescaled, element);
            }
            else
            {
                return null;
            }
        }

        return new Literal(NodeList.From(values), SqlType.Array(element));
    }
}
