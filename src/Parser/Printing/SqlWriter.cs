using System.Text;
using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Printing;

/// <summary>Collects the text of a statement: words, names, strings and lists.</summary>
internal sealed class SqlWriter
{
    private readonly StringBuilder _text = new();

    public SqlWriter Add(string text)
    {
        _text.Append(text);
        return this;
    }

    public SqlWriter AddIf(bool condition, string text) => condition ? Add(text) : this;

    /// <summary>Writes a name: in quotes if it was quoted, or if it could not be read back without.</summary>
    /// <remarks>An unquoted keyword stays bare: where it was read as a name, it will be again.</remarks>
    public SqlWriter Name(Identifier name)
    {
        if (!name.Quoted && (!Tokens.Keywords.NeedsQuotes(name.Value) || Tokens.Keywords.IsKeyword(name.Value)))
            return Add(name.Value);
        _text.Append('"').Append(name.Value).Replace("\"", "\"\"", _text.Length - name.Value.Length, name.Value.Length).Append('"');
        return this;
    }

    public SqlWriter Name(QualifiedName name) => List(name.Parts, static (writer, part) => writer.Name(part), ".");

    public SqlWriter Names(NodeList<Identifier> names) => List(names, static (writer, name) => writer.Name(name));

    public SqlWriter Names(NodeList<QualifiedName> names) => List(names, static (writer, name) => writer.Name(name));

    /// <summary>Writes <c> (a, b)</c>, or nothing for no names.</summary>
    public SqlWriter Columns(NodeList<Identifier> names) => names.IsEmpty ? this : Add(" (").Names(names).Add(")");

    public SqlWriter String(string value)
    {
        _text.Append('\'').Append(value).Replace("'", "''", _text.Length - value.Length, value.Length).Append('\'');
        return this;
    }

    public SqlWriter Number(long value) => Add(value.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public SqlWriter List<T>(NodeList<T> items, Action<SqlWriter, T> write, string separator = ", ")
    {
        for (int i = 0; i < items.Count; i++)
        {
            AddIf(i > 0, separator);
            write(this, items[i]);
        }
        return this;
    }

    public SqlWriter With<T>(T? node, Action<SqlWriter, T> write, string before = "", string after = "")
        where T : class
    {
        if (node is not null)
        {
            Add(before);
            write(this, node);
            Add(after);
        }
        return this;
    }

    public override string ToString() => _text.ToString();
}
