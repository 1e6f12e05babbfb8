using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Printing;

/// <summary>Writes constants, parameters and the values SQL has words for.</summary>
internal static class LiteralPrinter
{
    public static void Write(SqlWriter writer, Expression expression)
    {
        switch (expression)
        {
            case NumberLiteral number:
                writer.Add(number.Text);
                break;
            case StringLiteral text:
                writer.String(text.Value);
                break;
            case BitStringLiteral bits:
                writer.Add(bits.Hexadecimal ? "X" : "B").String(bits.Digits);
                break;
            case BooleanLiteral boolean:
                writer.Add(boolean.Value ? "TRUE" : "FALSE");
                break;
            case NullLiteral:
                writer.Add("NULL");
                break;
            case TypedLiteral literal:
                TypePrinter.Write(writer, literal.Type);
                writer.Add(" ").String(literal.Value);
                break;
            case IntervalLiteral interval:
                Write(writer, interval);
                break;
            case Parameter parameter:
                writer.Add("$").Number(parameter.Index);
                break;
            case CurrentValue current:
                writer.Add(Word(current.Kind));
                if (current.Precision is { } precision)
                    writer.Add("(").Number(precision).Add(")");
                break;
            default:
                throw Unprintable.Node(expression);
        }
    }

    public static void Write(SqlWriter writer, IntervalLiteral interval)
    {
        if (interval.Qualifier is { Start: > IntervalField.Second } unit)
        {
            // DuckDB's units stand after a bare number only.
            writer.Add("INTERVAL ").Add(interval.Value).With(unit, TypePrinter.Write);
            return;
        }
        bool precisionFirst = interval.Qualifier is { Start: null };
        writer.Add("INTERVAL").With(precisionFirst ? interval.Qualifier : null, TypePrinter.Write)
            .Add(" ").String(interval.Value).With(precisionFirst ? null : interval.Qualifier, TypePrinter.Write);
    }

    private static string Word(CurrentValueKind kind) => kind switch
    {
        CurrentValueKind.CurrentDate => "CURRENT_DATE",
        CurrentValueKind.CurrentTime => "CURRENT_TIME",
        CurrentValueKind.CurrentTimestamp => "CURRENT_TIMESTAMP",
        CurrentValueKind.LocalTime => "LOCALTIME",
        CurrentValueKind.LocalTimestamp => "LOCALTIMESTAMP",
        CurrentValueKind.CurrentRole => "CURRENT_ROLE",
        CurrentValueKind.CurrentUser => "CURRENT_USER",
        CurrentValueKind.SessionUser => "SESSION_USER",
        CurrentValueKind.SystemUser => "SYSTEM_USER",
        CurrentValueKind.User => "USER",
        CurrentValueKind.CurrentCatalog => "CURRENT_CATALOG",
        CurrentValueKind.CurrentSchema => "CURRENT_SCHEMA",
    };
}
