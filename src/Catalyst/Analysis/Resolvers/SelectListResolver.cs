using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves a select list: expands *, t.*, (row).* with EXCLUDE and REPLACE, and names the columns.</summary>
internal sealed class SelectListResolver(AnalysisContext context, QueryScope scope)
{
    private const int MaxColumns = 65_535;

    public List<SelectOutput> Resolve(NodeList<Ast.SelectItem> items)
    {
        var outputs = new List<SelectOutput>(items.Count);
        foreach (Ast.SelectItem item in items)
        {
            switch (item.Expression)
            {
                case Ast.Star star:
                    AddStar(star, outputs);
                    break;
                case Ast.FieldStar fields:
                    AddFields(fields, outputs);
                    break;
                default:
                    outputs.Add(new SelectOutput(item.Alias?.Value ?? OutputNames.Of(item.Expression), context.Expressions.Resolve(item.Expression, scope)));
                    break;
            }

            if (outputs.Count > MaxColumns)
            {
                throw AnalyzerErrors.TooManyColumns(MaxColumns, context.Position(item));
            }
        }

        return outputs;
    }

    private void AddStar(Ast.Star star, List<SelectOutput> outputs)
    {
        IReadOnlyList<ScopeColumn> columns = ColumnsOf(star);
        foreach (Ast.Identifier name in star.Exclude.Concat(star.Replace.Select(static replacement => replacement.Column)))
        {
            if (!columns.Any(column => column.Name == name.Value))
            {
                throw AnalyzerErrors.MissingColumn($"\"{name.Value}\"", context.Position(name), AnalyzerErrors.PerhapsColumn(SimilarNames.Nearest(name.Value, columns.Select(static column => column.Name), 1).FirstOrDefault()));
            }
        }

        foreach (ScopeColumn column in columns)
        {
            if (star.Exclude.Any(name => name.Value == column.Name))
            {
                continue;
            }

            Ast.StarReplacement? replacement = star.Replace.FirstOrDefault(candidate => candidate.Column.Value == column.Name);
            Expression value = replacement is not null ? context.Expressions.Resolve(replacement.Value, scope) : column.Value is ColumnReference reference ? reference with { } : column.Value;
            context.Remember(value, star);
            outputs.Add(new SelectOutput(column.Name, value));
        }
    }

    private IReadOnlyList<ScopeColumn> ColumnsOf(Ast.Star star)
    {
        if (star.Qualifier is not { } qualifier)
        {
            return scope.From.Relations.Count > 0 ? scope.From.Columns : throw AnalyzerErrors.Syntax("SELECT * with no tables specified is not valid", context.Position(star));
        }

        string[] parts = [.. qualifier.Parts.Select(static part => part.Value)];
        if (NameResolution.FindRelation(context, parts, scope) is { } relation)
        {
            return relation.Columns;
        }

        if (parts.Length == 1 && scope.From.Find(parts[0]).Count == 0 && scope.Parent is null)
        {
            throw AnalyzerErrors.MissingFromEntry(
                parts[0], context.Position(star), SimilarNames.Nearest(parts[0], scope.From.Relations.Select(static candidate => candidate.Name ?? ""), 1).FirstOrDefault());
        }

        // c.* where c is a column of row type.
        ResolvedName row = NameResolution.Resolve(context, qualifier, scope);
        Expression value = row.Value;
        for (int i = row.PartCount; i < qualifier.Parts.Count; i++)
        {
            value = context.Expressions.NestedValues.Field(value, qualifier.Parts[i]);
        }

        return value.Type.Kind == TypeKind.Row
            ? [.. value.Type.Fields!.Select((field, index) => new ScopeColumn(field.Name, context.Expressions.NestedValues.FieldAt(value, index, star), null))]
            : throw AnalyzerErrors.MissingFromEntry(qualifier.ToString(), context.Position(star), null);
    }

    private void AddFields(Ast.FieldStar node, List<SelectOutput> outputs)
    {
        Expression row = context.Coercions.Settle(context.Expressions.Resolve(node.Operand, scope));
        if (row.Type.Kind != TypeKind.Row)
        {
            throw AnalyzerErrors.WrongObject($"type {row.Type} is not composite", context.Position(node));
        }

        for (int i = 0; i < row.Type.Fields!.Count; i++)
        {
            outputs.Add(new SelectOutput(row.Type.Fields[i].Name, context.Expressions.NestedValues.FieldAt(row, i, node)));
        }
    }
}
