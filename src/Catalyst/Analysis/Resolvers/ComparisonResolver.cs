using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves =, &lt;&gt;, &lt; and so on, BETWEEN, IN lists and IS DISTINCT FROM; brings both sides to types that compare.</summary>
internal sealed class ComparisonResolver(AnalysisContext context)
{
    public static bool TryOperator(string symbol, out ComparisonOperator comparison)
    {
        (bool found, comparison) = symbol switch
        {
            "=" => (true, ComparisonOperator.Equal),
            "<>" or "!=" => (true, ComparisonOperator.NotEqual),
            "<" => (true, ComparisonOperator.Less),
            "<=" => (true, ComparisonOperator.LessOrEqual),
            ">" => (true, ComparisonOperator.Greater),
            ">=" => (true, ComparisonOperator.GreaterOrEqual),
            _ => (false, default),
        };
        return found;
    }

    /// <summary>left op right; rows are compared field by field.</summary>
    public Expression Compare(ComparisonOperator comparison, Expression left, Expression right, Ast.SyntaxNode node)
    {
        if (left is Call { Function.Name: SpecialFunctions.RowConstructor } leftRow && right is Call { Function.Name: SpecialFunctions.RowConstructor } rightRow)
        {
            return CompareRows(comparison, leftRow.Arguments, rightRow.Arguments, node);
        }

        (left, right) = Align(left, right, ExpressionPrinter.Symbol(comparison), context.OperatorPosition(node));
        return new Comparison(comparison, Ordered(context, left), Ordered(context, right));
    }

    /// <summary>What a value is compared by: jsonb by bytes in its order, everything else by itself.</summary>
    public static Expression Ordered(AnalysisContext context, Expression value) => value.Type.Kind == TypeKind.Jsonb
        ? new Call(context.Functions.Find(SpecialFunctions.JsonbOrder)[0], [value], SqlType.Bytea)
        : value;

    public Expression Between(Ast.BetweenExpression node, QueryScope scope)
    {
        Expression operand = context.Expressions.Resolve(node.Operand, scope);
        Expression low = context.Expressions.Resolve(node.Low, scope), high = context.Expressions.Resolve(node.High, scope);
        Expression inside = Within(operand, low, high);
        if (node.Symmetric)
        {
            inside = Connectives.Or([inside, Within(operand, high, low)]);
        }

        return node.Negated ? Negate(inside) : inside;

        Expression Within(Expression value, Expression from, Expression to) => Connectives.And(
            Compare(ComparisonOperator.GreaterOrEqual, value, from, node),
            Compare(ComparisonOperator.LessOrEqual, value, to, node));
    }

    public Expression IsDistinct(Ast.IsDistinctFromExpression node, QueryScope scope)
    {
        Expression left = context.Expressions.Resolve(node.Left, scope), right = context.Expressions.Resolve(node.Right, scope);
        if (left is Call { Function.Name: SpecialFunctions.RowConstructor } leftRow && right is Call { Function.Name: SpecialFunctions.RowConstructor } rightRow)
        {
            CheckSameCount(leftRow.Arguments, rightRow.Arguments, node);
            IEnumerable<Expression> fields = leftRow.Arguments.Zip(rightRow.Arguments, (a, b) => Test(a, b));
            return node.Negated ? Connectives.And([.. fields]) : Connectives.Or([.. fields]);
        }

        return Test(left, right);

        Expression Test(Expression a, Expression b)
        {
            (a, b) = Align(a, b, "=", context.OperatorPosition(node));
            return new IsDistinctFrom(Ordered(context, a), Ordered(context, b), node.Negated);
        }
    }

    /// <summary>IN (list): literals take the operand's type where they fit it exactly; else all get a common type.</summary>
    public Expression In(Ast.InListExpression node, QueryScope scope)
    {
        Expression operand = context.Expressions.Resolve(node.Operand, scope);
        var items = new Expression[node.Values.Count];
        bool hasRows = operand.Type.Kind == TypeKind.Row;
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = context.Expressions.Resolve(node.Values[i], scope);
        }

        if (hasRows)
        {
            Expression any = Connectives.Or([.. items.Select(item => Compare(ComparisonOperator.Equal, operand, item, node))]);
            return node.Negated ? Negate(any) : any;
        }

