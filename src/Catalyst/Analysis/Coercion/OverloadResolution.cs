using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Analysis.Coercion;

/// <summary>A chosen overload with arguments that fit it.</summary>
internal sealed record ResolvedFunction(FunctionSignature Signature, NodeList<Expression> Arguments, SqlType ResultType);

/// <summary>How a search for an overload ended.</summary>
internal enum OverloadOutcome
{
    Found,
    NoMatch,
    Ambiguous,
}

/// <summary>Chooses among overloads of a function or operator (PostgreSQL chapters 10.2 and 10.3).</summary>
internal sealed class OverloadResolution(AnalysisContext context)
{
    /// <summary>Chooses the overload for the arguments and converts them.</summary>
    public OverloadOutcome Resolve(IReadOnlyList<FunctionSignature> overloads, NodeList<Expression> arguments, bool isOperator, int position, out ResolvedFunction? resolved)
    {
        resolved = null;
        SqlType[] types = [.. arguments.Select(static argument => argument.Type)];
        var candidates = new List<Candidate>(overloads.Count);
        foreach (FunctionSignature signature in overloads)
        {
            if (Candidate.TryMake(signature, types, out Candidate candidate))
            {
                candidates.Add(candidate);
            }
        }

        if (candidates.Count == 0)
        {
            return OverloadOutcome.NoMatch;
        }

        KeepDimensions(candidates, arguments);
        OverloadOutcome outcome = candidates.Count == 1 ? OverloadOutcome.Found : Narrow(candidates, types, isOperator);
        if (outcome == OverloadOutcome.Found)
        {
            resolved = Convert(candidates[0].Signature, arguments, position);
        }

        return outcome;
    }

    /// <summary>Among overloads that take arrays of several dimensions and of one, as json_object does, a string literal chooses by the dimensions that it has.</summary>
    private static void KeepDimensions(List<Candidate> candidates, NodeList<Expression> arguments)
    {
        for (int i = 0; candidates.Count > 1 && i < arguments.Count; i++)
        {
            int index = i;
            if (arguments[i].Type.Kind == TypeKind.Unknown && candidates.Exists(candidate => candidate.ArrayAt(index) is { Element.Kind: TypeKind.Array })
                && candidates.Find(candidate => candidate.ArrayAt(index) is { Element.Kind: not TypeKind.Array }).ArrayAt(index) is { } plain)
            {
                SqlType wanted = arguments[i] is Literal { Value: string text } ? Resolvers.CastResolver.OfDimensions(text, plain) : plain;
                List<Candidate> fitting = candidates.FindAll(candidate => wanted.Equals(candidate.ArrayAt(index)));
                candidates.Clear();
                candidates.AddRange(fitting);
            }
        }
    }

    private static OverloadOutcome Narrow(List<Candidate> candidates, SqlType[] types, bool isOperator)
    {
        bool hasUnknown = Array.Exists(types, static type => type.Kind == TypeKind.Unknown);
        if (isOperator && types.Length == 2 && hasUnknown && types[0].Kind != types[1].Kind)
        {
            // One side unknown: an operator on two of the other side's type wins at once.
            TypeKind known = types[0].Kind == TypeKind.Unknown ? types[1].Kind : types[0].Kind;
            Candidate same = candidates.Find(candidate => candidate.KindAt(0) == known && candidate.KindAt(1) == known);
            if (same.Signature is not null)
            {
                return Keep(candidates, same);
            }
        }

        KeepBest(candidates, types, static (candidate, types) => candidate.ExactMatches(types));
        if (candidates.Count == 1)
        {
            return OverloadOutcome.Found;
        }

        KeepBest(candidates, types, static (candidate, types) => candidate.PreferredMatches(types));
        if (candidates.Count == 1)
        {
            return OverloadOutcome.Found;
        }

        if (hasUnknown)
        {
            NarrowByUnknown(candidates, types);
            if (candidates.Count == 1)
            {
                return OverloadOutcome.Found;
            }

            TypeKind[] known = [.. types.Where(static type => type.Kind != TypeKind.Unknown).Select(static type => type.Kind).Distinct()];
            if (known.Length == 1)
            {
                List<Candidate> same = candidates.FindAll(candidate => Enumerable.Range(0, types.Length).All(index => candidate.Accepts(index, known[0])));
                if (same.Count == 1)
                {
                    return Keep(candidates, same[0]);
                }
            }
        }

        // Declared twice with equal worth (an exact and a polymorphic one): the exact one.
        List<Candidate> exact = candidates.FindAll(static candidate => !candidate.IsPolymorphic);
        return exact.Count == 1 ? Keep(candidates, exact[0]) : OverloadOutcome.Ambiguous;
    }

