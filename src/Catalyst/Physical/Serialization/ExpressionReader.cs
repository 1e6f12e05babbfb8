using System.Buffers.Binary;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Physical.Serialization;

/// <summary>Reads what <see cref="ExpressionWriter"/> wrote, arm by arm.</summary>
internal class ExpressionReader(PlanInput input, IFunctionCatalog functions)
{
    private readonly List<SqlType> _types = [];
    private readonly List<FunctionSignature> _functions = [];

    protected PlanInput Input => input;

    // Arguments are evaluated from left to right: in the order of the bytes.
    public Expression Expression()
    {
        PlanInput.Descend();
        return input.Code<ExpressionKind>() switch
        {
            ExpressionKind.InputReference => new InputReference(input.Count(), input.Text(), Type(), input.Flag()),
            ExpressionKind.Literal => Literal(),
            ExpressionKind.Parameter => new Parameter(input.Count(), Type()),
            ExpressionKind.Call => Call(),
            ExpressionKind.Cast => new Cast(Expression(), Type(), input.Flag()),
            ExpressionKind.Case => new Case(input.List(() => new CaseArm(Expression(), Expression())), Expression()),
            ExpressionKind.Coalesce => new Coalesce(NotEmpty(Expressions())),
            ExpressionKind.Comparison => new Comparison(input.Code<ComparisonOperator>(), Expression(), Expression()),
            ExpressionKind.And => new And(NotEmpty(Expressions())),
            ExpressionKind.Or => new Or(NotEmpty(Expressions())),
            ExpressionKind.Not => new Not(NotEmpty(Expressions())[0]),
            ExpressionKind.IsNull => new IsNull(Expression(), input.Flag()),
            ExpressionKind.IsTruth => new IsTruth(Expression(), input.Flag(), input.Flag()),
            ExpressionKind.IsDistinctFrom => new IsDistinctFrom(Expression(), Expression(), input.Flag()),
            ExpressionKind.InList => new InList(Expression(), Expressions(), input.Flag()),
            ExpressionKind.Like => new Like(Expression(), Expression(), Escape(), input.Flag(), input.Flag()),
            ExpressionKind.AggregateCall => AggregateCall(),
            ExpressionKind.WindowCall => WindowCall(),
            ExpressionKind.ArrayLambda => new ArrayLambda(input.Code<LambdaKind>(), Expression(), Expressions(), input.Text(), Expression()),
        };
    }

    protected NodeList<Expression> Expressions() => input.List(Expression);

    protected SortKey SortKey() => new(Expression(), input.Flag(), input.Flag());

    protected SqlType Type()
    {
        PlanInput.Descend();
        int index = input.Count();
        if (index > 0)
        {
            return index <= _types.Count ? _types[index - 1] : throw PlannerErrors.DamagedPlan($"type {index} of {_types.Count}");
        }

        var type = new SqlType(
            input.Code<TypeKind>(), input.SignedInteger(), input.SignedInteger(), input.Optional(Type), input.Optional(Type),
            input.Optional(() => input.List(() => new RowField(input.Text(), Type()))))
        {
            Variant = input.Code<TypeVariant>(),
        };
        bool isWhole = type.Kind switch
        {
            TypeKind.Array => type.Element is not null,
            TypeKind.Map => type.Element is not null && type.Key is not null,
            TypeKind.Row => type.Fields is not null,
            _ => true,
        };
        if (!isWhole)
        {
            throw PlannerErrors.DamagedPlan($"type {type.Kind} without its parts");
        }

        _types.Add(type);
        return type;
    }

    protected Call Call() => new(Function(), Expressions(), Type());

    protected AggregateCall AggregateCall() => new(Function(), Expressions(), Type(), input.Flag(), input.Optional(Expression), input.List(SortKey));

    protected WindowCall WindowCall() => new(
        Function(), Expressions(), Type(), Expressions(), input.List(SortKey),
        new WindowFrame(input.Code<FrameUnit>(), FrameBound(), FrameBound(), input.Code<FrameExclusion>()), input.Optional(Expression), input.Flag(), input.Flag());

    private static NodeList<Expression> NotEmpty(NodeList<Expression> terms) => terms.IsEmpty ? throw PlannerErrors.DamagedPlan("an expression without terms") : terms;

    private FrameBound FrameBound() => new(input.Code<FrameBoundKind>(), input.Optional(Expression));

    private char? Escape() => input.Count() switch
    {
        0 => null,
        var code and <= char.MaxValue + 1 => (char)(code - 1),
        var code => throw PlannerErrors.DamagedPlan($"character {code}"),
    };

    private Literal Literal()
    {
        PlanInput.Descend();
        SqlType type = Type();
        object? value = input.Code<ValueKind>() switch
        {
            ValueKind.Null => null,
            ValueKind.False => false,
            ValueKind.True => true,
            ValueKind.Integer => input.Signed(),
            ValueKind.Double => input.Double(),
            ValueKind.NarrowDecimal => (Int128)input.Signed(),
            ValueKind.WideDecimal => BinaryPrimitives.ReadInt128LittleEndian(input.Raw(16)),
            ValueKind.Text => input.Text(),
            ValueKind.Bytes => NodeList.Create(input.Raw(input.Count())),
            ValueKind.Interval => new IntervalValue(input.SignedInteger(), input.SignedInteger(), input.Signed()),
            ValueKind.Uuid => new Guid(input.Raw(16), bigEndian: true),
            ValueKind.Items => input.List(Literal),
        };
        return new Literal(value, type);
    }

    private FunctionSignature Function()
    {
        int index = input.Count();
        if (index > 0)
        {
            return index <= _functions.Count ? _functions[index - 1] : throw PlannerErrors.DamagedPlan($"function {index} of {_functions.Count}");
        }

        string name = input.Text();
        FunctionKind kind = input.Code<FunctionKind>();
        string signature = input.Text();
        FunctionSignature function = functions.Find(name).FirstOrDefault(found => found.Kind == kind && found.ToString() == signature) ?? throw PlannerErrors.NoFunction(signature);
        _functions.Add(function);
        return function;
    }
}
