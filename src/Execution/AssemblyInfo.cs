[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("SqlCluster.Execution.Tests")]
