using SqlCluster.Catalyst.Analysis.Checks;
using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves arrays, rows, structs and maps: their constructors, subscripts, slices and fields become calls named in <see cref="SpecialFunctions"/>.</summary>
internal sealed class NestedValueResolver(AnalysisContext context)
{
    /// <summary>ARRAY[...]; with a type wanted the elements are cast to it (and an empty array is possible).</summary>
    public Expression Array(Ast.ArrayExpression node, QueryScope scope, SqlType? wanted = null)
    {
        int position = context.Position(node);
        if (wanted is { Element.Kind: not TypeKind.Array } && node.Elements.Any(static element => element is Ast.ArrayExpression))
        {
            wanted = SqlType.Array(wanted);         // numeric[] is the type of arrays of any dimensions
        }

        NodeList<Expression> elements = node.Elements.Map(element =>
            element is Ast.ArrayExpression inner && wanted?.Element?.Kind == TypeKind.Array ? Array(inner, scope, wanted.Element) : context.Expressions.Resolve(element, scope));
        if (elements.IsEmpty && wanted is null)
        {
            throw new Parser.Errors.QueryException("42P18", Parser.Errors.ErrorKind.User, "cannot determine type of empty array", position)
            {
                Hint = "Explicitly cast to the desired type, for example ARRAY[]::integer[].",
            };
        }

        NodeList<Expression> unified = wanted is null ? elements : elements.Map(element => CastResolver.Convert(context, element, wanted.Element!, position));
        if (wanted is null || (!unified.IsEmpty && (KeepsDigits(wanted) || unified.Any(element => !element.Type.Equals(wanted.Element)))))
        {
            unified = context.CommonTypes.Unify(unified, "ARRAY", position);
            wanted = SqlType.Array(unified[0].Type);
        }

        if (!node.IsListOfLists && !ArrayDimensions.Match(unified))
        {
            throw AnalyzerErrors.UnequalDimensions();
        }

        Expression array = Make(SpecialFunctions.ArrayConstructor, unified, wanted, node);
        return !node.IsListOfLists && ArrayDimensions.AreOpen(unified) ? Make(SpecialFunctions.MatchingDimensions, [array], wanted, node) : array;
    }

    /// <summary>Whether a cast to an array type leaves numbers the digits that they have, as numeric without precision does: then they say what they are arrays of.</summary>
    private static bool KeepsDigits(SqlType array) =>
        array.Element!.Kind == TypeKind.Array ? KeepsDigits(array.Element) : array.Element.Equals(NumericTyping.Unconstrained);

    /// <summary>An array of one element.</summary>
    public Expression ArrayOf(Expression element, Ast.SyntaxNode node) => Make(SpecialFunctions.ArrayConstructor, [element], SqlType.Array(element.Type), node);

    public Expression Row(Ast.RowExpression node, QueryScope scope)
    {
        var fields = new List<Expression>();
        foreach (Ast.Expression element in node.Elements)
        {
            if (element is Ast.Star { Qualifier: { } qualifier } && NameResolution.FindRelation(context, [.. qualifier.Parts.Select(static part => part.Value)], scope) is { } relation)
            {
                fields.AddRange(relation.Columns.Select(static column => column.Value));
            }
            else
            {
                fields.Add(context.Expressions.Resolve(element, scope));
            }
        }

        return MakeRow(NodeList.From(fields), static index => $"f{index + 1}", node);
    }

    /// <summary>A row of fields resolved already.</summary>
    public Expression RowOf(NodeList<Expression> fields, Ast.SyntaxNode node) => MakeRow(fields, static index => $"f{index + 1}", node);

    /// <summary>A row of a known type.</summary>
    public Expression RowOf(NodeList<Expression> fields, SqlType type) => Make(SpecialFunctions.RowConstructor, fields, type, null);

    public Expression Struct(Ast.StructExpression node, QueryScope scope) =>
        MakeRow(node.Fields.Map(field => context.Expressions.Settled(field.Value, scope)), index => node.Fields[index].Name, node);

