using System.Runtime.CompilerServices;
using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Turns expressions of the syntax tree into typed expressions: one method call per node kind, the work is in the resolver named after it.</summary>
/// <remarks>String literals, NULL and parameters come back with type unknown: whoever uses the expression decides (or <see cref="Coercions.Settle"/> makes it text).</remarks>
internal sealed class ExpressionResolver
{
    private readonly AnalysisContext _context;
    private readonly LiteralResolver _literals;
    private readonly OperatorResolver _operators;
    private readonly PatternResolver _patterns;
    private readonly CaseResolver _cases;
    private readonly CastResolver _casts;
    private readonly FunctionCallResolver _functions;

    public ExpressionResolver(AnalysisContext context)
    {
        _context = context;
        _literals = new LiteralResolver(context);
        Comparisons = new ComparisonResolver(context);
        _operators = new OperatorResolver(context, Comparisons);
        _patterns = new PatternResolver(context);
        _cases = new CaseResolver(context);
        _casts = new CastResolver(context);
        Subqueries = new SubqueryResolver(context, Comparisons);
        NestedValues = new NestedValueResolver(context);
        _functions = new FunctionCallResolver(context);
    }

    public ComparisonResolver Comparisons { get; }

    public NestedValueResolver NestedValues { get; }

    public SubqueryResolver Subqueries { get; }

    public FunctionCallResolver Functions => _functions;

