using SqlCluster.Catalyst.Catalog;
using SqlCluster.Execution.Functions;

namespace SqlCluster.Execution.Tests.Functions;

/// <summary>Every function's own examples, executed. The results were compared with PostgreSQL 15's.</summary>
public sealed class ExampleTests
{
    public static TheoryData<string, string> Examples
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach ((string expression, string result) in BuiltinFunctions.Instance.All.Where(static signature => signature.Kind == FunctionKind.Scalar).SelectMany(static signature => signature.Examples).Distinct())
            {
                data.Add(expression, result);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_gives_its_result(string expression, string result) => Assert.Equal(result, SqlExpressions.Evaluate(expression));
}