    /// <summary>Each unknown argument takes the string category if some candidate does, else the one category they all agree on; then its preferred type.</summary>
    private static void NarrowByUnknown(List<Candidate> candidates, SqlType[] types)
    {
        List<Candidate> rest = [.. candidates];
        for (int i = 0; i < types.Length; i++)
        {
            if (types[i].Kind != TypeKind.Unknown)
            {
                continue;
            }

            int index = i;
            TypeCategory[] categories = [.. rest.Select(candidate => candidate.CategoryAt(index)).Distinct()];
            TypeCategory chosen = categories.Contains(TypeCategory.String) ? TypeCategory.String : categories.Length == 1 ? categories[0] : TypeCategory.Unknown;
            if (chosen == TypeCategory.Unknown)
            {
                return;
            }

            rest = rest.FindAll(candidate => candidate.CategoryAt(index) == chosen);
            List<Candidate> preferred = rest.FindAll(candidate => CastRules.IsPreferred(candidate.KindAt(index)));
            rest = preferred.Count > 0 ? preferred : rest;
        }

        candidates.Clear();
        candidates.AddRange(rest);
    }

    private static OverloadOutcome Keep(List<Candidate> candidates, Candidate chosen)
    {
        candidates.Clear();
        candidates.Add(chosen);
        return OverloadOutcome.Found;
    }

    private static void KeepBest(List<Candidate> candidates, SqlType[] types, Func<Candidate, SqlType[], int> worth)
    {
        int best = candidates.Max(candidate => worth(candidate, types));
        candidates.RemoveAll(candidate => worth(candidate, types) < best);
    }

    /// <summary>Converts arguments to a signature that accepts them and computes the result type.</summary>
    public ResolvedFunction Convert(FunctionSignature signature, NodeList<Expression> arguments, int position)
    {
        SqlType? element = ElementType(signature, arguments, position);
        var converted = new Expression[arguments.Count];
        for (int i = 0; i < converted.Length; i++)
        {
            converted[i] = Convert(arguments[i], Candidate.ParameterAt(signature, i), element, position);
        }

        NodeList<Expression> fitting = NodeList.Create<Expression>(converted);
        SqlType result = signature.ReturnTypeOfArguments is { } ofArguments ? ofArguments(fitting) : signature.ReturnType([.. fitting.Select(static argument => argument.Type)]);
        return new ResolvedFunction(signature, fitting, result);
    }

    private Expression Convert(Expression argument, ParameterType parameter, SqlType? element, int position)
    {
        switch (parameter.Kind)
        {
            case ParameterKind.Any:
                return context.Coercions.Settle(argument);
            case ParameterKind.AnyElement:
                return context.Coercions.To(argument, element!, CoercionContext.Implicit, position);
            case ParameterKind.AnyArray when argument.Type.Variant.IsVector() && element!.Equals(argument.Type.Element):
                return argument;
            case ParameterKind.AnyArray:
                return context.Coercions.To(argument, SqlType.Array(element!), CoercionContext.Implicit, position);
            default:
                SqlType wanted = parameter.Type!;
                return wanted.Kind == TypeKind.Numeric && argument.Type.Kind != TypeKind.Unknown ? context.Coercions.ToNumeric(argument, position)
                    : wanted.Kind == TypeKind.Text && argument.Type.Kind != TypeKind.Unknown ? context.Coercions.ToText(argument, position)
                    : wanted.Kind == argument.Type.Kind && !wanted.IsNested ? argument
                    : context.Coercions.To(argument, wanted.Kind == TypeKind.Numeric ? NumericTyping.Unconstrained : wanted, CoercionContext.Implicit, position);
        }
    }

