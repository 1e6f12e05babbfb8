using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Printing;

/// <summary>Writes calls and windows.</summary>
internal static class FunctionPrinter
{
    public static void Write(SqlWriter writer, FunctionCall call)
    {
        WriteCall(writer, call);
        if (!call.WithinGroup.IsEmpty)
            writer.Add(" WITHIN GROUP (ORDER BY ").List(call.WithinGroup, QueryPrinter.Write).Add(")");
        writer.With(call.Filter, ExpressionPrinter.Write, " FILTER (WHERE ", ")");
        if (call.Over is not null)
            Write(writer.Add(NullsWords(call.NullTreatment)).Add(" OVER "), call.Over);
    }

    /// <summary>Writes name and arguments only, as a table function has them.</summary>
    private static void WriteCall(SqlWriter writer, FunctionCall call)
    {
        if (call is { Name: { IsSimple: true, Last: { Quoted: false, Value: "position" } }, Arguments: [var text, var sought] })
        {
            // The only spelling PostgreSQL has; its operands cannot be comparisons.
            ExpressionPrinter.WriteValue(writer.Add("POSITION("), sought.Value);
            ExpressionPrinter.WriteValue(writer.Add(" IN "), text.Value);
            writer.Add(")");
            return;
        }
        writer.Name(call.Name).Add("(").AddIf(call.Distinct, "DISTINCT ").List(call.Arguments, Write);
        if (!call.OrderBy.IsEmpty)
            writer.Add(" ORDER BY ").List(call.OrderBy, QueryPrinter.Write);
        if (call.Over is null)
            writer.Add(NullsWords(call.NullTreatment));
        writer.Add(")");
    }

    private static string NullsWords(NullTreatment treatment) => treatment switch
    {
        NullTreatment.Default => "",
        NullTreatment.Respect => " RESPECT NULLS",
        NullTreatment.Ignore => " IGNORE NULLS",
    };

    private static void Write(SqlWriter writer, FunctionArgument argument)
    {
        writer.AddIf(argument.Variadic, "VARIADIC ").With(argument.Name, static (target, name) => target.Name(name), after: " => ");
        ExpressionPrinter.Write(writer, argument.Value);
    }

    public static void Write(SqlWriter writer, Window window)
    {
        if (window is WindowName name)
            writer.Name(name.Name);
        else
            Write(writer, (WindowSpecification)window);
    }

    public static void Write(SqlWriter writer, WindowSpecification window)
    {
        string separator = "";
        writer.Add("(");
        if (window.BaseName is not null)
        {
            writer.Name(window.BaseName);
            separator = " ";
        }
        if (!window.PartitionBy.IsEmpty)
        {
            writer.Add(separator).Add("PARTITION BY ").List(window.PartitionBy, ExpressionPrinter.Write);
            separator = " ";
        }
        if (!window.OrderBy.IsEmpty)
        {
            writer.Add(separator).Add("ORDER BY ").List(window.OrderBy, QueryPrinter.Write);
            separator = " ";
        }
        if (window.Frame is { } frame)
        {
            writer.Add(separator).Add(frame.Unit.ToString().ToUpperInvariant()).Add(frame.End is null ? " " : " BETWEEN ");
            Write(writer, frame.Start);
            writer.With(frame.End, Write, " AND ").Add(frame.Exclusion switch
            {
                FrameExclusion.NoOthers => "",
                FrameExclusion.CurrentRow => " EXCLUDE CURRENT ROW",
                FrameExclusion.Group => " EXCLUDE GROUP",
                FrameExclusion.Ties => " EXCLUDE TIES",
            });
        }
        writer.Add(")");
    }

    private static void Write(SqlWriter writer, FrameBound bound)
    {
        writer.With(bound.Offset, ExpressionPrinter.WriteValue).Add(bound.Kind switch
        {
            FrameBoundKind.UnboundedPreceding => "UNBOUNDED PRECEDING",
            FrameBoundKind.Preceding => " PRECEDING",
            FrameBoundKind.CurrentRow => "CURRENT ROW",
            FrameBoundKind.Following => " FOLLOWING",
            FrameBoundKind.UnboundedFollowing => "UNBOUNDED FOLLOWING",
        });
    }
}
