using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves UNION, INTERSECT and EXCEPT: brings the operands to common column types.</summary>
/// <remarks>
/// Chains stay flat however long they are: a UNION b UNION c is one UNION ALL under a Distinct; a EXCEPT b EXCEPT c is a EXCEPT (b UNION ALL c), which
/// leaves the same rows, with ALL too; INTERSECT, which is associative, becomes a balanced tree.
/// </remarks>
internal sealed class SetOperationResolver(AnalysisContext context)
{
    public LogicalPlan Resolve(Ast.SetOperation node, QueryScope? parent, CteScope? ctes)
    {
        var operands = new LogicalPlan[node.Operands.Count];
        for (int i = 0; i < operands.Length; i++)
        {
            operands[i] = context.Queries.ResolveBody(node.Operands[i], parent, ctes, keepUnknown: true);
        }

        return Combine(node, operands);
    }

    /// <summary>Combines operands that are resolved already.</summary>
    public LogicalPlan Combine(Ast.SetOperation node, LogicalPlan[] operands)
    {
        string name = node.Operator.ToString().ToUpperInvariant();
        if (node.ByName)
        {
            operands = AlignByName(operands);
        }

        NodeList<Column> first = operands[0].Output;
        for (int i = 1; i < operands.Length; i++)
        {
            Interruption.Ask();
            if (operands[i].Output.Count != first.Count)
            {
                throw AnalyzerErrors.Syntax($"each {name} query must have the same number of columns", context.Position(FirstItem(node.Operands[i])));
            }
        }

        var types = new SqlType[first.Count];
        for (int column = 0; column < types.Length; column++)
        {
            int index = column;
            Interruption.Ask();
            NodeList<Expression> alternatives = [.. operands.Select(operand => OutputColumns.ExpressionAt(operand, index))];
            types[column] = context.CommonTypes.Of(alternatives, name, alternative => context.Position(ItemAt(node.Operands[alternatives.ToList().IndexOf(alternative)], index)));
        }

        for (int i = 0; i < operands.Length; i++)
        {
            Interruption.Ask();
            operands[i] = OutputColumns.Convert(context, operands[i], types, context.Position(node.Operands[i]));
        }

        return node.Operator switch
        {
            Ast.SetOperator.Union when node.All => Make(SetOperationKind.Union, true, operands, first),
            Ast.SetOperator.Union => operands.Length == 2
                ? Make(SetOperationKind.Union, false, operands, first)
                : new Distinct([], Make(SetOperationKind.Union, true, operands, first)),
            Ast.SetOperator.Except => Make(
                SetOperationKind.Except, node.All, [operands[0], operands.Length == 2 ? operands[1] : Make(SetOperationKind.Union, true, operands[1..], first)], first),
            Ast.SetOperator.Intersect => Balanced(node.All, operands, first),
        };
    }

    /// <summary>Where errors about all of an operand's columns point: its first column.</summary>
    private static Ast.SyntaxNode FirstItem(Ast.QueryExpression operand) => ItemAt(operand, 0);

    /// <summary>Where errors about one of an operand's columns point.</summary>
    public static Ast.SyntaxNode ItemAt(Ast.QueryExpression operand, int column) => operand switch
    {
        Ast.Select select => select.Items.Take(column + 1).FirstOrDefault(static item => item.Expression is Ast.Star) ?? (column < select.Items.Count ? select.Items[column] : (Ast.SyntaxNode)operand),
        Ast.ValuesQuery values => values.Rows[0][Math.Min(column, values.Rows[0].Count - 1)],
        Ast.SetOperation operation => ItemAt(operation.Operands[0], column),
        Ast.Query query => ItemAt(query.Body, column),
        _ => operand,
    };

    private LogicalPlan Balanced(bool isAll, ReadOnlySpan<LogicalPlan> operands, NodeList<Column> names) => operands.Length == 1
        ? operands[0]
        : Make(SetOperationKind.Intersect, isAll, [Balanced(isAll, operands[..(operands.Length / 2)], names), Balanced(isAll, operands[(operands.Length / 2)..], names)], names);

    private SetOperation Make(SetOperationKind kind, bool isAll, LogicalPlan[] operands, NodeList<Column> names)
    {
        var columns = new Column[names.Count];
        var outputs = new NodeList<Column>[operands.Length];
        for (int k = 0; k < outputs.Length; k++)
        {
            Interruption.Ask();
            outputs[k] = operands[k].Output;
        }

        for (int i = 0; i < columns.Length; i++)
        {
            Interruption.Ask();
            bool isNullable = outputs[0][i].IsNullable || (kind == SetOperationKind.Union && Array.Exists(outputs, output => output[i].IsNullable));
            columns[i] = context.Ids.Column(names[i].Name, outputs[0][i].Type, isNullable);
        }

        return new SetOperation(kind, isAll, NodeList.Create<LogicalPlan>(operands), NodeList.Create<Column>(columns));
    }

    /// <summary>UNION BY NAME: all names in order of appearance; NULL where an operand lacks one.</summary>
    private LogicalPlan[] AlignByName(LogicalPlan[] operands)
    {
        string[] names = [.. operands.SelectMany(static operand => operand.Output.Select(static column => column.Name)).Distinct()];
        return [.. operands.Select(operand =>
        {
            NodeList<Column> output = operand.Output;
            var items = new NamedExpression[names.Length];
            for (int i = 0; i < names.Length; i++)
            {
                int at = output.ToList().FindIndex(column => column.Name == names[i]);
                Expression value = at < 0 ? new Literal(null, SqlType.Unknown) : OutputColumns.ExpressionAt(operand, at);
                items[i] = at >= 0 && operand is not Project ? NamedExpression.Pass(output[at]) : new NamedExpression(value, at >= 0 ? output[at] : context.Ids.For(value, names[i]));
            }

            return (LogicalPlan)new Project(NodeList.Create<NamedExpression>(items), operand is Project project ? project.Input : operand);
        })];
    }
}
