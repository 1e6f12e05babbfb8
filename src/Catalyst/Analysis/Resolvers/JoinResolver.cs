using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves joins: ON, USING, NATURAL, LATERAL on the right side, SEMI, ANTI and ASOF.</summary>
internal sealed class JoinResolver(AnalysisContext context)
{
    public FromItem Resolve(Ast.JoinTable node, QueryScope scope)
    {
        FromScope before = scope.From;
        FromItem left = context.From.Item(node.Left, scope);
        scope.From = FromScope.Combine(before, left.Scope);
        FromItem right;
        try
        {
            right = context.From.Item(node.Right, scope);
        }
        finally
        {
            scope.From = before;
        }

        FromResolver.CheckAliases(left.Scope, right.Scope);
        JoinKind kind = KindOf(node);
        Expression condition;
        FromScope offered;
        switch (node.Condition)
        {
            case Ast.OnCondition on:
                condition = On(on, left, right, scope);
                offered = FromScope.Combine(left.Scope, right.Scope);
                break;
            case Ast.UsingCondition columns:
                (condition, offered) = Using([.. columns.Columns], columns.Alias, left, right, kind, node);
                break;
            case Ast.NaturalCondition:
                (condition, offered) = Using(CommonNames(left.Scope, right.Scope), null, left, right, kind, node);
                break;
            default:
                (condition, offered) = (Literal.True, FromScope.Combine(left.Scope, right.Scope));
                break;
        }

        LogicalPlan plan = Combine(kind, left.Plan, right.Plan, condition, node.Right);
        offered = kind is JoinKind.LeftSemi or JoinKind.LeftAnti ? left.Scope : WithNulls(offered, plan);
        foreach (RelationScope relation in (IEnumerable<RelationScope>)[
            .. kind is JoinKind.LeftOuter or JoinKind.FullOuter or JoinKind.AsOfLeft ? right.Scope.Relations : [], .. kind is JoinKind.RightOuter or JoinKind.FullOuter ? left.Scope.Relations : []])
        {
            relation.MayBeMissing = true;
        }

        return node.Alias is null ? new FromItem(plan, offered) : Aliased(node, plan, offered);
    }

    /// <summary>Joins two plans; a right side that needs columns of the left becomes an Apply, or runs its functions over the left rows.</summary>
    public LogicalPlan Combine(JoinKind kind, LogicalPlan left, LogicalPlan right, Expression condition, Ast.TableReference rightNode)
    {
        bool mayDepend = rightNode is Ast.FunctionTable or Ast.JoinTable or Ast.SubqueryTable { Lateral: true };
        if (!mayDepend || !right.FreeColumns().Overlaps(left.OutputIds()))
        {
            return new Join(kind, left, right, condition);
        }

        if (kind is JoinKind.RightOuter or JoinKind.FullOuter)
        {
            string name = rightNode.Alias?.Name.Value ?? "lateral item";
            throw AnalyzerErrors.InvalidLateralReference(name, context.Position(rightNode));
        }

        bool isUnconditional = condition.Equals(Literal.True) && kind is JoinKind.Inner or JoinKind.LeftOuter && condition.Equals(Literal.True);
        return right is TableFunctionScan { Input: Values input } functions && input.Equals(Values.SingleRow) && isUnconditional
            ? functions with { Input = left, IsOuter = kind == JoinKind.LeftOuter }
            : new Apply(kind, left, right, condition);
    }

    private JoinKind KindOf(Ast.JoinTable node) => (node.Kind, node.Asof) switch
    {
        (Ast.JoinKind.Inner, true) => JoinKind.AsOf,
        (Ast.JoinKind.Left, true) => JoinKind.AsOfLeft,
        (_, true) => throw AnalyzerErrors.Unsupported("ASOF with this kind of join", context.Position(node)),
        (Ast.JoinKind.Inner or Ast.JoinKind.Cross, _) => JoinKind.Inner,
        (Ast.JoinKind.Left, _) => JoinKind.LeftOuter,
        (Ast.JoinKind.Right, _) => JoinKind.RightOuter,
        (Ast.JoinKind.Full, _) => JoinKind.FullOuter,
        (Ast.JoinKind.Semi, _) => JoinKind.LeftSemi,
        (Ast.JoinKind.Anti, _) => JoinKind.LeftAnti,
    };

    /// <summary>ON sees the two sides and the queries around, not what stands before the join.</summary>
    private Expression On(Ast.OnCondition on, FromItem left, FromItem right, QueryScope scope)
    {
        FromScope before = scope.From;
        scope.From = FromScope.Combine(left.Scope, right.Scope);
        try
        {
            return scope.In(Clause.JoinCondition, () => context.Expressions.Boolean(on.Predicate, scope, "JOIN/ON"));
        }
        finally
        {
            scope.From = before;
        }
    }

    private static Ast.Identifier[] CommonNames(FromScope left, FromScope right) =>
        [.. left.Columns.Select(static column => column.Name).Distinct().Where(name => right.Find(name).Count > 0).Select(static name => new Ast.Identifier(name))];

