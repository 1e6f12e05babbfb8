using SqlCluster.Catalyst.Catalog;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements;

/// <summary>Refuses what the constraints of one column say against each other, and expressions that cannot be (PostgreSQL's transformColumnDefinition).</summary>
internal static class ColumnDeclarationChecks
{
    /// <summary>Checks what constraints say against each other.</summary>
    /// <exception cref="Parser.Errors.QueryException">42601.</exception>
    public static void CheckConflicts(ColumnDefinition column, string table, Session session)
    {
        bool? isNullable = null;
        ColumnConstraint? standard = null, identity = null, generated = null;
        foreach (ColumnConstraint constraint in column.Constraints)
        {
            switch (constraint.Constraint)
            {
                case NullableConstraint: SetNullable(true, constraint); break;
                case NotNullConstraint: SetNullable(false, constraint); break;
                case DefaultConstraint: standard = Only(standard, constraint, "multiple default values"); break;
                case GeneratedConstraint: generated = Only(generated, constraint, "multiple generation clauses"); break;
                case IdentityConstraint:
                    identity = Only(identity, constraint, "multiple identity specifications");
                    SetNullable(false, constraint);
                    break;
            }

            SyntaxNode place = constraint;
            _ = standard != null && identity != null ? throw Twice("both default and identity", place)
                : standard != null && generated != null ? throw Twice("both default and generation expression", place)
                : identity != null && generated != null ? throw Twice("both identity and generation expression", place) : 0;
        }

        if (isNullable == true && SequenceStatements.SerialType(column.Type) != null)
        {
            throw StatementErrors.NullabilityConflict(column.Name.Value, table, 0);
        }

        void SetNullable(bool value, ColumnConstraint constraint)
        {
            if (isNullable == !value)
            {
                throw StatementErrors.NullabilityConflict(column.Name.Value, table, session.Pipeline.Position(constraint));
            }

            isNullable = value;
        }

        ColumnConstraint Only(ColumnConstraint? before, ColumnConstraint constraint, string what) => before == null ? constraint : throw Twice(what, constraint);

        Parser.Errors.QueryException Twice(string what, SyntaxNode place) => StatementErrors.DeclaredTwice(what, column.Name.Value, table, session.Pipeline.Position(place));
    }

    /// <summary>Checks the expressions of a column's constraints.</summary>
    /// <param name="definition">The column.</param>
    /// <param name="columns">Columns of the table, this one included.</param>
    /// <param name="isGenerated">Tells which of them are generated.</param>
    /// <param name="session">Who declares it.</param>
    /// <exception cref="Parser.Errors.QueryException">As <see cref="DeclaredExpressions"/> says.</exception>
    public static void CheckExpressions(ColumnDefinition definition, IReadOnlyList<TableColumn> columns, Predicate<string> isGenerated, Session session)
    {
        TableColumn column = columns.First(known => known.Name == definition.Name.Value);
        foreach (ColumnConstraint constraint in definition.Constraints)
        {
            switch (constraint.Constraint)
            {
                case DefaultConstraint standard: DeclaredExpressions.CheckDefault(standard.Value, column, session); break;
                case GeneratedConstraint generated: DeclaredExpressions.CheckGenerated(generated.Value, column, columns, isGenerated, session); break;
                case CheckConstraint check: DeclaredExpressions.CheckCondition(check.Condition, columns, session); break;
            }
        }
    }
}
