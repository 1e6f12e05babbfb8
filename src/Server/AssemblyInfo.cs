[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("SqlCluster.Server.Tests")]
[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("micro")]
[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("SqlCluster.Client.Tests")]
