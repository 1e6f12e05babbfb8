using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Printing;

/// <summary>Writes syntax trees as SQL on one line. Read back, the text gives an equal tree.</summary>
/// <remarks>
/// Parentheses are written where the tree needs them only. Spellings are PostgreSQL's where it has the construct. Trees made by code should take names
/// from <see cref="Identifier.Named"/>, which quotes what must be quoted.
/// </remarks>
public static class SqlPrinter
{
    public static string Print(SyntaxNode node)
    {
        var writer = new SqlWriter();
        switch (node)
        {
            case Statement statement:
                StatementPrinter.Write(writer, statement);
                break;
            case QueryExpression query:
                QueryPrinter.Write(writer, query);
                break;
            case Expression expression:
                ExpressionPrinter.Write(writer, expression);
                break;
            case TypeName type:
                TypePrinter.Write(writer, type);
                break;
            case TableReference table:
                TablePrinter.Write(writer, table);
                break;
            case SelectItem item:
                QueryPrinter.Write(writer, item);
                break;
            case SortItem item:
                QueryPrinter.Write(writer, item);
                break;
            case Window window:
                FunctionPrinter.Write(writer, window);
                break;
            case Identifier name:
                writer.Name(name);
                break;
            case QualifiedName name:
                writer.Name(name);
                break;
            default:
                throw new ArgumentException($"a {node.GetType().Name} is not SQL by itself", nameof(node));
        }
        return writer.ToString();
    }
}
