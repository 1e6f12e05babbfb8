using System.CommandLine;
using SqlCluster.Bench.Suites;
using SqlCluster.Bench.Suites.Flight;
using SqlCluster.Bench.Suites.Load;
using SqlCluster.Bench.Suites.Postgres;

var data = new Option<DirectoryInfo?>("--data") { Description = "Folder with the suite's Parquet files" };
var answers = new Option<DirectoryInfo?>("--answers") { Description = "Folder with expected answers, qNN.csv" };
var queries = new Option<DirectoryInfo?>("--queries") { Description = "Folder with qNN.sql" };
var runs = new Option<int>("--runs") { Description = "Timed runs of each query", DefaultValueFactory = _ => 5 };
var only = new Option<string?>("--only") { Description = "Queries to run, such as 1,6,18" };
var alone = new Option<bool>("--alone") { Description = "Without DuckDB" };
var set = new Option<string[]>("--set") { Description = "NAME=VALUE of an engine setting", AllowMultipleArgumentsPerToken = false };

var duckDbFiles = new Option<bool>("--duckdb-files") { Description = "On the same tables as DuckDB writes them; made once, in a folder duckdb beside the data" };
var tpch = new Command("tpch", "The 22 queries derived from TPC-H, against DuckDB on the same files") { data, answers, queries, runs, only, alone, set, duckDbFiles };
tpch.SetAction(result => Suite.RunAsync(
    new SuiteOptions("tpch", Tables(result), result.GetValue(queries), result.GetValue(answers), result.GetValue(runs), result.GetValue(only), result.GetValue(alone), result.GetValue(set) ?? [])));
var tpcds = new Command("tpcds", "The 99 queries derived from TPC-DS, against DuckDB on the same files") { data, answers, queries, runs, only, alone, set };
tpcds.SetAction(result => Suite.RunAsync(
    new SuiteOptions("tpcds", result.GetValue(data), result.GetValue(queries), result.GetValue(answers), result.GetValue(runs), result.GetValue(only), result.GetValue(alone), result.GetValue(set) ?? [])));
var shapes = new Command("shapes", "Queries of one construct each over TPC-H's tables (bench/queries/shapes), against DuckDB on the same files") { data, queries, runs, only, alone, set };
shapes.SetAction(result => Suite.RunAsync(
    new SuiteOptions("shapes", result.GetValue(data), result.GetValue(queries), null, result.GetValue(runs), result.GetValue(only), result.GetValue(alone), result.GetValue(set) ?? [])));
var cold = new Command("cold", "The first query of a fresh process, whole process, against DuckDB's") { data, queries, runs, only };
cold.SetAction(result => ColdStart.Run(result.GetValue(data), result.GetValue(queries), result.GetValue(runs), result.GetValue(only)));
var suite = new Argument<string>("suite") { Description = "tpch or tpcds", DefaultValueFactory = _ => "tpcds" };
var planning = new Command("planning", "Parsing and planning time of a suite's queries, without running them") { suite, data, queries, runs, only };
planning.SetAction(result => PlanningTime.RunAsync(
    new SuiteOptions(result.GetValue(suite)!, result.GetValue(data), result.GetValue(queries), null, result.GetValue(runs), result.GetValue(only), true, [])));

var clients = new Option<int>("--clients") { Description = "Connections", DefaultValueFactory = _ => 8 };
var seconds = new Option<int>("--seconds") { Description = "Seconds of a run", DefaultValueFactory = _ => 5 };
var mode = new Option<string[]>("--mode") { Description = "pgbench's protocol: simple, extended or prepared", DefaultValueFactory = _ => ["prepared", "extended", "simple"] };
var pgbenchRuns = new Option<int>("--runs") { Description = "Runs of each script", DefaultValueFactory = _ => 3 };
var withoutPostgres = new Option<bool>("--alone") { Description = "Without PostgreSQL" };
var pgbench = new Command("pgbench", "Queries of one row a second over PostgreSQL's protocol, against PostgreSQL 15") { clients, seconds, mode, pgbenchRuns, withoutPostgres };
pgbench.SetAction(result => PgBench.Run(
    result.GetValue(clients), result.GetValue(seconds), result.GetValue(pgbenchRuns), result.GetValue(mode)!, result.GetValue(withoutPostgres)));
var rowCount = new Option<int>("--rows") { Description = "Rows of the result", DefaultValueFactory = _ => 5_000_000 };
var rows = new Command("rows", "Rows a second of a large result to Npgsql, against PostgreSQL 15") { rowCount, pgbenchRuns, withoutPostgres };
rows.SetAction(result => RowThroughput.RunAsync(result.GetValue(rowCount), result.GetValue(pgbenchRuns), result.GetValue(withoutPostgres)));
var idlePg = new Option<int>("--pg") { Description = "Idle connections of PostgreSQL's protocol", DefaultValueFactory = _ => 2000 };
var idleFlight = new Option<int>("--flight") { Description = "Idle connections of Flight SQL", DefaultValueFactory = _ => 500 };
var slow = new Option<int>("--slow") { Description = "Clients of each kind that read 1 KB a second of a gigabyte", DefaultValueFactory = _ => 20 };
var load = new Command("load", "Memory of idle and of slow clients, and what others notice of them") { idlePg, idleFlight, slow, data };
load.SetAction(result => LoadSuite.RunAsync(result.GetValue(idlePg), result.GetValue(idleFlight), result.GetValue(slow), result.GetValue(data)));

