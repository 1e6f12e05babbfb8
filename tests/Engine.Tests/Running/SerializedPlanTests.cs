using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Parser;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Running;

/// <summary>Plans that are written and read back find their functions and tables again.</summary>
public sealed class SerializedPlanTests : IDisposable
{
    private readonly Engine _engine = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _engine.Dispose();

    /// <summary>Name, kind and parameters are what a plan says of a function.</summary>
    [Fact]
    public void EveryFunctionIsFoundByItsSignature()
    {
        FunctionSignature[] all = [.. _engine.Functions.All];
        Assert.True(all.Length > 500, "vacuous");
        Assert.All(all, function => Assert.Same(function, Assert.Single(_engine.Functions.Find(function.Name), found => found.Kind == function.Kind && found.ToString() == function.ToString())));
    }

    /// <summary>Files by path and options, partitions by folders, tables in memory, system relations: all in one query.</summary>
    [Fact]
    public async Task EveryKindOfTableIsFoundAgain()
    {
        string folder = Directory.CreateTempSubdirectory("serialized-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "year=2024"));
            await File.WriteAllTextAsync(Path.Combine(folder, "year=2024", "a.csv"), "1;x\n2;y\n", Cancellation);
            using Session session = _engine.OpenSession();
            session.Settings.Set("serialize_plans", "on");
            await ResultReader.ReadAsync(session, $"CREATE EXTERNAL TABLE f (a integer, b text, year integer) STORED AS CSV PARTITIONED BY (year) LOCATION '{folder}' OPTIONS (header off, delimiter ';')", Cancellation);
            await ResultReader.ReadAsync(session, "CREATE TABLE m AS SELECT 2 AS a; CREATE TEMPORARY TABLE t AS SELECT 'y' AS b", Cancellation);
            (_, List<string?[]> rows) = await ResultReader.ReadAsync(
                session, $"SELECT f.a, f.b, f.year, c.relname, g.b FROM f JOIN m ON f.a = m.a JOIN t ON f.b = t.b JOIN pg_class c ON c.relname = 'm' JOIN read_csv('{folder}/*/a.csv', header => false, delimiter => ';', names => ['a', 'b']) g ON g.a = f.a", Cancellation);
            Assert.Equal(["2", "y", "2024", "m", "y"], Assert.Single(rows).AsEnumerable());
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    /// <summary>The setting does what it says: without it plans run as they were made.</summary>
    [Fact]
    public async Task PlansAreReadBackWhereTheSettingSaysSo()
    {
        using Session session = _engine.OpenSession();
        PreparedQuery query = await session.PrepareAsync(SqlParser.ParseStatement("SELECT n, count(*) FROM generate_series(1, 10) AS s(n) GROUP BY n"), [], cancellation: Cancellation);
        await using (await query.ExecuteAsync([], Cancellation))
        {
        }

        StagePlan made = session.LastExecution!.Plan;
        await using (await query.ExecuteAsync([], Cancellation))
        {
        }

        Assert.Same(made, session.LastExecution!.Plan);
        session.Settings.Set("serialize_plans", "on");
        await using (await query.ExecuteAsync([], Cancellation))
        {
        }

        Assert.NotSame(made, session.LastExecution!.Plan);
        Assert.Equal(made, session.LastExecution!.Plan);
    }

    [Fact]
    public async Task WhatCannotBeFoundIsAnError()
    {
        string path = Path.Combine(Path.GetTempPath(), $"serialized-{Guid.NewGuid():N}.csv");
        await File.WriteAllTextAsync(path, "a\n1\n", Cancellation);
        using Session session = _engine.OpenSession();
        session.Settings.Set("serialize_plans", "on");
        await ResultReader.ReadAsync(session, $"CREATE EXTERNAL TABLE f STORED AS CSV LOCATION '{path}'", Cancellation);
        File.Delete(path);
        QueryException error = await TestEngines.ErrorOfAsync(session, "SELECT * FROM f", Cancellation);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }
}
