using SqlCluster.Catalyst.Analysis;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Tests.Analysis;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Errors;
using QueryStatement = SqlCluster.Parser.Ast.QueryStatement;
using Parsing = SqlCluster.Parser.SqlParser;

namespace SqlCluster.Catalyst.Tests.Physical;

/// <summary>A query taken from text to operators over tables that exist as statistics only.</summary>
internal sealed record PlannedQuery(LogicalPlan Analyzed, LogicalPlan Optimized, ExecPlan Physical)
{
    public static PlannedQuery Of(string sql, IEnumerable<ITable> tables, Topology topology)
    {
        AnalyzedQuery analyzed = Analyzer.Analyze(
            ((QueryStatement)Parsing.ParseStatement(sql)).Query, new TableCatalog(tables), FunctionsForTests.Catalog, AnalyzerSettings.Default with { StatementText = sql });
        LogicalPlan optimized = QueryOptimizer.Optimize(analyzed.Plan, new OptimizerContext(analyzed.Ids, FunctionsForTests.Catalog, new ConstantEvaluator()));
        return new PlannedQuery(analyzed.Plan, optimized, PhysicalPlanner.Plan(optimized, PlannerContext.For(topology)));
    }

    /// <summary>Tables by their last name.</summary>
    private sealed class TableCatalog(IEnumerable<ITable> tables) : ICatalog
    {
        private readonly Dictionary<string, ITable> _tables = tables.ToDictionary(static table => table.Name, StringComparer.Ordinal);

        public Relation? Find(IReadOnlyList<string> nameParts) => _tables.TryGetValue(nameParts[^1], out ITable? table) ? new Relation.OfTable(table) : null;

        public ITable OpenFile(string path) => throw new QueryException("58P01", ErrorKind.User, $"no such file: {path}");

        public ITable? CallTableFunction(string name, IReadOnlyList<Literal> arguments, IReadOnlyDictionary<string, Literal> namedArguments) => null;

        public IReadOnlyList<string> SimilarNames(IReadOnlyList<string> nameParts) => [];
    }

    /// <summary>Computes what benchmark queries have in constants: dates, intervals and decimals.</summary>
    private sealed class ConstantEvaluator : IConstantEvaluator
    {
        private const long MicrosecondsPerDay = 86_400_000_000;

        public Literal Evaluate(Expression expression)
        {
            switch (expression)
            {
                case Literal literal:
                    return literal;
                case Cast cast:
                    Literal input = Evaluate(cast.Input);
                    return (input.Value, input.Type.Kind, cast.Target.Kind) switch
                    {
                        (long days, TypeKind.Date, TypeKind.Timestamp) => new Literal(days * MicrosecondsPerDay, cast.Target),
                        (long micros, TypeKind.Timestamp, TypeKind.Date) => new Literal(micros / MicrosecondsPerDay, cast.Target),
                        (string text, _, TypeKind.Date) => new Literal(Statistics.TpchTables.Day(text), cast.Target),
                        (long number, _, TypeKind.Numeric) => new Literal((Int128)number * Power(cast.Target.Scale), cast.Target),
                        (long or string, _, _) when cast.Target.IsInteger || cast.Target.IsText => input with { ValueType = cast.Target },
                        (Int128 unscaled, _, TypeKind.Numeric) when cast.Target.Scale >= input.Type.Scale => new Literal(unscaled * Power(cast.Target.Scale - input.Type.Scale), cast.Target),
                        _ => throw Unknown(expression),
                    };
                case Call { Arguments.Count: 2 } call:
                    return Apply(call, Evaluate(call.Arguments[0]), Evaluate(call.Arguments[1]));
                default:
                    throw Unknown(expression);
            }
        }

        private static Literal Apply(Call call, Literal left, Literal right)
        {
            int sign = call.Function.Name switch { "+" => 1, "-" => -1, _ => throw Unknown(call) };
            switch (left.Value, right.Value)
            {
                case (long time, IntervalValue interval):
                    long micros = left.Type.Kind == TypeKind.Date ? time * MicrosecondsPerDay : time;
                    DateTime moved = DateTime.UnixEpoch.AddTicks(micros * 10).AddMonths(sign * interval.Months).AddDays(sign * interval.Days).AddTicks(sign * interval.Microseconds * 10);
                    long result = (moved - DateTime.UnixEpoch).Ticks / 10;
                    return new Literal(call.ResultType.Kind == TypeKind.Date ? result / MicrosecondsPerDay : result, call.ResultType);
                case (long one, long other):
                    return new Literal(one + (sign * other), call.ResultType);
                case (Int128 one, Int128 other):
                    int scale = call.ResultType.Scale;
                    return new Literal((one * Power(scale - left.Type.Scale)) + (sign * other * Power(scale - right.Type.Scale)), call.ResultType);
                default:
                    throw Unknown(call);
            }
        }

        private static Int128 Power(int digits)
        {
            Int128 power = 1;
            for (int i = 0; i < digits; i++)
            {
                power *= 10;
            }

            return power;
        }

        private static QueryException Unknown(Expression expression) => new("0A000", ErrorKind.Unsupported, $"not computed in tests: {expression}");
    }
}