var limit = new Option<string>("--limit") { Description = "memory_limit of the limited runs", DefaultValueFactory = _ => "64MB" };
var spill = new Command("spill", "The 22 queries derived from TPC-H under a memory limit, against themselves without one") { data, answers, queries, runs, only, set, limit };
spill.SetAction(result => SpillSuite.RunAsync(
    new SuiteOptions("tpch", result.GetValue(data), result.GetValue(queries), result.GetValue(answers), result.GetValue(runs), result.GetValue(only), true, result.GetValue(set) ?? []), result.GetValue(limit)!));

var adaptive = new Command("adaptive", "Adaptive execution: a query for each rule with it on and off, then the 22 queries derived from TPC-H, processor time") { data, queries, runs, only, set };
adaptive.SetAction(result => AdaptiveSuite.RunAsync(
    new SuiteOptions("tpch", result.GetValue(data), result.GetValue(queries), null, result.GetValue(runs), result.GetValue(only), true, result.GetValue(set) ?? [])));

var cluster = new Command("cluster", "The 22 queries derived from TPC-H on executors in other processes: two of one core against one, and one of two cores against this process") { data, queries, runs, only };
cluster.SetAction(result => ClusterSuite.RunAsync(
    new SuiteOptions("tpch", result.GetValue(data), result.GetValue(queries), null, result.GetValue(runs), result.GetValue(only), true, [])));

var overhead = new Command("overhead", "TPC-H over PostgreSQL's protocol against the same engine called directly") { data, queries, runs, only };
overhead.SetAction(result => DoorOverhead.RunAsync(
    new SuiteOptions("tpch", result.GetValue(data), result.GetValue(queries), null, result.GetValue(runs), result.GetValue(only), true, [])));
var cancels = new Option<int>("--count") { Description = "Cancels", DefaultValueFactory = _ => 300 };
var seed = new Option<int>("--seed") { Description = "Of queries and moments", DefaultValueFactory = _ => 1 };
var cancel = new Command("cancel", "How long TPC-H queries take to end when they are cancelled, through every door") { data, queries, only, cancels, seed };
cancel.SetAction(result => CancelLatency.RunAsync(
    new SuiteOptions("tpch", result.GetValue(data), result.GetValue(queries), null, 1, result.GetValue(only), true, []), result.GetValue(cancels), result.GetValue(seed)));

var megabytes = new Option<int>("--megabytes") { Description = "Size of a run", DefaultValueFactory = _ => 1024 };
var doGet = new Command("doget", "Throughput of DoGet over loopback, against a bare socket copy") { megabytes, runs };
doGet.SetAction(result => DoGetThroughput.RunAsync(result.GetValue(megabytes), result.GetValue(runs)));
var flightRate = new Command("flight-rate", "Queries of one row a second over Flight SQL") { clients, seconds, pgbenchRuns };
flightRate.SetAction(result => FlightRate.RunAsync(result.GetValue(clients), result.GetValue(seconds), result.GetValue(pgbenchRuns)));
var cannedServer = new Command(CannedServer.Verb) { Hidden = true };
cannedServer.SetAction(static _ => CannedServer.ServeAsync());
var endings = new Option<int>("--cancels") { Description = "Cancels of each query", DefaultValueFactory = _ => 20 };
var endingSeed = new Option<int>("--seed") { Description = "Seed of the moments", DefaultValueFactory = _ => 1 };
var hard = new Option<string?>("--hard") { Description = "Only the statements whose kind contains this", Arity = ArgumentArity.ZeroOrOne };
var ending = new Command("ending", "Time from cancelling a statement to the end of everything it held: statements that work long at one place, the worst that we know of") { endings, endingSeed, hard };
ending.SetAction(result => HardEndings.RunAsync(result.GetValue(endings), result.GetValue(endingSeed), result.GetValue(hard)));

var tableCount = new Option<int>("--tables") { Description = "Tables in the catalog", DefaultValueFactory = _ => 1000 };
var catalog = new Command("catalog", "Clients' catalog queries over a catalog of many tables, against PostgreSQL 15") { tableCount, runs, withoutPostgres };
catalog.SetAction(result => CatalogBrowsing.RunAsync(result.GetValue(tableCount), result.GetValue(runs), result.GetValue(withoutPostgres)));

return await new RootCommand("Benchmark suites of SqlCluster") { tpch, tpcds, shapes, cold, planning, pgbench, rows, load, spill, adaptive, cluster, overhead, cancel, doGet, flightRate, cannedServer, catalog, ending }.Parse(args).InvokeAsync();

DirectoryInfo? Tables(ParseResult result)
{
    DirectoryInfo? folder = result.GetValue(data);
    return result.GetValue(duckDbFiles) ? new DirectoryInfo(DuckDbFiles.Make(folder?.FullName ?? SuiteOptions.DefaultFolder("tpch"))) : folder;
}
