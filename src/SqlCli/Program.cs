using SqlCluster.SqlCli.Commands;

return await CommandLine.RunAsync(args);
