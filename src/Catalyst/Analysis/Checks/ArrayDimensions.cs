using SqlCluster.Catalyst.Analysis.Resolvers;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Analysis.Checks;

/// <summary>Whether the arrays that ARRAY[…] puts into one have the same dimensions, as far as they are written out. Lists in brackets may be ragged.</summary>
internal static class ArrayDimensions
{
    /// <summary>True where the elements are no arrays, or what they hold is known when the statement runs only.</summary>
    public static bool Match(NodeList<Expression> elements)
    {
        if (elements.IsEmpty || elements[0].Type is not { Kind: TypeKind.Array, Variant: TypeVariant.None })
        {
            return true;
        }

        List<int>? first = null;
        foreach (Expression element in elements)
        {
            if (Of(element) is not { } lengths)
            {
                continue;
            }

            first ??= lengths;
            if (!first.SequenceEqual(lengths))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the elements are arrays of which some are known when the statement runs only.</summary>
    public static bool AreOpen(NodeList<Expression> elements) =>
        !elements.IsEmpty && elements[0].Type is { Kind: TypeKind.Array, Variant: TypeVariant.None } && elements.Any(static element => Of(element) is null);

    /// <summary>Elements of each dimension, none for an empty array and for NULL; null where it is not written.</summary>
    private static List<int>? Of(Expression array) => array switch
    {
        Literal { IsNull: true } => [],
        Literal { Value: NodeList<Literal> items } => items.IsEmpty ? [] : items[0].Type.Kind == TypeKind.Array ? Deeper(items.Count, items[0]) : [items.Count],
        Call { Function.Name: SpecialFunctions.ArrayConstructor } call =>
            call.Arguments.IsEmpty ? [] : call.Arguments[0].Type is { Kind: TypeKind.Array, Variant: TypeVariant.None } ? Deeper(call.Arguments.Count, call.Arguments[0]) : [call.Arguments.Count],
        _ => null,
    };

    private static List<int>? Deeper(int count, Expression inner) => Of(inner) is { } lengths ? [count, .. lengths] : null;
}
