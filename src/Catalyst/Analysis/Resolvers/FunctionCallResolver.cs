using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves function calls: finds out what kind of function a name is, and does scalar and set-returning ones itself.</summary>
internal sealed class FunctionCallResolver
{
    private const string NoMatch = "No function matches the given name and argument types. You might need to add explicit type casts.";
    private readonly AnalysisContext _context;
    private readonly AggregateResolver _aggregates;
    private readonly WindowResolver _windows;
    private readonly LambdaResolver _lambdas;

    public FunctionCallResolver(AnalysisContext context)
    {
        _context = context;
        _aggregates = new AggregateResolver(context);
        _windows = new WindowResolver(context);
        _lambdas = new LambdaResolver(context);
    }

    public Expression Call(Ast.FunctionCall node, QueryScope scope)
    {
        string name = NameOf(node.Name);
        CheckSchema(node);
        switch (name)
        {
            case "coalesce":
                return Coalesce(node, scope);
            case "nullif":
                return NullIf(node, scope);
            case "greatest" or "least" when node is { Distinct: false, Filter: null, Over: null, OrderBy.IsEmpty: true, WithinGroup.IsEmpty: true, Arguments.IsEmpty: false }
                && node.Arguments.All(static argument => argument is { Name: null, Variadic: false, Value: not Ast.Star }):
                return Named(name, _context.CommonTypes.Unify(Arguments(node, scope), name.ToUpperInvariant(), _context.Position(node)), node);
        }

        IReadOnlyList<FunctionSignature> overloads = _context.Functions.Find(name);
        if (overloads.Count == 0 && ForeignCalls.Lambda(node) is { } lambda && _lambdas.Resolve(node, lambda, scope) is { } applied)
        {
            return applied;
        }

        if (overloads.Count == 0 && ForeignCalls.Read(node) is { } meant)
        {
            return _context.Expressions.Resolve(meant, scope);
        }

        if (node.Over is not null)
        {
            return _windows.Call(node, name, overloads, scope);
        }

        if (!node.WithinGroup.IsEmpty && AggregateResolver.Hypothetical(name) is { } hypothetical)
        {
            return _aggregates.Call(node, name, _context.Functions.Find(hypothetical), scope);
        }

        if (name == "pg_typeof" && node.Arguments is [{ Name: null, Variadic: false, Value: not Ast.Star }])
        {
            // A regtype: which id the name stands for, the session's catalog knows.
            SqlType type = _context.Expressions.Resolve(node.Arguments[0].Value, scope).Type;
            return new Cast(Literal.Text(AnalyzerErrors.WithoutModifiers(type.WithoutFractionDigits)), TypeVariants.Of(TypeVariant.RegType));
        }

        if (name == "pg_collation_for" && node.Arguments is [{ Name: null, Variadic: false, Value: not Ast.Star and var collated }])
        {
            Expression value = _context.Expressions.Settled(collated, scope);
            return !value.Type.IsText ? throw AnalyzerErrors.DatatypeMismatch($"collations are not supported by type {value.Type}", _context.Position(node))
                : Literal.Text(collated is Ast.CollateExpression collate ? $"\"{collate.Collation.Last.Value}\"" : value.Type.Kind == TypeKind.Name ? "\"C\"" : "\"default\"");
        }

        if (overloads.Any(static overload => overload.Kind == FunctionKind.Aggregate))
        {
            return _aggregates.Call(node, name, overloads, scope);
        }

        CheckPlain(node, name, overloads);
        if (name is "normalize" or "is_normalized" && node.Arguments is [var text, { Value: Ast.ColumnReference { Name: { IsSimple: true, Last.Value: "nfc" or "nfd" or "nfkc" or "nfkd" } form } } second])
        {
            // The form is a word of the language: normalize(x, NFC).
            node = node with { Arguments = [text, second with { Value = new Ast.StringLiteral(form.Last.Value) { Span = second.Value.Span } }] };
        }

        (node, name, overloads) = CallArguments.Placed(_context, node, name, overloads);
        NodeList<Expression> arguments = name == "overlaps" ? WithEnds(Arguments(node, scope), node)
            : overloads is [{ Names: { } names }] && node.Arguments.Any(static argument => argument.Name is not null) ? ByName(node, names, scope)
            : Arguments(node, scope);
        return overloads.Any(static overload => overload.Kind == FunctionKind.Table)
            ? SetReturning(node, name, overloads, arguments, scope)
            : Scalar(name, overloads, arguments, node);
    }

