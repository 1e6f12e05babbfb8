using System.Collections;
using System.Reflection;
using System.Text;
using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Printing;

/// <summary>Writes a syntax tree as an indented outline, one node a line, for EXPLAIN (AST).</summary>
/// <remarks>
/// A node's plain values stand on its own line, its nodes below it, each after the property it is in; what is absent, empty or false is left out. The
/// properties are found by reflection: an outline for people needs every one of them, and speed does not matter here.
/// <code>
/// Select
///   Items: SelectItem
///     Expression: ColumnReference l_orderkey
///     Alias: k
/// </code>
/// </remarks>
public static class SyntaxTreePrinter
{
    public static string Print(SyntaxNode node)
    {
        var text = new StringBuilder();
        Write(text, node, 0);
        return text.ToString().TrimEnd('\n');
    }

    private static void Write(StringBuilder text, SyntaxNode node, int indent)
    {
        var below = new List<(string Name, object Value)>();
        text.Append(node.GetType().Name);
        foreach (PropertyInfo property in PropertiesOf(node.GetType()))
        {
            object? value = property.GetValue(node);
            if (value is Identifier or QualifiedName or OperatorName && property.Name is "Name" or "Operator")
                text.Append(' ').Append(value);
            else if (value is SyntaxNode or IEnumerable and not string)
                below.Add((property.Name, value));
            else if (value is bool flag)
                text.Append(flag ? " " + property.Name.ToLowerInvariant() : "");
            else if (value is string word)
                text.Append(' ').Append('\'').Append(word).Append('\'');
            else if (value is not null && !IsDefault(value))
                text.Append(' ').Append(value);
        }
        text.Append('\n');
        foreach ((string name, object value) in below)
            WriteBelow(text, name, value, indent + 1);
    }

    private static void WriteBelow(StringBuilder text, string name, object value, int indent)
    {
        if (value is IEnumerable items)
        {
            foreach (object item in items)
                WriteBelow(text, name, item, indent);
            return;
        }
        text.Append(' ', 2 * indent).Append(name).Append(": ");
        if (value is SyntaxNode node and not (Identifier or QualifiedName or OperatorName))
            Write(text, node, indent);
        else
            text.Append(value).Append('\n');
    }

    /// <summary>Tells whether an enum has the value that stands for "not said".</summary>
    private static bool IsDefault(object value) => value is Enum && value.ToString() is "Default" or "None" or "Permanent" or "NoOthers" or "Block";

    private static IEnumerable<PropertyInfo> PropertiesOf(Type type) => type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(static property => property.CanWrite && property.GetIndexParameters().Length == 0 && property.Name is not (nameof(SyntaxNode.Span) or nameof(SyntaxNode.Anchor)))
        .OrderBy(property => property.DeclaringType != type)
        .ThenBy(static property => property.MetadataToken);
}
