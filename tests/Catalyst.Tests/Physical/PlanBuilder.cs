using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Statistics;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Tests.Physical;

/// <summary>Writes logical plans by hand: columns are found by name among all scanned so far.</summary>
internal sealed class PlanBuilder
{
    public static readonly FunctionSignature Sum = Aggregate("sum", SqlType.Numeric(38, 2), SqlType.Numeric(38, 2));
    public static readonly FunctionSignature Count = Aggregate("count", SqlType.BigInt, SqlType.BigInt);
    public static readonly FunctionSignature Average = Aggregate("avg", SqlType.Numeric(38, 6), SqlType.Numeric(38, 2), SqlType.BigInt);
    public static readonly FunctionSignature Median = new() { Name = "median", Kind = FunctionKind.Aggregate, Parameters = [ParameterType.Any], ReturnType = static types => types[0] };
    public static readonly FunctionSignature RowNumber = new() { Name = "row_number", Kind = FunctionKind.Window, Parameters = [], ReturnType = FunctionSignature.Returns(SqlType.BigInt) };
    public static readonly FunctionSignature Series = new() { Name = "generate_series", Kind = FunctionKind.Table, Parameters = [SqlType.BigInt, SqlType.BigInt], ReturnType = FunctionSignature.Returns(SqlType.BigInt) };
    public static readonly Topology TwoSlots = new(2, 8);

    private readonly ColumnIdSource _ids = new();
    private readonly Dictionary<string, Column> _columns = [];

    public ColumnIdSource Ids => _ids;

    /// <summary>Reads columns; with a prefix, they are known as prefix.name.</summary>
    public Scan Scan(ITable table, string names, string prefix = "", params Expression[] filters) => Scan(table, names.Split(' ', StringSplitOptions.RemoveEmptyEntries), prefix, filters);

    public Scan Scan(ITable table, string[] names, string prefix, Expression[] filters)
    {
        var columns = new List<ScanColumn>();
        foreach (string name in names)
        {
            int ordinal = table.Columns.ToList().FindIndex(column => column.Name == name);
            Column column = _ids.Column(name, table.Columns[ordinal].Type, table.Columns[ordinal].IsNullable);
            _columns[prefix.Length == 0 ? name : $"{prefix}.{name}"] = column;
            columns.Add(new ScanColumn(ordinal, column));
        }

        return new Scan(table, [.. columns], [.. filters], NodeList<ScanColumn>.Empty);
    }

    /// <summary>The same scan with conjuncts that it applies itself.</summary>
    public static Scan Where(Scan scan, params Expression[] filters) => scan with { Filters = [.. scan.Filters, .. filters] };

    public Column Column(string name) => _columns[name];

    public Column Named(string name, Column column)
    {
        _columns[name] = column;
        return column;
    }

    public ColumnReference Ref(string name) => new(_columns[name]);

    public Comparison Equal(string left, string right) => new(ComparisonOperator.Equal, Ref(left), Ref(right));

    public Comparison Compare(string left, ComparisonOperator op, Literal right) => new(op, Ref(left), right with { ValueType = Ref(left).Type });

    public static Literal Date(string date) => new(Statistics.TpchTables.Day(date), SqlType.Date);

    public static Expression And(params Expression[] terms) => Conjunctions.AndAll(terms);

    public Join Join(LogicalPlan left, LogicalPlan right, params Expression[] condition) => new(JoinKind.Inner, left, right, And(condition));

    public NamedExpression Call(FunctionSignature function, string name, params string[] arguments)
    {
        NodeList<Expression> columns = [.. arguments.Select(Ref)];
        SqlType type = function.ReturnType([.. columns.Select(static column => column.Type)]);
        return new NamedExpression(new AggregateCall(function, columns, type, false, null, []), Named(name, _ids.Column(name, type, !function.NeverNull)));
    }

    public Aggregate Group(LogicalPlan input, string keys, params NamedExpression[] calls) =>
        new([.. keys.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(key => NamedExpression.Pass(Column(key)))], [.. calls], null, null, input);

    public NamedExpression Window(string name, string partitionBy, string orderBy) => new(
        new WindowCall(RowNumber, [], SqlType.BigInt, Refs(partitionBy), Keys(orderBy), WindowFrame.Default), Named(name, _ids.Column(name, SqlType.BigInt, false)));

    public NodeList<Expression> Refs(string names) => [.. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Ref)];

    public NodeList<SortKey> Keys(string names) => [.. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => new SortKey(Ref(name)))];

    public Project Pass(LogicalPlan input, params string[] names) => new([.. names.Select(name => NamedExpression.Pass(Column(name)))], input);

    public static ExecPlan Plan(LogicalPlan plan, Topology? topology = null, PlannerSettings? settings = null) =>
        PhysicalPlanner.Plan(plan, PlannerContext.For(topology ?? TwoSlots) with { Settings = settings ?? new PlannerSettings() });

    private static FunctionSignature Aggregate(string name, SqlType result, params SqlType[] states) => new()
    {
        Name = name,
        Kind = FunctionKind.Aggregate,
        Parameters = [ParameterType.Any],
        OptionalParameters = 1,
        ReturnType = FunctionSignature.Returns(result),
        StateTypes = _ => states,
        NeverNull = name == "count",
    };
}
