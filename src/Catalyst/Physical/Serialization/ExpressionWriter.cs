using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Physical.Serialization;

/// <summary>Writes expressions, types, constants and functions; read by <see cref="ExpressionReader"/>, arm by arm.</summary>
internal class ExpressionWriter(PlanOutput output)
{
    private readonly Dictionary<SqlType, int> _types = [];
    private readonly Dictionary<FunctionSignature, int> _functions = new(ReferenceEqualityComparer.Instance);

    protected PlanOutput Output => output;

    public void Write(Expression expression)
    {
        ExpressionKind kind = NodeKinds.Of(expression);
        output.Byte((byte)kind);
        _ = kind switch
        {
            ExpressionKind.InputReference => Write((InputReference)expression),
            ExpressionKind.Literal => Write((Literal)expression),
            ExpressionKind.Parameter => Write((Parameter)expression),
            ExpressionKind.Call => Write((Call)expression),
            ExpressionKind.Cast => Write((Cast)expression),
            ExpressionKind.Case => Write((Case)expression),
            ExpressionKind.Coalesce => Write(((Coalesce)expression).Arguments),
            ExpressionKind.Comparison => Write((Comparison)expression),
            ExpressionKind.And => Write(((And)expression).Terms),
            ExpressionKind.Or => Write(((Or)expression).Terms),
            ExpressionKind.Not => Write([((Not)expression).Input]),
            ExpressionKind.IsNull => Write((IsNull)expression),
            ExpressionKind.IsTruth => Write((IsTruth)expression),
            ExpressionKind.IsDistinctFrom => Write((IsDistinctFrom)expression),
            ExpressionKind.InList => Write((InList)expression),
            ExpressionKind.Like => Write((Like)expression),
            ExpressionKind.AggregateCall => Write((AggregateCall)expression),
            ExpressionKind.WindowCall => Write((WindowCall)expression),
            ExpressionKind.ArrayLambda => Write((ArrayLambda)expression),
        };
    }

    protected bool Write(NodeList<Expression> expressions)
    {
        output.List(expressions, Write);
        return true;
    }

    protected void Write(SortKey key)
    {
        Write(key.Expression);
        output.Flag(key.Descending);
        output.Flag(key.NullsFirst);
    }

    protected void Write(SqlType type)
    {
        if (_types.TryGetValue(type, out int index))
        {
            output.Count(index + 1);
            return;
        }

        output.Count(0);
        output.Byte((byte)type.Kind);
        output.Signed(type.Precision);
        output.Signed(type.Scale);
        output.Optional(type.Element, Write);
        output.Optional(type.Key, Write);
        output.Optional(type.Fields, fields => output.List(fields, field =>
        {
            output.Text(field.Name);
            Write(field.Type);
        }));
        output.Byte((byte)type.Variant);
        _types.Add(type, _types.Count);
    }

    protected bool Write(AggregateCall call)
    {
        Write(call.Function);
        Write(call.Arguments);
        Write(call.ResultType);
        output.Flag(call.IsDistinct);
        output.Optional(call.Filter, Write);
        output.List(call.OrderBy, Write);
        return true;
    }

    protected bool Write(WindowCall call)
    {
        Write(call.Function);
        Write(call.Arguments);
        Write(call.ResultType);
        Write(call.PartitionBy);
        output.List(call.OrderBy, Write);
        output.Byte((byte)call.Frame.Unit);
        Write(call.Frame.Start);
        Write(call.Frame.End);
        output.Byte((byte)call.Frame.Exclusion);
        output.Optional(call.Filter, Write);
        output.Flag(call.IsDistinct);
        output.Flag(call.IgnoreNulls);
        return true;
    }

    protected bool Write(Call call)
    {
        Write(call.Function);
        Write(call.Arguments);
        Write(call.ResultType);
        return true;
    }

    private bool Write(InputReference reference)
    {
        output.Count(reference.Ordinal);
        output.Text(reference.Name);
        Write(reference.ValueType);
        output.Flag(reference.Nullable);
        return true;
    }