    /// <summary>The type that stands for anyelement: the common type of all such arguments and of the arrays' elements.</summary>
    private SqlType? ElementType(FunctionSignature signature, NodeList<Expression> arguments, int position)
    {
        var elements = new List<Expression>();
        bool isPolymorphic = false;
        for (int i = 0; i < arguments.Count; i++)
        {
            ParameterKind kind = Candidate.ParameterAt(signature, i).Kind;
            isPolymorphic |= kind is ParameterKind.AnyElement or ParameterKind.AnyArray;
            if (kind == ParameterKind.AnyElement)
            {
                elements.Add(arguments[i]);
            }
            else if (kind == ParameterKind.AnyArray && arguments[i].Type.Kind == TypeKind.Array)
            {
                elements.Add(Literal.Null(arguments[i].Type.Element!));
            }
        }

        if (signature.NeedsElementType && elements.TrueForAll(static argument => argument.Type.Kind == TypeKind.Unknown))
        {
            throw AnalyzerErrors.DatatypeMismatch("could not determine polymorphic type because input has type unknown", position);
        }

        return isPolymorphic ? context.CommonTypes.Of(NodeList.From(elements), signature.Name, position) : null;
    }

    /// <summary>An overload that the arguments could be converted to.</summary>
    private readonly record struct Candidate(FunctionSignature Signature, int ArgumentCount)
    {
        public bool IsPolymorphic => Signature.Parameters.Any(static parameter => parameter.Kind != ParameterKind.Exact);

        public static ParameterType ParameterAt(FunctionSignature signature, int index) => signature.Parameters[Math.Min(index, signature.Parameters.Length - 1)];

        public static bool TryMake(FunctionSignature signature, SqlType[] types, out Candidate candidate)
        {
            candidate = new Candidate(signature, types.Length);
            int declared = signature.Parameters.Length;
            bool countFits = signature.IsVariadic ? types.Length >= declared - signature.OptionalParameters : types.Length <= declared && types.Length >= declared - signature.OptionalParameters;
            if (!countFits || (types.Length > 0 && declared == 0))
            {
                return false;
            }

            SqlType? element = null;
            for (int i = 0; i < types.Length; i++)
            {
                ParameterType parameter = ParameterAt(signature, i);
                SqlType type = types[i];
                if (type.Kind == TypeKind.Unknown || parameter.Kind == ParameterKind.Any)
                {
                    continue;
                }

                if (parameter.Kind == ParameterKind.Exact)
                {
                    if (!CastRules.CanCast(type, parameter.Type!, CoercionContext.Implicit))
                    {
                        return false;
                    }

                    continue;
                }

                if (parameter.Kind == ParameterKind.AnyArray && type.Kind != TypeKind.Array)
                {
                    return false;
                }

                SqlType found = parameter.Kind == ParameterKind.AnyArray ? type.Element! : type;
                element = element is null || element.Kind == TypeKind.Unknown ? found : found.Kind == TypeKind.Unknown ? element : CommonTypes.Of(element, found);
                if (element is null)
                {
                    return false;
                }
            }

            return true;
        }

        /// <summary>The parameter's type kind; unknown for polymorphic ones.</summary>
        public TypeKind KindAt(int index) => ParameterAt(Signature, index) is { Kind: ParameterKind.Exact } parameter ? parameter.Type!.Kind : TypeKind.Unknown;

        /// <summary>The parameter's type where it is an array.</summary>
        public SqlType? ArrayAt(int index) => Signature is not null && ParameterAt(Signature, index) is { Kind: ParameterKind.Exact, Type.Kind: TypeKind.Array } parameter ? parameter.Type : null;

        public TypeCategory CategoryAt(int index) => CastRules.CategoryOf(KindAt(index));

        public bool Accepts(int index, TypeKind kind) =>
            ParameterAt(Signature, index) is { Kind: ParameterKind.Exact } parameter ? parameter.Type!.Kind == kind || CastRules.CanCast(new SqlType(kind), parameter.Type, CoercionContext.Implicit) : true;

        public int ExactMatches(SqlType[] types)
        {
            int count = 0;
            for (int i = 0; i < types.Length; i++)
            {
                count += types[i].Kind != TypeKind.Unknown && KindAt(i) == types[i].Kind ? 1 : 0;
            }

            return count;
        }

        public int PreferredMatches(SqlType[] types)
        {
            int count = 0;
            for (int i = 0; i < types.Length; i++)
            {
                bool isPreferred = types[i].Kind != TypeKind.Unknown
                    && (KindAt(i) == types[i].Kind || (CastRules.IsPreferred(KindAt(i)) && CategoryAt(i) == CastRules.CategoryOf(types[i].Kind)));
                count += isPreferred ? 1 : 0;
            }

            return count;
        }
    }
}
