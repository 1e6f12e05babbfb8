using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Printing;

namespace SqlCluster.Server.PgCatalog.Functions;

/// <summary>SQL that would make an object again: pg_get_viewdef, pg_get_indexdef, pg_get_constraintdef and the like.</summary>
internal static class Definitions
{
    private static readonly ParameterType Id = SqlType.Oid;
    private static readonly ParameterType Tree = TypeVariants.Of(TypeVariant.NodeTree);

    public static IEnumerable<SessionFunction> All =>
    [
        Function.Of("pg_get_expr", [Tree, Id], SqlType.Text, static (_, arguments) => arguments[0], "An expression of the catalog as SQL"),
        Function.Of("pg_get_expr", [Tree, Id, SqlType.Boolean], SqlType.Text, static (_, arguments) => arguments[0], "An expression of the catalog as SQL"),
        Function.Of("pg_get_viewdef", [Id], SqlType.Text, static (session, arguments) => View(session.View.Relation((long)arguments[0]!)), "A view's query"),
        Function.Of("pg_get_viewdef", [Id, SqlType.Boolean], SqlType.Text, static (session, arguments) => View(session.View.Relation((long)arguments[0]!)), "A view's query"),
        Function.Of("pg_get_viewdef", [Id, SqlType.Integer], SqlType.Text, static (session, arguments) => View(session.View.Relation((long)arguments[0]!)), "A view's query"),
        Function.Of("pg_get_viewdef", [SqlType.Text], SqlType.Text, static (session, arguments) => ViewNamed(session, (string)arguments[0]!), "A view's query"),
        Function.Of("pg_get_viewdef", [SqlType.Text, SqlType.Boolean], SqlType.Text, static (session, arguments) => ViewNamed(session, (string)arguments[0]!), "A view's query"),
        Function.Of("pg_get_indexdef", [Id], SqlType.Text, static (session, arguments) => Index(session, arguments[0]) is { } index ? IndexRows.Definition(index) : null, "An index's definition"),
        Function.Of("pg_get_indexdef", [Id, SqlType.Integer, SqlType.Boolean], SqlType.Text, static (session, arguments) => IndexPart(session, arguments), "An index's definition, or one of its keys"),
        Function.Of("pg_get_constraintdef", [Id], SqlType.Text, static (session, arguments) => Constraint(session, (long)arguments[0]!, false), "A constraint's definition"),
        Function.Of("pg_get_constraintdef", [Id, SqlType.Boolean], SqlType.Text, static (session, arguments) => Constraint(session, (long)arguments[0]!, (bool)arguments[1]!), "A constraint's definition"),
        Function.Of("pg_get_functiondef", [Id], SqlType.Text, static (_, arguments) => ProcRow.Find((long)arguments[0]!) is { } function ? FunctionText(function) : null, "A function's definition"),
        Function.Of("pg_get_function_arguments", [Id], SqlType.Text, static (_, arguments) => ProcRow.Find((long)arguments[0]!)?.ArgumentText, "A function's arguments"),
        Function.Of("pg_get_function_identity_arguments", [Id], SqlType.Text, static (_, arguments) => ProcRow.Find((long)arguments[0]!)?.ArgumentText, "A function's arguments"),
        Function.Of("pg_get_function_result", [Id], SqlType.Text, static (_, arguments) => ProcRow.Find((long)arguments[0]!)?.ResultText, "Type of a function's result"),
        Function.Of("pg_get_function_arg_default", [Id, SqlType.Integer], SqlType.Text, static (_, _) => null, "Default of an argument; none has any"),
        Function.Of("pg_column_is_updatable", [Id, SqlType.SmallInt, SqlType.Boolean], SqlType.Boolean, static (session, arguments) => session.View.Relation((long)arguments[0]!)?.Table is Execution.Storage.MemoryTable, "Whether a column can be changed"),
        Function.Of("pg_relation_is_updatable", [Id, SqlType.Boolean], SqlType.Integer, static (session, arguments) => session.View.Relation((long)arguments[0]!)?.Table is Execution.Storage.MemoryTable ? 28L : 0L, "What can be done to rows: 8 insert, 4 update, 16 delete"),
        Function.Of("pg_relation_is_publishable", [Id], SqlType.Boolean, static (_, _) => false, "Always false"),
        Function.Of("pg_index_column_has_property", [Id, SqlType.Integer, SqlType.Text], SqlType.Boolean, static (session, arguments) => ColumnProperty(session, arguments), "A property of an index's key"),
        Function.Of("pg_index_has_property", [Id, SqlType.Text], SqlType.Boolean, static (session, arguments) => Index(session, arguments[0]) == null ? null : (string)arguments[1]! is not "clusterable", "A property of an index"),
        Function.Of("pg_indexam_has_property", [Id, SqlType.Text], SqlType.Boolean, static (_, arguments) => (string)arguments[1]! is "can_order" or "can_unique" or "can_multi_col" or "can_include", "A property of an access method"),
        .. Absent("pg_get_ruledef", 2), .. Absent("pg_get_triggerdef", 2), .. Absent("pg_get_function_sqlbody", 1), .. Absent("pg_get_partkeydef", 1), .. Absent("pg_get_partition_constraintdef", 1),
        .. Absent("pg_get_statisticsobjdef", 1), .. Absent("pg_get_statisticsobjdef_columns", 1), .. Absent("pg_get_statisticsobjdef_expressions", 1), .. Absent("pg_get_replica_identity_index", 1),
    ];

