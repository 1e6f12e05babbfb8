[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("SqlCluster.Server.Tests")]
