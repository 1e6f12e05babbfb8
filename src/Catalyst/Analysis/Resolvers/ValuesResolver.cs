using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves VALUES: each column gets the common type of its rows and the name column1, column2, ...</summary>
internal sealed class ValuesResolver(AnalysisContext context)
{
    public LogicalPlan Resolve(Ast.ValuesQuery node, QueryScope? parent, CteScope? ctes)
    {
        var scope = new QueryScope(parent, ctes) { Clause = Clause.Values };
        var cells = new Expression[node.Rows.Count][];
        int width = 0;
        for (int row = 0; row < cells.Length; row++)
        {
            cells[row] = [.. node.Rows[row].SelectMany(cell => Cells(cell, scope))];
            width = row == 0 ? cells[0].Length : width;
            if (cells[row].Length != width)
            {
                throw AnalyzerErrors.Syntax("VALUES lists must all be the same length", context.Position(node.Rows[row][0]));
            }
        }

        var columns = new Column[width];
        for (int i = 0; i < width; i++)
        {
            var cellsOfColumn = new Expression[cells.Length];
            for (int row = 0; row < cells.Length; row++)
            {
                cellsOfColumn[row] = cells[row][i];
            }

            NodeList<Expression> unified = context.CommonTypes.Unify(NodeList.Create<Expression>(cellsOfColumn), "VALUES", context.Position(node));
            bool isNullable = false;
            for (int row = 0; row < cells.Length; row++)
            {
                cells[row][i] = context.Coercions.Settle(unified[row]);
                isNullable |= cells[row][i].IsNullable;
            }

            columns[i] = context.Ids.Column($"column{i + 1}", cells[0][i].Type, isNullable);
        }

        return new Values([.. cells.Select(static row => NodeList.Create<Expression>(row))], NodeList.Create<Column>(columns));
    }

    /// <summary>A cell; t.* stands for all columns of a table.</summary>
    private NodeList<Expression> Cells(Ast.Expression cell, QueryScope scope) =>
        cell is Ast.Star { Qualifier: { } qualifier } && NameResolution.FindRelation(context, [.. qualifier.Parts.Select(static part => part.Value)], scope) is { } relation
            ? [.. relation.Columns.Select(static column => column.Value)]
            : [context.Expressions.Resolve(cell, scope)];
}
