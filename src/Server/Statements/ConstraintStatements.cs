using SqlCluster.Catalyst.Catalog;
using SqlCluster.Parser;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Statements.Changes;

namespace SqlCluster.Server.Statements;

/// <summary>ALTER TABLE of constraints: what is declared holds for the rows that are there.</summary>
internal static class ConstraintStatements
{
    public static async Task AddAsync(AddConstraint add, TableShape shape, CancellationToken cancellation)
    {
        TableConstraint added = add.Constraint;
        WrittenTable table = shape.Table;
        string[] columns = [.. table.Columns.Select(static column => column.Name)];
        if (added.Name is { Value: var name } && table.Entry.Facts.Constraints.Any(constraint => constraint.Name == name))
        {
            throw StatementErrors.ConstraintExists(name, shape.Name);
        }

        NodeList<Identifier> keys = added.Constraint switch { PrimaryKeyConstraint key => key.Columns, UniqueConstraint key => key.Columns, _ => [] };
        if (keys.FirstOrDefault(key => !columns.Contains(key.Value)) is { } missing)
        {
            throw StatementErrors.NoKeyColumn(missing.Value, 0);
        }

        if (added.Constraint is PrimaryKeyConstraint && table.Entry.Facts.Constraints.Any(static constraint => constraint.Kind == 'p'))
        {
            throw StatementErrors.SecondPrimaryKey(shape.Name, 0);
        }

        if (added.Constraint is CheckConstraint check)
        {
            DeclaredExpressions.CheckCondition(check.Condition, table.Columns, shape.Session);
        }

        shape.Declare(facts => TableDeclarations.WithConstraint(facts, shape.Name, columns, added.Name?.Value, added.Constraint, null, shape.Session));
        DeclaredConstraint declared = shape.Entry.Facts.Constraints[^1];
        switch (declared.Kind)
        {
            case 'p':
                foreach (Identifier key in keys)
                {
                    await ColumnStatements.SetNullabilityAsync(key, false, shape, cancellation).ConfigureAwait(false);
                }

                await UniqueKeys.RequireUniqueAsync(shape.Table, declared.Name, declared.Columns, shape.Session, cancellation).ConfigureAwait(false);
                break;
            case 'u':
                await UniqueKeys.RequireUniqueAsync(shape.Table, declared.Name, declared.Columns, shape.Session, cancellation).ConfigureAwait(false);
                break;
            case 'c' when !added.Constraint.Attributes.Contains("not valid"):
                await shape.RequireAsync(((CheckConstraint)added.Constraint).Condition, declared.Name, cancellation).ConfigureAwait(false);
                break;
        }
    }

    /// <returns>A notice, or null.</returns>
    public static StatementNotice? Drop(DropConstraint drop, TableShape shape)
    {
        string name = drop.Constraint.Value;
        if (!shape.Entry.Facts.Constraints.Any(constraint => constraint.Name == name))
        {
            return drop.IfExists
                ? new StatementNotice($"constraint \"{name}\" of relation \"{shape.Name}\" does not exist, skipping")
                : throw StatementErrors.NoConstraintOf(name, shape.Name);
        }

        shape.Declare(facts => facts with { Constraints = [.. facts.Constraints.Where(constraint => constraint.Name != name)] });
        return null;
    }

    public static void Rename(RenameConstraint rename, TableShape shape)
    {
        string name = rename.Constraint.Value, given = rename.NewName.Value;
        if (!shape.Entry.Facts.Constraints.Any(constraint => constraint.Name == name))
        {
            throw StatementErrors.NoConstraint(name, shape.Name);
        }

        if (shape.Entry.Facts.Constraints.Any(constraint => constraint.Name == given))
        {
            throw StatementErrors.ConstraintExists(given, shape.Name);
        }

        shape.Declare(facts => facts with { Constraints = facts.Constraints.Map(constraint => constraint.Name == name ? constraint with { Name = given } : constraint) });
    }

    /// <summary>VALIDATE CONSTRAINT.</summary>
    public static async Task ValidateAsync(ValidateConstraint validate, TableShape shape, CancellationToken cancellation)
    {
        DeclaredConstraint declared = shape.Entry.Facts.Constraints.FirstOrDefault(constraint => constraint.Name == validate.Constraint.Value)
            ?? throw StatementErrors.NoConstraintOf(validate.Constraint.Value, shape.Name);
        if (declared.Condition is { } condition)
        {
            await shape.RequireAsync(SqlParser.ParseExpression(condition), declared.Name, cancellation).ConfigureAwait(false);
        }
    }
}
