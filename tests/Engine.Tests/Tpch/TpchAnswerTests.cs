using System.Diagnostics;
using SqlCluster.Server.Sessions;
using SqlCluster.Slt.Tests;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Tpch;

/// <summary>The queries as users run them, and the same with narrower vectors.</summary>
public sealed class TpchAnswerTests
{
    public static TheoryData<string> Queries => [.. TpchQueries.Names];

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task AnswersAreRight(string query)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        using Session session = TestEngines.OpenSession(TestEngines.TpchFolder, SltConfiguration.Read("default"));
        await TpchQueries.CheckAsync(session, "sf0.01", query, TestContext.Current.CancellationToken);
    }

    /// <summary>The environment is read once a process: this program runs again, with the variable set, on the theory above.</summary>
    [Theory]
    [InlineData("scalar")]
    [InlineData("avx2")]
    public async Task AnswersAreRightWithNarrowVectors(string simd)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in new[] { typeof(TpchAnswerTests).Assembly.Location, "-method", $"{typeof(TpchAnswerTests).FullName}.{nameof(AnswersAreRight)}", "-noColor" })
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["SQLCLUSTER_SIMD"] = simd;
        start.Environment["SQLCLUSTER_SHARED"] = Path.Combine(Corpus.Path(), "..");
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
        string output = await process.StandardOutput.ReadToEndAsync(cancellation) + await errors;
        await process.WaitForExitAsync(cancellation);
        Assert.True(process.ExitCode == 0, output);
        Assert.Contains("Total: 22", output, StringComparison.Ordinal);
    }
}
