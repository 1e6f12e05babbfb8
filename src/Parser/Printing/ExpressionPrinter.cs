using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Printing;

/// <summary>Writes expressions, with parentheses where an operand binds less tightly than its place demands.</summary>
internal static class ExpressionPrinter
{
    /// <summary>Orders the levels of the grammar, from loose to tight.</summary>
    private enum Binding
    {
        Or,
        And,
        Not,
        Predicate,
        Pattern,
        Other,
        Additive,
        Multiplicative,
        Power,
        Collate,
        Sign,
        Primary,
    }

    public static void Write(SqlWriter writer, Expression expression) => Write(writer, expression, Binding.Or);

    /// <summary>Writes what stands where no comparison or AND may: DEFAULT 1, BETWEEN's bounds, frame offsets.</summary>
    public static void WriteValue(SqlWriter writer, Expression expression) => Write(writer, expression, Binding.Other);

    private static void Write(SqlWriter writer, Expression expression, Binding least)
    {
        bool parentheses = BindingOf(expression) < least;
        writer.AddIf(parentheses, "(");
        WriteBare(writer, expression);
        writer.AddIf(parentheses, ")");
    }

    private static Binding BindingOf(Expression expression) => expression switch
    {
        LogicalExpression { Operator: LogicalOperator.Or } => Binding.Or,
        LogicalExpression => Binding.And,
        NotExpression => Binding.Not,
        IsNullExpression or IsTruthExpression or IsDistinctFromExpression => Binding.Predicate,
        BetweenExpression or InListExpression or InSubqueryExpression or PatternMatchExpression => Binding.Pattern,
        BinaryExpression binary => BindingOf(binary.Operator),
        QuantifiedSubqueryExpression quantified => BindingOf(quantified.Operator),
        QuantifiedArrayExpression quantified => BindingOf(quantified.Operator),
        UnaryExpression unary => IsSign(unary.Operator) ? Binding.Sign : Binding.Other,
        CollateExpression or AtTimeZoneExpression => Binding.Collate,
        _ => Binding.Primary,
    };

    private static Binding BindingOf(OperatorName name) => name.Schema is not null ? Binding.Other : name.Symbol switch
    {
        "=" or "<>" or "<" or "<=" or ">" or ">=" => Binding.Predicate,
        "+" or "-" => Binding.Additive,
        "*" or "/" or "%" => Binding.Multiplicative,
        "^" => Binding.Power,
        _ => Binding.Other,
    };

    private static bool IsSign(OperatorName name) => name is { Schema: null, Symbol: "+" or "-" };

