using SqlCluster.Catalyst.Analysis.Checks;
using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves aggregate calls: decides which query they belong to and leaves a reference to that query's aggregate column.</summary>
internal sealed class AggregateResolver(AnalysisContext context)
{
    /// <summary>The catalog's name of a hypothetical-set aggregate; null for other functions.</summary>
    public static string? Hypothetical(string name) => name switch
    {
        "rank" => SpecialFunctions.HypotheticalRank,
        "dense_rank" => SpecialFunctions.HypotheticalDenseRank,
        "percent_rank" => SpecialFunctions.HypotheticalPercentRank,
        "cume_dist" => SpecialFunctions.HypotheticalCumeDist,
        _ => null,
    };

    public Expression Call(Ast.FunctionCall node, string name, IReadOnlyList<FunctionSignature> overloads, QueryScope scope)
    {
        if (node.NullTreatment != Ast.NullTreatment.Default)
        {
            throw AnalyzerErrors.WrongObject($"RESPECT/IGNORE NULLS specified, but {name} is not called as a window function", context.Position(node));
        }

        ArgumentUse? outerUse = scope.Use;
        var use = new ArgumentUse();
        scope.Use = use;
        AggregateCall call;
        try
        {
            call = Arguments(node, name, overloads, scope);
        }
        finally
        {
            scope.Use = outerUse;
        }

        QueryScope owner = OwnerOf(use, scope);
        Check(node, owner, use);
        NameResolution.NoteUse(scope, owner.Depth, inner =>
        {
            inner.AggregateDepths.Add(owner.Depth);
            inner.CallPosition = inner.CallPosition > 0 ? inner.CallPosition : context.Position(node);
        });
        Column column = ColumnFor(call, name, owner);
        var reference = new ColumnReference(column);
        context.Remember(reference, node);
        return reference;
    }

    /// <summary>The innermost query whose columns the arguments use; the query it stands in when they use none.</summary>
    private static QueryScope OwnerOf(ArgumentUse use, QueryScope scope)
    {
        QueryScope owner = scope;
        while (use.InnermostDepth >= 0 && owner.Depth > use.InnermostDepth)
        {
            owner = owner.Parent!;
        }

        return owner;
    }

    private void Check(Ast.FunctionCall node, QueryScope owner, ArgumentUse use)
    {
        int position = context.Position(node);
        if (use.AggregateDepths.Contains(owner.Depth))
        {
            throw AnalyzerErrors.Grouping("aggregate function calls cannot be nested", use.CallPosition);
        }

        if (use.WindowDepths.Contains(owner.Depth))
        {
            throw AnalyzerErrors.Grouping("aggregate function calls cannot contain window function calls", use.CallPosition);
        }

        if (!Clauses.AllowsAggregates(owner.Clause))
        {
            throw AnalyzerErrors.NotAllowed("aggregate functions", Clauses.NameOf(owner.Clause), "42803", position);
        }
    }

