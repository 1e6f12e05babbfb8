using System.Text;
using SqlCluster.Catalyst.Analysis.Resolvers;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Execution.Functions;

namespace SqlCluster.Server.Hosting;

/// <summary>docs/functions.md, printed from the signatures of the functions themselves.</summary>
internal static class FunctionsPage
{
    /// <summary>What special syntax becomes: nobody writes these names.</summary>
    private static readonly HashSet<string> Hidden =
    [
        SpecialFunctions.ArrayConstructor, SpecialFunctions.MatchingDimensions, SpecialFunctions.ArraySubscript, SpecialFunctions.ArraySlice, SpecialFunctions.MapConstructor, SpecialFunctions.MapSubscript, SpecialFunctions.RowConstructor,
        SpecialFunctions.Field, SpecialFunctions.CompareAny, SpecialFunctions.CompareAll, SpecialFunctions.LikeEscape, SpecialFunctions.SimilarToEscape, SpecialFunctions.SingleRow,
        SpecialFunctions.SampleRows, SpecialFunctions.SampleBatches,
    ];

    public static string Print()
    {
        var page = new StringBuilder("""
            # Functions and operators

            This page is printed by `sqlcluster docs functions`; a test compares them, and another runs every example.

            Brackets hold arguments that may be left out, dots an argument that may be repeated. `anyelement` is any type, the same for all arguments of a call, `anyarray` an array of it;
            `any` is any type each. Comparisons, AND, OR, NOT, CASE, COALESCE, NULLIF, BETWEEN, IN, LIKE, SIMILAR TO and IS are part of the language and not listed.
            Aggregates may be called with DISTINCT, ORDER BY, FILTER and OVER.


            """);
        ILookup<(int Place, string Title), FunctionSignature> sections = BuiltinFunctions.Instance.All
            .Where(static signature => !Hidden.Contains(signature.Name))
            .ToLookup(static signature => SectionOf(signature));
        foreach (IGrouping<(int Place, string Title), FunctionSignature> section in sections.OrderBy(static section => section.Key.Place))
        {
            page.Append($"## {section.Key.Title}\n\n| call | what it gives | example |\n|---|---|---|\n");
            foreach (IGrouping<string, FunctionSignature> function in section.GroupBy(static signature => signature.Name).OrderBy(static group => group.Key, StringComparer.Ordinal))
            {
                Append(page, function);
            }

            page.Append('\n');
        }

        return page.ToString();
    }

    private static (int Place, string Title) SectionOf(FunctionSignature signature) => signature.Kind switch
    {
        FunctionKind.Scalar => char.IsLetter(signature.Name[0]) || signature.Name[0] == '_' ? (1, "Functions") : (0, "Operators"),
        FunctionKind.Aggregate => (2, "Aggregates"),
        FunctionKind.Window => (3, "Window functions"),
        FunctionKind.Table => (4, "Functions that return rows"),
    };

    /// <summary>A line for each meaning; overloads that mean the same share one.</summary>
    private static void Append(StringBuilder page, IGrouping<string, FunctionSignature> function)
    {
        foreach (IGrouping<string, FunctionSignature> meaning in function.GroupBy(static signature => signature.Description))
        {
            string calls = string.Join("<br>", meaning.Select(static signature => $"`{Call(signature)}`").Distinct());
            (string expression, string result) = meaning.SelectMany(static signature => signature.Examples).FirstOrDefault();
            string example = expression is null ? "" : $"`{expression}` → `{(result.Length == 0 ? " " : result)}`";
            page.Append($"| {Escaped(calls)} | {Escaped(meaning.Key.TrimEnd('.'))} | {Escaped(example)} |\n");
        }
    }

    private static string Call(FunctionSignature signature)
    {
        string[] types = [.. signature.Parameters.Select(static parameter => TypeName(parameter))];
        if (SectionOf(signature).Place == 0)
        {
            return types.Length == 1 ? $"{signature.Name} {types[0]}" : $"{types[0]} {signature.Name} {types[1]}";
        }

        int required = types.Length - signature.OptionalParameters;
        var text = new StringBuilder(signature.Name).Append('(');
        for (int i = 0; i < types.Length; i++)
        {
            string name = signature.Names is { } names ? names[i].Name + " " : "";
            text.Append(i < required ? "" : " [").Append(i == 0 ? "" : i < required ? ", " : ", ").Append(name).Append(types[i]);
        }

        return text.Append(signature.IsVariadic ? " ..." : "").Append(']', Math.Max(signature.OptionalParameters, 0)).Append(')').ToString().Replace("( [, ", "([").Replace("( [", "([");
    }

    private static string TypeName(ParameterType parameter) =>
        parameter.Type is { } type && type.Kind == Catalyst.Types.TypeKind.Numeric ? "numeric" : parameter.ToString();

    private static string Escaped(string cell) => cell.Replace("|", "\\|").Replace("\n", " ");
}