    private bool Write(Literal literal)
    {
        Write(literal.ValueType);
        ValueKind kind = NodeKinds.Of(literal.Value);
        output.Byte((byte)kind);
        return kind switch
        {
            ValueKind.Null or ValueKind.False or ValueKind.True => true,
            ValueKind.Integer => Signed((long)literal.Value!),
            ValueKind.Double => Double((double)literal.Value!),
            ValueKind.NarrowDecimal => Signed((long)(Int128)literal.Value!),
            ValueKind.WideDecimal => Wide((Int128)literal.Value!),
            ValueKind.Text => Text((string)literal.Value!),
            ValueKind.Bytes => Bytes((NodeList<byte>)literal.Value!),
            ValueKind.Interval => Interval((IntervalValue)literal.Value!),
            ValueKind.Uuid => Uuid((Guid)literal.Value!),
            ValueKind.Items => Items((NodeList<Literal>)literal.Value!),
        };
    }

    private bool Signed(long value)
    {
        output.Signed(value);
        return true;
    }

    private bool Double(double value)
    {
        output.Double(value);
        return true;
    }

    private bool Wide(Int128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt128LittleEndian(bytes, value);
        output.Raw(bytes);
        return true;
    }

    private bool Text(string value)
    {
        output.Text(value);
        return true;
    }

    private bool Bytes(NodeList<byte> value)
    {
        output.Count(value.Count);
        output.Raw(value.AsSpan());
        return true;
    }

    private bool Interval(IntervalValue value)
    {
        output.Signed(value.Months);
        output.Signed(value.Days);
        output.Signed(value.Microseconds);
        return true;
    }

    private bool Uuid(Guid value)
    {
        output.Raw(value.ToByteArray(bigEndian: true));
        return true;
    }

    private bool Items(NodeList<Literal> items)
    {
        output.List(items, item => Write(item));
        return true;
    }

    private bool Write(Parameter parameter)
    {
        output.Count(parameter.Index);
        Write(parameter.ValueType);
        return true;
    }

    private bool Write(Cast cast)
    {
        Write(cast.Input);
        Write(cast.Target);
        output.Flag(cast.IsTry);
        return true;
    }

    private bool Write(Case branches)
    {
        output.List(branches.Arms, arm =>
        {
            Write(arm.Condition);
            Write(arm.Result);
        });
        Write(branches.Otherwise);
        return true;
    }

    private bool Write(Comparison comparison)
    {
        output.Byte((byte)comparison.Operator);
        Write(comparison.Left);
        Write(comparison.Right);
        return true;
    }

    private bool Write(IsNull test)
    {
        Write(test.Input);
        output.Flag(test.Negated);
        return true;
    }

    private bool Write(IsTruth test)
    {
        Write(test.Input);
        output.Flag(test.Truth);
        output.Flag(test.Negated);
        return true;
    }

    private bool Write(IsDistinctFrom test)
    {
        Write(test.Left);
        Write(test.Right);
        output.Flag(test.Negated);
        return true;
    }

    private bool Write(InList list)
    {
        Write(list.Input);
        Write(list.Items);
        output.Flag(list.Negated);
        return true;
    }

    private bool Write(Like like)
    {
        Write(like.Input);
        Write(like.Pattern);
        output.Count(like.Escape is { } escape ? escape + 1 : 0);
        output.Flag(like.IgnoreCase);
        output.Flag(like.Negated);
        return true;
    }

    private bool Write(ArrayLambda lambda)
    {
        output.Byte((byte)lambda.Kind);
        Write(lambda.Array);
        Write(lambda.Captured);
        output.Text(lambda.Variable);
        Write(lambda.Body);
        return true;
    }

    private void Write(FrameBound bound)
    {
        output.Byte((byte)bound.Kind);
        output.Optional(bound.Offset, Write);
    }

    private void Write(FunctionSignature function)
    {
        if (_functions.TryGetValue(function, out int index))
        {
            output.Count(index + 1);
            return;
        }

        output.Count(0);
        output.Text(function.Name);
        output.Byte((byte)function.Kind);
        output.Text(function.ToString());
        _functions.Add(function, _functions.Count);
    }
}
