using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves calls with OVER and leaves a reference to a window column.</summary>
internal sealed class WindowResolver(AnalysisContext context)
{
    public Expression Call(Ast.FunctionCall node, string name, IReadOnlyList<FunctionSignature> overloads, QueryScope scope)
    {
        int position = context.Position(node);
        if (scope.Use is { } outer && outer.WindowDepths is { } depths)
        {
            // Inside arguments: note it, so that the call around this one can complain.
            depths.Add(scope.Depth);
            outer.CallPosition = outer.CallPosition > 0 ? outer.CallPosition : position;
        }

        if (!Clauses.AllowsWindows(scope.Clause))
        {
            throw AnalyzerErrors.NotAllowed("window functions", Clauses.NameOf(scope.Clause), "42P20", position);
        }

        if (overloads.Count > 0 && overloads.All(static overload => overload.Kind is FunctionKind.Scalar or FunctionKind.Table))
        {
            throw AnalyzerErrors.WrongObject($"OVER specified, but {name} is not a window function nor an aggregate function", position);
        }

        if (!node.WithinGroup.IsEmpty || !node.OrderBy.IsEmpty)
        {
            throw AnalyzerErrors.NotImplemented(node.WithinGroup.IsEmpty ? "aggregate ORDER BY is not implemented for window functions" : $"OVER is not supported for ordered-set aggregate {name}", position);
        }

        ArgumentUse? outerUse = scope.Use;
        var use = new ArgumentUse();
        scope.Use = use;
        WindowCall call;
        try
        {
            call = Resolve(node, name, overloads, scope);
        }
        finally
        {
            scope.Use = outerUse;
        }

        if (use.WindowDepths.Contains(scope.Depth))
        {
            throw AnalyzerErrors.Windowing("window function calls cannot be nested", use.CallPosition);
        }

        NameResolution.NoteUse(scope, scope.Depth);
        Column column = ColumnFor(call, name, scope);
        var reference = new ColumnReference(column);
        context.Remember(reference, node);
        return reference;
    }

    private WindowCall Resolve(Ast.FunctionCall node, string name, IReadOnlyList<FunctionSignature> overloads, QueryScope scope)
    {
        bool isStar = node.Arguments is [{ Value: Ast.Star }];
        NodeList<Expression> arguments = isStar ? NodeList<Expression>.Empty : context.Expressions.Functions.Arguments(node, scope);
        ResolvedFunction chosen = context.Expressions.Functions.Choose(
            name, [.. overloads.Where(static overload => overload.Kind is FunctionKind.Window or FunctionKind.Aggregate)], arguments, node);
        if (node.Distinct && !chosen.Arguments.IsEmpty)
        {
            throw AnalyzerErrors.NotImplemented("DISTINCT is not implemented for window functions", context.Position(node));
        }

        if (node.Filter is not null && chosen.Signature.Kind == FunctionKind.Window)
        {
            throw AnalyzerErrors.NotImplemented("FILTER is not implemented for non-aggregate window functions", context.Position(node));
        }

        if (node.NullTreatment == Ast.NullTreatment.Ignore && chosen.Signature.Kind != FunctionKind.Window)
        {
            throw AnalyzerErrors.WrongObject($"IGNORE NULLS specified, but {name} does not take it", context.Position(node));
        }

        Expression? filter = node.Filter is null ? null : scope.In(Clause.Filter, () => context.Expressions.Boolean(node.Filter, scope, "FILTER"));
        Ast.WindowSpecification specification = Specification(node.Over!, scope);
        NodeList<Expression> partitionBy = specification.PartitionBy.Map(key => scope.In(Clause.Window, () => context.Expressions.Settled(key, scope)));
        NodeList<SortKey> orderBy = specification.OrderBy.Map(item => SortKeys.Make(item, scope.In(Clause.Window, () => context.Expressions.Settled(item.Expression, scope)), context));
        WindowFrame frame = specification.Frame is null ? WindowFrame.Default : Frame(specification.Frame, orderBy, context.Position(specification), scope);
        return new WindowCall(
            chosen.Signature, chosen.Arguments, chosen.ResultType, partitionBy, orderBy, frame, filter, node.Distinct && !chosen.Arguments.IsEmpty,
            node.NullTreatment == Ast.NullTreatment.Ignore);
    }

    /// <summary>The window with everything that a named one gives it.</summary>
    private Ast.WindowSpecification Specification(Ast.Window window, QueryScope scope)
    {
        if (window is Ast.WindowName name)
        {
            return scope.Windows.TryGetValue(name.Name.Value, out Ast.WindowSpecification? named)
                ? named
                : throw AnalyzerErrors.MissingWindow(name.Name.Value, context.Position(name));
        }

        return Complete((Ast.WindowSpecification)window, scope);
    }