    /// <summary>A call of a scalar function by name, for syntax that stands for one.</summary>
    public Expression Named(string name, NodeList<Expression> arguments, Ast.SyntaxNode node) => Scalar(name, _context.Functions.Find(name), arguments, node);

    public Expression Extract(Ast.ExtractExpression node, QueryScope scope)
    {
        Expression operand = _context.Expressions.Resolve(node.Operand, scope);
        return Named(SpecialFunctions.Extract, [Literal.Text(node.Field), operand], node);
    }

    public Expression AtTimeZone(Ast.AtTimeZoneExpression node, QueryScope scope)
    {
        Expression operand = _context.Expressions.Resolve(node.Operand, scope);
        operand = operand.Type.Kind == TypeKind.Date ? _context.Coercions.To(operand, SqlType.TimestampTz, CoercionContext.Implicit, _context.Position(node)) : operand;
        NodeList<Expression> arguments = node.Zone is null ? [operand] : [_context.Expressions.Resolve(node.Zone, scope), operand];
        return Named(SpecialFunctions.TimeZone, arguments, node);
    }

    /// <summary>GROUPING(a, b): a placeholder column until the grouping sets are known.</summary>
    public Expression Grouping(Ast.GroupingExpression node, QueryScope scope)
    {
        if (!Clauses.AllowsAggregates(scope.Clause))
        {
            throw AnalyzerErrors.NotAllowed("grouping operations", Clauses.NameOf(scope.Clause), "42803", _context.Position(node));
        }

        NodeList<Expression> arguments = node.Arguments.Map(argument => _context.Expressions.Settled(argument, scope));
        Column column = _context.Ids.Column("grouping", SqlType.Integer, false);
        scope.GroupingCalls.Add(column.Id, arguments);
        var reference = new ColumnReference(column);
        _context.Remember(reference, node.Arguments[0]);
        return reference;
    }

    /// <summary>The name without pg_catalog: functions live in no other schema.</summary>
    public static string NameOf(Ast.QualifiedName name) => name.Last.Value;

    /// <summary>Resolves arguments by place.</summary>
    /// <remarks>Parameters of type void are no arguments: that is what pgjdbc declares the results of {? = call f(?)} to be.</remarks>
    public NodeList<Expression> Arguments(Ast.FunctionCall node, QueryScope scope) =>
        [.. node.Arguments.Map(argument => Argument(argument, node, scope)).Where(static argument => argument is not Parameter { ValueType.Kind: TypeKind.Void })];

    private Expression Argument(Ast.FunctionArgument argument, Ast.FunctionCall node, QueryScope scope)
    {
        if (argument.Variadic)
        {
            throw AnalyzerErrors.Unsupported($"VARIADIC with function {node.Name}", _context.Position(argument));
        }

        if (argument.Name is not null)
        {
            throw AnalyzerErrors.MissingFunction($"{node.Name}({argument.Name.Value} => ...)", _context.Position(node), "No function matches the given argument names.");
        }

        // t.* is the row, as t is.
        return argument.Value is Ast.Star { Qualifier: { } qualifier } && NameResolution.FindRelation(_context, [.. qualifier.Parts.Select(static part => part.Value)], scope) is { Columns.Count: > 0 } relation
            ? _context.Expressions.NestedValues.WholeRow(relation)
            : _context.Expressions.Resolve(argument.Value, scope);
    }

