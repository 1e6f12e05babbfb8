using CultureInfo = System.Globalization.CultureInfo;
using NumberStyles = System.Globalization.NumberStyles;
using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Gives constants, parameters and current values their types.</summary>
internal sealed class LiteralResolver(AnalysisContext context)
{
    /// <summary>
    /// integer if it fits, else bigint, else numeric with the digits as written; what numeric cannot hold is double precision: the great, and the small that are written with an exponent,
    /// as clients write floats, and would lose digits.
    /// </summary>
    public Expression Number(Ast.NumberLiteral number, bool negative)
    {
        string text = negative ? "-" + number.Text : number.Text;
        if (number.Kind == Ast.NumberKind.Integer && NumberInput.Integer(text, long.MinValue, long.MaxValue, out long value) == InputResult.Ok)
        {
            return new Literal(value, value is >= int.MinValue and <= int.MaxValue ? SqlType.Integer : SqlType.BigInt);
        }

        InputResult result = NumberInput.Numeric(text, out Int128 unscaled, out int scale);
        if (result == InputResult.Ok && !(scale == SqlType.MaxPrecision && text.Contains('e', StringComparison.OrdinalIgnoreCase) && LosesDigits(text)))
        {
            return new Literal(unscaled, NumericTyping.OfDigits(unscaled, scale));
        }

        return NumberInput.Double(text, out double approximate) == InputResult.Ok
            ? new Literal(approximate, SqlType.DoublePrecision)
            : throw AnalyzerErrors.TextOutOfRange(SqlType.DoublePrecision, number.Text, context.Position(number));
    }

    /// <summary>Whether a number with an exponent has digits behind the 38th after the point.</summary>
    private static bool LosesDigits(string text)
    {
        int at = text.IndexOfAny(['e', 'E']), point = text.IndexOf('.', StringComparison.Ordinal);
        int fraction = point < 0 ? 0 : text[(point + 1)..at].TrimEnd('0').Length;
        return text.AsSpan(0, at).ContainsAnyInRange('1', '9') && fraction - int.Parse(text.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) > SqlType.MaxPrecision;
    }

    /// <summary>A number written without an exponent, as PostgreSQL's numeric shows it.</summary>
    public static string AllDigits(string text)
    {
        int at = text.IndexOfAny(['e', 'E']);
        if (at < 0 || !int.TryParse(text.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int exponent) || Math.Abs(exponent) > 1000)
        {
            return text;
        }

        int point = text.IndexOf('.', StringComparison.Ordinal) is var found && found >= 0 ? found : at;
        string digits = text[..at].Replace(".", "", StringComparison.Ordinal);
        point += exponent;
        digits = point <= 0 ? digits.PadLeft(digits.Length - point + 1, '0') : digits.PadRight(point, '0');
        point = Math.Max(point, 1);
        return point == digits.Length ? digits : $"{digits[..point]}.{digits[point..]}";
    }

    public Literal String(Ast.StringLiteral node)
    {
        var literal = new Literal(node.Value, SqlType.Unknown);
        context.Remember(literal, node);
        return literal;
    }

    public Expression Typed(Ast.TypedLiteral node)
    {
        SqlType type = CastResolver.OfDimensions(node.Value, TypeNames.Resolve(node.Type, context.Position));
        var text = new Literal(node.Value, SqlType.Unknown);
        context.RememberAnchor(text, node);
        if (type.Kind is TypeKind.Json or TypeKind.Jsonb)
        {
            return context.Coercions.To(text, type, CoercionContext.Explicit, context.OperatorPosition(node));
        }

        Literal value = Rounded(context.Literals.Parse(node.Value, type.WithoutFractionDigits, context.OperatorPosition(node)), type.HasFractionDigits ? type.Precision : -1);
        context.RememberAnchor(value, node);
        return value;
    }

    /// <summary>A time, timestamp or interval rounded to fraction digits of a second, -1: as it is.</summary>
    public static Literal Rounded(Literal literal, int digits) => literal.Value switch
    {
        long microseconds => literal with { Value = digits < 0 ? microseconds : DateTimeInput.Round(microseconds, digits) },
        IntervalValue interval => literal with { Value = interval with { Microseconds = DateTimeInput.RoundSymmetrically(interval.Microseconds, digits) } },
        _ => literal,
    };

    public Literal Interval(Ast.IntervalLiteral node) => IntervalOf(node.Value, node.Qualifier, context.OperatorPosition(node));

