using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves queries used as values or conditions, and op ANY | ALL over arrays.</summary>
internal sealed class SubqueryResolver(AnalysisContext context, ComparisonResolver comparisons)
{
    public Expression Scalar(Ast.ScalarSubquery node, QueryScope scope) => new ScalarSubquery(OneColumn(Plan(node.Query, scope, node), node));

    /// <summary>The query's one row, to be compared with a row of so many fields: its values one by one, NULLs when there is no row.</summary>
    public Expression Row(Ast.ScalarSubquery node, int fields, QueryScope scope)
    {
        LogicalPlan plan = Plan(node.Query, scope, node);
        if (plan.Output.Count != fields)
        {
            throw AnalyzerErrors.Syntax(plan.Output.Count > fields ? "subquery has too many columns" : "subquery has too few columns", context.Position(node));
        }

        Expression Field(int index)
        {
            LogicalPlan copy = index == 0 ? plan : Trees.PlanCopies.CopyWithNewColumns(plan, context.Ids, []);
            return new ScalarSubquery(new Project([NamedExpression.Pass(copy.Output[index])], copy));
        }

        return context.Expressions.NestedValues.RowOf([.. Enumerable.Range(0, fields).Select(Field)], node);
    }

    public Expression Array(Ast.ArraySubquery node, QueryScope scope) => new ArraySubquery(OneColumn(Plan(node.Query, scope, node), node));

    public Expression Exists(Ast.ExistsExpression node, QueryScope scope) => new ExistsSubquery(Plan(node.Query, scope, node));

    /// <summary>x IN (query) is = ANY, x NOT IN (query) is &lt;> ALL.</summary>
    public Expression In(Ast.InSubqueryExpression node, QueryScope scope) => Compare(
        context.Expressions.Resolve(node.Operand, scope),
        node.Negated ? ComparisonOperator.NotEqual : ComparisonOperator.Equal,
        isAll: node.Negated,
        Plan(node.Query, scope, node),
        node);

    public Expression Quantified(Ast.QuantifiedSubqueryExpression node, QueryScope scope)
    {
        Expression operand = context.Expressions.Resolve(node.Operand, scope);
        LogicalPlan plan = Plan(node.Query, scope, node);
        bool isAll = node.Quantifier == Ast.Quantifier.All;
        return ComparisonResolver.TryOperator(node.Operator.Symbol, out ComparisonOperator comparison)
            ? Compare(operand, comparison, isAll, plan, node)
            : OverRows(operand, node.Operator.Symbol, isAll, OneColumn(plan, node), node);
    }

    /// <summary>x op ANY | ALL (array): IN for a list written out, else a call of the catalog.</summary>
    public Expression QuantifiedArray(Ast.QuantifiedArrayExpression node, QueryScope scope)
    {
        Expression operand = context.Expressions.Resolve(node.Operand, scope);
        bool isAll = node.Quantifier == Ast.Quantifier.All;
        Expression[]? items = node.Array is Ast.ArrayExpression { Elements.IsEmpty: false } written
            ? [.. written.Elements.Map(element => context.Expressions.Resolve(element, scope))]
            : null;
        bool isComparison = ComparisonResolver.TryOperator(node.Operator.Symbol, out ComparisonOperator comparison);
        if (items is not null && isComparison && operand.Type.Kind != TypeKind.Row && comparison == (isAll ? ComparisonOperator.NotEqual : ComparisonOperator.Equal))
        {
            return comparisons.InList(operand, items, isAll, node);
        }

        if (items is not null)
        {
            Expression[] tests = [.. items.Select(item => Truth(operand, item, node))];
            return isAll ? Connectives.And(tests) : Connectives.Or(tests);
        }

        Expression array = context.Expressions.Resolve(node.Array, scope);
        if (array.Type.Kind == TypeKind.Unknown)
        {
            // '{1,2}' and parameters are arrays of the operand's type.
            operand = context.Coercions.Settle(operand);
            array = context.Coercions.To(array, SqlType.Array(ElementFor(operand.Type)), CoercionContext.Implicit, context.Position(node.Array));
        }

        if (array.Type.Kind != TypeKind.Array)
        {
            throw AnalyzerErrors.WrongObject("op ANY/ALL (array) requires array on right side", context.OperatorPosition(node));
        }

        if (array is Literal { Value: NodeList<Literal> literals } && isComparison && comparison == (isAll ? ComparisonOperator.NotEqual : ComparisonOperator.Equal) && !literals.IsEmpty)
        {
            return comparisons.InList(operand, [.. literals], isAll, node);
        }

        if (!isComparison)
        {
            return OverElements(operand, array, isAll, node);
        }

        (operand, _) = comparisons.Align(operand, Literal.Null(array.Type.Element!), node.Operator.Symbol, context.OperatorPosition(node));
        return context.Expressions.Functions.Named(isAll ? SpecialFunctions.CompareAll : SpecialFunctions.CompareAny, [Literal.Text(node.Operator.Symbol), operand, array], node);
    }

