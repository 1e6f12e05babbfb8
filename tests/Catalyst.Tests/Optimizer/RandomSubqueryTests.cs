using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer;
using SqlCluster.Catalyst.Optimizer.Integrity;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Catalyst.Tests.Optimizer;

/// <summary>Optimized plans give the rows of the plans they came from, subqueries run row by row being the judge.</summary>
public sealed class RandomSubqueryTests
{
    private const int Plans = 1000;

    [Fact]
    public void OptimizedPlansGiveTheSameRows() => Check(OptimizerSettings.Default);

    [Fact]
    public void DecorrelatedPlansGiveTheSameRows() => Check(new OptimizerSettings { IsEnabled = false });

    private static void Check(OptimizerSettings settings)
    {
        int checkedPlans = 0, withSubqueries = 0, withRows = 0, unsupported = 0;
        int count = int.TryParse(Environment.GetEnvironmentVariable("RANDOM_PLANS_COUNT"), out int many) ? many : Plans;
        int first = int.TryParse(Environment.GetEnvironmentVariable("RANDOM_PLANS_SEED"), out int given) ? given : 0;
        for (int seed = first; seed < first + count; seed++)
        {
            var plans = new RandomPlans(seed);
            LogicalPlan plan = plans.Next();
            PlanIntegrity.Check(plan, "generator");
            List<string> expected;
            try
            {
                expected = Rows(plan, plans.Data);
            }
            catch (QueryException)
            {
                continue;
            }

            var context = new OptimizerContext(plans.Ids, TestFunctions.Catalog, new TestEvaluator()) { Settings = settings };
            LogicalPlan optimized = plan;
            try
            {
                optimized = QueryOptimizer.Optimize(plan, context);
                Assert.Equal(expected, Rows(optimized, plans.Data));
            }
            catch (QueryException exception) when (exception.SqlState == "21000")
            {
                // A scalar subquery is evaluated even where a CASE or OR of the judge needs no value of it.
                continue;
            }
            catch (QueryException exception) when (exception.SqlState == "0A000")
            {
                unsupported++;
                continue;
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}: {exception.Message}\n--- analyzed\n{plan}--- optimized\n{optimized}", exception);
            }

            Assert.False(optimized.Any(static node => node is Apply) || optimized.AnyExpression(static expression => expression.HasSubquery()), $"seed {seed}: {optimized}");
            checkedPlans++;
            withSubqueries += plans.Subqueries > 0 ? 1 : 0;
            withRows += expected.Count > 0 ? 1 : 0;
        }

        Assert.True(withSubqueries > count / 4 && withRows > count / 4, $"vacuous: {checkedPlans} plans, {withSubqueries} with subqueries, {withRows} with rows");
        Assert.True(unsupported < count / 20, $"{unsupported} plans are not supported");
    }

    private static List<string> Rows(LogicalPlan plan, TestData data) =>
        [.. new PlanInterpreter(data).Run(plan).Select(static row => string.Join("|", row.Select(static value => value?.ToString() ?? "NULL"))).Order(StringComparer.Ordinal)];
}