    /// <summary>A view's query; null for what is no view.</summary>
    public static string? View(RelationRow? relation) => relation?.View is { } view ? $" {SqlPrinter.Print(view.Query)};" : null;

    /// <summary>A constraint as ALTER TABLE ... ADD takes it, without its name.</summary>
    public static string? Constraint(SessionObjects session, long oid, bool isPretty) => session.View.Constraints.FirstOrDefault(row => row.Declared.Oid == oid) is { } found ? Constraint(session, found, isPretty) : null;

    private static string Constraint(SessionObjects session, ConstraintRow row, bool isPretty) => row.Declared.Kind switch
    {
        'p' => $"PRIMARY KEY ({List(row.Declared.Columns)})",
        'u' => $"UNIQUE ({List(row.Declared.Columns)})",
        'c' => isPretty ? $"CHECK ({row.Declared.Condition})" : $"CHECK (({row.Declared.Condition}))",
        _ => $"FOREIGN KEY ({List(row.Declared.Columns)}) REFERENCES {(row.Referenced is { } referenced ? ObjectNames.Of(session.View, referenced) : "???")}({List(row.Declared.ReferencedColumns)})"
            + Action(" ON UPDATE ", row.Declared.ForeignKey?.OnUpdate) + Action(" ON DELETE ", row.Declared.ForeignKey?.OnDelete),
    };

    private static string List(NodeList<string> names) => string.Join(", ", names.Select(Identifiers.Quote));

    private static string Action(string prefix, ReferentialAction? action) => action switch
    {
        ReferentialAction.Restrict => $"{prefix}RESTRICT",
        ReferentialAction.Cascade => $"{prefix}CASCADE",
        ReferentialAction.SetNull => $"{prefix}SET NULL",
        ReferentialAction.SetDefault => $"{prefix}SET DEFAULT",
        null or ReferentialAction.Default or ReferentialAction.NoAction => "",
    };

    private static string? ViewNamed(SessionObjects session, string name) => View(session.View.Relation(session.Find(TypeVariant.RegClass, name)));

    private static IndexRow? Index(SessionObjects session, object? oid) => session.View.Indexes.FirstOrDefault(index => index.Relation.Oid == (long)oid!);

    private static string? IndexPart(SessionObjects session, object?[] arguments)
    {
        if (Index(session, arguments[0]) is not { } index)
        {
            return null;
        }

        long key = (long)arguments[1]!;
        return key == 0 ? IndexRows.Definition(index) : key <= index.Keys.Count ? (index.Keys[(int)key - 1] is { Number: > 0 } column ? Identifiers.Quote(column.Text) : index.Keys[(int)key - 1].Text) : "";
    }

    private static object? ColumnProperty(SessionObjects session, object?[] arguments)
    {
        if (Index(session, arguments[0]) is not { } index || (long)arguments[1]! < 1 || (long)arguments[1]! > index.Keys.Count)
        {
            return null;
        }

        IndexKeyRow key = index.Keys[(int)(long)arguments[1]! - 1];
        return (string)arguments[2]! switch
        {
            "asc" => !key.IsDescending,
            "desc" => key.IsDescending,
            "nulls_first" => key.NullsFirst,
            "nulls_last" => !key.NullsFirst,
            "orderable" or "search_nulls" or "returnable" => true,
            "distance_orderable" or "search_array" => false,
            _ => null,
        };
    }

    private static string FunctionText(ProcRow function) =>
        $"CREATE OR REPLACE FUNCTION pg_catalog.{Identifiers.Quote(function.Name)}({function.ArgumentText})\n RETURNS {function.ResultText}\n LANGUAGE internal\n"
        + $"{(function.Volatility == Volatility.Immutable ? " IMMUTABLE" : function.Volatility == Volatility.Stable ? " STABLE" : "")}{(function.IsStrict ? " STRICT" : "")}\nAS $function${function.Name}$function$\n";

    /// <summary>Functions about what there never is: null for every id, with and without the flag for pretty printing.</summary>
    private static IEnumerable<SessionFunction> Absent(string name, int arities)
    {
        yield return Function.Of(name, [Id], SqlType.Text, static (_, _) => null, "Always null");
        if (arities > 1)
        {
            yield return Function.Of(name, [Id, SqlType.Boolean], SqlType.Text, static (_, _) => null, "Always null");
        }
    }
}
