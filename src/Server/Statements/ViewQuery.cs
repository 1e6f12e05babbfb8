using System.Text;
using SqlCluster.Parser;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Printing;
using SqlCluster.Server.PgCatalog;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements;

/// <summary>The query of a view, which means the same relations whatever the search path of those who read it.</summary>
internal static class ViewQuery
{
    /// <summary>Writes its schema before each relation that is named without one, as the session finds it now.</summary>
    /// <remarks>Names of WITH items, files and system relations stay as they are. A place is known by the text, so the query is printed, read and changed as text.</remarks>
    public static Query Bound(Query query, Session session)
    {
        var text = new StringBuilder(SqlPrinter.Print(query));
        Query printed = Read(text);
        foreach (QualifiedName name in session.Pipeline.RelationsOf(printed).Where(static name => name.IsSimple && name.Span.IsKnown).OrderByDescending(static name => name.Span.Start))
        {
            if (session.Catalog.Locate(name) is var (_, schema, _))
            {
                text.Insert(name.Span.Start, $"{Identifiers.Quote(schema)}.");
            }
        }

        return Read(text);
    }

    private static Query Read(StringBuilder text) => ((QueryStatement)SqlParser.ParseStatements(text.ToString())[0]).Query;
}
