using SqlCluster.Execution.Storage;
using SqlCluster.Server.Hosting;

FileSizeSignal.Ignore();
return await CommandLine.RunAsync(args);