    /// <summary>A relation's name used as a value: the row of its columns; NULL where an outer join has none, which is where all of them are null.</summary>
    public Expression WholeRow(RelationScope relation)
    {
        Expression row = MakeRow([.. relation.Columns.Select(static column => column.Value)], index => relation.Columns[index].Name, null);
        return relation.MayBeMissing
            ? new Case([new CaseArm(Connectives.Or([.. relation.Columns.Select(static column => new IsNull(column.Value, Negated: true))]), row)], Literal.Null(row.Type))
            : row;
    }

    public Expression Map(Ast.MapExpression node, QueryScope scope)
    {
        int position = context.Position(node);
        NodeList<Expression> keys = context.CommonTypes.Unify(node.Entries.Map(entry => context.Expressions.Resolve(entry.Key, scope)), "MAP", position);
        NodeList<Expression> values = context.CommonTypes.Unify(node.Entries.Map(entry => context.Expressions.Resolve(entry.Value, scope)), "MAP", position);
        SqlType type = SqlType.Map(keys.IsEmpty ? SqlType.Text : keys[0].Type, values.IsEmpty ? SqlType.Text : values[0].Type);
        return Make(SpecialFunctions.MapConstructor, [.. keys.Zip(values).SelectMany(static pair => new[] { pair.First, pair.Second })], type, node);
    }

    public Expression Subscript(Ast.SubscriptExpression node, QueryScope scope)
    {
        if (HasSlice(node.Operand))
        {
            return Slice(node, scope);
        }

        Expression operand = context.Expressions.Resolve(node.Operand, scope), index = context.Expressions.Resolve(node.Index, scope);
        int position = context.Position(node.Index);
        switch (operand.Type.Kind)
        {
            case TypeKind.Array when operand.Type.Variant.IsVector():
                Expression fromOne = context.Expressions.Functions.Named("+", [ToIndex(index, position), Literal.Integer(1)], node);
                return Make(SpecialFunctions.ArraySubscript, [operand, fromOne], operand.Type.Element!, node);
            case TypeKind.Array:
                return Make(SpecialFunctions.ArraySubscript, [operand, ToIndex(index, position)], operand.Type.Element!, node);
            case TypeKind.Map:
                return Make(SpecialFunctions.MapSubscript, [operand, context.Coercions.To(index, operand.Type.Key!, CoercionContext.Implicit, position)], operand.Type.Element!, node);
            case TypeKind.Row when index is Literal { Value: string name }:
                return Field(operand, new Ast.Identifier(name) { Span = node.Index.Span });
            case TypeKind.Row when index is Literal { Value: long ordinal } && ordinal >= 1 && ordinal <= operand.Type.Fields!.Count:
                return FieldAt(operand, (int)ordinal - 1, node);
            case TypeKind.Jsonb when index.Type.IsText || index.Type.Kind == TypeKind.Unknown:
                // A text is a key, or, of an array, a place.
                return index is Literal { Value: string key } && !int.TryParse(key, out _)
                    ? context.Expressions.Functions.Named("->", [operand, index], node)
                    : context.Expressions.Functions.Named("jsonb_extract_path", [operand, index], node);
            case TypeKind.Jsonb or TypeKind.Json:
                return context.Expressions.Functions.Named("->", [operand, index], node);
            default:
                throw AnalyzerErrors.DatatypeMismatch($"cannot subscript type {operand.Type} because it does not support subscripting", context.Position(node));
        }
    }

