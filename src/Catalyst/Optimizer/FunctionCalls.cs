using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer;

/// <summary>Makes calls of functions that rewrites introduce.</summary>
internal static class FunctionCalls
{
    /// <summary>A scalar call.</summary>
    public static Call Scalar(this OptimizerContext context, string name, params NodeList<Expression> arguments)
    {
        SqlType[] types = [.. arguments.Select(static argument => argument.Type)];
        FunctionSignature signature = context.Find(name, FunctionKind.Scalar, types);
        return new Call(signature, arguments, signature.ReturnType(types));
    }

    /// <summary>An aggregate call over all rows of a group.</summary>
    public static AggregateCall Aggregate(this OptimizerContext context, string name, NodeList<Expression> arguments, NodeList<SortKey> orderBy)
    {
        SqlType[] types = [.. arguments.Select(static argument => argument.Type)];
        FunctionSignature signature = context.Find(name, FunctionKind.Aggregate, types);
        return new AggregateCall(signature, arguments, signature.ReturnType(types), false, null, orderBy);
    }

    /// <summary>row_number() or rank() over a window.</summary>
    public static WindowCall Numbering(this OptimizerContext context, string name, NodeList<Expression> partitionBy, NodeList<SortKey> orderBy)
    {
        FunctionSignature signature = context.Find(name, FunctionKind.Window, []);
        return new WindowCall(signature, [], signature.ReturnType([]), partitionBy, orderBy, WindowFrame.Default);
    }

    private static FunctionSignature Find(this OptimizerContext context, string name, FunctionKind kind, SqlType[] types) =>
        context.Functions.Find(name).FirstOrDefault(signature => signature.Kind == kind && Accepts(signature, types)) ?? throw OptimizerErrors.NoFunction(name);

    private static bool Accepts(FunctionSignature signature, SqlType[] types)
    {
        if (signature.IsVariadic || types.Length > signature.Parameters.Length || types.Length < signature.Parameters.Length - signature.OptionalParameters)
        {
            return false;
        }

        for (int i = 0; i < types.Length; i++)
        {
            if (signature.Parameters[i] is { Kind: ParameterKind.Exact } parameter && parameter.Type!.Kind != types[i].Kind)
            {
                return false;
            }
        }

        return true;
    }
}