    /// <summary>Equal names become one column, first in order; the other columns follow, left then right.</summary>
    private (Expression Condition, FromScope Offered) Using(Ast.Identifier[] names, Ast.Identifier? alias, FromItem left, FromItem right, JoinKind kind, Ast.JoinTable node)
    {
        var conditions = new List<Expression>(names.Length);
        var merged = new List<ScopeColumn>(names.Length);
        var hidden = new HashSet<ScopeColumn>(ReferenceEqualityComparer.Instance);
        foreach (Ast.Identifier name in names)
        {
            if (merged.Exists(column => column.Name == name.Value))
            {
                throw AnalyzerErrors.RepeatedUsingColumn(name.Value);
            }

            ScopeColumn leftColumn = Only(left.Scope, name, "left"), rightColumn = Only(right.Scope, name, "right");
            bool isInequality = kind is JoinKind.AsOf or JoinKind.AsOfLeft && ReferenceEquals(name, names[^1]);
            ComparisonOperator comparison = isInequality ? ComparisonOperator.GreaterOrEqual : ComparisonOperator.Equal;
            conditions.Add(context.Expressions.Comparisons.Compare(comparison, leftColumn.Value, rightColumn.Value, name.Span.IsKnown ? name : node));
            merged.Add(new ScopeColumn(name.Value, Merge(leftColumn.Value, rightColumn.Value, kind, node), null));
            hidden.Add(leftColumn);
            hidden.Add(rightColumn);
        }

        List<RelationScope> relations = [.. left.Scope.Relations, .. right.Scope.Relations];
        if (alias is not null)
        {
            var aliased = new RelationScope(alias.Value, []);
            aliased.Columns.AddRange(merged);
            relations.Add(aliased);
        }

        List<ScopeColumn> columns = [.. merged, .. left.Scope.Columns.Where(column => !hidden.Contains(column)), .. right.Scope.Columns.Where(column => !hidden.Contains(column))];
        return (Connectives.And(conditions), new FromScope(relations, columns));
    }

    private static ScopeColumn Only(FromScope side, Ast.Identifier name, string sideName) => side.Find(name.Value) switch
    {
        [var column] => column,
        [] => throw AnalyzerErrors.MissingColumnToUse(name.Value, sideName),
        _ => throw AnalyzerErrors.AmbiguousUsingColumn(name.Value, sideName),
    };

    /// <summary>The value of a merged column: of the side whose rows are all kept; for FULL of whichever is there.</summary>
    private Expression Merge(Expression left, Expression right, JoinKind kind, Ast.JoinTable node)
    {
        int position = context.Position(node);
        SqlType type = context.CommonTypes.Of([left, right], "JOIN/USING", position);
        Expression Side(Expression value) => context.Coercions.To(value, type, CoercionContext.Implicit, position);
        return kind switch
        {
            JoinKind.RightOuter => Side(right),
            JoinKind.FullOuter => new Coalesce([Side(left), Side(right)]),
            _ => Side(left),
        };
    }

    /// <summary>Columns of a side that an outer join may fill with nulls are nullable from here on.</summary>
    private static FromScope WithNulls(FromScope offered, LogicalPlan plan)
    {
        if (plan is Join { Kind: JoinKind.Inner } or Apply { Kind: JoinKind.Inner })
        {
            return offered;
        }

        Dictionary<ColumnId, Column> outputs = plan.Output.ToDictionary(static column => column.Id);
        Expression Refresh(Expression value) => value.TransformUp(part =>
            part is ColumnReference reference && outputs.TryGetValue(reference.Id, out Column? column) && column.IsNullable != reference.IsNullable ? new ColumnReference(column) : part);
        foreach (RelationScope relation in offered.Relations)
        {
            for (int i = 0; i < relation.Columns.Count; i++)
            {
                relation.Columns[i] = relation.Columns[i] with { Value = Refresh(relation.Columns[i].Value) };
            }
        }

        return new FromScope([.. offered.Relations], [.. offered.Columns.Select(column => column with { Value = Refresh(column.Value) })]);
    }

    /// <summary>(a JOIN b ...) AS alias hides the names within.</summary>
    private FromItem Aliased(Ast.JoinTable node, LogicalPlan plan, FromScope offered)
    {
        Ast.TableAlias alias = node.Alias!;
        if (alias.Columns.Count > offered.Columns.Count)
        {
            throw AnalyzerErrors.TooManyAliases(alias.Name.Value, offered.Columns.Count, alias.Columns.Count, context.Position(alias));
        }

        var relation = new RelationScope(alias.Name.Value, []);
        for (int i = 0; i < offered.Columns.Count; i++)
        {
            ScopeColumn column = offered.Columns[i];
            relation.Columns.Add(new ScopeColumn(i < alias.Columns.Count ? alias.Columns[i].Value : column.Name, column.Value, relation));
        }

        return new FromItem(plan, FromScope.Of(relation));
    }
}
