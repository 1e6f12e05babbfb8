using System.CommandLine;
using SqlCluster.Bench.Suites;

var data = new Option<DirectoryInfo?>("--data") { Description = "Folder with the suite's Parquet files" };
var answers = new Option<DirectoryInfo?>("--answers") { Description = "Folder with expected answers, qNN.csv" };
var queries = new Option<DirectoryInfo?>("--queries") { Description = "Folder with qNN.sql" };
var runs = new Option<int>("--runs") { Description = "Timed runs of each query", DefaultValueFactory = _ => 5 };
var only = new Option<string?>("--only") { Description = "Queries to run, such as 1,6,18" };
var alone = new Option<bool>("--alone") { Description = "Without DuckDB" };
var set = new Option<string[]>("--set") { Description = "NAME=VALUE of an engine setting", AllowMultipleArgumentsPerToken = false };

var tpch = new Command("tpch", "The 22 queries derived from TPC-H, against DuckDB on the same files") { data, answers, queries, runs, only, alone, set };
tpch.SetAction(result => Suite.RunAsync(
    new SuiteOptions("tpch", result.GetValue(data), result.GetValue(queries), result.GetValue(answers), result.GetValue(runs), result.GetValue(only), result.GetValue(alone), result.GetValue(set) ?? [])));
var tpcds = new Command("tpcds", "The 99 queries derived from TPC-DS, against DuckDB on the same files") { data, answers, queries, runs, only, alone, set };
tpcds.SetAction(result => Suite.RunAsync(
    new SuiteOptions("tpcds", result.GetValue(data), result.GetValue(queries), result.GetValue(answers), result.GetValue(runs), result.GetValue(only), result.GetValue(alone), result.GetValue(set) ?? [])));
var cold = new Command("cold", "The first query of a fresh process, whole process, against DuckDB's") { data, queries, runs, only };
cold.SetAction(result => ColdStart.Run(result.GetValue(data), result.GetValue(queries), result.GetValue(runs), result.GetValue(only)));
var suite = new Argument<string>("suite") { Description = "tpch or tpcds", DefaultValueFactory = _ => "tpcds" };
var planning = new Command("planning", "Parsing and planning time of a suite's queries, without running them") { suite, data, queries, runs, only };
planning.SetAction(result => PlanningTime.RunAsync(
    new SuiteOptions(result.GetValue(suite)!, result.GetValue(data), result.GetValue(queries), null, result.GetValue(runs), result.GetValue(only), true, [])));

return await new RootCommand("Benchmark suites of SqlCluster") { tpch, tpcds, cold, planning }.Parse(args).InvokeAsync();
