using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Printing;

/// <summary>Writes the actions of ALTER.</summary>
internal static class AlterPrinter
{
    public static void Write(SqlWriter writer, AlterAction action)
    {
        switch (action)
        {
            case RenameTo rename:
                writer.Add("RENAME TO ").Name(rename.NewName);
                break;
            case RenameColumn rename:
                writer.Add("RENAME COLUMN ").Name(rename.Column).Add(" TO ").Name(rename.NewName);
                break;
            case RenameConstraint rename:
                writer.Add("RENAME CONSTRAINT ").Name(rename.Constraint).Add(" TO ").Name(rename.NewName);
                break;
            case SetSchema schema:
                writer.Add("SET SCHEMA ").Name(schema.Schema);
                break;
            case OwnerTo owner:
                writer.Add("OWNER TO ").Name(owner.Owner);
                break;
            case AddColumn add:
                DefinitionPrinter.Write(writer.Add("ADD COLUMN ").AddIf(add.IfNotExists, "IF NOT EXISTS "), add.Column);
                break;
            case DropColumn drop:
                writer.Add("DROP COLUMN ").AddIf(drop.IfExists, "IF EXISTS ").Name(drop.Column).Add(DefinitionPrinter.Words(drop.Behavior));
                break;
            case AddConstraint add:
                DefinitionPrinter.Write(writer.Add("ADD "), add.Constraint);
                break;
            case DropConstraint drop:
                writer.Add("DROP CONSTRAINT ").AddIf(drop.IfExists, "IF EXISTS ").Name(drop.Constraint).Add(DefinitionPrinter.Words(drop.Behavior));
                break;
            case AlterColumnType type:
                TypePrinter.Write(writer.Add("ALTER COLUMN ").Name(type.Column).Add(" TYPE "), type.Type);
                writer.With(type.Collation, static (target, name) => target.Name(name), " COLLATE ").With(type.Using, ExpressionPrinter.Write, " USING ");
                break;
            case AlterColumnDefault standard:
                writer.Add("ALTER COLUMN ").Name(standard.Column).AddIf(standard.Value is null, " DROP DEFAULT")
                    .With(standard.Value, ExpressionPrinter.Write, " SET DEFAULT ");
                break;
            case AlterColumnNullability nullability:
                writer.Add("ALTER COLUMN ").Name(nullability.Column).Add(nullability.Nullable ? " DROP NOT NULL" : " SET NOT NULL");
                break;
            case AlterColumnStatistics statistics:
                writer.Add("ALTER COLUMN ").Name(statistics.Column).Add(" SET STATISTICS ").Number(statistics.Target);
                break;
            case AlterOptions options:
                OptionPrinter.WriteList(writer.Add(options.Reset ? "RESET " : "SET "), options.Options);
                break;
            default:
                throw Unprintable.Node(action);
        }
    }
}