    /// <summary>An interval from its text, with the fields that a qualifier names: they say what a number without a unit counts.</summary>
    public static Literal IntervalOf(string text, Ast.IntervalQualifier? qualifier, int position)
    {
        Ast.IntervalField? last = qualifier?.End ?? qualifier?.Start;
        bool isMinuteToSecond = qualifier is { Start: Ast.IntervalField.Minute, End: Ast.IntervalField.Second };
        Literal literal = LiteralCoercion.ParseInterval(text, last is null ? IntervalUnit.Second : UnitOf(last.Value), isMinuteToSecond, position);
        return Rounded(last is null ? literal : Truncate(literal, UnitOf(last.Value)), qualifier?.Precision ?? -1);
    }

    public Expression Parameter(Ast.Parameter node)
    {
        if (node.Index is < 1 or > 65_535)
        {
            throw AnalyzerErrors.UnknownParameter(node.Index, context.Position(node));
        }

        SqlType type = context.Parameters[node.Index];
        context.Parameters.HasLooseReferences |= type.Kind == TypeKind.Unknown;
        var parameter = new Parameter(node.Index, type);
        context.Remember(parameter, node);
        return parameter;
    }

    public Expression Current(Ast.CurrentValue node, QueryScope scope)
    {
        string name = node.Kind switch
        {
            Ast.CurrentValueKind.CurrentDate => SpecialFunctions.CurrentDate,
            Ast.CurrentValueKind.CurrentTime => SpecialFunctions.CurrentTime,
            Ast.CurrentValueKind.CurrentTimestamp => SpecialFunctions.CurrentTimestamp,
            Ast.CurrentValueKind.LocalTime => SpecialFunctions.LocalTime,
            Ast.CurrentValueKind.LocalTimestamp => SpecialFunctions.LocalTimestamp,
            Ast.CurrentValueKind.CurrentRole or Ast.CurrentValueKind.CurrentUser or Ast.CurrentValueKind.User => SpecialFunctions.CurrentUser,
            Ast.CurrentValueKind.SessionUser or Ast.CurrentValueKind.SystemUser => SpecialFunctions.SessionUser,
            Ast.CurrentValueKind.CurrentCatalog => SpecialFunctions.CurrentDatabase,
            Ast.CurrentValueKind.CurrentSchema => SpecialFunctions.CurrentSchema,
        };
        Expression value = context.Expressions.Functions.Named(name, [], node);
        return node.Precision is { } digits ? new Cast(new Cast(value, value.Type with { Precision = Math.Min(digits, 6) }), value.Type) : value;
    }

    /// <summary>interval '1 day 02:03:04' hour to minute drops what is finer than the last field.</summary>
    private static Literal Truncate(Literal literal, IntervalUnit last)
    {
        var value = (IntervalValue)literal.Value!;
        IntervalValue cut = last switch
        {
            IntervalUnit.Year => new(value.Months / 12 * 12, 0, 0),
            IntervalUnit.Month => new(value.Months, 0, 0),
            IntervalUnit.Day => value with { Microseconds = 0 },
            IntervalUnit.Hour => value with { Microseconds = value.Microseconds / Calendar.MicrosecondsPerHour * Calendar.MicrosecondsPerHour },
            IntervalUnit.Minute => value with { Microseconds = value.Microseconds / Calendar.MicrosecondsPerMinute * Calendar.MicrosecondsPerMinute },
            _ => value,
        };
        return literal with { Value = cut };
    }

    private static IntervalUnit UnitOf(Ast.IntervalField field) => field switch
    {
        Ast.IntervalField.Year => IntervalUnit.Year,
        Ast.IntervalField.Month => IntervalUnit.Month,
        Ast.IntervalField.Day => IntervalUnit.Day,
        Ast.IntervalField.Hour => IntervalUnit.Hour,
        Ast.IntervalField.Minute => IntervalUnit.Minute,
        Ast.IntervalField.Second => IntervalUnit.Second,
        Ast.IntervalField.Week => IntervalUnit.Week,
        Ast.IntervalField.Quarter => IntervalUnit.Quarter,
        Ast.IntervalField.Decade => IntervalUnit.Decade,
        Ast.IntervalField.Century => IntervalUnit.Century,
        Ast.IntervalField.Millennium => IntervalUnit.Millennium,
        Ast.IntervalField.Millisecond => IntervalUnit.Millisecond,
        Ast.IntervalField.Microsecond => IntervalUnit.Microsecond,
    };
}
