using SqlCluster.Execution.Storage;
using SqlCluster.SqlCli.Commands;

FileSizeSignal.Ignore();
return await CommandLine.RunAsync(args);
