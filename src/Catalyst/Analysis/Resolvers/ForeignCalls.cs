using SqlCluster.Catalyst.Expressions;
using SqlCluster.Parser.Ast;
using ColumnReference = SqlCluster.Parser.Ast.ColumnReference;
using Expression = SqlCluster.Parser.Ast.Expression;
using ScalarSubquery = SqlCluster.Parser.Ast.ScalarSubquery;
using ArraySubquery = SqlCluster.Parser.Ast.ArraySubquery;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Calls by DuckDB's names that PostgreSQL's syntax says in another way: they are read as that. Functions of such a name, where there is one, come first.</summary>
/// <remarks><code>
/// quantile_cont(x, q)          percentile_cont(q) WITHIN GROUP (ORDER BY x)
/// count_if(c)                  count(*) FILTER (WHERE c)
/// list_transform(l, x -> e)    where e needs a plan (otherwise it is an ArrayLambda): CASE WHEN l IS NOT NULL THEN ARRAY(SELECT e FROM unnest(l) WITH ORDINALITY AS t(x, place) ORDER BY place) END
/// list_filter(l, x -> c)       the same of x, WHERE c
/// list_aggregate(l, 'sum')     (SELECT sum(x) FROM unnest(l) AS t(x))
/// </code></remarks>
internal static class ForeignCalls
{
    private const string Place = "list place", Element = "list element", List = "list value";

