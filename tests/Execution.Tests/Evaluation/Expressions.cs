using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;
using SqlCluster.Parser.Collections;

namespace SqlCluster.Execution.Tests.Evaluation;

/// <summary>Builds expressions without the analyzer: arguments must match an overload exactly.</summary>
internal static class Expressions
{
    public static Expression Call(string name, params Expression[] arguments)
    {
        FunctionSignature signature = BuiltinFunctions.Instance.Find(name).FirstOrDefault(candidate => Matches(candidate, arguments))
            ?? throw new InvalidOperationException($"no {name}({string.Join(", ", arguments.Select(static argument => argument.Type))})");
        return new Call(signature, [.. arguments], signature.ReturnType([.. arguments.Select(static argument => argument.Type)]));
    }

    public static InputReference Input(int ordinal, SqlType type) => new(ordinal, $"c{ordinal}", type, true);

    public static Literal Number(long unscaled, int precision, int scale) => new((Int128)unscaled, SqlType.Numeric(precision, scale));

    public static Literal Date(string text) => new((long)DateOnly.Parse(text, System.Globalization.CultureInfo.InvariantCulture).DayNumber - 719_162, SqlType.Date);

    private static bool Matches(FunctionSignature signature, Expression[] arguments)
    {
        bool countFits = signature.IsVariadic
            ? arguments.Length >= signature.Parameters.Length - 1
            : arguments.Length <= signature.Parameters.Length && arguments.Length >= signature.Parameters.Length - signature.OptionalParameters;
        return countFits && arguments.Select((argument, i) => (argument, signature.Parameters[Math.Min(i, signature.Parameters.Length - 1)]))
            .All(static pair => pair.Item2.Kind != ParameterKind.Exact || pair.Item2.Type!.Kind == pair.argument.Type.Kind);
    }
}
