using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Printing;

/// <summary>Writes types.</summary>
internal static class TypePrinter
{
    public static void Write(SqlWriter writer, TypeName type)
    {
        switch (type)
        {
            case NamedType named:
                writer.Name(named.Name);
                if (!named.Modifiers.IsEmpty)
                    writer.Add("(").List(named.Modifiers, ExpressionPrinter.Write).Add(")");
                break;
            case IntervalType interval:
                writer.Add("interval").With(interval.Qualifier, Write);
                break;
            case ArrayType array:
                Write(writer, array.Element);
                writer.Add("[");
                if (array.Length is { } length)
                    writer.Number(length);
                writer.Add("]");
                break;
            case StructType structure:
                writer.Add("STRUCT(").List(structure.Fields, static (target, field) => Write(target.Name(field.Name).Add(" "), field.Type)).Add(")");
                break;
            case MapType map:
                Write(writer.Add("MAP("), map.Key);
                Write(writer.Add(", "), map.Value);
                writer.Add(")");
                break;
            default:
                throw Unprintable.Node(type);
        }
    }

    /// <summary>Writes what restricts an interval, after the word or the literal.</summary>
    public static void Write(SqlWriter writer, IntervalQualifier qualifier)
    {
        if (qualifier.Start is { } start)
            writer.Add(" ").Add(Word(start));
        if (qualifier.End is { } end)
            writer.Add(" to ").Add(Word(end));
        if (qualifier.Precision is { } precision)
            writer.Add("(").Number(precision).Add(")");
    }

    public static string Word(IntervalField field) => field.ToString().ToLowerInvariant();
}
