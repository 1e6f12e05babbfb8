using System.Diagnostics;
using SqlCluster.Catalyst.Analysis;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer;
using SqlCluster.Catalyst.Optimizer.Integrity;
using SqlCluster.Catalyst.Tests.Analysis;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Tests.Optimizer;

/// <summary>The queries derived from TPC-H and TPC-DS: every rule keeps their plans whole, and no dependent join is left.</summary>
public sealed class TpcOptimizationTests
{
    private static readonly Lazy<CatalogForTests> _tpch = new(static () => new CatalogForTests(JudgedFile.Text("tpch.sql")));
    private static readonly Lazy<CatalogForTests> _tpcds = new(static () => new CatalogForTests(JudgedFile.Text("tpcds.sql")));

    [Theory]
    [InlineData("tpch", true)]
    [InlineData("tpcds", true)]
    [InlineData("tpch", false)]
    [InlineData("tpcds", false)]
    public void EveryQueryIsDecorrelated(string suite, bool isEnabled)
    {
        string? folder = SharedCorpus.Find($"{suite}/queries");
        Assert.SkipUnless(folder is not null, "the shared corpus is not here");
        CatalogForTests catalog = suite == "tpch" ? _tpch.Value : _tpcds.Value;
        string? output = Environment.GetEnvironmentVariable("PLAN_OUTPUT");

        foreach (string file in Directory.GetFiles(folder, "*.sql").Order(StringComparer.Ordinal))
        {
            AnalyzedQuery query = catalog.Analyze(File.ReadAllText(file));
            PlanIntegrity.Check(query.Plan, "analysis of " + Path.GetFileName(file));
            var context = new OptimizerContext(query.Ids, FunctionsForTests.Catalog, new TestEvaluator()) { Settings = new() { IsEnabled = isEnabled }, Trace = new() };

            LogicalPlan optimized = QueryOptimizer.Optimize(query.Plan, context);

            Assert.False(optimized.Any(static node => node is Apply) || optimized.AnyExpression(static expression => expression.HasSubquery()), $"{file}\n{optimized}");
            if (output is not null)
            {
                File.AppendAllText(output, $"-- {suite} {Path.GetFileName(file)} {Warm(query).TotalMilliseconds:0.0} ms, {context.Trace.Steps.Count} steps\n{optimized}\n");
            }
        }
    }

    /// <summary>Least time of several runs.</summary>
    private static TimeSpan Warm(AnalyzedQuery query) => Enumerable.Range(0, 30).Min(_ =>
    {
        var context = new OptimizerContext(query.Ids, FunctionsForTests.Catalog, new TestEvaluator());
        long start = Stopwatch.GetTimestamp();
        QueryOptimizer.Optimize(query.Plan, context);
        return Stopwatch.GetElapsedTime(start);
    });
}
