using System.Globalization;
using BenchmarkDotNet.Attributes;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Physical.Serialization;
using SqlCluster.Parser;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.Bench.Micro;

/// <summary>Writes and reads the largest stage plan of TPC-DS; says the sizes of those of TPC-H before.</summary>
public class PlanFormatBenchmarks
{
    private Engine _engine = null!;
    private SessionTables _tables = null!;
    private StagePlan _plan = null!;
    private byte[] _bytes = [];

    [GlobalSetup]
    public void Setup()
    {
        (string, StagePlan, byte[] Bytes)[] tpch = Plans("tpch", "sf0.01");
        _engine.Dispose();
        (string, StagePlan, byte[] Bytes)[] tpcds = Plans("tpcds", "sample");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"TPC-H: {tpch.Min(static plan => plan.Bytes.Length)} to {tpch.Max(static plan => plan.Bytes.Length)} bytes a plan, {tpch.Average(static plan => plan.Bytes.Length):0} in the mean"));
        (string name, _plan, _bytes) = tpcds.MaxBy(static plan => plan.Bytes.Length);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"TPC-DS: {tpcds.Average(static plan => plan.Bytes.Length):0} bytes in the mean; the largest is {name} with {_bytes.Length} bytes, {_plan.Stages.Count} stages"));
    }

    [GlobalCleanup]
    public void Cleanup() => _engine.Dispose();

    [Benchmark]
    public int Write() => PlanFormat.Write(_plan, _tables).Length;

    [Benchmark]
    public int Read() => PlanFormat.ReadStages(_bytes, _tables, _engine.Functions).Stages.Count;

    private (string Name, StagePlan Plan, byte[] Bytes)[] Plans(string suite, string data)
    {
        _engine = new Engine();
        Session session = _engine.OpenSession();
        _tables = new SessionTables(_engine, session);
        foreach (string file in Directory.GetFiles(Corpus.Path(suite, data), "*.parquet"))
        {
            _engine.Attach(Path.GetFileNameWithoutExtension(file), file);
        }

        return [.. Directory.GetFiles(Corpus.Path(suite, "queries"), "*.sql").Order(StringComparer.Ordinal).Select(file =>
        {
            // Started for its plan, and ended at once.
            session.ExecuteAsync(SqlParser.ParseStatement(File.ReadAllText(file))).GetAwaiter().GetResult().DisposeAsync().AsTask().GetAwaiter().GetResult();
            StagePlan plan = session.LastExecution!.Plan;
            return (Path.GetFileNameWithoutExtension(file), plan, PlanFormat.Write(plan, _tables));
        })];
    }
}
