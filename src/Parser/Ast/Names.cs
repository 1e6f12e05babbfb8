namespace SqlCluster.Parser.Ast;

/// <summary>Is one name, folded to lower case unless it was quoted.</summary>
public sealed record Identifier(string Value, bool Quoted = false) : SyntaxNode
{
    /// <summary>Makes a name as it is: quoted if SQL would otherwise read it differently.</summary>
    public static Identifier Named(string value) => new(value, Tokens.Keywords.NeedsQuotes(value));

    public override string ToString() => Value;
}

/// <summary>Is a dotted name, such as <c>catalog.schema.table</c> or <c>table.column</c>; it has at least one part.</summary>
public sealed record QualifiedName(NodeList<Identifier> Parts) : SyntaxNode
{
    /// <summary>Is the last part: what the name names.</summary>
    public Identifier Last => Parts[^1];

    public bool IsSimple => Parts.Count == 1;

    /// <summary>Makes an unquoted name from its parts.</summary>
    public static QualifiedName Of(params ReadOnlySpan<string> parts)
    {
        var identifiers = new Identifier[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            identifiers[i] = new Identifier(parts[i]);
        return new QualifiedName(NodeList.Create<Identifier>(identifiers));
    }

    public override string ToString() => string.Join('.', Parts.Select(part => part.Value));
}

/// <summary>Names an operator: <c>+</c>, <c>&lt;&gt;</c>, <c>-&gt;&gt;</c>, or <c>OPERATOR(schema.+)</c>. <c>!=</c> is read as <c>&lt;&gt;</c>.</summary>
public sealed record OperatorName(string Symbol, QualifiedName? Schema = null) : SyntaxNode
{
    public override string ToString() => Schema is null ? Symbol : $"{Schema}.{Symbol}";
}
