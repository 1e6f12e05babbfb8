using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Functions.Casts;

namespace SqlCluster.Execution.Evaluation;

/// <summary>Compiles expressions over input references to evaluators, once per task.</summary>
/// <remarks>
/// Expressions compiled together compute what they have in common once a batch. Parts that may fail or cost much are only evaluated for the rows that
/// need them: later terms of AND and OR, later arms of CASE, later arguments of COALESCE.
/// </remarks>
internal sealed class ExpressionCompiler
{
    private readonly EvaluationContext _context;
    private readonly BatchClock _clock = new();
    private Dictionary<Expression, int>? _uses;
    private Dictionary<Expression, SharedEvaluator>? _shared;

    private ExpressionCompiler(EvaluationContext context) => _context = context;

    /// <summary>Compiles one expression.</summary>
    public static CompiledExpression Compile(Expression expression, EvaluationContext context) => CompileAll([expression], context)[0];

    /// <summary>Compiles the expressions of one operator; evaluate each of them for a batch before the next batch.</summary>
    public static CompiledExpression[] CompileAll(IReadOnlyList<Expression> expressions, EvaluationContext context)
    {
        var compiler = new ExpressionCompiler(context);
        int operations = 0;
        foreach (Expression expression in expressions)
        {
            operations += expression is InputReference or Literal or Parameter ? 0 : 1;
        }

        foreach (Expression expression in expressions)
        {
            if (operations > 1 || !IsSingleOperation(expression))
            {
                compiler.CountUses(expression);
            }
        }

        var compiled = new CompiledExpression[expressions.Count];
        for (int i = 0; i < compiled.Length; i++)
        {
            compiled[i] = new CompiledExpression(expressions[i], compiler.Build(expressions[i], Place.Row), compiler._clock, context.Abandonment);
        }

        return compiled;
    }

    /// <summary>Compiles a filter.</summary>
    public static CompiledPredicate CompilePredicate(Expression predicate, EvaluationContext context)
    {
        NodeList<Expression> terms = predicate is And and ? and.Terms : [predicate];
        var compiler = new ExpressionCompiler(context);
        if (!IsSingleOperation(predicate))
        {
            compiler.CountUses(predicate);
        }

        var compiled = new List<PredicateTerm>();
        foreach (Expression term in JoinBySingleInput(terms))
        {
            bool isSingle = ExpressionTraits.SingleInput(term) >= 0;
            bool isCheap = ExpressionTraits.IsCheap(term);
            Place place = isCheap ? Place.Row : Place.Guarded;
            compiled.Add(new PredicateTerm(compiler.Build(term, place), isCheap, isSingle && !isCheap && !ExpressionTraits.MayFail(term), ExpressionTraits.MayFail(term)));
        }

        return new CompiledPredicate(predicate, [.. compiled], compiler._clock, context.Account, context.Abandonment);
    }

    /// <summary>Joins the terms on one column, so that a dictionary is tested once for all of them.</summary>
    private static List<Expression> JoinBySingleInput(NodeList<Expression> terms)
    {
        var joined = new List<List<Expression>>();
        var places = new Dictionary<int, int>();
        foreach (Expression term in terms)
        {
            int input = ExpressionTraits.IsCheap(term) ? ExpressionTraits.SingleInput(term) : -1;
            if (input >= 0 && places.TryGetValue(input, out int place))
            {
                joined[place].AddRange(term is And and ? and.Terms : [term]);
            }
            else
            {
                if (input >= 0)
                {
                    places[input] = joined.Count;
                }

                joined.Add([term]);
            }
        }

        return joined.ConvertAll(static together => Conjunctions.AndAll(together));
    }

    /// <summary>Whether there is nothing in it that could be computed once for two places.</summary>
    private static bool IsSingleOperation(Expression expression)
    {
        foreach (Expression child in expression.Children)
        {
            if (child is not (InputReference or Literal or Parameter))
            {
                return false;
            }
        }

        return true;
    }