    /// <summary>x[a:b][c:d]: where one subscript is a slice all are, and a plain one c stands for 1:c.</summary>
    public Expression Slice(Ast.Expression node, QueryScope scope)
    {
        var bounds = new List<Expression>();
        Ast.Expression inner = node;
        while (inner is Ast.SliceExpression or Ast.SubscriptExpression)
        {
            (Ast.Expression operandNode, Ast.Expression? lower, Ast.Expression? upper, bool isSlice) = inner is Ast.SliceExpression slice
                ? (slice.Operand, slice.Lower, slice.Upper, true)
                : ((Ast.SubscriptExpression)inner is var subscript ? subscript.Operand : inner, null, subscript.Index, false);
            bounds.Insert(0, upper is null ? Literal.Integer(int.MaxValue) : ToIndex(context.Expressions.Resolve(upper, scope), context.Position(upper)));
            bounds.Insert(0, lower is null ? Literal.Integer(isSlice ? int.MinValue : 1) : ToIndex(context.Expressions.Resolve(lower, scope), context.Position(lower)));
            inner = operandNode;
        }

        Expression operand = context.Expressions.Resolve(inner, scope);
        SqlType? sliced = operand.Type;
        for (int i = 0; i < bounds.Count; i += 2)
        {
            if (sliced?.Kind != TypeKind.Array)
            {
                throw AnalyzerErrors.DatatypeMismatch($"cannot subscript type {sliced ?? operand.Type} because it does not support subscripting", context.Position(node));
            }

            sliced = sliced.Element;
        }

        return Make(SpecialFunctions.ArraySlice, [operand, .. bounds], operand.Type, node);
    }

    /// <summary>Whether a slice is among the subscripts that follow one another.</summary>
    private static bool HasSlice(Ast.Expression node) => node switch
    {
        Ast.SliceExpression => true,
        Ast.SubscriptExpression subscript => HasSlice(subscript.Operand),
        _ => false,
    };

    /// <summary>(value).field.</summary>
    /// <summary>A field by name.</summary>
    /// <param name="value">The row.</param>
    /// <param name="name">The field's name.</param>
    /// <param name="whole">What errors point at; null: the name.</param>
    public Expression Field(Expression value, Ast.Identifier name, Ast.SyntaxNode? whole = null)
    {
        int position = context.Position(whole ?? name);
        if (value.Type.Kind != TypeKind.Row)
        {
            throw AnalyzerErrors.WrongObject($"column notation .{name.Value} applied to type {value.Type}, which is not a composite type", position);
        }

        for (int i = 0; i < value.Type.Fields!.Count; i++)
        {
            if (value.Type.Fields[i].Name == name.Value)
            {
                return FieldAt(value, i, name);
            }
        }

        throw AnalyzerErrors.MissingColumn($"\"{name.Value}\"", position, AnalyzerErrors.PerhapsColumn(SimilarNames.Nearest(name.Value, value.Type.Fields.Select(static field => field.Name), 1).FirstOrDefault()));
    }

    /// <summary>The field at a position, from 0.</summary>
    public Expression FieldAt(Expression row, int index, Ast.SyntaxNode? node) => row is Call { Function.Name: SpecialFunctions.RowConstructor } constructor
        ? constructor.Arguments[index]
        : Make(SpecialFunctions.Field, [row, Literal.Integer(index + 1)], row.Type.Fields![index].Type, node);

    private Expression ToIndex(Expression index, int position) => index.Type.IsInteger || index.Type.Kind == TypeKind.Unknown
        ? context.Coercions.To(index, SqlType.Integer, CoercionContext.Assignment, position)
        : throw AnalyzerErrors.DatatypeMismatch("array subscript must have type integer", position);

    private Expression MakeRow(NodeList<Expression> fields, Func<int, string> nameOf, Ast.SyntaxNode? node)
    {
        SqlType type = SqlType.Row([.. fields.Select((field, index) => new RowField(nameOf(index), field.Type))]);
        return Make(SpecialFunctions.RowConstructor, fields, type, node);
    }

    /// <summary>A call whose result type the syntax decides.</summary>
    private Expression Make(string name, NodeList<Expression> arguments, SqlType type, Ast.SyntaxNode? node)
    {
        IReadOnlyList<Catalog.FunctionSignature> found = context.Functions.Find(name);
        return found.Count > 0
            ? new Call(found[0], arguments, type)
            : throw AnalyzerErrors.Unsupported($"function {name}", context.Position(node));
    }
}
