using SqlCluster.Catalyst.Expressions;
using SqlCluster.Parser.Ast;
using ColumnReference = SqlCluster.Catalyst.Expressions.ColumnReference;
using Expression = SqlCluster.Catalyst.Expressions.Expression;

namespace SqlCluster.Catalyst.Analysis.Scopes;

/// <summary>What a dotted name turned out to be: a value, how many parts of the name it took (the rest are fields of it), and the depth of the query it belongs to.</summary>
internal readonly record struct ResolvedName(Expression Value, int PartCount, int Depth);

/// <summary>Finds columns by name, innermost query first.</summary>
internal static class NameResolution
{
    /// <summary>Finds what a name means in expressions of the scope.</summary>
    /// <exception cref="Parser.Errors.QueryException">42703, 42702, 42P01.</exception>
    public static ResolvedName Resolve(AnalysisContext context, QualifiedName name, QueryScope scope)
    {
        int position = context.Position(name);
        ResolvedName? found = name.Parts.Count > 1 ? FindQualified(context, name, scope, position) : null;
        found ??= FindColumn(context, name, scope, position);
        if (found is null && name.Parts.Count == 1)
        {
            found = FindWholeRow(context, name.Parts[0].Value, scope);
        }

        if (found is not { } resolved)
        {
            throw MissingNames.Error(context, name, scope, position);
        }

        NoteUse(scope, resolved.Depth);
        return resolved;
    }

    /// <summary>The relation of an alias or table name, in the scope or one around it; null when there is none.</summary>
    public static RelationScope? FindRelation(AnalysisContext context, IReadOnlyList<string> qualifier, QueryScope scope) =>
        FindRelation(qualifier, scope, out _) ?? FindBySchema(context, qualifier, scope, out _);

    /// <summary>The relation of schema.table where FROM names the table alone and the search path leads to that schema.</summary>
    private static RelationScope? FindBySchema(AnalysisContext context, IReadOnlyList<string> qualifier, QueryScope scope, out int depth)
    {
        depth = 0;
        return qualifier.Count == 2 && FindRelation([qualifier[1]], scope, out depth) is { QualifiedName.Count: 1 } relation
            && context.Catalog.Find([.. qualifier]) is { } named && named.Equals(context.Catalog.Find([qualifier[1]])) ? relation : null;
    }

    private static RelationScope? FindRelation(IReadOnlyList<string> qualifier, QueryScope scope, out int depth)
    {
        for (QueryScope? level = scope; level is not null; level = level.Parent)
        {
            foreach (RelationScope relation in level.From.Relations)
            {
                if (IsNamed(relation, qualifier))
                {
                    depth = level.Depth;
                    return relation;
                }
            }
        }

        depth = 0;
        return null;
    }

    private static bool IsNamed(RelationScope relation, IReadOnlyList<string> qualifier) => qualifier.Count == 1
        ? relation.Name == qualifier[0]
        : relation.QualifiedName.Count >= qualifier.Count && relation.QualifiedName.TakeLast(qualifier.Count).SequenceEqual(qualifier);

    /// <summary>The most parts that can name a relation; what a name has beyond them are fields.</summary>
    private static int LongestQualifier(QueryScope scope)
    {
        int longest = 1;
        for (QueryScope? level = scope; level is not null; level = level.Parent)
        {
            foreach (RelationScope relation in level.From.Relations)
            {
                longest = Math.Max(longest, relation.QualifiedName.Count);
            }
        }

        return longest;
    }

    /// <summary>alias.column, schema.table.column; the longest qualifier that names a relation wins last, so that a.b.c may be field c of a.b.</summary>
    private static ResolvedName? FindQualified(AnalysisContext context, QualifiedName name, QueryScope scope, int position)
    {
        string[] parts = [.. name.Parts.Select(static part => part.Value)];
        int longest = Math.Min(parts.Length - 1, Math.Max(2, LongestQualifier(scope)));
        for (int length = 1; length <= longest; length++)
        {
            if ((FindRelation(parts[..length], scope, out int depth) ?? FindBySchema(context, parts[..length], scope, out depth)) is not { } relation)
            {
                continue;
            }

            ScopeColumn[] columns = [.. relation.Columns.Where(column => column.Name == parts[length])];
            columns = columns.Length > 0 ? columns : [.. relation.HiddenColumns.Where(column => column.Name == parts[length])];
            if (columns.Length > 1)
            {
                throw AnalyzerErrors.AmbiguousColumn(parts[length], position);
            }

            if (columns.Length == 0)
            {
                throw AnalyzerErrors.MissingColumn($"{string.Join('.', parts[..length])}.{parts[length]}", position, AnalyzerErrors.PerhapsColumn(MissingNames.Nearest(parts[length], relation.Columns)));
            }

            if (length + 1 < parts.Length && columns[0].Value.Type.Kind != Types.TypeKind.Row)
            {
                continue;
            }

            return new ResolvedName(Reference(context, columns[0].Value, name), length + 1, depth);
        }

        return null;
    }

    private static ResolvedName? FindColumn(AnalysisContext context, QualifiedName qualified, QueryScope scope, int position)
    {
        Identifier name = qualified.Parts[0];
        for (QueryScope? level = scope; level is not null; level = level.Parent)
        {
            IReadOnlyList<ScopeColumn> found = level.From.Find(name.Value);
            found = found.Count > 0 ? found : level.From.FindHidden(name.Value);
            if (found.Count > 1)
            {
                throw AnalyzerErrors.AmbiguousColumn(name.Value, position);
            }

            if (found.Count == 1 && (qualified.Parts.Count == 1 || found[0].Value.Type.Kind == Types.TypeKind.Row))
            {
                return new ResolvedName(Reference(context, found[0].Value, name), 1, level.Depth);
            }
        }

        return null;
    }

    /// <summary>A relation's name alone is the row of its columns, as in PostgreSQL.</summary>
    private static ResolvedName? FindWholeRow(AnalysisContext context, string name, QueryScope scope) =>
        FindRelation([name], scope, out int depth) is { Columns.Count: > 0 } relation
            ? new ResolvedName(relation.IsScalarFunction ? Reference(context, relation.Columns[0].Value, new Identifier(name)) : context.Expressions.NestedValues.WholeRow(relation), 1, depth)
            : null;

    /// <summary>A reference object of its own, so that its position can be remembered.</summary>
    private static Expression Reference(AnalysisContext context, Expression value, SyntaxNode node)
    {
        Expression own = value is ColumnReference reference ? reference with { } : value;
        context.Remember(own, node);
        return own;
    }

    /// <summary>Tells the calls whose arguments are being resolved that they use something of the query at a depth.</summary>
    public static void NoteUse(QueryScope scope, int depth, Action<ArgumentUse>? note = null)
    {
        for (QueryScope? level = scope; level is not null; level = level.Parent)
        {
            if (level.Use is { } use && depth <= level.Depth)
            {
                use.InnermostDepth = Math.Max(use.InnermostDepth, depth);
                note?.Invoke(use);
            }
        }
    }
}