    /// <summary>Chooses the overload or throws 42883 or 42725.</summary>
    public ResolvedFunction Choose(string name, IReadOnlyList<FunctionSignature> overloads, NodeList<Expression> arguments, Ast.SyntaxNode node)
    {
        int position = _context.Position(node);
        OverloadOutcome outcome;
        ResolvedFunction? resolved;
        try
        {
            outcome = _context.Overloads.Resolve(overloads, arguments, isOperator: false, position, out resolved);
        }
        catch (Parser.Errors.QueryException error) when (error.Position == 0)
        {
            // A result type that depends on the arguments, and that these have none of.
            throw AnalyzerErrors.At(error, position, error.SqlState == "42883" ? NoMatch : null);
        }

        string called = node is Ast.FunctionCall { Name: { IsSimple: false } qualified } ? qualified.ToString() : name;
        string call = $"{called}({string.Join(", ", arguments.Select(static argument => AnalyzerErrors.WithoutModifiers(argument.Type)))})";
        return outcome switch
        {
            OverloadOutcome.Found => resolved!,
            OverloadOutcome.NoMatch => throw AnalyzerErrors.MissingFunction(call, position, HintFor(name, overloads)),
            OverloadOutcome.Ambiguous => throw AnalyzerErrors.AmbiguousFunction(call, position),
        };
    }

    private Expression Scalar(string name, IReadOnlyList<FunctionSignature> overloads, NodeList<Expression> arguments, Ast.SyntaxNode node)
    {
        if (overloads.Count == 0 && arguments.Count == 1 && TypeOfName(name) is { } type)
        {
            // f(x) where f is a type: a cast in function notation.
            return CastResolver.Convert(_context, arguments[0], type, _context.Position(node));
        }

        if (overloads.Count > 0 && overloads.All(static overload => overload.Kind == FunctionKind.Window))
        {
            throw AnalyzerErrors.WrongObject($"window function {name} requires an OVER clause", _context.Position(node));
        }

        ResolvedFunction chosen = Choose(name, [.. overloads.Where(static overload => overload.Kind == FunctionKind.Scalar)], arguments, node);
        return new Call(chosen.Signature, chosen.Arguments, chosen.ResultType);
    }

    /// <summary>A set-returning function among expressions: its rows come from a plan node of their own, the expression sees a column.</summary>
    private ColumnReference SetReturning(Ast.FunctionCall node, string name, IReadOnlyList<FunctionSignature> overloads, NodeList<Expression> arguments, QueryScope scope)
    {
        if (!Clauses.AllowsSets(scope.Clause) || scope.Use is not null)
        {
            string place = scope.Use is null ? Clauses.NameOf(scope.Clause) : "arguments of aggregates and window functions";
            throw AnalyzerErrors.NotAllowed("set-returning functions", place, "0A000", _context.Position(node));
        }

        ResolvedFunction chosen = Choose(name, [.. overloads.Where(static overload => overload.Kind == FunctionKind.Table)], arguments, node);
        var call = new Call(chosen.Signature, chosen.Arguments, chosen.ResultType);
        Column? same = scope.Clause == Clause.SelectList ? null : scope.SetCalls.Find(other => other.Call.Equals(call))?.Column;
        Column column = same ?? _context.Ids.Column(name, chosen.ResultType, true);
        if (same is null)
        {
            scope.SetCalls.Add(new SetCall(call, column));
        }

        var reference = new ColumnReference(column);
        _context.Remember(reference, node);
        return reference;
    }

    /// <summary>(start, length) OVERLAPS ... : a length becomes the end.</summary>
    private NodeList<Expression> WithEnds(NodeList<Expression> arguments, Ast.FunctionCall node)
    {
        var operators = new OperatorResolver(_context, _context.Expressions.Comparisons);
        return [.. arguments.Select((argument, index) => index % 2 == 1 && argument.Type.Kind == TypeKind.Interval ? operators.Binary("+", arguments[index - 1], argument, node) : argument)];
    }

    /// <summary>Arguments by place, then by name; what is left out has its default.</summary>
    private NodeList<Expression> ByName(Ast.FunctionCall node, IReadOnlyList<(string Name, Literal Default)> names, QueryScope scope)
    {
        Expression[] arguments = [.. names.Select(static parameter => parameter.Default)];
        var given = new HashSet<int>();
        for (int i = 0; i < node.Arguments.Count; i++)
        {
            Ast.FunctionArgument argument = node.Arguments[i];
            int place = argument.Name is null ? i : Enumerable.Range(0, names.Count).FirstOrDefault(index => names[index].Name == argument.Name.Value, -1);
            if (argument.Name is null && i > 0 && node.Arguments[i - 1].Name is not null)
            {
                throw AnalyzerErrors.Syntax("positional argument cannot follow named argument", _context.Position(argument));
            }

            if (place < 0 || place >= names.Count || !given.Add(place))
            {
                throw AnalyzerErrors.MissingFunction($"{node.Name}({argument.Name?.Value} => ...)", _context.Position(node), "No function matches the given argument names.");
            }

            arguments[place] = _context.Expressions.Resolve(argument.Value, scope);
        }

        return NodeList.Create<Expression>(arguments);
    }

