using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves functions in FROM: set-returning ones, readers of files, and plain functions as one row; ROWS FROM and WITH ORDINALITY.</summary>
internal sealed class TableFunctionResolver(AnalysisContext context)
{
    public FromItem Resolve(Ast.FunctionTable node, QueryScope scope)
    {
        string firstName = NameOf(node.Functions[0].Call);
        if (node is { Functions.Count: 1, WithOrdinality: false } && IsNotSetReturning(firstName))
        {
            return Reader(node, firstName, scope) ?? Scalar(node, firstName, scope);
        }

        var calls = new List<Call>();
        var columns = new List<NodeList<Column>>();
        var names = new List<string>();
        foreach (Ast.TableFunction function in node.Functions)
        {
            Call call = SetReturning(function, scope);
            string columnName = call.Function.ColumnName ?? (node.Functions.Count == 1 && node.Alias is { } alias ? alias.Name.Value : NameOf(function.Call));
            NodeList<Column> own = ColumnsOf(call, columnName, function);
            calls.Add(call);
            columns.Add(own);
            names.AddRange(own.Select(static column => column.Name));
        }

        Column? ordinality = node.WithOrdinality ? context.Ids.Column("ordinality", SqlType.BigInt, false) : null;
        if (ordinality is not null)
        {
            names.Add(ordinality.Name);
        }

        var scan = new TableFunctionScan(Values.SingleRow, NodeList.From(calls), NodeList.From(columns), ordinality);
        FromScope offered = context.From.Offer(scan.Output, names, node.Alias, firstName, []);
        offered.Relations[0].IsScalarFunction = scan.Output.Count == 1;
        return new FromItem(scan, offered);
    }

    private static string NameOf(Ast.Expression call) => OutputNames.Of(call);

    private bool IsNotSetReturning(string name) => !context.Functions.Find(name).Any(static overload => overload.Kind == FunctionKind.Table);

    private Call SetReturning(Ast.TableFunction function, QueryScope scope)
    {
        string name = NameOf(function.Call);
        if (function.Call is not Ast.FunctionCall node || IsNotSetReturning(name))
        {
            return OneRow(function.Call, scope);
        }

        foreach (Ast.FunctionColumn column in function.Columns.Where(static column => column.Collation is not null))
        {
            context.Expressions.CheckCollation(column.Collation!);
        }

        NodeList<Expression> arguments = context.Expressions.Functions.Arguments(node, scope);
        ResolvedFunction chosen = context.Expressions.Functions.Choose(
            name, [.. context.Functions.Find(name).Where(static overload => overload.Kind == FunctionKind.Table)], arguments, node);
        if (!chosen.Signature.ReturnsRecord)
        {
            return new Call(chosen.Signature, chosen.Arguments, chosen.ResultType);
        }

        return function.Columns.IsEmpty
            ? throw AnalyzerErrors.Syntax("a column definition list is required for functions returning \"record\"", context.Position(node))
            : new Call(chosen.Signature, chosen.Arguments, SqlType.Row([.. function.Columns.Select(column => new RowField(column.Name.Value, context.TypeOf(column.Type)))]));
    }

    /// <summary>A plain function among set-returning ones gives one row: unnest of an array of its value.</summary>
    private Call OneRow(Ast.Expression node, QueryScope scope)
    {
        Expression value = context.Expressions.Settled(node, scope);
        if (value.Type.Kind == TypeKind.Row)
        {
            throw AnalyzerErrors.Unsupported($"function {NameOf(node)} within ROWS FROM or with ordinality", context.Position(node));
        }

        Expression array = context.Expressions.NestedValues.ArrayOf(value, node);
        ResolvedFunction unnest = context.Expressions.Functions.Choose("unnest", [.. context.Functions.Find("unnest").Where(static overload => overload.Kind == FunctionKind.Table)], [array], node);
        return new Call(unnest.Signature, unnest.Arguments, unnest.ResultType);
    }

