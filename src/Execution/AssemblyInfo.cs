[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("SqlCluster.Execution.Tests")]
[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("micro")]
