using SqlCluster.Server.Hosting;

return await CommandLine.RunAsync(args);
