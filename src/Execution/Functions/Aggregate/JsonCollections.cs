using System.Text;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Functions.Scalar.Texts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>json_agg and json_object_agg: a group's values as a JSON array or object, in PostgreSQL's spacing; the jsonb forms are normalized.</summary>
internal static class JsonCollections
{
    public static readonly AggregateFunction[] Functions =
    [
        Array("json_agg", SqlType.Json, "All values as a JSON array, nulls included."),
        Array("jsonb_agg", SqlType.Jsonb, "All values as a JSON array, nulls included."),
        Object("json_object_agg", SqlType.Json, "Keys and values as a JSON object."),
        Object("jsonb_object_agg", SqlType.Jsonb, "Keys and values as a JSON object; the last value of a key counts."),
    ];

    private static AggregateFunction Array(string name, SqlType type, string description) => AggregateFunction.Create(
        name, [ParameterType.Any], FunctionSignature.Returns(type), null,
        binding => new CollectingAccumulator(binding, -1, (ReadOnlySpan<VectorReader> columns, ReadOnlySpan<int> rows, ResultColumn result, ref Pulse pulse) =>
        {
            var text = new StringBuilder("[");
            string separator = binding.ArgumentTypes[0].IsNested ? ", \n " : ", ";
            for (int i = 0; i < rows.Length; i++)
            {
                pulse.Spend(64);
                text.Append(i == 0 ? "" : columns[0].IsNull(rows[i]) ? ", " : separator);
                JsonFunctions.Append(text, binding.ArgumentTypes[0], in columns[0], rows[i], binding.Context.Zone, binding.Context.Cancellation);
            }

            Set(result, text.Append(']'), type, binding.Context.Cancellation);
        }),
        description) with { IsOrderSensitive = true };

    private static AggregateFunction Object(string name, SqlType type, string description) => AggregateFunction.Create(
        name, [ParameterType.Any, ParameterType.Any], FunctionSignature.Returns(type), null,
        binding => new CollectingAccumulator(binding, -1, (ReadOnlySpan<VectorReader> columns, ReadOnlySpan<int> rows, ResultColumn result, ref Pulse pulse) =>
        {
            var text = new StringBuilder("{ ");
            for (int i = 0; i < rows.Length; i++)
            {
                if (columns[0].IsNull(rows[i]))
                {
                    throw ExecutionErrors.InvalidArgument("field name must not be null");
                }

                pulse.Spend(64);
                text.Append(i == 0 ? "" : ", ");
                JsonForms.AppendString(text, TextForms.Format(binding.ArgumentTypes[0], in columns[0], rows[i], binding.Context.Zone, null, binding.Context.Cancellation));
                text.Append(" : ");
                JsonFunctions.Append(text, binding.ArgumentTypes[1], in columns[1], rows[i], binding.Context.Zone, binding.Context.Cancellation);
            }

            Set(result, text.Append(" }"), type, binding.Context.Cancellation);
        }),
        description) with { IsOrderSensitive = true };

    private static void Set(ResultColumn result, StringBuilder text, SqlType type, CancellationToken cancellation) =>
        result.SetText(type.Kind == TypeKind.Jsonb ? JsonForms.Normalize(text.ToString(), cancellation) : text.ToString(), cancellation);
}
