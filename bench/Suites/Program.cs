using System.CommandLine;
using SqlCluster.Bench.Suites;
using SqlCluster.Bench.Suites.Flight;
using SqlCluster.Bench.Suites.Load;
using SqlCluster.Bench.Suites.Postgres;

var suites = new RootCommand("Benchmark suites of SqlCluster")
{
    ColdStart.Verb(), PlanningTime.Verb(), SpillSuite.Verb(), AdaptiveSuite.Verb(), ClusterSuite.Verb(), DoorOverhead.Verb(), CancelLatency.Verb(), HardEndings.Verb(), LongTextSuite.Verb(),
    PgBench.Verb(), RowThroughput.Verb(), CatalogBrowsing.Verb(), DoGetThroughput.Verb(), FlightRate.Verb(), CannedServer.Verb(), LoadSuite.Verb(),
};
foreach (Command suite in Suite.Verbs())
{
    suites.Subcommands.Add(suite);
}

return await suites.Parse(args).InvokeAsync();
