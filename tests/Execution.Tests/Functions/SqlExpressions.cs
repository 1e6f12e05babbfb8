using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Analysis;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Functions;
using SqlCluster.Parser;

namespace SqlCluster.Execution.Tests.Functions;

/// <summary>Evaluates SQL expressions without tables: text in, text out.</summary>
internal static class SqlExpressions
{
    /// <summary>The value cast to text; "NULL" for null.</summary>
    public static string Evaluate(string sql)
    {
        Expression expression = Analyze(sql);
        using var account = new MemoryAccount("test");
        var context = new EvaluationContext(account) { StatementTime = 1_700_000_000_000_000 };
        Literal value = new ConstantEvaluator(_ => context).Evaluate(expression.Type.Kind == TypeKind.Text ? expression : new Cast(expression, SqlType.Text));
        return value.Value as string ?? "NULL";
    }

    public static Expression Analyze(string sql) => Analyzer.AnalyzeExpression(SqlParser.ParseExpression(sql), [], new EmptyCatalog(), BuiltinFunctions.Instance, AnalyzerSettings.Default);

    private sealed class EmptyCatalog : ICatalog
    {
        public Relation? Find(IReadOnlyList<string> nameParts) => null;

        public ITable OpenFile(string path) => throw new NotSupportedException();

        public ITable? CallTableFunction(string name, IReadOnlyList<Literal> arguments, IReadOnlyDictionary<string, Literal> namedArguments) => null;

        public IReadOnlyList<string> SimilarNames(IReadOnlyList<string> nameParts) => [];
    }
}
