using SqlCluster.Execution.Storage;
using SqlCluster.Server.Hosting;

using IDisposable? fileSizes = FileSizeSignal.Ignore();
return await CommandLine.RunAsync(args);
