using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;

namespace SqlCluster.Server.PgCatalog.Functions;

/// <summary>Declares functions that ask the session. Bodies get the values of <see cref="Literal"/>.</summary>
internal static class Function
{
    /// <summary>A function that is null for null arguments and constant within a statement.</summary>
    public static SessionFunction Of(string name, ParameterType[] parameters, SqlType result, Func<SessionObjects, object?[], object?> body, string description) =>
        Make(name, FunctionKind.Scalar, parameters, result, body, description, true, Volatility.Stable);

    /// <summary>A function that takes nulls as arguments.</summary>
    public static SessionFunction OfNulls(string name, ParameterType[] parameters, SqlType result, Func<SessionObjects, object?[], object?> body, string description) =>
        Make(name, FunctionKind.Scalar, parameters, result, body, description, false, Volatility.Stable);

    /// <summary>A function that does something: called for each row.</summary>
    public static SessionFunction Acting(string name, ParameterType[] parameters, SqlType result, Func<SessionObjects, object?[], object?> body, string description) =>
        Make(name, FunctionKind.Scalar, parameters, result, body, description, true, Volatility.Volatile);

    /// <summary>A function that waits.</summary>
    public static SessionFunction Waiting(string name, ParameterType[] parameters, SqlType result, Func<SessionObjects, object?[], object?> body, string description) =>
        Make(name, FunctionKind.Scalar, parameters, result, body, description, true, Volatility.Volatile, waits: true);

    /// <summary>A function that returns rows.</summary>
    public static SessionFunction Rows(string name, ParameterType[] parameters, SqlType result, Func<SessionObjects, object?[], IEnumerable<object?[]>> body, string description) =>
        Make(name, FunctionKind.Table, parameters, result, body, description, false, Volatility.Stable);

    /// <summary>The row type of a function that returns rows.</summary>
    public static SqlType Columns(params (string Name, SqlType Type)[] columns) => SqlType.Row([.. columns.Select(static column => new RowField(column.Name, column.Type))]);

    /// <summary>An array's value.</summary>
    public static NodeList<Literal> Array(SqlType element, IEnumerable<object?> values) => [.. values.Select(value => new Literal(value, element))];

    /// <summary>An array of texts.</summary>
    public static NodeList<Literal> Texts(IEnumerable<string> values) => Array(SqlType.Text, values);

    /// <summary>Values of an array argument.</summary>
    public static IEnumerable<object?> Items(object? array) => array is NodeList<Literal> items ? items.Select(static item => item.Value) : [];

    private static SessionFunction Make(
        string name, FunctionKind kind, ParameterType[] parameters, SqlType result, Func<SessionObjects, object?[], object?> body, string description, bool isStrict, Volatility volatility,
        bool waits = false) => new()
    {
        Name = name, Kind = kind, Parameters = parameters, ReturnType = FunctionSignature.Returns(result), Description = description, IsStrict = isStrict, Volatility = volatility,
        Waits = waits, MayReturnNull = true, MayFail = true, Body = (names, arguments) => body((SessionObjects)names, arguments),
    };
}