    /// <summary>Copies partition keys and order from the base window: OVER (w ORDER BY x).</summary>
    public Ast.WindowSpecification Complete(Ast.WindowSpecification specification, QueryScope scope)
    {
        if (specification.BaseName is not { } baseName)
        {
            return specification;
        }

        int position = context.Position(specification);
        if (!scope.Windows.TryGetValue(baseName.Value, out Ast.WindowSpecification? based))
        {
            throw AnalyzerErrors.MissingWindow(baseName.Value, position);
        }

        string? wrong = !specification.PartitionBy.IsEmpty ? $"cannot override PARTITION BY clause of window \"{baseName.Value}\""
            : !specification.OrderBy.IsEmpty && !based.OrderBy.IsEmpty ? $"cannot override ORDER BY clause of window \"{baseName.Value}\""
            : based.Frame is not null ? $"cannot copy window \"{baseName.Value}\" because it has a frame clause"
            : null;
        return wrong is null
            ? specification with { BaseName = null, PartitionBy = based.PartitionBy, OrderBy = specification.OrderBy.IsEmpty ? based.OrderBy : specification.OrderBy }
            : throw AnalyzerErrors.Windowing(wrong, position);
    }

    private WindowFrame Frame(Ast.WindowFrame node, NodeList<SortKey> orderBy, int windowPosition, QueryScope scope)
    {
        int position = context.Position(node);
        FrameUnit unit = (FrameUnit)node.Unit;
        if (unit == FrameUnit.Range && (node.Start.Offset is not null || node.End?.Offset is not null) && orderBy.Count != 1)
        {
            throw AnalyzerErrors.Windowing("RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column", windowPosition);
        }

        FrameBound start = Bound(node.Start, unit, orderBy, scope);
        FrameBound end = node.End is null ? new FrameBound(FrameBoundKind.CurrentRow) : Bound(node.End, unit, orderBy, scope);
        string? wrong = start.Kind == FrameBoundKind.UnboundedFollowing ? "frame start cannot be UNBOUNDED FOLLOWING"
            : end.Kind == FrameBoundKind.UnboundedPreceding ? "frame end cannot be UNBOUNDED PRECEDING"
            : start.Kind == FrameBoundKind.CurrentRow && end.Kind == FrameBoundKind.Preceding ? "frame starting from current row cannot have preceding rows"
            : start.Kind == FrameBoundKind.Following && end.Kind is FrameBoundKind.Preceding or FrameBoundKind.CurrentRow && start.Kind == FrameBoundKind.Following
                ? "frame starting from following row cannot have preceding rows"
            : null;
        if (wrong is not null)
        {
            throw AnalyzerErrors.Windowing(wrong, position);
        }

        if (unit == FrameUnit.Groups && orderBy.IsEmpty)
        {
            throw AnalyzerErrors.Windowing("GROUPS mode requires an ORDER BY clause", windowPosition);
        }

        return new WindowFrame(unit, start, end, (FrameExclusion)node.Exclusion);
    }

    private FrameBound Bound(Ast.FrameBound node, FrameUnit unit, NodeList<SortKey> orderBy, QueryScope scope)
    {
        var kind = (FrameBoundKind)node.Kind;
        if (node.Offset is null)
        {
            return new FrameBound(kind);
        }

        int position = context.Position(node.Offset);
        Expression offset = context.Expressions.Resolve(node.Offset, scope);
        if (Trees.ColumnUse.References(offset).Count > 0)
        {
            throw AnalyzerErrors.InvalidColumnReference($"argument of {unit.ToString().ToUpperInvariant()} must not contain variables", position);
        }

        if (Trees.ExpressionTransforms.HasSubquery(offset))
        {
            throw AnalyzerErrors.Unsupported("a subquery as the offset of a window's frame", position);
        }

        if (unit != FrameUnit.Range)
        {
            return new FrameBound(kind, ToBigInt(offset, unit, position));
        }

        SqlType key = orderBy.IsEmpty ? SqlType.BigInt : orderBy[0].Expression.Type;
        SqlType wanted = key.IsDateTime || key.Kind == TypeKind.Interval ? SqlType.Interval : key.Kind == TypeKind.Numeric ? NumericTyping.Unconstrained : key;
        if (!key.IsNumber && wanted.Kind != TypeKind.Interval)
        {
            throw AnalyzerErrors.NotImplemented($"RANGE with offset PRECEDING/FOLLOWING is not supported for column type {key}", position);
        }

        return new FrameBound(kind, CastResolver.Convert(context, offset, wanted, position));
    }

    private Expression ToBigInt(Expression offset, FrameUnit unit, int position) => offset.Type.IsInteger || offset.Type.Kind == TypeKind.Unknown
        ? context.Coercions.To(offset, SqlType.BigInt, CoercionContext.Implicit, position)
        : throw AnalyzerErrors.WrongArgumentType(unit.ToString().ToUpperInvariant(), "bigint", offset.Type, position);

    private Column ColumnFor(WindowCall call, string name, QueryScope scope)
    {
        if (scope.CallColumns.TryGetValue(call, out Column? known))
        {
            return known;
        }

        Column column = context.Ids.Column(name, call.Type, call.IsNullable || call.Function.Kind == FunctionKind.Aggregate);
        scope.WindowCalls.Add(new NamedCall<WindowCall>(call, column));
        if (!Trees.ExpressionTransforms.IsVolatile(call))
        {
            scope.CallColumns.Add(call, column);
        }

        return column;
    }
}