    private static void WriteBare(SqlWriter writer, Expression expression)
    {
        switch (expression)
        {
            case ColumnReference column:
                writer.Name(column.Name);
                break;
            case Star star:
                Write(writer, star);
                break;
            case LogicalExpression logical:
                bool or = logical.Operator == LogicalOperator.Or;
                writer.List(logical.Operands, (target, operand) => Write(target, operand, or ? Binding.And : Binding.Not), or ? " OR " : " AND ");
                break;
            case NotExpression not:
                Write(writer.Add("NOT "), not.Operand, Binding.Not);
                break;
            case BinaryExpression binary:
                WriteBinary(writer, binary);
                break;
            case UnaryExpression unary:
                WriteUnary(writer, unary);
                break;
            case IsNullExpression test:
                Write(writer, test.Operand, Binding.Pattern);
                writer.Add(test.Negated ? " IS NOT NULL" : " IS NULL");
                break;
            case IsTruthExpression test:
                Write(writer, test.Operand, Binding.Pattern);
                writer.Add(test.Negated ? " IS NOT " : " IS ").Add(test.Value.ToString().ToUpperInvariant());
                break;
            case IsDistinctFromExpression test:
                Write(writer, test.Left, Binding.Pattern);
                Write(writer.Add(test.Negated ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM "), test.Right, Binding.Pattern);
                break;
            case BetweenExpression between:
                Write(writer, between.Operand, Binding.Other);
                writer.AddIf(between.Negated, " NOT").Add(" BETWEEN ").AddIf(between.Symmetric, "SYMMETRIC ");
                Write(writer, between.Low, Binding.Other);
                Write(writer.Add(" AND "), between.High, Binding.Other);
                break;
            case InListExpression test:
                Write(writer, test.Operand, Binding.Other);
                writer.AddIf(test.Negated, " NOT").Add(" IN (").List(test.Values, Write).Add(")");
                break;
            case InSubqueryExpression test:
                Write(writer, test.Operand, Binding.Other);
                WriteQuery(writer.AddIf(test.Negated, " NOT").Add(" IN "), test.Query);
                break;
            case PatternMatchExpression match:
                Write(writer, match.Operand, Binding.Other);
                writer.AddIf(match.Negated, " NOT").Add(match.Kind switch
                {
                    PatternKind.Like => " LIKE ",
                    PatternKind.ILike => " ILIKE ",
                    PatternKind.SimilarTo => " SIMILAR TO ",
                });
                Write(writer, match.Pattern, Binding.Other);
                writer.With(match.Escape, WriteValue, " ESCAPE ");
                break;
            case QuantifiedSubqueryExpression quantified:
                WriteQuantified(writer, quantified.Operand, quantified.Operator, quantified.Quantifier);
                WriteQuery(writer, quantified.Query);
                break;
            case QuantifiedArrayExpression quantified:
                WriteQuantified(writer, quantified.Operand, quantified.Operator, quantified.Quantifier);
                Write(writer.Add("("), quantified.Array);
                writer.Add(")");
                break;
            case CollateExpression collate:
                Write(writer, collate.Operand, Binding.Collate);
                writer.Add(" COLLATE ").Name(collate.Collation);
                break;
            case AtTimeZoneExpression at:
                Write(writer, at.Operand, Binding.Collate);
                if (at.Zone is null)
                    writer.Add(" AT LOCAL");
                else
                    Write(writer.Add(" AT TIME ZONE "), at.Zone, Binding.Primary);
                break;
            default:
                WritePrimary(writer, expression);
                break;
        }
    }

    private static void WriteBinary(SqlWriter writer, BinaryExpression binary)
    {
        Binding binding = BindingOf(binary.Operator);
        // Comparisons do not associate; other operators do to the left.
        Write(writer, binary.Left, binding == Binding.Predicate ? Binding.Pattern : binding);
        Write(writer.Add(" "), binary.Operator);
        Write(writer.Add(" "), binary.Right, binding + 1);
    }

    private static void WriteUnary(SqlWriter writer, UnaryExpression unary)
    {
        if (IsSign(unary.Operator))
        {
            // Two minus signs would start a comment.
            writer.Add(unary.Operator.Symbol).AddIf(unary.Operand is UnaryExpression, " ");
            Write(writer, unary.Operand, Binding.Sign);
            return;
        }
        // Only OPERATOR(…) puts a sign of arithmetic or comparison before its operand.
        if (unary.Operator is { Schema: null, Symbol: "*" or "/" or "%" or "^" or "=" or "<>" or "<" or "<=" or ">" or ">=" })
            writer.Add("OPERATOR(").Add(unary.Operator.Symbol).Add(")");
        else
            Write(writer, unary.Operator);
        Write(writer.Add(" "), unary.Operand, Binding.Additive);
    }

    private static void WriteQuantified(SqlWriter writer, Expression operand, OperatorName name, Quantifier quantifier)
    {
        Binding binding = BindingOf(name);
        Write(writer, operand, binding == Binding.Predicate ? Binding.Pattern : binding);
        Write(writer.Add(" "), name);
        writer.Add(quantifier == Quantifier.Any ? " ANY " : " ALL ");
    }

    public static void Write(SqlWriter writer, OperatorName name)
    {
        if (name.Schema is null)
            writer.Add(name.Symbol);
        else
            writer.Add("OPERATOR(").Name(name.Schema).Add(".").Add(name.Symbol).Add(")");
    }

    private static void Write(SqlWriter writer, Star star)
    {
        writer.With(star.Qualifier, static (target, name) => target.Name(name), after: ".").Add("*");
        if (!star.Exclude.IsEmpty)
            writer.Add(" EXCLUDE (").Names(star.Exclude).Add(")");
        if (!star.Replace.IsEmpty)
            writer.Add(" REPLACE (").List(star.Replace, static (target, item) => WriteReplacement(target, item)).Add(")");
    }

    private static void WriteReplacement(SqlWriter writer, StarReplacement item)
    {
        Write(writer, item.Value);
        writer.Add(" AS ").Name(item.Column);
    }

    private static void WriteQuery(SqlWriter writer, Query query)
    {
        QueryPrinter.Write(writer.Add("("), query);
        writer.Add(")");
    }

    private static void WritePrimary(SqlWriter writer, Expression expression)
    {
        switch (expression)
        {
            case FunctionCall call:
                FunctionPrinter.Write(writer, call);
                break;
            case CastExpression cast:
                Write(writer.Add(cast.Try ? "TRY_CAST(" : "CAST("), cast.Operand);
                TypePrinter.Write(writer.Add(" AS "), cast.Type);
                writer.Add(")");
                break;
            case CaseExpression choice:
                writer.Add("CASE").With(choice.Operand, Write, " ");
                foreach (CaseBranch branch in choice.Branches)
                {
                    Write(writer.Add(" WHEN "), branch.When);
                    Write(writer.Add(" THEN "), branch.Then);
                }
                writer.With(choice.Else, Write, " ELSE ").Add(" END");
                break;
            case ScalarSubquery subquery:
                WriteQuery(writer, subquery.Query);
                break;
            case ExistsExpression exists:
                WriteQuery(writer.Add("EXISTS "), exists.Query);
                break;
            case ArraySubquery subquery:
                WriteQuery(writer.Add("ARRAY"), subquery.Query);
                break;
            case ArrayExpression array:
                writer.Add(array.IsListOfLists ? "[" : "ARRAY[").List(array.Elements, Write).Add("]");
                break;
            case RowExpression row:
                writer.Add("ROW(").List(row.Elements, Write).Add(")");
                break;
            case StructExpression structure:
                writer.Add("{").List(structure.Fields, static (target, field) => Write(target.String(field.Name).Add(": "), field.Value)).Add("}");
                break;
            case MapExpression map:
                writer.Add("map {").List(map.Entries, WriteEntry).Add("}");
                break;
            case SubscriptExpression subscript:
                WriteIndexed(writer, subscript.Operand);
                Write(writer.Add("["), subscript.Index);
                writer.Add("]");
                break;
            case SliceExpression slice:
                WriteIndexed(writer, slice.Operand);
                writer.Add("[").With(slice.Lower, Write).Add(":").With(slice.Upper, Write).Add("]");
                break;
            case FieldExpression field:
                Write(writer.Add("("), field.Operand);
                writer.Add(").").Name(field.Field);
                break;
            case FieldStar field:
                Write(writer.Add("("), field.Operand);
                writer.Add(").*");
                break;
            case ExtractExpression extract:
                Write(writer.Add("EXTRACT(").String(extract.Field).Add(" FROM "), extract.Operand);
                writer.Add(")");
                break;
            case GroupingExpression grouping:
                writer.Add("GROUPING(").List(grouping.Arguments, Write).Add(")");
                break;
            case DefaultValue:
                writer.Add("DEFAULT");
                break;
            default:
                LiteralPrinter.Write(writer, expression);
                break;
        }
    }

    /// <summary>Writes what a subscript follows: a column, parameter or another subscript bare, anything else in parentheses.</summary>
    private static void WriteIndexed(SqlWriter writer, Expression operand)
    {
        bool bare = operand is ColumnReference or Parameter or SubscriptExpression or SliceExpression;
        writer.AddIf(!bare, "(");
        Write(writer, operand);
        writer.AddIf(!bare, ")");
    }

    private static void WriteEntry(SqlWriter writer, MapEntry entry)
    {
        Write(writer, entry.Key);
        Write(writer.Add(": "), entry.Value);
    }
}