    private Expression Coalesce(Ast.FunctionCall node, QueryScope scope)
    {
        NodeList<Expression> arguments = Arguments(node, scope);
        if (arguments.IsEmpty)
        {
            throw AnalyzerErrors.Syntax("COALESCE needs an argument", _context.Position(node));
        }

        NodeList<Expression> unified = _context.CommonTypes.Unify(arguments, "COALESCE", _context.Position(node));
        return unified.Count == 1 ? unified[0] : new Coalesce(unified);
    }

    private Expression NullIf(Ast.FunctionCall node, QueryScope scope)
    {
        NodeList<Expression> arguments = Arguments(node, scope);
        if (arguments.Count != 2)
        {
            throw AnalyzerErrors.Syntax("NULLIF needs two arguments", _context.Position(node));
        }

        Expression condition = _context.Expressions.Comparisons.Compare(ComparisonOperator.Equal, arguments[0], arguments[1], node);
        Expression value = arguments[0].Type.Kind == TypeKind.Unknown && condition is Comparison comparison ? comparison.Left : arguments[0];
        return new Case([new CaseArm(condition, Literal.Null(value.Type))], value);
    }

    private void CheckPlain(Ast.FunctionCall node, string name, IReadOnlyList<FunctionSignature> overloads)
    {
        if (node.Arguments.Any(static argument => argument.Value is Ast.Star { Qualifier: null }) && !overloads.Any(static overload => overload.Parameters.Length == 0))
        {
            throw AnalyzerErrors.MissingFunction($"{node.Name}()", _context.Position(node), HintFor(name, overloads));
        }

        string? wrong = node.Arguments.Any(static argument => argument.Value is Ast.Star { Qualifier: null }) ? $"{name}(*) specified, but {name} is not an aggregate function"
            : node.Distinct ? $"DISTINCT specified, but {name} is not an aggregate function"
            : !node.WithinGroup.IsEmpty ? $"WITHIN GROUP specified, but {name} is not an aggregate function"
            : !node.OrderBy.IsEmpty ? $"ORDER BY specified, but {name} is not an aggregate function"
            : node.Filter is not null ? $"FILTER specified, but {name} is not an aggregate function"
            : node.NullTreatment != Ast.NullTreatment.Default ? $"RESPECT/IGNORE NULLS specified, but {name} is not a window function"
            : null;
        if (wrong is not null && overloads.Count > 0)
        {
            throw AnalyzerErrors.WrongObject(wrong, _context.Position(node));
        }

        if (wrong is not null)
        {
            throw AnalyzerErrors.MissingFunction($"{node.Name}()", _context.Position(node), HintFor(name, overloads));
        }
    }

    /// <summary>Functions live in the system's schemas; no other has any.</summary>
    private void CheckSchema(Ast.FunctionCall node)
    {
        if (!node.Name.IsSimple && node.Name.Parts[^2].Value is var schema && schema is not ("pg_catalog" or "information_schema"))
        {
            throw schema == "public"
                ? AnalyzerErrors.MissingFunction($"{node.Name}()", _context.Position(node), "Functions are in pg_catalog.")
                : AnalyzerErrors.MissingSchema(schema, _context.Position(node));
        }
    }

    private string HintFor(string name, IReadOnlyList<FunctionSignature> overloads)
    {
        if (overloads.Count > 0)
        {
            return NoMatch;
        }

        IReadOnlyList<string> near = SimilarNames.Nearest(name, _context.Functions.All.Select(static signature => signature.Name).Where(static near => char.IsAsciiLetter(near[0])), 3);
        return near.Count == 0 ? NoMatch : $"Perhaps you meant {string.Join(" or ", near)}.";
    }

    private static SqlType? TypeOfName(string name)
    {
        try
        {
            return TypeNames.Resolve(new Ast.NamedType(Ast.QualifiedName.Of(name), []));
        }
        catch (Parser.Errors.QueryException)
        {
            return null;
        }
    }
}