    /// <summary>Functions under another name, with the same arguments.</summary>
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["ifnull"] = "coalesce", ["nvl"] = "coalesce", ["list_append"] = "array_append", ["array_push_back"] = "array_append", ["list_prepend"] = "array_prepend", ["list_concat"] = "array_cat", ["list_cat"] = "array_cat",
        ["array_concat"] = "array_cat", ["list_position"] = "array_position", ["list_indexof"] = "array_position", ["array_indexof"] = "array_position", ["prefix"] = "starts_with", ["suffix"] = "ends_with",
        ["string_split"] = "string_to_array", ["str_split"] = "string_to_array", ["split"] = "string_to_array", ["lcase"] = "lower", ["ucase"] = "upper", ["instr"] = "strpos", ["strlen"] = "octet_length", ["pow"] = "power",
    };

    /// <summary>What a call stands for; null: just for itself.</summary>
    public static Expression? Read(FunctionCall call)
    {
        if (Lambda(call) is { } lambda)
        {
            return lambda.Kind == LambdaKind.Filter
                ? EachElement(call, lambda.Array, lambda.Variable, ReferenceTo(lambda.Variable), lambda.Body)
                : EachElement(call, lambda.Array, lambda.Variable, lambda.Body, null);
        }

        string name = call.Name.Last.Value;
        return (name, call.Arguments) switch
        {
            _ when call.Arguments.Any(static argument => argument.Name is not null || argument.Variadic) => null,
            (_, _) when Names.TryGetValue(name, out string? ours) => call with { Name = QualifiedName.Of(ours) },
            ("quantile_cont", [var value, var fraction]) => Quantile(call, "percentile_cont", value, fraction),
            ("quantile_disc" or "quantile", [var value, var fraction]) => Quantile(call, "percentile_disc", value, fraction),
            ("count_if" or "countif", [var condition]) => call with
            {
                Name = QualifiedName.Of("count"), Arguments = [new FunctionArgument(new Star())],
                Filter = call.Filter == null ? condition.Value : new LogicalExpression(LogicalOperator.And, [call.Filter, condition.Value]),
            },
            ("today", []) => new CurrentValue(CurrentValueKind.CurrentDate) { Span = call.Span },
            ("typeof", [var value]) => new CastExpression(call with { Name = QualifiedName.Of("pg_typeof") }, new NamedType(QualifiedName.Of("text"), [])) { Span = call.Span },
            ("isnan", [var value]) => new BinaryExpression(new OperatorName("="), value.Value, new TypedLiteral(new NamedType(QualifiedName.Of("float8"), []), "NaN")) { Span = call.Span },
            ("list_aggregate" or "list_aggr" or "array_aggregate" or "array_aggr", [var list, { Value: StringLiteral aggregate }]) => new ScalarSubquery(
                new Query(new Select([new SelectItem(new FunctionCall(aggregate.Value, ReferenceTo(new Identifier(Element))) { Span = call.Span })]) { From = [Elements(list.Value, [new Identifier(Element)])] })) { Span = call.Span },
            _ => null,
        };
    }

    /// <summary>A call whose second argument is a lambda; null: another.</summary>
    public static LambdaCall? Lambda(FunctionCall call)
    {
        LambdaKind? kind = call.Name.Last.Value switch
        {
            "list_transform" or "array_transform" or "list_apply" or "array_apply" => LambdaKind.Transform,
            "list_filter" or "array_filter" => LambdaKind.Filter,
            _ => null,
        };
        return kind is { } known && call.Arguments is [{ Name: null, Variadic: false } array, { Name: null, Variadic: false } lambda] && LambdaOf(lambda) is var (variable, body)
            ? new LambdaCall(known, array.Value, variable, body)
            : null;
    }

    private static FunctionCall Quantile(FunctionCall call, string name, FunctionArgument value, FunctionArgument fraction) =>
        call with { Name = QualifiedName.Of(name), Arguments = [fraction], WithinGroup = [new SortItem(value.Value)] };

    /// <summary>Variable and body of <c>x -> e</c>.</summary>
    private static (Identifier Variable, Expression Body)? LambdaOf(FunctionArgument argument)
    {
        Identifier? variable = null;
        Expression body = WithoutArrow(argument.Value, ref variable);
        return variable is null ? null : (variable, body);
    }

    /// <summary>What stands behind the arrow. As an operator it binds closer than comparisons and AND, so it is looked for at the far left of what was read.</summary>
    private static Expression WithoutArrow(Expression expression, ref Identifier? variable)
    {
        switch (expression)
        {
            case BinaryExpression { Operator: { Symbol: "->", Schema: null }, Left: ColumnReference { Name: { IsSimple: true } name }, Right: var body }:
                variable = name.Last;
                return body;
            case BinaryExpression binary: return binary with { Left = WithoutArrow(binary.Left, ref variable) };
            case LogicalExpression logical: return logical with { Operands = [WithoutArrow(logical.Operands[0], ref variable), .. logical.Operands.Skip(1)] };
            case IsNullExpression test: return test with { Operand = WithoutArrow(test.Operand, ref variable) };
            case IsTruthExpression test: return test with { Operand = WithoutArrow(test.Operand, ref variable) };
            case IsDistinctFromExpression test: return test with { Left = WithoutArrow(test.Left, ref variable) };
            case BetweenExpression between: return between with { Operand = WithoutArrow(between.Operand, ref variable) };
            case InListExpression list: return list with { Operand = WithoutArrow(list.Operand, ref variable) };
            case PatternMatchExpression match: return match with { Operand = WithoutArrow(match.Operand, ref variable) };
            default: return expression;
        }
    }

    /// <summary>The list of what <paramref name="value"/> is for each element. A list that is more than a name is a one-row relation first, so that it is read twice but computed once.</summary>
    private static Expression EachElement(FunctionCall call, Expression list, Identifier variable, Expression value, Expression? condition)
    {
        if (list is ColumnReference)
        {
            return EachElementOf(list);
        }

        var once = new SubqueryTable(new Query(new Select([new SelectItem(list, new Identifier(List))]))) { Alias = new TableAlias(new Identifier(List), []) };
        return new ScalarSubquery(new Query(new Select([new SelectItem(EachElementOf(ReferenceTo(new Identifier(List))))]) { From = [once] })) { Span = call.Span };

        CaseExpression EachElementOf(Expression named)
        {
            var elements = new Select([new SelectItem(value)]) { From = [Elements(named, [variable, new Identifier(Place)])], Where = condition };
            var array = new ArraySubquery(new Query(elements) { OrderBy = [new SortItem(ReferenceTo(new Identifier(Place)))] }) { Span = call.Span };
            return new CaseExpression(null, [new CaseBranch(new IsNullExpression(named, Negated: true), array)], null) { Span = call.Span };
        }
    }

    /// <summary>The elements as rows of one column, or of two: with their places.</summary>
    private static FunctionTable Elements(Expression list, NodeList<Identifier> columns) =>
        new([new TableFunction(new FunctionCall("unnest", list), [])]) { WithOrdinality = columns.Count > 1, Alias = new TableAlias(new Identifier("list_elements"), columns) };

    private static ColumnReference ReferenceTo(Identifier name) => new(new QualifiedName([name]));
}
