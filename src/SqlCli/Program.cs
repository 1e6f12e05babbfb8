using SqlCluster.Execution.Storage;
using SqlCluster.SqlCli.Commands;

using IDisposable? fileSizes = FileSizeSignal.Ignore();
return await CommandLine.RunAsync(args);
