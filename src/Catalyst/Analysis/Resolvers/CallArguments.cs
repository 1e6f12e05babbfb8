using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Rewrites calls whose arguments are not all given one by one and by place: f(b => 1), f(VARIADIC ARRAY[…]).</summary>
internal static class CallArguments
{
    /// <summary>The call with its arguments in the order of the parameters; a call that needs nothing stays the same.</summary>
    /// <returns>The call, and the function it means with its overloads: VARIADIC of an array that is no constructor is another function's call.</returns>
    /// <exception cref="Parser.Errors.QueryException">42601 for a place after a name, 42883 for names that no overload has.</exception>
    public static (Ast.FunctionCall Call, string Name, IReadOnlyList<FunctionSignature> Overloads) Placed(
        AnalysisContext context, Ast.FunctionCall call, string name, IReadOnlyList<FunctionSignature> overloads)
    {
        if (call.Arguments is [.., { Variadic: true }])
        {
            return Spread(context, call, name, overloads);
        }

        if (!call.Arguments.Any(static argument => argument.Name is not null) || !overloads.Any(static overload => overload.ParameterNames is not null))
        {
            return (call, name, overloads);
        }

        for (int i = 1; i < call.Arguments.Count; i++)
        {
            if (call.Arguments[i].Name is null && call.Arguments[i - 1].Name is not null)
            {
                throw AnalyzerErrors.Syntax("positional argument cannot follow named argument", context.Position(call.Arguments[i]));
            }
        }

        foreach (FunctionSignature overload in overloads)
        {
            if (overload.ParameterNames is { } names && ByName(call.Arguments, overload) is { } arguments && arguments.Length >= overload.Parameters.Length - overload.OptionalParameters)
            {
                return (call with { Arguments = NodeList.Create<Ast.FunctionArgument>(arguments) }, name, [overload]);
            }
        }

        string given = string.Join(", ", call.Arguments.Select(static argument => argument.Name is null ? "..." : $"{argument.Name.Value} => ..."));
        throw AnalyzerErrors.MissingFunction($"{name}({given})", context.Position(call), "No function matches the given argument names.");
    }

    /// <summary>The arguments without names; null where a name is unknown or given twice, or where one before another is missing.</summary>
    private static Ast.FunctionArgument[]? ByName(NodeList<Ast.FunctionArgument> given, FunctionSignature overload)
    {
        IReadOnlyList<string> names = overload.ParameterNames!;
        var placed = new Ast.FunctionArgument?[names.Count];
        for (int i = 0; i < given.Count; i++)
        {
            int place = given[i].Name is { } name ? names.ToList().IndexOf(name.Value) : i;
            if (place < 0 || place >= placed.Length || placed[place] is not null)
            {
                return null;
            }

            placed[place] = given[i] with { Name = null };
        }

        int count = Array.FindLastIndex(placed, static argument => argument is not null) + 1, required = overload.Parameters.Length - overload.OptionalParameters;
        for (int i = 0; i < count; i++)
        {
            placed[i] ??= i >= required && overload.Defaults is { } defaults ? new Ast.FunctionArgument(new Ast.StringLiteral(defaults[i - required])) : null;
        }

        return Array.TrueForAll(placed[..count], static argument => argument is not null) ? [.. placed[..count].Select(static argument => argument!)] : null;
    }

    private static (Ast.FunctionCall, string, IReadOnlyList<FunctionSignature>) Spread(AnalysisContext context, Ast.FunctionCall call, string name, IReadOnlyList<FunctionSignature> overloads)
    {
        Ast.FunctionArgument last = call.Arguments[^1];
        NodeList<Ast.FunctionArgument> before = [.. call.Arguments.Take(call.Arguments.Count - 1)];
        if (!overloads.Any(static overload => overload.IsVariadic))
        {
            // No overload takes the array's elements: the array is an argument like others, which then does not match.
            return (call with { Arguments = [.. before, last with { Variadic = false }] }, name, overloads);
        }

        if (last.Value is Ast.ArrayExpression { Elements.IsEmpty: false } array)
        {
            return (call with { Arguments = [.. before, .. array.Elements.Select(static element => new Ast.FunctionArgument(element) { Span = element.Span })] }, name, overloads);
        }

        Ast.FunctionArgument value = last with { Variadic = false };
        (string Name, NodeList<Ast.FunctionArgument> Arguments)? other = name switch
        {
            "concat" when before.IsEmpty => ("array_to_string", [value, new Ast.FunctionArgument(new Ast.StringLiteral(""))]),
            "concat_ws" when before.Count == 1 => ("array_to_string", [value, before[0]]),
            "json_build_array" when before.IsEmpty => ("to_json", [value]),
            "jsonb_build_array" when before.IsEmpty => ("to_jsonb", [value]),
            "json_extract_path" or "jsonb_extract_path" when before.Count == 1 => ("#>", [Document(before[0]), value]),
            "json_extract_path_text" or "jsonb_extract_path_text" when before.Count == 1 => ("#>>", [Document(before[0]), value]),
            "num_nulls" when before.IsEmpty => ("cardinality", [Call("array_positions", last.Value)]),
            "num_nonnulls" when before.IsEmpty => ("cardinality", [Call("array_remove", last.Value)]),
            _ => null,
        };
        Ast.FunctionArgument Document(Ast.FunctionArgument document) =>
            document with { Value = new Ast.CastExpression(document.Value, new Ast.NamedType(Ast.QualifiedName.Of(name.StartsWith("jsonb", StringComparison.Ordinal) ? "jsonb" : "json"), [])) };
        static Ast.FunctionArgument Call(string function, Ast.Expression array) => new(new Ast.FunctionCall(function, array, new Ast.NullLiteral()));
        return other is { } found ? (call with { Name = Ast.QualifiedName.Of(found.Name), Arguments = found.Arguments }, found.Name, context.Functions.Find(found.Name)) : (call, name, overloads);
    }
}