    private void CountUses(Expression expression)
    {
        if (expression is InputReference or Literal or Parameter)
        {
            return;
        }

        _context.Cancellation.ThrowIfCancellationRequested();
        _uses ??= [];
        bool isFirst = _uses.TryAdd(expression, 0);
        _uses[expression]++;
        if (isFirst)
        {
            foreach (Expression child in expression.Children)
            {
                CountUses(child);
            }
        }
    }

    private Evaluator Build(Expression expression, Place place)
    {
        if (place == Place.Entry || _uses == null || !_uses.TryGetValue(expression, out int uses) || uses < 2 || !ExpressionTraits.IsDeterministic(expression))
        {
            return BuildUnshared(expression, place);
        }

        _shared ??= [];
        bool isShared = _shared.TryGetValue(expression, out SharedEvaluator? shared);
        if (place == Place.Row)
        {
            if (!isShared)
            {
                _shared[expression] = shared = new SharedEvaluator(BuildUnshared(expression, place), _clock);
            }

            return shared!;
        }

        Evaluator own = BuildUnshared(expression, place);
        return isShared ? new GuardedSharedEvaluator(shared!, own) : own;
    }

    /// <summary>Where an expression of one column may come as dictionary codes, both ways are compiled.</summary>
    private Evaluator BuildUnshared(Expression expression, Place place)
    {
        if (place == Place.Entry || expression is InputReference or Literal or Parameter || ExpressionTraits.SingleInput(expression) is var ordinal && ordinal < 0
            || !ExpressionTraits.IsDeterministic(expression) || expression.Type.IsNested)
        {
            return BuildNode(expression, place);
        }

        return new DictionaryEvaluator(
            ordinal, () => BuildNode(ExpressionTraits.OnFirstInput(expression), Place.Entry), BuildNode(expression, Place.Entry), _context.Account);
    }

    private Evaluator BuildNode(Expression expression, Place place)
    {
        _context.Cancellation.ThrowIfCancellationRequested();
        Place guarded = place == Place.Row ? Place.Guarded : place;
        Arrow.Memory.MemoryAccount account = _context.Account;
        switch (expression)
        {
            case InputReference input:
                var column = new InputEvaluator(input.Ordinal, input.Type);
                return input.Type.Kind == TypeKind.Boolean ? new BooleanFlattener(column, account) : column;
            case Literal literal: return new LiteralEvaluator(literal, account);
            case Parameter parameter: return BuildParameter(parameter);
            case Comparison comparison: return new ComparisonEvaluator(comparison.Operator, Build(comparison.Left, place), Build(comparison.Right, place), account);
            case IsDistinctFrom distinct: return new DistinctEvaluator(Build(distinct.Left, place), Build(distinct.Right, place), distinct.Negated, account);
            case And and: return new AndOrEvaluator(BuildTerms(and.Terms, place), isAnd: true, account, _context.Cancellation);
            case Or or: return new AndOrEvaluator(BuildTerms(or.Terms, place), isAnd: false, account, _context.Cancellation);
            case Not not: return new NotEvaluator(Build(not.Input, place), account);
            case IsNull isNull: return new IsNullEvaluator(Build(isNull.Input, place), isNull.Negated, account);
            case IsTruth truth: return new IsTruthEvaluator(Build(truth.Input, place), truth.Truth, truth.Negated, account);
            case InList list: return BuildInList(list, place);
            case Like like:
                return new LikeEvaluator(Build(like.Input, place), Build(like.Pattern, place), like.Escape, like.IgnoreCase, like.Negated, account, _context.Cancellation);
            case Case @case:
                return new CaseEvaluator(
                    @case.Type,
                    [.. @case.Arms.Select((arm, i) => (Build(arm.Condition, i == 0 ? place : guarded), Build(arm.Result, guarded)))],
                    Build(@case.Otherwise, guarded),
                    account,
                    _context.Cancellation);
            case Coalesce coalesce:
                return new CoalesceEvaluator(coalesce.Type, [.. coalesce.Arguments.Select((argument, i) => Build(argument, i == 0 ? place : guarded))], account);
            case Cast cast: return BuildCast(cast, place);
            case ArrayLambda lambda:
                return new ArrayLambdaEvaluator(
                    lambda.Type, lambda.Kind, Build(lambda.Array, place), [.. lambda.Captured.Select(value => Build(value, place))], Compile(lambda.Body, _context), _context);
            case Call call: return BuildCall(call, place);
            default: throw ExecutionErrors.Internal($"{expression.GetType().Name} reached the evaluator");
        }
    }

