using System.Reflection;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using SqlCluster.Bench.Micro;

// In this process: its settings are the ones that count, and nothing has to be built again.
Job job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(7);
ManualConfig config = ManualConfig.CreateEmpty()
    .AddJob(job)
    .AddLogger(ConsoleLogger.Default)
    .AddColumn(TargetMethodColumn.Type, TargetMethodColumn.Method, StatisticColumn.Median, StatisticColumn.StdDev, new ThroughputColumn())
    .WithOptions(ConfigOptions.JoinSummary);
string[] arguments = args.Length > 0 ? args : ["--filter", "*"];
BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(arguments, config);
