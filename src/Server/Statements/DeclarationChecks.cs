using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements;

/// <summary>Refuses what the parts of CREATE TABLE say against each other.</summary>
internal static class DeclarationChecks
{
    /// <summary>Checks the expressions of all constraints.</summary>
    public static void CheckExpressions(CreateTable create, IReadOnlyList<TableColumn> columns, Session session)
    {
        HashSet<string> generated = [.. create.Elements.OfType<ColumnDefinition>().Where(static column => column.Constraints.Any(static constraint => constraint.Constraint is GeneratedConstraint)).Select(static column => column.Name.Value)];
        foreach (TableElement element in create.Elements)
        {
            Interruption.Ask();
            switch (element)
            {
                case ColumnDefinition column: ColumnDeclarationChecks.CheckExpressions(column, columns, generated.Contains, session); break;
                case TableConstraint { Constraint: CheckConstraint check }: DeclaredExpressions.CheckCondition(check.Condition, columns, session); break;
            }
        }
    }

    /// <exception cref="Parser.Errors.QueryException">42601: constraints of a column against each other; 42P16: two primary keys; 42703, 42701: a key of a column that is not there or is named twice.</exception>
    public static void Check(CreateTable create, IReadOnlySet<string> columns, Session session)
    {
        string table = create.Name.Last.Value;
        int primaryKeys = 0;
        foreach (ColumnDefinition column in create.Elements.OfType<ColumnDefinition>())
        {
            ColumnDeclarationChecks.CheckConflicts(column, table, session);
            foreach (ColumnConstraint constraint in column.Constraints)
            {
                CountKey(constraint.Constraint, constraint);
            }
        }

        foreach (TableConstraint constraint in create.Elements.OfType<TableConstraint>())
        {
            Interruption.Ask();
            CountKey(constraint.Constraint, constraint);
            NodeList<Identifier> keys = constraint.Constraint switch
            {
                PrimaryKeyConstraint key => key.Columns,
                UniqueConstraint key => key.Columns,
                _ => [],
            };
            var named = new HashSet<string>(StringComparer.Ordinal);
            foreach (Identifier key in keys)
            {
                if (!columns.Contains(key.Value))
                {
                    throw StatementErrors.NoKeyColumn(key.Value, session.Pipeline.Position(constraint));
                }

                if (!named.Add(key.Value))
                {
                    throw StatementErrors.RepeatedKeyColumn(key.Value, constraint.Constraint is PrimaryKeyConstraint ? "primary key" : "unique", session.Pipeline.Position(constraint));
                }
            }
        }

        void CountKey(Constraint constraint, SyntaxNode place)
        {
            if (constraint is PrimaryKeyConstraint && ++primaryKeys > 1)
            {
                throw StatementErrors.SecondPrimaryKey(table, session.Pipeline.Position(place));
            }
        }
    }
}