    /// <summary>Resolves an expression within a scope.</summary>
    public Expression Resolve(Ast.Expression node, QueryScope scope)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw AnalyzerErrors.TooDeep(_context.Position(node));
        }

        _context.Settings.Cancellation.ThrowIfCancellationRequested();

        Expression value = Dispatch(node, scope);
        _context.Remember(value, node);
        return value;
    }

    private Expression Dispatch(Ast.Expression node, QueryScope scope)
    {
        return node switch
        {
            Ast.ColumnReference column when scope.Clause == Clause.Default => throw AnalyzerErrors.NotImplemented("cannot use column reference in DEFAULT expression", _context.Position(column)),
            Ast.Parameter parameter when scope.Clause is Clause.Default or Clause.Check or Clause.Generated => throw AnalyzerErrors.UnknownParameter(parameter.Index, _context.Position(parameter)),
            Ast.ColumnReference column => ResolveName(column, scope),
            Ast.NumberLiteral number => _literals.Number(number, negative: false),
            Ast.StringLiteral text => _literals.String(text),
            Ast.BooleanLiteral truth => Literal.Of(truth.Value) with { },
            Ast.NullLiteral => new Literal(null, SqlType.Unknown),
            Ast.TypedLiteral typed => _literals.Typed(typed),
            Ast.IntervalLiteral interval => _literals.Interval(interval),
            Ast.BitStringLiteral bits => throw AnalyzerErrors.Unsupported("type bit", _context.Position(bits)),
            Ast.Parameter parameter => _literals.Parameter(parameter),
            Ast.CurrentValue current => _literals.Current(current, scope),
            Ast.UnaryExpression { Operand: Ast.NumberLiteral number, Operator.Symbol: "-" } => _literals.Number(number, negative: true),
            Ast.UnaryExpression unary => _operators.Unary(unary, scope),
            Ast.BinaryExpression binary => _operators.Binary(binary, scope),
            Ast.LogicalExpression logical => Logical(logical, scope),
            Ast.NotExpression not => new Not(Boolean(not.Operand, scope, "NOT")),
            Ast.IsNullExpression isNull => IsNullTest(isNull, scope),
            Ast.IsTruthExpression truth => IsTruthTest(truth, scope),
            Ast.IsDistinctFromExpression distinct => Comparisons.IsDistinct(distinct, scope),
            Ast.BetweenExpression between => Comparisons.Between(between, scope),
            Ast.InListExpression list => Comparisons.In(list, scope),
            Ast.PatternMatchExpression pattern => _patterns.Match(pattern, scope),
            Ast.InSubqueryExpression query => Subqueries.In(query, scope),
            Ast.QuantifiedSubqueryExpression query => Subqueries.Quantified(query, scope),
            Ast.QuantifiedArrayExpression array => Subqueries.QuantifiedArray(array, scope),
            Ast.ExistsExpression exists => Subqueries.Exists(exists, scope),
            Ast.ScalarSubquery query => Subqueries.Scalar(query, scope),
            Ast.ArraySubquery query => Subqueries.Array(query, scope),
            Ast.ArrayExpression array => NestedValues.Array(array, scope),
            Ast.RowExpression row => NestedValues.Row(row, scope),
            Ast.StructExpression row => NestedValues.Struct(row, scope),
            Ast.MapExpression map => NestedValues.Map(map, scope),
            Ast.SubscriptExpression subscript => NestedValues.Subscript(subscript, scope),
            Ast.SliceExpression slice => NestedValues.Slice(slice, scope),
            Ast.FieldExpression field => NestedValues.Field(Resolve(field.Operand, scope), field.Field, field.Operand),
            Ast.CollateExpression collate => Collate(collate, scope),
            Ast.AtTimeZoneExpression zone => _functions.AtTimeZone(zone, scope),
            Ast.CastExpression cast => _casts.Cast(cast, scope),
            Ast.CaseExpression @case => _cases.Case(@case, scope),
            Ast.ExtractExpression extract => _functions.Extract(extract, scope),
            Ast.GroupingExpression grouping => _functions.Grouping(grouping, scope),
            Ast.FunctionCall call => _functions.Call(call, scope),
            // t.* where one value is wanted is the row, as t is.
            Ast.Star { Qualifier: { } qualifier } when NameResolution.FindRelation(_context, [.. qualifier.Parts.Select(static part => part.Value)], scope) is { Columns.Count: > 0 } relation => NestedValues.WholeRow(relation),
            Ast.FieldStar { Operand: var row } when Resolve(row, scope) is { Type.Kind: TypeKind.Row } value => value,
            Ast.Star or Ast.FieldStar => throw AnalyzerErrors.Syntax("\"*\" is not allowed here", _context.Position(node)),
            Ast.DefaultValue => throw AnalyzerErrors.Syntax("DEFAULT is not allowed in this context", _context.Position(node)),
            _ => throw AnalyzerErrors.Unsupported(node.GetType().Name, _context.Position(node)),
        };
    }

    /// <summary>Resolves a condition.</summary>
    /// <param name="node">The condition.</param>
    /// <param name="scope">Where names are looked up.</param>
    /// <param name="clause">Names the place in errors: WHERE, AND, ...</param>
    public Expression Boolean(Ast.Expression node, QueryScope scope, string clause)
    {
        Expression condition = Resolve(node, scope);
        return condition.Type.Kind is TypeKind.Boolean or TypeKind.Unknown
            ? _context.Coercions.To(condition, SqlType.Boolean, CoercionContext.Implicit, _context.Position(node))
            : throw AnalyzerErrors.NotBoolean(clause, condition.Type, _context.Position(node));
    }

    /// <summary>Resolves an expression; what has no type becomes text.</summary>
    public Expression Settled(Ast.Expression node, QueryScope scope) => _context.Coercions.Settle(Resolve(node, scope));

    private Expression ResolveName(Ast.ColumnReference column, QueryScope scope)
    {
        if (scope.Outputs is { } outputs && column.Name.IsSimple && scope.From.Find(column.Name.Last.Value).Count == 0
            && outputs.FirstOrDefault(output => output.Name == column.Name.Last.Value) is { } named)
        {
            return named.Value;
        }

        ResolvedName name = NameResolution.Resolve(_context, column.Name, scope);
        Expression value = name.Value;
        if (value is ColumnReference { Id: var id } && scope.Generated is { } generated && generated.Contains(id))
        {
            throw AnalyzerErrors.GeneratedColumn(column.Name.Last.Value, _context.Position(column));
        }

        for (int i = name.PartCount; i < column.Name.Parts.Count; i++)
        {
            value = NestedValues.Field(value, column.Name.Parts[i]);
        }

        return value;
    }

    private Expression Logical(Ast.LogicalExpression logical, QueryScope scope)
    {
        bool isAnd = logical.Operator == Ast.LogicalOperator.And;
        var terms = new List<Expression>(logical.Operands.Count);
        foreach (Ast.Expression operand in logical.Operands)
        {
            terms.Add(Boolean(operand, scope, isAnd ? "AND" : "OR"));
        }

        return isAnd ? Connectives.And(terms) : Connectives.Or(terms);
    }

    private Expression IsNullTest(Ast.IsNullExpression node, QueryScope scope)
    {
        Expression input = Resolve(node.Operand, scope);
        if (input is Call { Function.Name: SpecialFunctions.RowConstructor } row)
        {
            // A row is null when all its fields are, and not null when none is.
            return Connectives.And(row.Arguments.Map<Expression>(field => new IsNull(field, node.Negated)));
        }

        return new IsNull(input is Literal ? _context.Coercions.Settle(input) : input, node.Negated);
    }

    private Expression IsTruthTest(Ast.IsTruthExpression node, QueryScope scope)
    {
        string name = $"IS {(node.Negated ? "NOT " : "")}{node.Value.ToString().ToUpperInvariant()}";
        Expression input = Boolean(node.Operand, scope, name);
        return node.Value == Ast.TruthValue.Unknown ? new IsNull(input, node.Negated) : new IsTruth(input, node.Value == Ast.TruthValue.True, node.Negated);
    }

    private Expression Collate(Ast.CollateExpression node, QueryScope scope)
    {
        Expression input = Settled(node.Operand, scope);
        if (!input.Type.IsText)
        {
            throw AnalyzerErrors.DatatypeMismatch($"collations are not supported by type {input.Type}", _context.Position(node.Collation));
        }

        CheckCollation(node.Collation);
        return input;
    }

    /// <summary>Text is compared by its bytes: only the collations that mean just that exist.</summary>
    /// <exception cref="Parser.Errors.QueryException">42704: another one.</exception>
    public void CheckCollation(Ast.QualifiedName collation)
    {
        if (collation.Last.Value is not ("C" or "POSIX" or "default" or "ucs_basic" or "C.UTF-8"))
        {
            throw AnalyzerErrors.MissingCollation(collation.ToString(), _context.Position(collation));
        }
    }
}
