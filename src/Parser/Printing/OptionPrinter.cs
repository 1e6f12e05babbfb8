using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Printing;

/// <summary>Writes lists of options and the values of settings.</summary>
internal static class OptionPrinter
{
    public static void WriteList(SqlWriter writer, NodeList<StatementOption> options) => writer.Add("(").List(options, Write).Add(")");

    private static void Write(SqlWriter writer, StatementOption option) => WriteName(writer, option.Name).With(option.Value, WriteValue, " ");

    /// <summary>Writes a name whose parts are joined by dots, each quoted if need be.</summary>
    public static SqlWriter WriteName(SqlWriter writer, string name)
    {
        bool first = true;
        foreach (string part in name.Split('.'))
        {
            writer.AddIf(!first, ".").Name(new Identifier(part));
            first = false;
        }
        return writer;
    }

    public static void WriteValue(SqlWriter writer, OptionValue value)
    {
        switch (value)
        {
            case OptionWord { Word: "*" }:
                writer.Add("*");
                break;
            case OptionWord word:
                writer.Name(new Identifier(word.Word));
                break;
            case OptionString text:
                writer.String(text.Value);
                break;
            case OptionNumber number:
                writer.Add(number.Text);
                break;
            case OptionList list:
                writer.Add("(").List(list.Values, WriteValue).Add(")");
                break;
            case OptionInterval interval:
                LiteralPrinter.Write(writer, interval.Value);
                break;
            default:
                throw Unprintable.Node(value);
        }
    }
}
