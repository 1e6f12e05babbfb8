using System.Collections.Concurrent;
using SqlCluster.Execution.Cluster.Driver;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Slt.Tests;
using SqlCluster.Testing;
using SqlCluster.Testing.Clusters;

namespace SqlCluster.EngineTests;

/// <summary>Engines with the files of a folder as tables, one for each folder and numbers of slots and executors, shared by the tests of the process.</summary>
internal static class TestEngines
{
    private static readonly ConcurrentDictionary<(string Folder, int Slots, int Executors), Lazy<Engine>> Engines = new();

    public static string TpchFolder => Corpus.Path("tpch", "sf0.01");

    public static string TpcdsFolder => Corpus.Path("tpcds", "sample");

    /// <summary>An engine over a folder's Parquet files; not to be disposed.</summary>
    public static Engine Over(string folder, int slots = 0, int executors = 0) => Engines.GetOrAdd((folder, slots, executors), static key => new Lazy<Engine>(() =>
    {
        var engine = new Engine(new EngineOptions(key.Slots)) { Cluster = key.Executors == 0 ? null : SocketCluster.SharedAsync(key.Executors).GetAwaiter().GetResult() };
        foreach (string file in Directory.GetFiles(key.Folder, "*.parquet"))
        {
            engine.Attach(Path.GetFileNameWithoutExtension(file), file);
        }

        return engine;
    })).Value;

    /// <summary>An engine of one slot over a folder's Parquet files, with a driver of executors.</summary>
    public static Engine New(string folder, ClusterDriver driver)
    {
        var engine = new Engine(new EngineOptions(1)) { Cluster = driver };
        foreach (string file in Directory.GetFiles(folder, "*.parquet"))
        {
            engine.Attach(Path.GetFileNameWithoutExtension(file), file);
        }

        return engine;
    }

    /// <summary>A session under a configuration of tests/configs.</summary>
    public static Session OpenSession(string folder, SltConfiguration configuration)
    {
        Session session = Over(folder, configuration.Slots, configuration.Executors).OpenSession();
        foreach ((string name, string value) in configuration.Settings)
        {
            session.Settings.Set(name, value);
        }

        return session;
    }

    /// <summary>The error that a statement ends in.</summary>
    public static async Task<QueryException> ErrorOfAsync(Session session, string sql, CancellationToken cancellation = default) =>
        await Assert.ThrowsAnyAsync<QueryException>(async () => await ResultReader.ReadAsync(session, sql, cancellation));
}
