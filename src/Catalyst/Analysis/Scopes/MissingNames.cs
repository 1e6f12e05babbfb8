using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Catalyst.Analysis.Scopes;

/// <summary>Explains why a name means nothing: what is spelt nearly like it, what its alias hides, and what cannot be seen from where it stands.</summary>
internal static class MissingNames
{
    /// <summary>42703 for a column, 42P01 for the table of a qualified one.</summary>
    public static QueryException Error(AnalysisContext context, QualifiedName name, QueryScope scope, int position) =>
        name.Parts.Count == 1 ? OfColumn(context, name.Parts[0].Value, scope, position) : OfRelation(context, name.Parts[^2].Value, scope, position);

    /// <summary>The column spelt most like a name, with its table's name; null when there is none.</summary>
    public static string? Nearest(string name, IEnumerable<ScopeColumn> columns)
    {
        ScopeColumn[] all = [.. columns];
        return SimilarNames.Nearest(name, all.Select(static column => column.Name), 1) is [var near]
            ? all.First(column => column.Name == near) is { Relation.Name: { } relation } ? $"{relation}.{near}" : near
            : null;
    }

    private static QueryException OfColumn(AnalysisContext context, string name, QueryScope scope, int position)
    {
        RelationScope? beside = context.Unreachable.SelectMany(static from => from.Relations)
            .FirstOrDefault(relation => relation.Name is not null && relation.Columns.Exists(column => column.Name == name));
        string? hint = beside is not null ? $"There is a column named \"{name}\" in table \"{beside.Name}\", but it cannot be referenced from this part of the query."
            : AnalyzerErrors.PerhapsColumn(Nearest(name, Levels(scope).SelectMany(static level => level.From.Columns)));
        return AnalyzerErrors.MissingColumn($"\"{name}\"", position, hint);
    }

    private static QueryException OfRelation(AnalysisContext context, string name, QueryScope scope, int position)
    {
        RelationScope[] visible = [.. Levels(scope).SelectMany(static level => level.From.Relations)];
        if (visible.FirstOrDefault(relation => relation.Hidden == name) is { } renamed)
        {
            return AnalyzerErrors.InvalidReference(name, position, $"Perhaps you meant to reference the table alias \"{renamed.Name}\".");
        }

        if (context.Unreachable.Any(from => from.Relations.Any(relation => relation.Name == name)))
        {
            return AnalyzerErrors.InvalidReference(name, position, $"There is an entry for table \"{name}\", but it cannot be referenced from this part of the query.");
        }

        string? near = SimilarNames.Nearest(name, visible.Select(static relation => relation.Name ?? ""), 1).FirstOrDefault();
        return AnalyzerErrors.MissingFromEntry(name, position, near);
    }

    private static IEnumerable<QueryScope> Levels(QueryScope scope)
    {
        for (QueryScope? level = scope; level is not null; level = level.Parent)
        {
            yield return level;
        }
    }
}