    /// <summary>x LIKE ANY (array) and other operators: true = ANY of what the operator gives for each element.</summary>
    private Expression OverElements(Expression operand, Expression array, bool isAll, Ast.QuantifiedArrayExpression node)
    {
        operand = context.Coercions.Settle(operand);
        Expression test = Truth(new InputReference(1, operand.ToString(), operand.Type, true), new InputReference(0, "element", array.Type.Element!, true), node);
        var tests = new ArrayLambda(LambdaKind.Transform, array, [operand], "element", test);
        return context.Expressions.Functions.Named(isAll ? SpecialFunctions.CompareAll : SpecialFunctions.CompareAny, [Literal.Text("="), Literal.Of(true), tests], node);
    }

    /// <summary>What the operator says of one element.</summary>
    private Expression Truth(Expression operand, Expression element, Ast.QuantifiedArrayExpression node)
    {
        Expression test = new OperatorResolver(context, comparisons).Binary(node.Operator.Symbol, operand, element, node);
        return test.Type.Kind == TypeKind.Boolean ? test : throw AnalyzerErrors.WrongObject("op ANY/ALL (array) requires operator to yield boolean", context.OperatorPosition(node));
    }

    private static SqlType ElementFor(SqlType operand) => operand.Kind == TypeKind.Numeric ? NumericTyping.Unconstrained : operand.IsText ? SqlType.Text : operand;

    private LogicalPlan Plan(Ast.Query query, QueryScope scope, Ast.SyntaxNode node) => Clauses.NameOfOne(scope.Clause) is { } place
        ? throw AnalyzerErrors.NotImplemented($"cannot use subquery in {place}", context.OperatorPosition(node))
        : context.Queries.Resolve(query, scope, scope.Ctes);

    private LogicalPlan OneColumn(LogicalPlan plan, Ast.SyntaxNode node) =>
        plan.Output.Count == 1 ? plan : throw AnalyzerErrors.Syntax(plan.Output.Count == 0 ? "subquery must return a column" : "subquery must return only one column", context.Position(node));

    private Expression Compare(Expression operand, ComparisonOperator comparison, bool isAll, LogicalPlan plan, Ast.SyntaxNode node)
    {
        // A row that is written out is compared column by column; the row of a table (t, t.*) is one value.
        bool isWrittenOut = node is Ast.InSubqueryExpression { Operand: Ast.RowExpression } or Ast.QuantifiedSubqueryExpression { Operand: Ast.RowExpression };
        NodeList<Expression> values = isWrittenOut && operand is Call { Function.Name: SpecialFunctions.RowConstructor } row ? row.Arguments : [operand];
        NodeList<Column> columns = plan.Output;
        if (values.Count != columns.Count)
        {
            throw AnalyzerErrors.Syntax(columns.Count > values.Count ? "subquery has too many columns" : "subquery has too few columns", context.OperatorPosition(node));
        }

        var aligned = new Expression[values.Count];
        var items = new NamedExpression[values.Count];
        bool changed = false;
        for (int i = 0; i < aligned.Length; i++)
        {
            var reference = new ColumnReference(columns[i]);
            (aligned[i], Expression right) = comparisons.Align(values[i], reference, ExpressionPrinter.Symbol(comparison), context.OperatorPosition(node));
            changed |= !right.Equals(reference);
            items[i] = right.Equals(reference) ? NamedExpression.Pass(columns[i]) : new NamedExpression(right, context.Ids.For(right, columns[i].Name));
        }

        return new QuantifiedSubquery(NodeList.Create<Expression>(aligned), comparison, isAll, changed ? new Project(NodeList.Create<NamedExpression>(items), plan) : plan);
    }

    /// <summary>x LIKE ANY (query) and other operators: EXISTS over the rows for which it holds (ANY) or does not (ALL); true or false where SQL would say unknown inside a filter.</summary>
    private Expression OverRows(Expression operand, string symbol, bool isAll, LogicalPlan plan, Ast.SyntaxNode node)
    {
        operand = context.Coercions.Settle(operand);
        Expression test = new OperatorResolver(context, comparisons).Binary(symbol, operand, new ColumnReference(plan.Output[0]), node);

        // ANY: true if some row passes, else null if some row gives null, else false. ALL: the same over NOT, negated.
        Expression passing = isAll ? new Not(test) : test;
        var some = new ExistsSubquery(new Filter(passing, plan));
        LogicalPlan copy = Trees.PlanCopies.CopyWithNewColumns(plan, context.Ids, []);
        Expression testOfCopy = new OperatorResolver(context, comparisons).Binary(symbol, operand, new ColumnReference(copy.Output[0]), node);
        var unknown = new ExistsSubquery(new Filter(new IsNull(testOfCopy), copy));
        return new Case([new CaseArm(some, Literal.Of(!isAll)), new CaseArm(unknown, Literal.NullBoolean)], Literal.Of(isAll));
    }
}
