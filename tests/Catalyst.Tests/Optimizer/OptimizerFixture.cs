using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer;
using SqlCluster.Catalyst.Optimizer.Integrity;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Tests.Optimizer;

/// <summary>Builds plans of tables with integer columns, and optimizes them. Columns are found by name: names are unique in a test.</summary>
internal sealed class OptimizerFixture
{
    private readonly Dictionary<string, Column> _columns = [];

    public ColumnIdSource Ids { get; } = new();

    public OptimizerTrace Trace { get; } = new();

    public OptimizerContext Context => new(Ids, TestFunctions.Catalog, new TestEvaluator()) { Trace = Trace, Settings = Settings };

    /// <summary>Joins stay in the order written: these tables have no statistics worth a choice.</summary>
    public OptimizerSettings Settings { get; set; } = OptimizerSettings.Default with { DisabledRules = new HashSet<string> { "ReorderJoins" } };

    /// <summary>Scans a table of nullable integer columns.</summary>
    public Scan Table(string name, params string[] columns) => Scan(MemoryTable.OfIntegers(name, columns));

    /// <summary>Scans a table of integer columns without nulls.</summary>
    public Scan TableWithoutNulls(string name, params string[] columns) =>
        Scan(new MemoryTable(name, [.. columns.Select(static column => new TableColumn(column, SqlType.Integer, IsNullable: false))]));

    public Scan Scan(MemoryTable table)
    {
        Scan scan = table.Scan(Ids);
        foreach (Column column in scan.Output)
        {
            _columns[column.Name] = column;
        }

        return scan;
    }

    public ColumnReference Ref(string name) => new(_columns[name]);

    public Column this[string name] => _columns[name];

    public static Expression Int(int value) => Literal.Integer(value);

    public static Expression Compare(Expression left, ComparisonOperator sign, Expression right) => new Comparison(sign, left, right);

    public static Expression Equal(Expression left, Expression right) => new Comparison(ComparisonOperator.Equal, left, right);

    public Expression Equal(string left, string right) => Equal(Ref(left), Ref(right));

    public NamedExpression Named(string name, Expression expression)
    {
        Column column = Ids.For(expression, name);
        _columns[name] = column;
        return new(expression, column);
    }

    public Project Project(LogicalPlan input, params (string Name, Expression Expression)[] items) => new([.. items.Select(item => Named(item.Name, item.Expression))], input);

    public Project Select(LogicalPlan input, params string[] columns) => new([.. columns.Select(name => NamedExpression.Pass(this[name]))], input);

    public Aggregate Aggregate(LogicalPlan input, string[] keys, params (string Name, AggregateCall Call)[] calls) =>
        new([.. keys.Select(key => NamedExpression.Pass(this[key]))], [.. calls.Select(call => Named(call.Name, call.Call))], null, null, input);

    public static AggregateCall Sum(Expression argument) => Call(TestFunctions.Sum, argument);

    public static AggregateCall Max(Expression argument) => Call(TestFunctions.Max, argument);

    public static AggregateCall CountAll() => Call(TestFunctions.CountAll);

    public static AggregateCall Count(Expression argument) => Call(TestFunctions.Count, argument);

    public static AggregateCall Call(FunctionSignature function, params Expression[] arguments) =>
        new(function, [.. arguments], function.ReturnType([.. arguments.Select(static argument => argument.Type)]), false, null, []);

    public static Call Scalar(FunctionSignature function, params Expression[] arguments) =>
        new(function, [.. arguments], function.ReturnType([.. arguments.Select(static argument => argument.Type)]));

    /// <summary>Optimizes with the default batches and returns the printed plan.</summary>
    public string Optimize(LogicalPlan plan)
    {
        PlanIntegrity.Check(plan, "test");
        return QueryOptimizer.Optimize(plan, Context).ToString().TrimEnd();
    }

    /// <summary>Runs one rule once.</summary>
    public LogicalPlan Apply<TRule>(LogicalPlan plan)
        where TRule : Rule, new() => QueryOptimizer.Run(plan, Context, [RuleBatch.Once("test", new TRule())]);
}
