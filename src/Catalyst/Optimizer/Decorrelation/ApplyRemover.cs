using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Decorrelation;

/// <summary>Makes joins of dependent joins: simply where possible, by a domain where not.</summary>
internal sealed class ApplyRemover(OptimizerContext context)
{
    /// <summary>Projections that <see cref="JoinWithDefaults"/> made.</summary>
    private readonly HashSet<LogicalPlan> _fillingIn = new(ReferenceEqualityComparer.Instance);

    /// <summary>Innermost first, what needs no domain.</summary>
    public LogicalPlan RemoveSimple(LogicalPlan plan) => plan.TransformUp(node => node is Apply apply ? TrySimple(apply) ?? apply : node);

    /// <summary>Outermost first, all that is left: the domain of an outer dependent join goes through inner ones.</summary>
    public LogicalPlan RemoveAll(LogicalPlan plan) =>
        (plan is Apply apply ? TrySimple(apply) ?? RemoveByDomain(apply) : plan).MapChildren(RemoveAll);

    private LogicalPlan? TrySimple(Apply apply)
    {
        HashSet<ColumnId> free = apply.Right.FreeColumns();
        if (!apply.Left.Output.HasAny(free))
        {
            return new Join(apply.Kind, apply.Left, apply.Right, apply.Condition, apply.Mark);
        }

        if (RowByRow(apply) is { } rowByRow)
        {
            return rowByRow;
        }

        LogicalPlan right = apply.Kind is JoinKind.LeftSemi or JoinKind.LeftAnti or JoinKind.LeftMark && apply.Right is Sort or Distinct { On.IsEmpty: true }
            ? apply.Right.Children[0]
            : apply.Right;
        return new CorrelationPullUp(context, free).PullUp(right) switch
        {
            null => null,
            { Defaults: null } pulled => Join(apply, pulled),
            { } pulled when apply.Condition is Literal { Value: true } && apply.Kind is JoinKind.LeftOuter or JoinKind.LeftSingle or JoinKind.Inner => JoinWithDefaults(apply, pulled),
            _ => null,
        };
    }

    /// <summary>Right sides that compute something from one left row need no join: SELECT without FROM, table functions.</summary>
    private static LogicalPlan? RowByRow(Apply apply)
    {
        if (apply.Kind is not (JoinKind.Inner or JoinKind.LeftOuter or JoinKind.LeftSingle) || (apply.Kind != JoinKind.Inner && apply.Condition is not Literal { Value: true }))
        {
            return null;
        }

        (NodeList<NamedExpression>? items, LogicalPlan rows) = apply.Right is Project project ? (project.Items, project.Input) : (null, apply.Right);
        LogicalPlan? joined = rows switch
        {
            Values { Rows: [{ IsEmpty: true }] } => apply.Left,
            TableFunctionScan { Input: Values { Rows: [{ IsEmpty: true }] } } functions when apply.Kind != JoinKind.LeftSingle
                && (apply.Kind == JoinKind.Inner || items is null || items.All(static item => item.Expression is ColumnReference)) =>
                functions with { Input = apply.Left, IsOuter = functions.IsOuter || apply.Kind == JoinKind.LeftOuter },
            _ => null,
        };
        if (joined is null)
        {
            return null;
        }

        LogicalPlan result = items is null ? joined : new Project([.. apply.Left.Output.Select(NamedExpression.Pass), .. items], joined);
        return apply.Condition is Literal { Value: true } ? result : new Filter(apply.Condition, result);
    }

    private static LogicalPlan Join(Apply apply, PulledUp pulled)
    {
        // In a mark that may be null, a null correlation predicate must count as "no such row", unlike a null comparison.
        IEnumerable<Expression> predicates = apply is { Kind: JoinKind.LeftMark, Mark.IsNullable: true }
            ? pulled.Predicates.Select(static predicate => predicate.IsNullable ? new IsTruth(predicate, true) : predicate)
            : pulled.Predicates;
        Expression condition = Conjunctions.AndAll([.. predicates, apply.Condition]);
        return new Join(apply.Kind, apply.Left, pulled.Plan, condition, apply.Mark).Narrow(apply.Output);
    }