    private LiteralEvaluator BuildParameter(Parameter parameter)
    {
        if (parameter.Index < 1 || parameter.Index > _context.Parameters.Count)
        {
            throw ExecutionErrors.MissingParameter(parameter.Index);
        }

        return new LiteralEvaluator(_context.Parameters[parameter.Index - 1], _context.Account);
    }

    private LogicTerm[] BuildTerms(NodeList<Expression> terms, Place place)
    {
        // Cheap terms go first: they decide rows for the others. Their order changes nothing, since none of them can fail.
        var result = new List<LogicTerm>();
        foreach (Expression term in terms)
        {
            if (ExpressionTraits.IsCheap(term))
            {
                result.Add(new LogicTerm(Build(term, place), false));
            }
        }

        foreach (Expression term in terms)
        {
            if (!ExpressionTraits.IsCheap(term))
            {
                bool isGuarded = result.Count > 0;
                result.Add(new LogicTerm(Build(term, isGuarded && place == Place.Row ? Place.Guarded : place), isGuarded));
            }
        }

        return [.. result];
    }

    private Evaluator BuildInList(InList list, Place place)
    {
        if (list.Items.All(static item => item is Literal) && !list.Input.Type.IsNested)
        {
            return new InListEvaluator(Build(list.Input, place), [.. list.Items.Cast<Literal>()], list.Negated, _context.Account);
        }

        Expression any = list.Items.Count == 1
            ? new Comparison(ComparisonOperator.Equal, list.Input, list.Items[0])
            : new Or(list.Items.Map<Expression>(item => new Comparison(ComparisonOperator.Equal, list.Input, item)));
        return Build(list.Negated ? new Not(any) : any, place);
    }

    private Evaluator BuildCast(Cast cast, Place place)
    {
        Evaluator input = Build(cast.Input, place);
        VectorFunction? function = CastFunctions.Bind(cast.Input.Type, cast.Target, _context);
        if (function == null)
        {
            return new RetypedEvaluator(input, cast.Target);
        }

        if (cast.IsTry)
        {
            function = new TryFunction(function, cast.Target, _context);
        }

        return new CallEvaluator(cast.Target, function, [input], isStrict: true, isVolatile: false, _context.Account);
    }

    private CallEvaluator BuildCall(Call call, Place place)
    {
        ScalarFunction function = BuiltinFunctions.Instance.Scalar(call.Function);
        Literal?[] constants = [.. call.Arguments.Select(argument => argument as Literal ?? (argument is Parameter parameter && parameter.Index <= _context.Parameters.Count ? _context.Parameters[parameter.Index - 1] : null))];
        var binding = new CallBinding([.. call.Arguments.Select(static argument => argument.Type)], call.ResultType, constants, _context);
        return new CallEvaluator(
            call.ResultType,
            function.Bind(binding),
            [.. call.Arguments.Select(argument => Build(argument, place))],
            call.Function.IsStrict,
            call.Function.Volatility == Catalyst.Catalog.Volatility.Volatile,
            _context.Account);
    }

    /// <summary>Where in the expression list a node stands.</summary>
    private enum Place
    {
        /// <summary>Evaluated for every row of the batch.</summary>
        Row,
        /// <summary>Evaluated for some rows only.</summary>
        Guarded,
        /// <summary>Within an expression that is (or may be) evaluated on a dictionary's entries: neither shared nor nested in another such one.</summary>
        Entry,
    }
}

/// <summary>The same vector under another SQL type with the same representation.</summary>
internal sealed class RetypedEvaluator(Evaluator inner, SqlType type) : Evaluator(type)
{
    public override Arrow.Vectors.Vector Evaluate(Arrow.Vectors.Batch batch) => inner.Evaluate(batch);

    public override void Dispose() => inner.Dispose();
}
