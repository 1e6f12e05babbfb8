using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution;
using SqlCluster.Parser;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>What a column becomes when a part of it is assigned: an element or a slice of an array.</summary>
/// <remarks><code>
/// a[2] = x       array_set(a, x, 2)
/// a[2][3] = x    array_set(a, array_set(a[2], x, 3), 2)
/// a[2:3] = x     array_set_slice(a, x, 2, 3, true)
/// </code></remarks>
internal static class PartialValue
{
    /// <summary>The value of the whole column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="current">What it is before; NULL has to have the type.</param>
    /// <param name="target">The part.</param>
    /// <param name="value">What the part becomes.</param>
    /// <param name="session">Whose statement.</param>
    /// <exception cref="Parser.Errors.QueryException">42804: the column has no such part; 0A000: a field.</exception>
    public static Expression Of(TableColumn column, Expression current, AssignmentTarget target, Expression value, Session session) =>
        Set(current, target.Accessors, 0, new CastExpression(value, ParameterInference.TypeNameOf(TypeOf(column.Type, target, session))) { Span = value.Span });

    /// <summary>Checks that a value of a type can be assigned to a part.</summary>
    /// <exception cref="Parser.Errors.QueryException">42804.</exception>
    public static void RequireAssignable(TableColumn column, AssignmentTarget target, SqlType given, Session session)
    {
        SqlType part = TypeOf(column.Type, target, session);
        if (!CastRules.CanCast(given, part, CoercionContext.Assignment))
        {
            throw StatementErrors.PartNotAssignable(column.Name, part, given, session.Pipeline.Position(target));
        }
    }

    /// <summary>Type of a part of a column.</summary>
    /// <exception cref="Parser.Errors.QueryException">42804, 0A000: as above.</exception>
    public static SqlType TypeOf(SqlType type, AssignmentTarget target, Session session)
    {
        SqlType part = type;
        foreach (Accessor accessor in target.Accessors)
        {
            if (accessor is FieldAccessor || part.Kind is TypeKind.Row or TypeKind.Jsonb or TypeKind.Map)
            {
                throw ExecutionErrors.Unsupported("assignments to fields of a column");
            }

            if (part.Kind != TypeKind.Array)
            {
                throw StatementErrors.NotSubscriptable(part, session.Pipeline.Position(target));
            }

            part = accessor is SliceAccessor ? part : part.Element!;
        }

        return target.Accessors.Count > 1 && target.Accessors.Any(static accessor => accessor is SliceAccessor)
            ? throw ExecutionErrors.Unsupported("assignments to slices of several dimensions")
            : part;
    }

    private static Expression Set(Expression current, NodeList<Accessor> accessors, int first, Expression value)
    {
        if (accessors[first] is SliceAccessor slice)
        {
            return new FunctionCall(
                "array_set_slice", current, value, Subscript(slice.Lower) ?? Bound(int.MinValue), Subscript(slice.Upper) ?? Bound(int.MaxValue), new BooleanLiteral(slice is { Lower: not null, Upper: not null }));
        }

        Expression index = Subscript(((IndexAccessor)accessors[first]).Index)!;
        return new FunctionCall("array_set", current, first + 1 == accessors.Count ? value : Set(new SubscriptExpression(current, index), accessors, first + 1, value), index);
    }

    private static CastExpression? Subscript(Expression? subscript) => subscript == null ? null : new CastExpression(subscript, SqlParser.ParseTypeName("integer")) { Span = subscript.Span };

    /// <summary>The expressions of a target's subscripts, as integers.</summary>
    public static IEnumerable<Expression> SubscriptsOf(AssignmentTarget target) => target.Accessors.SelectMany(static accessor => accessor switch
    {
        IndexAccessor index => [Subscript(index.Index)!],
        SliceAccessor slice => new[] { Subscript(slice.Lower), Subscript(slice.Upper) }.OfType<Expression>(),
        _ => [],
    });

    private static Expression Bound(int value) => SqlParser.ParseExpression($"'{value}'::integer");
}
