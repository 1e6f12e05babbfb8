using SqlCluster.Catalyst.Analysis.Coercion;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Names output columns that have no alias as PostgreSQL does.</summary>
internal static class OutputNames
{
    public const string None = "?column?";

    public static string Of(Ast.Expression expression) => Find(expression).Name ?? None;

    /// <summary>A name and whether it is strong: a weak one (of a cast's type) gives way to a better one.</summary>
    private static (string? Name, bool IsStrong) Find(Ast.Expression expression)
    {
        switch (expression)
        {
            case Ast.ColumnReference column: return (column.Name.Last.Value, true);
            case Ast.Star { Qualifier: { } row }: return (row.Last.Value, true);
            case Ast.FieldExpression field: return (field.Field.Value, true);
            case Ast.SubscriptExpression subscript: return Find(subscript.Operand);
            case Ast.SliceExpression slice: return Find(slice.Operand);
            case Ast.FunctionCall call: return (call.Name.Last.Value, true);
            case Ast.ExtractExpression: return (SpecialFunctions.Extract, true);
            case Ast.AtTimeZoneExpression: return (SpecialFunctions.TimeZone, true);
            case Ast.GroupingExpression: return ("grouping", true);
            case Ast.CollateExpression collate: return Find(collate.Operand);
            case Ast.CastExpression cast:
                (string? inner, bool isStrong) = Find(cast.Operand);
                return isStrong ? (inner, true) : (TypeNames.InternalName(cast.Type), false);
            case Ast.TypedLiteral typed: return (TypeNames.InternalName(typed.Type), false);
            case Ast.IntervalLiteral: return ("interval", false);
            case Ast.CaseExpression @case:
                (string? otherwise, bool strong) = @case.Else is null ? (null, false) : Find(@case.Else);
                return strong ? (otherwise, true) : ("case", false);
            case Ast.ExistsExpression: return ("exists", true);
            case Ast.ArraySubquery or Ast.ArrayExpression: return ("array", true);
            case Ast.RowExpression or Ast.StructExpression: return ("row", true);
            case Ast.MapExpression: return ("map", true);
            case Ast.ScalarSubquery scalar: return OfQuery(scalar.Query);
            case Ast.CurrentValue current: return (NameOf(current.Kind), true);
            default: return (null, false);
        }
    }

    private static (string?, bool) OfQuery(Ast.QueryExpression query) => query switch
    {
        Ast.Query inner => OfQuery(inner.Body),
        Ast.SetOperation operation => OfQuery(operation.Operands[0]),
        Ast.Select { Items: [var item] } => item.Alias is { } alias ? (alias.Value, true) : Find(item.Expression),
        Ast.ValuesQuery => ("column1", true),
        _ => (null, false),
    };

    private static string NameOf(Ast.CurrentValueKind kind) => kind switch
    {
        Ast.CurrentValueKind.CurrentDate => "current_date",
        Ast.CurrentValueKind.CurrentTime => "current_time",
        Ast.CurrentValueKind.CurrentTimestamp => "current_timestamp",
        Ast.CurrentValueKind.LocalTime => "localtime",
        Ast.CurrentValueKind.LocalTimestamp => "localtimestamp",
        Ast.CurrentValueKind.CurrentRole => "current_role",
        Ast.CurrentValueKind.CurrentUser => "current_user",
        Ast.CurrentValueKind.SessionUser => "session_user",
        Ast.CurrentValueKind.SystemUser => "system_user",
        Ast.CurrentValueKind.User => "user",
        Ast.CurrentValueKind.CurrentCatalog => "current_catalog",
        Ast.CurrentValueKind.CurrentSchema => "current_schema",
    };
}
