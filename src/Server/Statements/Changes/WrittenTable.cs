using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>A table that a statement writes, and what was declared about it.</summary>
/// <param name="Reference">As the statement names it.</param>
/// <param name="Table">The table.</param>
/// <param name="Entry">What its name stands for.</param>
/// <param name="Schema">Its schema.</param>
internal sealed record WrittenTable(NamedTable Reference, MemoryTable Table, CatalogEntry Entry, string Schema)
{
    public NodeList<TableColumn> Columns => Table.Columns;

    /// <summary>The name that the statement's expressions qualify its columns with.</summary>
    public Identifier Name => Reference.Alias?.Name ?? Reference.Name.Last;

    /// <summary>Finds the table of a statement.</summary>
    /// <exception cref="Parser.Errors.QueryException">42P01, 42809, 25006: no such relation, or not one whose rows can be changed.</exception>
    public static WrittenTable Of(NamedTable reference, Session session)
    {
        if (session.Catalog.Locate(reference.Name) is not var (database, schema, name))
        {
            // It may be a system table, which is read-only, or nothing.
            throw session.Catalog.Find([.. reference.Name.Parts.Select(static part => part.Value)]) is Relation.OfTable { Table: var system }
                ? CatalogErrors.NoPermission("table", system.Name)
                : StatementErrors.NoRelation(reference.Name.ToString(), session.Pipeline.Position(reference.Name));
        }

        CatalogEntry entry = database.FindEntry(schema, name)!;
        return entry.Relation switch
        {
            Relation.OfTable { Table: MemoryTable table } => new WrittenTable(reference, table, entry, schema),
            Relation.OfTable { Table: var table } => throw CatalogErrors.ReadOnlyTable(table.Name),
            _ => throw CatalogErrors.WrongKind(reference.Name.ToString(), "table"),
        };
    }

    /// <summary>Place of a column.</summary>
    /// <exception cref="Parser.Errors.QueryException">42703.</exception>
    public int Ordinal(Identifier column, Session session)
    {
        for (int i = 0; i < Columns.Count; i++)
        {
            if (Columns[i].Name == column.Value)
            {
                return i;
            }
        }

        throw StatementErrors.NoColumn(column.Value, Table.Name, session.Pipeline.Position(column));
    }

    /// <summary>What was declared to be a column's value when none is given; null: nothing.</summary>
    public ColumnDefault? DefaultOf(int ordinal) => Entry.Facts.Defaults.IsEmpty ? null : Entry.Facts.Defaults.FirstOrDefault(value => value.Column == Columns[ordinal].Name);

    /// <summary>Whether a column is computed from others: GENERATED ALWAYS AS … STORED.</summary>
    public bool IsGenerated(int ordinal) => DefaultOf(ordinal) is { Kind: 's' };

    /// <summary>The value of a column that is given none; NULL for generated columns, which are computed last.</summary>
    public Expression Default(int ordinal) => DefaultOf(ordinal) is { Kind: not 's', Value: { } value } ? value : new NullLiteral();

    /// <summary>Whether rows need more than to be of the columns' types: defaults, keys, checks.</summary>
    public bool HasDeclarations => !Entry.Facts.Defaults.IsEmpty || Entry.Facts.Constraints.Any(static constraint => constraint.Kind is 'p' or 'u' or 'c');

    /// <summary>Checks that values of a type can be stored in a column.</summary>
    /// <exception cref="Parser.Errors.QueryException">42804.</exception>
    public void RequireAssignable(SqlType from, int ordinal, int position)
    {
        if (!CastRules.CanCast(from, Columns[ordinal].Type, CoercionContext.Assignment))
        {
            throw StatementErrors.NotAssignable(Columns[ordinal].Name, Columns[ordinal].Type, from, position);
        }
    }

    /// <summary>Converts a value for a column; it is written twice, so it has to be a column or a constant. Text that is too long keeps its length, for the table to refuse it; blanks beyond the length go.</summary>
    public Expression Store(Expression value, int ordinal)
    {
        TableColumn column = Columns[ordinal];
        if (column.Type.Kind is not (TypeKind.Varchar or TypeKind.Char) || column.Type.Precision == 0)
        {
            return Convert(value, column.Type);
        }

        var text = new CastExpression(value, SqlParser.ParseTypeName("text"));
        var length = new FunctionCall("length", new FunctionCall("rtrim", text));
        var fits = new BinaryExpression(new OperatorName("<="), length, new NumberLiteral($"{column.Type.Precision}", NumberKind.Integer));
        return new CaseExpression(null, [new CaseBranch(fits, Convert(value, column.Type))], text);
    }

    private static CastExpression Convert(Expression value, SqlType type) => new(value, TypeName(type));

    private static TypeName TypeName(SqlType type) => type.Kind switch
    {
        TypeKind.Integer => IntegerName,
        TypeKind.BigInt => BigIntName,
        TypeKind.Text => TextName,
        _ => SqlParser.ParseTypeName(type.ToString()),
    };

    private static readonly TypeName IntegerName = SqlParser.ParseTypeName("integer");
    private static readonly TypeName BigIntName = SqlParser.ParseTypeName("bigint");
    private static readonly TypeName TextName = SqlParser.ParseTypeName("text");
}