        return InList(operand, items, node.Negated, node);
    }

    /// <summary>operand IN (items), resolved already.</summary>
    public Expression InList(Expression operand, Expression[] items, bool negated, Ast.SyntaxNode node)
    {
        int position = context.OperatorPosition(node);
        operand = operand.Type.Kind == TypeKind.Char ? context.Coercions.ToText(operand, position) : operand;
        if (operand.Type.Kind == TypeKind.Unknown && TypeOf([.. items.Where(static item => item.Type.Kind != TypeKind.Unknown)], position) is { } known)
        {
            operand = FromUnknown(operand, known, position);
        }

        for (int i = 0; i < items.Length; i++)
        {
            Interruption.Ask();
            items[i] = items[i].Type.Kind == TypeKind.Char ? context.Coercions.ToText(items[i], position) : items[i];
            items[i] = items[i].Type.Kind == TypeKind.Unknown && operand.Type.Kind != TypeKind.Unknown ? FromUnknown(items[i], operand.Type, position) : items[i];
            items[i] = FitLiteral(items[i], operand.Type);
        }

        if (Array.TrueForAll(items, item => IsSameForComparison(item.Type, operand.Type)))
        {
            return new InList(Ordered(context, operand), [.. items.Select(item => Ordered(context, item))], negated);
        }

        // Types may differ item by item; an operator must exist for each.
        foreach (Expression item in items)
        {
            Interruption.Ask();
            Align(operand, item, "=", position);
        }

        NodeList<Expression> unified = context.CommonTypes.Unify([operand, .. items], "IN", position);
        return new InList(unified[0], [.. unified.Skip(1)], negated);
    }

    /// <summary>The one type of some items, null where there are none.</summary>
    private SqlType? TypeOf(Expression[] items, int position) => items.Length == 0 ? null : context.CommonTypes.Unify([.. items], "IN", position)[0].Type switch
    {
        { Kind: TypeKind.Numeric } => NumericTyping.Unconstrained,
        { Kind: TypeKind.Char } => SqlType.Text,
        var type => type,
    };

    /// <summary>NOT over what can say it itself.</summary>
    public static Expression Negate(Expression condition) => condition switch
    {
        And { Terms: [Comparison low, Comparison high] } => Connectives.Or([Inverse(low), Inverse(high)]),
        Comparison comparison => Inverse(comparison),
        _ => new Not(condition),
    };

    private static Comparison Inverse(Comparison comparison) => comparison with
    {
        Operator = comparison.Operator switch
        {
            ComparisonOperator.Equal => ComparisonOperator.NotEqual,
            ComparisonOperator.NotEqual => ComparisonOperator.Equal,
            ComparisonOperator.Less => ComparisonOperator.GreaterOrEqual,
            ComparisonOperator.LessOrEqual => ComparisonOperator.Greater,
            ComparisonOperator.Greater => ComparisonOperator.LessOrEqual,
            ComparisonOperator.GreaterOrEqual => ComparisonOperator.Less,
        },
    };

    private Expression CompareRows(ComparisonOperator comparison, NodeList<Expression> left, NodeList<Expression> right, Ast.SyntaxNode node)
    {
        Interruption.Ask();
        CheckSameCount(left, right, node);
        if (left.IsEmpty)
        {
            throw AnalyzerErrors.NotImplemented("cannot compare rows of zero length", context.Position(node));
        }

        if (comparison is ComparisonOperator.Equal or ComparisonOperator.NotEqual)
        {
            Expression[] fields = [.. left.Zip(right, (a, b) => Compare(comparison, a, b, node))];
            return comparison == ComparisonOperator.Equal ? Connectives.And(fields) : Connectives.Or(fields);
        }

        // (a, b) < (c, d)  is  a < c OR (a = c AND b < d); only the last field may be equal for <= and >=.
        ComparisonOperator strict = comparison is ComparisonOperator.Less or ComparisonOperator.LessOrEqual ? ComparisonOperator.Less : ComparisonOperator.Greater;
        int last = left.Count - 1;
        Expression result = Compare(comparison, left[last], right[last], node);
        for (int i = last - 1; i >= 0; i--)
        {
            result = Connectives.Or([Compare(strict, left[i], right[i], node), Connectives.And(Compare(ComparisonOperator.Equal, left[i], right[i], node), result)]);
        }

        return result;
    }

    private void CheckSameCount(NodeList<Expression> left, NodeList<Expression> right, Ast.SyntaxNode node)
    {
        if (left.Count != right.Count)
        {
            throw AnalyzerErrors.Syntax("unequal number of entries in row expressions", context.OperatorPosition(node));
        }
    }

    /// <summary>Brings two operands to types that compare: one kind (numerics may differ in digits, texts in length).</summary>
    /// <exception cref="Parser.Errors.QueryException">42883 when the types do not compare.</exception>
    public (Expression Left, Expression Right) Align(Expression left, Expression right, string symbol, int position)
    {
        TypeKind leftKind = left.Type.Kind, rightKind = right.Type.Kind;
        if (leftKind == TypeKind.Unknown || rightKind == TypeKind.Unknown)
        {
            left = leftKind == TypeKind.Unknown ? FromUnknown(left, rightKind == TypeKind.Unknown ? SqlType.Text : right.Type, position) : left;
            right = rightKind == TypeKind.Unknown ? FromUnknown(right, left.Type, position) : right;
        }

        if (left.Type.IsText && right.Type.IsText)
        {
            return (context.Coercions.ToText(left, position), context.Coercions.ToText(right, position));
        }

        (left, right) = (FitLiteral(left, right.Type), FitLiteral(right, left.Type));
        if (IsSameForComparison(left.Type, right.Type))
        {
            return left.Type.Kind == TypeKind.Json ? throw Missing() : (left, right);
        }

        SqlType? common = left.Type.IsNumber && right.Type.IsNumber ? CommonNumber(left.Type, right.Type) : CommonTypes.Of(left.Type, right.Type);
        if (common is null || (CastRules.CategoryOf(left.Type.Kind) == TypeCategory.DateTime && (left.Type.Kind == TypeKind.Time) != (right.Type.Kind == TypeKind.Time)))
        {
            throw Missing();
        }

        return common.Kind == TypeKind.Numeric
            ? (context.Coercions.ToNumeric(left, position), context.Coercions.ToNumeric(right, position))
            : (context.Coercions.To(left, common, CoercionContext.Implicit, position), context.Coercions.To(right, common, CoercionContext.Implicit, position));

        Exception Missing() => AnalyzerErrors.MissingOperator(OperatorResolver.Describe(symbol, [left, right]), false, position);
    }

    private static SqlType CommonNumber(SqlType left, SqlType right) =>
        left.IsFloat || right.IsFloat ? SqlType.DoublePrecision
        : left.Kind == TypeKind.Numeric || right.Kind == TypeKind.Numeric ? NumericTyping.Unconstrained
        : left.Kind > right.Kind ? left : right;

    private static bool IsSameForComparison(SqlType left, SqlType right) =>
        left.Equals(right) || (left.Kind == right.Kind && !left.IsNested && left.Kind != TypeKind.Numeric) || (left.Kind == TypeKind.Numeric && right.Kind == TypeKind.Numeric && left.Scale == right.Scale)
        || (left.IsText && right.IsText);

    /// <summary>A string literal as a value to compare with: never cut to a length or rounded to a scale.</summary>
    private Expression FromUnknown(Expression unknown, SqlType other, int position)
    {
        SqlType type = other.Kind switch
        {
            TypeKind.Numeric => NumericTyping.Unconstrained,
            TypeKind.Varchar or TypeKind.Char or TypeKind.Name => SqlType.Text,
            _ => other,
        };
        if (other.Kind == TypeKind.Char && unknown is Literal { Value: string text })
        {
            return Literal.Text(text.TrimEnd(' '));
        }

        return context.Coercions.To(unknown, type, CoercionContext.Implicit, position);
    }

    /// <summary>A number literal in the other side's type where that loses nothing, so that a column need not be converted to be compared with it.</summary>
    private static Expression FitLiteral(Expression expression, SqlType other) =>
        expression is Literal { IsNull: false } literal && literal.Type.IsNumber && other.IsNumber && !literal.Type.Equals(other) && other.Kind != TypeKind.Real && !literal.Type.IsFloat
            ? LiteralCoercion.Convert(literal, other) ?? literal
            : expression;
}