    /// <summary>A function that returns rows of several fields has a column for each.</summary>
    private NodeList<Column> ColumnsOf(Call call, string name, Ast.TableFunction function)
    {
        if (call.ResultType.Kind != TypeKind.Row)
        {
            return function.Columns.IsEmpty
                ? [context.Ids.Column(name, call.ResultType, true)]
                : throw AnalyzerErrors.Syntax("a column definition list is only allowed for functions returning \"record\"", context.Position(function.Columns[0]));
        }

        NodeList<RowField> fields = call.ResultType.Fields!;
        if (!function.Columns.IsEmpty && function.Columns.Count != fields.Count)
        {
            throw AnalyzerErrors.DatatypeMismatch("function return row and query-specified return row do not match", context.Position(function));
        }

        return [.. fields.Select((field, index) => context.Ids.Column(function.Columns.IsEmpty ? field.Name : function.Columns[index].Name.Value, field.Type, true))];
    }

    /// <summary>read_parquet('x', option => value) and its like: the catalog opens it; null when it is no such function.</summary>
    private FromItem? Reader(Ast.FunctionTable node, string name, QueryScope scope)
    {
        if (node.Functions[0].Call is not Ast.FunctionCall call || context.Functions.Find(name).Count > 0)
        {
            return null;
        }

        var positional = new List<Literal>();
        var named = new Dictionary<string, Literal>(StringComparer.Ordinal);
        foreach (Ast.FunctionArgument argument in call.Arguments)
        {
            // option = value is DuckDB's spelling of option => value.
            if (argument is { Name: null, Value: Ast.BinaryExpression { Operator.Symbol: "=", Left: Ast.ColumnReference { Name.IsSimple: true } option } assignment })
            {
                named[option.Name.Last.Value] = Constant(assignment.Right, scope);
            }
            else if (argument.Name is { } optionName)
            {
                named[optionName.Value] = Constant(argument.Value, scope);
            }
            else
            {
                positional.Add(Constant(argument.Value, scope));
            }
        }

        ITable? table = context.Catalog.CallTableFunction(name, positional, named);
        return table is null ? null : context.From.Scan(table, node.Alias, name, []);
    }

    private Literal Constant(Ast.Expression node, QueryScope scope)
    {
        Expression value = context.Coercions.Settle(context.Expressions.Resolve(node, scope));
        return AsLiteral(value) ?? throw AnalyzerErrors.InvalidColumnReference("arguments of this table function must be constants", context.Position(node));
    }

    private static Literal? AsLiteral(Expression value)
    {
        if (value is Call { Function.Name: SpecialFunctions.ArrayConstructor or SpecialFunctions.RowConstructor } constructor)
        {
            Literal?[] items = [.. constructor.Arguments.Select(AsLiteral)];
            return Array.Exists(items, static item => item is null) ? null : new Literal(NodeList.From(items.Select(static item => item!)), constructor.ResultType);
        }

        return value as Literal;
    }

    /// <summary>A plain function in FROM gives one row.</summary>
    private FromItem Scalar(Ast.FunctionTable node, string name, QueryScope scope)
    {
        Expression value = context.Expressions.Settled(node.Functions[0].Call, scope);
        string columnName = node.Alias?.Name.Value ?? name;
        NamedExpression[] items = value.Type.Kind == TypeKind.Row
            ? [.. value.Type.Fields!.Select((field, index) => Named(context.Expressions.NestedValues.FieldAt(value, index, node), field.Name))]
            : [Named(value, columnName)];
        var project = new Project(NodeList.Create<NamedExpression>(items), Values.SingleRow);
        return new FromItem(project, context.From.Offer(project.Output, [.. items.Select(static item => item.Column.Name)], node.Alias, name, []));

        NamedExpression Named(Expression expression, string column) => new(expression, context.Ids.For(expression, column));
    }
}