    private AggregateCall Arguments(Ast.FunctionCall node, string name, IReadOnlyList<FunctionSignature> overloads, QueryScope scope)
    {
        bool isStar = node.Arguments is [{ Value: Ast.Star { Qualifier: null } }];
        if (isStar && node.Distinct)
        {
            throw AnalyzerErrors.Syntax("syntax error at or near \"*\"", context.Position(node.Arguments[0]));
        }

        NodeList<Expression> arguments = isStar ? NodeList<Expression>.Empty : context.Expressions.Functions.Arguments(node, scope);
        NodeList<Ast.SortItem> orderItems = node.WithinGroup.IsEmpty ? node.OrderBy : node.WithinGroup;
        NodeList<Expression> orderExpressions = orderItems.Map(item => context.Expressions.Resolve(item.Expression, scope));

        // Ordered-set aggregates take their direct arguments first, then what WITHIN GROUP orders.
        if (!node.WithinGroup.IsEmpty && Hypothetical(name) is not null)
        {
            (arguments, orderExpressions) = Paired(node, name, arguments, orderExpressions);
        }

        NodeList<Expression> all = node.WithinGroup.IsEmpty ? arguments : [.. arguments, .. orderExpressions];
        if (all.IsEmpty && !isStar && !overloads.Any(static overload => overload.Parameters.Length > 0 && overload.OptionalParameters == overload.Parameters.Length))
        {
            throw AnalyzerErrors.WrongObject($"{name}(*) must be used to call a parameterless aggregate function", context.Position(node));
        }

        ResolvedFunction chosen = context.Expressions.Functions.Choose(name, [.. overloads.Where(static overload => overload.Kind == FunctionKind.Aggregate)], all, node);
        bool isOrderedSet = name is "mode" or "percentile_cont" or "percentile_disc" || Hypothetical(name) is not null;
        if (isOrderedSet == node.WithinGroup.IsEmpty)
        {
            throw AnalyzerErrors.WrongObject(
                isOrderedSet ? $"WITHIN GROUP is required for ordered-set aggregate {name}" : $"{name} is not an ordered-set aggregate, so it cannot have WITHIN GROUP", context.Position(node));
        }

        int direct = arguments.Count;
        NodeList<SortKey> orderBy = [.. orderItems.Select((item, index) => SortKeys.Make(
            item, node.WithinGroup.IsEmpty ? MatchArgument(context.Coercions.Settle(orderExpressions[index]), arguments, chosen) : chosen.Arguments[direct + index], context))];
        if (node.Distinct && node.WithinGroup.IsEmpty && orderBy.Any(key => !chosen.Arguments.Contains(key.Expression) && !chosen.Arguments.Any(argument => ComparisonResolver.Ordered(context, argument).Equals(key.Expression))))
        {
            throw AnalyzerErrors.InvalidColumnReference("in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list", context.Position(orderItems[0]));
        }

        if (name is "percentile_cont" or "percentile_disc" && direct == 1 && ConstantNumbers.Written(chosen.Arguments[0]) is { IsNull: false } fraction
            && ConstantNumbers.ValueOf(fraction) is { } value && value is not (>= 0 and <= 1))
        {
            throw AnalyzerErrors.PercentileOutOfRange(value);
        }

        Expression? filter = node.Filter is null ? null : scope.In(Clause.Filter, () => context.Expressions.Boolean(node.Filter, scope, "FILTER"));
        bool isDistinct = node.Distinct && !chosen.Arguments.IsEmpty;
        if (isDistinct && orderBy.IsEmpty && name is ("array_agg" or "string_agg" or "json_agg" or "jsonb_agg"))
        {
            // PostgreSQL finds duplicates by sorting, and queries rely on the order that this gives.
            orderBy = [.. node.Arguments.Select((argument, index) => SortKeys.Make(new Ast.SortItem(argument.Value), chosen.Arguments[index], context))];
        }

        return new AggregateCall(chosen.Signature, chosen.Arguments, chosen.ResultType, isDistinct, filter, orderBy);
    }

    /// <summary>Values of a hypothetical row and the keys they stand among, each pair of one type.</summary>
    private (NodeList<Expression> Values, NodeList<Expression> Keys) Paired(Ast.FunctionCall node, string name, NodeList<Expression> values, NodeList<Expression> keys)
    {
        if (values.Count != keys.Count)
        {
            string call = $"{name}({string.Join(", ", values.Concat(keys).Select(static argument => AnalyzerErrors.WithoutModifiers(argument.Type)))})";
            throw AnalyzerErrors.MissingFunction(
                call, context.Position(node), $"To use the hypothetical-set aggregate {name}, the number of hypothetical direct arguments (here {values.Count}) must match the number of ordering columns (here {keys.Count}).");
        }

        NodeList<Expression>[] pairs = [.. values.Zip(keys, (value, key) => context.CommonTypes.Unify([value, key], "WITHIN GROUP", context.Position(node)))];
        return ([.. pairs.Select(pair => context.Coercions.Settle(pair[0]))], [.. pairs.Select(pair => context.Coercions.Settle(pair[1]))]);
    }

    /// <summary>An order key that equals an argument as written stands for the argument as converted.</summary>
    private static Expression MatchArgument(Expression key, NodeList<Expression> written, ResolvedFunction chosen)
    {
        for (int i = 0; i < written.Count; i++)
        {
            if (written[i].Equals(key))
            {
                return chosen.Arguments[i];
            }
        }

        return key;
    }

    /// <summary>Equal calls share a column.</summary>
    private Column ColumnFor(AggregateCall call, string name, QueryScope owner)
    {
        if (owner.CallColumns.TryGetValue(call, out Column? known))
        {
            return known;
        }

        Column column = context.Ids.Column(name, call.Type, call.IsNullable);
        owner.Aggregates.Add(new NamedCall<AggregateCall>(call, column));
        if (!Trees.ExpressionTransforms.IsVolatile(call))
        {
            owner.CallColumns.Add(call, column);
        }

        return column;
    }
}
