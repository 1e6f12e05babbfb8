using SqlCluster.Execution;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements;

/// <summary>COMMENT ON TABLE, VIEW, COLUMN and SCHEMA.</summary>
internal static class CommentStatements
{
    /// <exception cref="QueryException">42P01, 42703, 3F000: no such object; 0A000: an object of another kind.</exception>
    public static StatementResult Comment(Comment comment, Session session)
    {
        switch (comment.Kind)
        {
            case ObjectKind.Schema:
                session.Catalog.Shared.CommentOnSchema(comment.Name.Last.Value, comment.Text);
                break;
            case ObjectKind.Table or ObjectKind.Sequence or ObjectKind.View or ObjectKind.MaterializedView or ObjectKind.ForeignTable:
                if (session.Catalog.Locate(comment.Name) is var (database, schema, relation) && database.Find(schema, relation) is Catalyst.Catalog.Relation.OfView != comment.Kind is ObjectKind.View or ObjectKind.MaterializedView)
                {
                    throw CatalogErrors.WrongKind(relation, comment.Kind is ObjectKind.View or ObjectKind.MaterializedView ? "view" : "table");
                }

                Declare(comment.Name, facts => facts with { Comment = comment.Text }, session);
                break;
            case ObjectKind.Column when comment.Name.Parts.Count > 1:
                string column = comment.Name.Last.Value;
                var table = new QualifiedName([.. comment.Name.Parts.Take(comment.Name.Parts.Count - 1)]);
                if (!session.Pipeline.Check(new Query(new Select([new SelectItem(new Star(null, [], []))]) { From = [new NamedTable(table)] })).Any(found => found.Name == column))
                {
                    throw StatementErrors.NoColumn(column, table.Last.Value);
                }

                Declare(table, facts => facts with { ColumnComments = WithComment(facts.ColumnComments, column, comment.Text) }, session);
                break;
            case ObjectKind.Database:
                break;
            default:
                throw ExecutionErrors.Unsupported($"COMMENT ON {comment.Kind}");
        }

        return new StatementResult.Command("COMMENT");
    }

    private static NodeList<KeyValuePair<string, string>> WithComment(NodeList<KeyValuePair<string, string>> comments, string column, string? text)
    {
        var others = comments.Where(old => old.Key != column).ToList();
        if (text != null)
        {
            others.Add(KeyValuePair.Create(column, text));
        }

        return [.. others];
    }

    private static void Declare(QualifiedName name, Func<TableFacts, TableFacts> change, Session session)
    {
        if (session.Catalog.Locate(name) is not var (database, schema, relation) || !database.Declare(schema, relation, change))
        {
            throw CatalogErrors.NoRelation("relation", name.ToString());
        }
    }
}