    /// <summary>Left joins with the groups there are, and fills in the one row that the others have.</summary>
    private LogicalPlan JoinWithDefaults(Apply apply, PulledUp pulled)
    {
        NodeList<Column> output = apply.Right.Output;
        if (output.All(column => pulled.Defaults![column.Id] is Literal { IsNull: true }))
        {
            return new Join(JoinKind.LeftOuter, apply.Left, pulled.Plan, Conjunctions.AndAll(pulled.Predicates)).Narrow(apply.Output);
        }

        // The results take the columns' ids, so what they are computed from gets new ones.
        var renamed = new Dictionary<ColumnId, Column>();
        LogicalPlan right = pulled.Plan.CopyWithNewColumns(context.Ids, renamed);
        Expression[] predicates = [.. pulled.Predicates.Select(predicate => predicate.Substitute(
            renamed.ToDictionary(static pair => pair.Key, static Expression (pair) => new ColumnReference(pair.Value))))];
        (IEnumerable<NamedExpression> before, LogicalPlan left) = Unfilled(apply.Left, predicates);
        var results = new List<NamedExpression>(before);
        Column? marker = null;
        foreach (Column column in output)
        {
            Expression empty = pulled.Defaults![column.Id];
            var value = new ColumnReference(renamed[column.Id] with { IsNullable = true });
            if (empty is Literal { IsNull: true })
            {
                results.Add(new(value, column));
            }
            else if (!column.IsNullable)
            {
                results.Add(new(new Coalesce([value, empty]), column));
            }
            else
            {
                marker ??= context.Ids.Column("found", SqlType.Boolean, isNullable: false);
                results.Add(new(new Case([new(new IsNull(new ColumnReference(marker with { IsNullable = true })), empty)], value), column));
            }
        }

        if (marker is not null)
        {
            right = new Project([.. right.Output.Select(NamedExpression.Pass), new(Literal.True, marker)], right);
        }

        var filled = new Project([.. results], new Join(JoinKind.LeftOuter, left, right, Conjunctions.AndAll(predicates)));
        _fillingIn.Add(filled);
        return filled;
    }

    /// <summary>The columns of a left side and the plan that they are computed from: one projection fills in for all the joins in a row, not each for those below it.</summary>
    private (IEnumerable<NamedExpression> Columns, LogicalPlan Plan) Unfilled(LogicalPlan left, Expression[] predicates)
    {
        if (left is Project project && _fillingIn.Contains(left))
        {
            var used = new HashSet<ColumnId>();
            foreach (Expression predicate in predicates)
            {
                predicate.AddReferences(used);
            }

            if (project.Items.All(item => item.IsPass || !used.Contains(item.Column.Id)))
            {
                return (project.Items, project.Input);
            }
        }

        return (left.Output.Select(NamedExpression.Pass), left);
    }

    /// <summary>Computes the left side once, evaluates the right side for its distinct outer values, and joins the two.</summary>
    /// <remarks><code>
    /// Apply k c                With outer
    ///   L                =>      L'
    ///   R(L.x)                   Join k c AND x IS NOT DISTINCT FROM d
    ///                              CteScan outer
    ///                              R pushed over Distinct(Project [x AS d] CteScan outer)
    /// </code></remarks>
    private LogicalPlan RemoveByDomain(Apply apply)
    {
        LogicalPlan right = InlineCorrelatedCtes(apply.Right, apply.Left.OutputIds());
        HashSet<ColumnId> free = right.FreeColumns();
        NodeList<Column> left = apply.Left.Output, outer = [.. left.Where(column => free.Contains(column.Id))];
        CteId id = context.Ids.NextCte();
        const string Name = "outer";
        LogicalPlan definition = apply.Left.CopyWithNewColumns(context.Ids, []);

        DomainRows NewDomain()
        {
            NodeList<Column> copy = left.Map(context.Ids.CopyOf);
            NodeList<Column> domain = [.. left.Select((column, index) => (column, index)).Where(pair => free.Contains(pair.column.Id)).Select(pair => copy[pair.index])];
            return new(new Distinct([], new CteScan(id, Name, copy).Narrow(domain)), domain);
        }

        DomainRows rows = new DomainPushDown(context, outer, NewDomain).Push(right);
        Expression condition = Conjunctions.AndAll([.. DomainPushDown.Same(outer, rows.Domain), apply.Condition]);
        LogicalPlan joined = new Join(apply.Kind, new CteScan(id, Name, left), rows.Plan, condition, apply.Mark).Narrow(apply.Output);
        return new With(id, Name, definition, null, joined);
    }

    /// <summary>Copies common table expressions that depend on the outer row to where they are read.</summary>
    private LogicalPlan InlineCorrelatedCtes(LogicalPlan plan, HashSet<ColumnId> outer) => plan.TransformUp(node =>
        node is With with && with.Definition.FreeColumns().Overlaps(outer) ? CteInlining.Inline(with, context) : node);
}
