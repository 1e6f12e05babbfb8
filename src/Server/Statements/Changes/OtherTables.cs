using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>The relations that a change is joined with (UPDATE … FROM, DELETE … USING, MERGE … USING), as far as RETURNING may name them.</summary>
/// <param name="Relations">Their names and columns.</param>
/// <param name="Types">Types of all their columns, in order.</param>
internal sealed record OtherTables(IReadOnlyList<OtherTables.Named> Relations, IReadOnlyList<ResultColumn> Types)
{
    public static readonly OtherTables None = new([], []);

    /// <summary>All columns of all relations, for the select list of the query that finds the rows.</summary>
    public IEnumerable<SelectItem> Items => Relations.Select(static relation => new SelectItem(new Star(new QualifiedName([relation.Name]))));

    /// <summary>Looks the relations up.</summary>
    /// <param name="from">The target and the others, as FROM has them.</param>
    /// <param name="others">The others.</param>
    /// <param name="with">WITH of the statement.</param>
    /// <param name="session">Whose tables.</param>
    public static OtherTables Of(NodeList<TableReference> from, NodeList<TableReference> others, WithClause? with, Session session)
    {
        Identifier[] names = [.. others.SelectMany(NamesOf)];
        if (names.Length == 0)
        {
            return None;
        }

        var relations = new List<Named>();
        var types = new List<ResultColumn>();
        foreach (Identifier name in names)
        {
            var all = new Select([new SelectItem(new Star(new QualifiedName([name])))]) { From = from };
            IReadOnlyList<ResultColumn> columns = session.Pipeline.Check(new Query(all) { With = with });
            relations.Add(new Named(name, [.. columns.Select(static column => column.Name)]));
            types.AddRange(columns);
        }

        return new OtherTables(relations, types);
    }

    public static IEnumerable<Identifier> NamesOf(TableReference reference) => reference switch
    {
        { Alias: { } alias } => [alias.Name],
        NamedTable table => [table.Name.Last],
        JoinTable join => NamesOf(join.Left).Concat(NamesOf(join.Right)),
        FunctionTable { Functions: [{ Call: FunctionCall call }] } => [call.Name.Last],
        _ => [],
    };

    /// <summary>A relation under its name.</summary>
    internal sealed record Named(Identifier Name, IReadOnlyList<string> Columns);
}
